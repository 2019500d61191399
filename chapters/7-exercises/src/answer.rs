//! What a reader answered: a JSON object whose fields are matrices, numbers or words.

use std::borrow::Cow;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use corr2d_imaging::Kernel;
use serde_json::{Map, Value};

/// An answer, field by field.
///
/// ```
/// use chapter_exercises::answer::Answer;
///
/// let answer = Answer::parse(r#"{"exercise": 8, "kernel": ["1/4", 0.5, "1/4"]}"#)?;
/// assert_eq!(answer.exercise()?, Some(8));
/// let kernel = answer.matrix("kernel")?.unwrap();
/// assert_eq!((kernel.height(), kernel.values()), (1, &[0.25, 0.5, 0.25][..]));
/// assert!(answer.number("taps")?.is_none(), "not answered");
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone)]
pub struct Answer {
    fields: Map<String, Value>,
    /// A list or a text that stands without a name.
    alone: Option<Value>,
}

impl Answer {
    /// Reads a file.
    ///
    /// ```
    /// let error = chapter_exercises::answer::Answer::load("none.json".as_ref()).err().unwrap();
    /// assert_eq!(error.to_string(), "none.json cannot be read");
    /// ```
    ///
    /// # Errors
    /// A file that cannot be read, or is no JSON object.
    pub fn load(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        // Some editors begin a file with an invisible mark.
        Self::parse(text.trim_start_matches('\u{feff}')).with_context(|| name.to_string())
    }

    /// Reads a text: an object, or a list alone where an exercise asks for one thing.
    ///
    /// ```
    /// let error = chapter_exercises::answer::Answer::parse("4").err().unwrap();
    /// assert_eq!(error.to_string(), "the answer is no object: write {\"exercise\": 4, …}, as --help shows");
    /// ```
    ///
    /// # Errors
    /// A text that is no JSON, a number or a truth alone.
    pub fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text).with_context(|| format!("the answer is no JSON ({QUOTES})"))?;
        match value {
            Value::Object(fields) => Ok(Self { fields, alone: None }),
            Value::Array(_) | Value::String(_) => Ok(Self { fields: Map::new(), alone: Some(value) }),
            _ => bail!("the answer is no object: write {{\"exercise\": 4, …}}, as --help shows"),
        }
    }

    /// The exercise that the answer names, if it names one.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse("{}")?;
    /// assert_eq!(answer.exercise()?, None);
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything but a whole number.
    pub fn exercise(&self) -> Result<Option<u64>> {
        let Some(value) = self.fields.get("exercise") else { return Ok(None) };
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        Ok(Some(number.with_context(|| format!("\"exercise\" is {value}: write its number, as in 4"))?))
    }

    /// The answer with a list that stood alone under the name of the part that it must be.
    ///
    /// ```
    /// use chapter_exercises::answer::Answer;
    ///
    /// let answer = Answer::parse("[1, -1]")?;
    /// assert_eq!(answer.with_names(Some("kernel"), &["kernel"])?.matrix("kernel")?.unwrap().width(), 2);
    /// let error = answer.with_names(None, &["window", "taps"]).err().unwrap();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the answer does not name its parts: write {\"window\": …}; this exercise takes \"window\", \"taps\""
    /// );
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// A list alone for an exercise that asks for more than one thing.
    pub fn with_names(&self, only: Option<&str>, known: &[&str]) -> Result<Cow<'_, Self>> {
        let Some(alone) = &self.alone else { return Ok(Cow::Borrowed(self)) };
        let only = only.with_context(|| {
            let first = known.first().unwrap_or(&"");
            format!(
                "the answer does not name its parts: write {{\"{first}\": …}}; this exercise takes {}",
                listed(known)
            )
        })?;
        Ok(Cow::Owned(Self { fields: Map::from_iter([(only.to_owned(), alone.clone())]), alone: None }))
    }

    /// Refuses fields of other names than these, and an answer that has none of them.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse(r#"{"kernal": [1]}"#)?;
    /// let error = answer.check_fields(&["kernel", "taps"]).unwrap_err();
    /// assert_eq!(error.to_string(), "\"kernal\" is not asked here: this exercise takes \"kernel\", \"taps\"");
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As it says.
    pub fn check_fields(&self, known: &[&str]) -> Result<()> {
        let list = listed(known);
        let is_known = |name: &str| name == "exercise" || known.contains(&name);
        if let Some(unknown) = self.fields.keys().find(|name| !is_known(name)) {
            bail!("\"{unknown}\" is not asked here: this exercise takes {list}");
        }
        ensure!(self.fields.keys().any(|name| name != "exercise"), "the answer is empty: give {list}");
        Ok(())
    }

    /// The value of a field as JSON, for a field that takes several kinds.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse(r#"{"taps": "2d"}"#)?;
    /// assert_eq!(answer.value("taps").unwrap(), "2d");
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    pub fn value(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    /// A number: `0.25` or `"1/4"`, or a list of one, as a tensor is printed.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse(r#"{"taps": "3/0"}"#)?;
    /// let error = answer.number("taps").unwrap_err();
    /// assert_eq!(error.to_string(), "\"taps\" holds \"3/0\": write a number, as in 0.25 or \"1/4\"");
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything else, and what is not finite.
    pub fn number(&self, field: &str) -> Result<Option<f64>> {
        let mut value = self.fields.get(field);
        while let Some([only]) = value.and_then(Value::as_array).map(Vec::as_slice) {
            value = Some(only);
        }
        value.map(|value| one_number(field, value)).transpose()
    }

    /// True or false, or a word for it in either language.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse(r#"{"every_length": 1}"#)?;
    /// let error = answer.yes_or_no("every_length").unwrap_err();
    /// assert_eq!(error.to_string(), "\"every_length\" is 1: write true or false");
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Anything else.
    pub fn yes_or_no(&self, field: &str) -> Result<Option<bool>> {
        let Some(value) = self.fields.get(field) else { return Ok(None) };
        let truth = value.as_bool().or_else(|| match value.as_str()?.trim().to_lowercase().as_str() {
            "true" | "yes" | "sim" => Some(true),
            "false" | "no" | "não" | "nao" => Some(false),
            _ => None,
        });
        Ok(Some(truth.with_context(|| format!("\"{field}\" is {value}: write true or false"))?))
    }

    /// A matrix: a list of rows, a list of numbers for one row, or a text such as `"1,0,-1; 2,0,-2"` or `"sobel-x"`.
    ///
    /// ```
    /// let answer = chapter_exercises::answer::Answer::parse(r#"{"a": [[1], [2]], "b": "sobel-x"}"#)?;
    /// assert_eq!(answer.matrix("a")?.unwrap().height(), 2);
    /// assert_eq!(answer.matrix("b")?.unwrap().width(), 3);
    /// # Ok::<(), anyhow::Error>(())
    /// ```
    ///
    /// # Errors
    /// Rows of different lengths, what is no finite number, and what no kernel is called.
    pub fn matrix(&self, field: &str) -> Result<Option<Kernel>> {
        self.fields.get(field).map(|value| matrix(field, value)).transpose()
    }
}

