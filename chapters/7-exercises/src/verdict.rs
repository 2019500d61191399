//! What the grader says of an answer: part by part, whether it is right, and what is off.

use anyhow::{Result, ensure};
use chapter_kit::Page;
use serde_json::{Value, json};

use crate::text::Text;

/// What is said of one part.
///
/// ```
/// use chapter_exercises::verdict::Opinion;
///
/// let (good, bad) = (Opinion::right("Three taps."), Opinion::wrong("The weights sum to 2."));
/// assert!(good.right && !bad.right);
/// ```
pub struct Opinion {
    /// Whether it is right.
    pub right: bool,
    /// Why it is, or a counter-example.
    pub said: String,
}

impl Opinion {
    /// The part is right.
    ///
    /// ```
    /// assert!(chapter_exercises::verdict::Opinion::right("Three taps.").right);
    /// ```
    pub fn right(said: impl Into<String>) -> Self {
        Self { right: true, said: said.into() }
    }

    /// The part is wrong, and this shows it.
    ///
    /// ```
    /// assert!(!chapter_exercises::verdict::Opinion::wrong("The weights sum to 2.").right);
    /// ```
    pub fn wrong(said: impl Into<String>) -> Self {
        Self { right: false, said: said.into() }
    }
}

/// What is said of a whole answer. [`grade`](crate::exercise::grade) is the way to one.
pub struct Verdict {
    /// Each part by its field, in the order of the question; `None` where it is not answered.
    parts: Vec<(&'static str, Option<Opinion>)>,
}

impl Verdict {
    pub(crate) fn new(parts: impl IntoIterator<Item = (&'static str, Option<Opinion>)>) -> Self {
        Self { parts: parts.into_iter().collect() }
    }

    /// Refuses an answer that names an order or a direction and nothing to grade.
    pub(crate) fn of_something(self) -> Result<Self> {
        ensure!(
            self.opinions().next().is_some(),
            "the answer holds nothing to grade: give {}",
            self.missing().join(", ")
        );
        Ok(self)
    }

    /// Whether every part that was answered is right.
    ///
    /// ```
    /// use chapter_exercises::{answer::Answer, exercise::grade};
    /// use chapter_kit::Language;
    ///
    /// let answer = Answer::parse(r#"{"taps": "d+1"}"#)?;
    /// assert!(grade(6, &answer, &candle_core::Device::Cpu, Language::English)?.is_right());
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    pub fn is_right(&self) -> bool {
        self.opinions().all(|(_, opinion)| opinion.right)
    }

    /// Everything that is said, one sentence or more a part.
    ///
    /// ```
    /// use chapter_exercises::{answer::Answer, exercise::grade};
    /// use chapter_kit::Language;
    ///
    /// let answer = Answer::parse(r#"{"kernel": [1, 1]}"#)?;
    /// let verdict = grade(8, &answer, &candle_core::Device::Cpu, Language::English)?;
    /// assert!(verdict.said()[0].contains("divide every weight by 2"));
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    pub fn said(&self) -> Vec<String> {
        let alone = self.parts.len() == 1;
        let said = |(field, opinion): (&str, &Opinion)| match alone {
            true => opinion.said.clone(),
            false => format!("{field}: {}", opinion.said),
        };
        self.opinions().map(said).collect()
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        page.text(if self.is_right() { text.right } else { text.wrong })?;
        for said in self.said() {
            page.text(&said)?;
        }
        let missing = self.missing();
        if !missing.is_empty() {
            page.text(&(text.missing)(&missing.join(", ")))?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self, exercise: u64) -> Value {
        let part =
            |(field, opinion): (&str, &Opinion)| json!({ "part": field, "right": opinion.right, "said": opinion.said });
        json!({
            "exercise": exercise,
            "right": self.is_right(),
            "parts": self.opinions().map(part).collect::<Vec<_>>(),
            "missing": self.missing(),
        })
    }

    fn opinions(&self) -> impl Iterator<Item = (&'static str, &Opinion)> {
        self.parts.iter().filter_map(|(field, opinion)| Some((*field, opinion.as_ref()?)))
    }

    fn missing(&self) -> Vec<&'static str> {
        self.parts.iter().filter(|(_, opinion)| opinion.is_none()).map(|(field, _)| *field).collect()
    }
}
