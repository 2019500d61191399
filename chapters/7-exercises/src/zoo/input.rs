//! What a reader wrote: an image, a kernel and a bias, or a list of such inputs, from JSON.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::matrix::Matrix;
use crate::answer::{QUOTES, fraction, text_matrix};

/// The longest side: the animals are slow.
const LONGEST: usize = 100;

/// No file longer than this is read: 1 MiB.
const LONGEST_FILE: u64 = 1 << 20;

/// What an animal is asked.
///
/// ```
/// use chapter_exercises::zoo::Input;
///
/// let inputs = Input::parse("two inputs", r#"[{"image": [[1, 2], [3, 4]], "kernel": [[1]]},
///                                             {"image": [[1, 2]], "kernel": [[1, 0.5]], "bias": -1}]"#)?;
/// assert_eq!((inputs.len(), inputs[0].bias, inputs[1].bias), (2, 0., -1.));
/// let refused = Input::parse("typo", r#"{"image": [[1]], "kernal": [[1]]}"#).unwrap_err();
/// assert_eq!(format!("{refused:#}"), "typo: \"kernal\" is no part of an input: it has image, kernel and bias");
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// [H, W].
    pub image: Matrix,
    /// [h, w], no larger than the image.
    pub kernel: Matrix,
    /// What is added to each number.
    pub bias: f64,
}

impl Input {
    /// Reads the inputs of a file.
    ///
    /// # Errors
    /// For a file that cannot be read, and as [`Input::parse`].
    pub fn load(path: &Path) -> Result<Vec<Self>> {
        let shown = path.display();
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(LONGEST_FILE + 1).read_to_string(&mut text));
        let length = read.with_context(|| format!("{shown} cannot be read"))? as u64;
        ensure!(length <= LONGEST_FILE, "{shown} is longer than {LONGEST_FILE} bytes: write smaller inputs");
        Self::parse(&shown.to_string(), &text)
    }

    /// Reads one input or a list of them; `from` is what errors call it.
    ///
    /// # Errors
    /// For what is no JSON, no input, or a kernel that does not fit into its image.
    pub fn parse(from: &str, text: &str) -> Result<Vec<Self>> {
        let value: Value = serde_json::from_str(text).with_context(|| format!("{from} is no JSON ({QUOTES})"))?;
        let Value::Array(values) = value else { return Ok(vec![input(&value).with_context(|| from.to_owned())?]) };
        ensure!(!values.is_empty(), "{from} holds no input: write at least one, {EXAMPLE}");
        let numbered = |(number, value)| input(value).with_context(|| format!("{from}: input {number}"));
        (1..).zip(&values).map(numbered).collect()
    }
}

/// What an input looks like.
pub(super) const EXAMPLE: &str = "{\"image\": [[1, 2], [3, 4]], \"kernel\": [[1, -1]], \"bias\": 0}";

fn input(value: &Value) -> Result<Input> {
    let Value::Object(parts) = value else { bail!("{} is no input: write {EXAMPLE}", shortened(value)) };
    if let Some(other) = parts.keys().find(|key| !["image", "kernel", "bias"].contains(&key.as_str())) {
        bail!("{other:?} is no part of an input: it has image, kernel and bias");
    }
    let of = |name: &str| parts.get(name).with_context(|| format!("{name} is missing: write {EXAMPLE}"));
    let image = matrix(of("image")?).context("image")?;
    let kernel = matrix(of("kernel")?).context("kernel")?;
    ensure!(
        kernel.height() <= image.height() && kernel.width() <= image.width(),
        "the kernel of {}×{} does not fit into the image of {}×{}",
        kernel.height(),
        kernel.width(),
        image.height(),
        image.width()
    );
    let bias = parts.get("bias").map_or(Ok(0.0), number).context("bias")?;
    Ok(Input { image, kernel, bias })
}

/// Rows, one row alone, or a text such as "1,-1" or "sobel-x", as in the answers to the exercises.
fn matrix(value: &Value) -> Result<Matrix> {
    let rows = match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(list @ Value::Array(_)) => return matrix(&list),
            _ => return named(text),
        },
        Value::Array(numbers) if !numbers.is_empty() && !numbers.iter().any(Value::is_array) => {
            std::slice::from_ref(value)
        }
        Value::Array(rows) if !rows.is_empty() => rows,
        _ => bail!("{} is no list of rows: write [[1, 2], [3, 4]]", shortened(value)),
    };
    let mut values = Vec::new();
    let mut width = None;
    for (index, row) in rows.iter().enumerate() {
        let numbers = row.as_array().filter(|numbers| !numbers.is_empty());
        let numbers = numbers.with_context(|| format!("row {index} is {}, not a list of numbers", shortened(row)))?;
        let expected = *width.get_or_insert(numbers.len());
        ensure!(numbers.len() == expected, "row {index} has length {}, and row 0 has {expected}", numbers.len());
        for value in numbers {
            values.push(number(value)?);
        }
    }
    sized(rows.len(), width.unwrap_or_default(), values)
}

fn named(text: &str) -> Result<Matrix> {
    let kernel = text_matrix(text)?;
    sized(kernel.height(), kernel.width(), kernel.values().to_vec())
}

fn sized(height: usize, width: usize, values: Vec<f64>) -> Result<Matrix> {
    ensure!(height.max(width) <= LONGEST, "it is {height}×{width}: the zoo takes up to {LONGEST}×{LONGEST}");
    Matrix::new(height, width, values).context("its rows differ in length")
}

/// Numbers that 64-bit sums of them cannot overflow.
fn number(value: &Value) -> Result<f64> {
    let number = value.as_f64().or_else(|| fraction(value.as_str()?)).filter(|number| number.abs() <= 1e100);
    number.with_context(|| format!("{} is no number from -1e100 to 1e100", shortened(value)))
}

/// The beginning of a value, to show it in a line.
fn shortened(value: &Value) -> String {
    const SHOWN: usize = 40;
    let text = value.to_string();
    if text.chars().count() <= SHOWN { text } else { text.chars().take(SHOWN).collect::<String>() + "…" }
}