fn matrix(field: &str, value: &Value) -> Result<Kernel> {
    let named = || format!("\"{field}\"");
    let rows = match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(list @ Value::Array(_)) => return matrix(field, &list),
            _ => return text_matrix(text).with_context(named),
        },
        Value::Array(rows) if rows.iter().any(Value::is_array) => rows.as_slice(),
        Value::Array(_) => std::slice::from_ref(value),
        other => bail!("{} is {other}: write [1, 2] or [[1, 2], [3, 4]]", named()),
    };
    let width = rows.first().and_then(Value::as_array).map_or(0, Vec::len);
    let mut numbers = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let row = row.as_array().with_context(|| format!("{} holds {row} beside rows", named()))?;
        ensure!(row.len() == width, "{}: row {index} has {} numbers, row 0 has {width}", named(), row.len());
        for value in row {
            numbers.push(one_number(field, value)?);
        }
    }
    Ok(Kernel::new(named(), rows.len(), width, numbers)?)
}

/// A matrix as a text: `1,-1/2; 2,0`, with blanks for commas if one likes, or what a command line takes for a kernel.
pub(crate) fn text_matrix(text: &str) -> Result<Kernel> {
    let row = |row: &str| {
        let numbers: Vec<&str> =
            if row.contains(',') { row.split(',').collect() } else { row.split_whitespace().collect() };
        numbers.into_iter().map(|number| fraction(number).filter(|number| number.is_finite())).collect()
    };
    let rows: Option<Vec<Vec<f64>>> = text.trim_end_matches([';', ' ']).split(';').map(row).collect();
    let width = rows.as_ref().and_then(|rows| rows.first()).map_or(0, Vec::len);
    let Some(rows) = rows.filter(|_| width > 0) else { return Ok(Kernel::parse(text)?) };
    for number in rows.iter().flatten() {
        ensure!((*number as f32).is_finite(), "{text:?} holds {number:e}: {TOO_LARGE}");
    }
    for (number, row) in (1..).zip(&rows) {
        let length = row.len();
        ensure!(
            length == width,
            "{text:?}: row {number} has length {length} and row 1 has length {width}: all rows need one length"
        );
    }
    Ok(Kernel::new(text, rows.len(), width, rows.concat())?)
}

/// Kernels are laid on images in f32.
const TOO_LARGE: &str = "numbers go up to 3.4e38 here, take a smaller one";

/// What most often keeps an answer from being JSON.
pub(crate) const QUOTES: &str = "names, words and fractions go in double quotes: {\"kernel\": [\"1/3\", 0.5]}";

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

fn one_number(field: &str, value: &Value) -> Result<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => fraction(text),
        _ => None,
    };
    if let Some(number) = number.filter(|number| number.is_finite()) {
        ensure!((number as f32).is_finite(), "\"{field}\" holds {number:e}: {TOO_LARGE}");
        return Ok(number);
    }
    None.with_context(|| format!("\"{field}\" holds {value}: write a number, as in 0.25 or \"1/4\""))
}

/// `-2`, `0.5` or `1/9`; a minus sign may be the typographic one, as a book prints it.
pub(crate) fn fraction(text: &str) -> Option<f64> {
    let number = |text: &str| text.trim().replace('−', "-").parse::<f64>().ok();
    match text.split_once('/') {
        Some((over, under)) => Some(number(over)? / number(under)?),
        None => number(text),
    }
}
