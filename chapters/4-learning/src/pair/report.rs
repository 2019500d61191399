//! The page, and the same for other programs.

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure, json};
use corr2d_imaging::plot;
use serde_json::{Map, Value};

use super::arguments::Source;
use super::found::{Found, Learned, Note, Verdict};
use super::outputs::{Written, channel_names};
use super::text::Text;

/// Errors below this one are those of arithmetic in f32, which differ from machine to machine.
const ARITHMETIC: f64 = 1e-6;

/// A bias below this one is printed as 0.
const SHOWN: f64 = 5e-5;

impl Found<'_> {
    pub(crate) fn print(&self, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let title = match &self.asked.source {
            Source::Pair { input, target } => {
                (text.pair_title)(&input.display().to_string(), &target.display().to_string())
            }
            Source::Folder(folder) => (text.folder_title)(&folder.display().to_string(), self.pair_count),
        };
        page.heading(&title)?;
        for (learned, name) in self.learned.iter().zip(channel_names(self.learned.len())) {
            if let Some(name) = name {
                page.text((text.channel)(name))?;
            }
            page.figure(&figure::matrix_that_fits(&self.taps(learned)?)?)?;
            page.text(&(text.kernel)(
                self.size,
                &bias(learned.bias),
                1.0 - learned.unexplained,
                // Of a target that is mostly unexplained, it tells of the input alone.
                learned.change_explained.filter(|share| *share >= 0.0 && learned.unexplained < 0.5),
            ))?;
        }
        if let Some(steps) = &self.steps {
            page.text(&(text.steps)(steps.losses.len()))?;
        }
        page.text((text.verdict)(self.verdict()))?;
        for note in self.notes() {
            page.text(&(text.note)(&note))?;
        }
        if let Some((condition, error)) = self.certainty() {
            page.text(&(text.certainty)(&condition, &error))?;
        }
        for written in &self.written {
            page.text(&match written {
                Written::File(path) => (text.written)(&path.display().to_string()),
                Written::Residual(path, scale) => (text.residual)(&path.display().to_string(), &plot::figure(*scale)),
            })?;
        }
        if self.asked.outputs.save.is_some() && self.learned.iter().any(|learned| learned.bias.abs() >= SHOWN) {
            page.text(text.bias_apart)?;
        }
        Ok(())
    }

    /// The condition, and the error of the most uncertain tap, to the digits that mean anything; not of a kernel that was not
    /// reached, nor where a note says it.
    fn certainty(&self) -> Option<(String, String)> {
        let is_said = self.notes().iter().any(|note| matches!(note, Note::Uncertain { .. } | Note::NotArrived { .. }));
        // A ridge pulls all taps towards 0, by what no error of theirs tells.
        if is_said || self.asked.terms.ridge > 0.0 || matches!(self.verdict(), Verdict::StepsRanOut | Verdict::RanAway)
        {
            return None;
        }
        let of = |learned: &Learned| Some((learned.fit.condition, learned.fit.tap_error?));
        let all: Vec<(f64, f64)> = self.learned.iter().map(of).collect::<Option<_>>()?;
        let worst =
            all.into_iter().fold((1.0, 0.0), |(condition, error): (f64, f64), (other_condition, other_error)| {
                (condition.max(other_condition), error.max(other_error))
            });
        Some((format!("{:.0e}", worst.0), short(worst.1.max(ARITHMETIC))))
    }

    fn taps(&self, learned: &Learned) -> Result<Tensor> {
        Ok(Tensor::from_slice(&learned.kernel, self.size, &Device::Cpu)?)
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let english = Text::of(Language::English);
        let mut report = Map::new();
        for (learned, name) in self.learned.iter().zip(channel_names(self.learned.len())) {
            let channel = self.channel_to_json(learned)?;
            match name {
                Some(name) => drop(report.insert(name.to_owned(), Value::Object(channel))),
                None => report.extend(channel),
            }
        }
        let warnings: Vec<String> = self.notes().iter().map(|note: &Note| (english.note)(note)).collect();
        let left_out = self.data.left_out;
        let losses = self.steps.as_ref().map(|steps| json::numbers("the losses", &steps.losses)).transpose()?;
        report.extend([
            ("r_squared".to_owned(), json::number("r_squared", self.r_squared())?),
            ("size".to_owned(), serde_json::json!([self.size.0, self.size.1])),
            ("shift".to_owned(), serde_json::json!([self.shift.down, self.shift.right])),
            ("pairs".to_owned(), self.pair_count.into()),
            ("windows".to_owned(), self.data.windows.into()),
            ("clipped".to_owned(), serde_json::json!({ "windows": self.data.clipped, "left_out": left_out })),
            ("verdict".to_owned(), (english.verdict)(self.verdict()).into()),
            ("warnings".to_owned(), warnings.into()),
        ]);
        if let Some(losses) = losses {
            report.insert("losses".to_owned(), losses.into());
        }
        Ok(Value::Object(report))
    }

    fn channel_to_json(&self, learned: &Learned) -> Result<Map<String, Value>> {
        // JSON has no infinity: a condition that is none is null.
        let finite = |number: Option<f64>| number.filter(|number| number.is_finite());
        let number =
            |name, found: Option<f64>| finite(found).map_or(Ok(Value::Null), |found| json::number(name, found));
        Ok(Map::from_iter([
            ("kernel".to_owned(), json::tensor("the kernel", &self.taps(learned)?)?),
            ("bias".to_owned(), json::number("the bias", learned.bias)?),
            ("r_squared".to_owned(), json::number("r_squared", 1.0 - learned.unexplained)?),
            ("change_explained".to_owned(), number("the share of the change", learned.change_explained)?),
            ("rank".to_owned(), learned.fit.rank.into()),
            ("unknowns".to_owned(), learned.fit.unknowns.into()),
            ("condition".to_owned(), number("the condition", Some(learned.fit.condition))?),
            ("tap_error".to_owned(), number("the error of a tap", learned.fit.tap_error)?),
        ]))
    }
}

/// As a scalar is printed; that of steps which ran away would have hundreds of digits.
fn bias(bias: f64) -> String {
    if bias.abs() < 1e6 { figure::scalar(bias) } else { short(bias) }
}

/// One digit that counts: more of an error says nothing.
pub(super) fn short(value: f64) -> String {
    format!("{value:.0e}")
}
