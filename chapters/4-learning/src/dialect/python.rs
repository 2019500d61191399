//! Numbers as Python prints them: `f'{loss:.3f}'`, and the arrays of NumPy and PyTorch at the end of a cell.
//!
//! For two numbers beside each other, which never need a second line.

use anyhow::Result;
use candle_core::Tensor;

/// The elements of a tensor.
pub(super) fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.flatten_all()?.to_vec1()?)
}

/// `f'{value:.3f}'` of a tensor with one element.
pub(super) fn fixed(value: &Tensor) -> Result<String> {
    Ok(with_decimals(f64::from(value.to_scalar::<f32>()?), 3))
}

/// Python's `f'{value:.{decimals}f}'`.
fn with_decimals(value: f64, decimals: usize) -> String {
    if value.is_nan() { "nan".to_owned() } else { format!("{value:.decimals$}") }
}

/// Python's `f'{value:.{decimals}e}'`, whose exponent has a sign and two digits.
fn with_exponent(value: f64, decimals: usize) -> String {
    let text = with_nan(format!("{value:.decimals$e}"));
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{digits}e{}", python_exponent(exponent)),
        None => text,
    }
}

fn python_exponent(exponent: &str) -> String {
    match exponent.strip_prefix('-') {
        Some(negative) => format!("-{negative:0>2}"),
        None => format!("+{exponent:0>2}"),
    }
}

fn with_nan(text: String) -> String {
    if text == "NaN" { "nan".to_owned() } else { text }
}

/// `repr` of a tensor [1, 2] in PyTorch: four decimals, none for whole numbers, and an exponent where the numbers are large,
/// small or far apart (torch/_tensor_str.py).
pub(super) fn pytorch_tensor(kernel: &Tensor) -> Result<String> {
    let values: Vec<f64> = numbers(kernel)?.into_iter().map(f64::from).collect();
    let plain: Vec<f64> = values.iter().copied().filter(|value| value.is_finite() && *value != 0.0).collect();
    let (smallest, largest) = range(&plain);
    let exponent = !plain.is_empty() && (largest / smallest > 1000.0 || largest > 1e8 || smallest < 1e-4);
    let whole = plain.iter().all(|value| value.fract() == 0.0);
    let cell = |value: &f64| match (exponent, whole) {
        (true, _) => with_exponent(*value, 4),
        (false, true) if value.is_finite() => format!("{}.", with_decimals(*value, 0)),
        (false, true) => with_decimals(*value, 0),
        (false, false) => with_decimals(*value, 4),
    };
    let width = plain.iter().map(|value| cell(value).len()).max().unwrap_or(1);
    let cells: Vec<String> = values.iter().map(|value| format!("{:>width$}", cell(value))).collect();
    Ok(format!("tensor([[{}]])", cells.join(", ")))
}

fn range(values: &[f64]) -> (f64, f64) {
    let sizes = values.iter().map(|value| value.abs());
    sizes.fold((f64::INFINITY, 0.0), |(least, most), size| (least.min(size), most.max(size)))
}

/// `repr` of an array [1, 2] in MXNet 1.9, which is NumPy's of its time without the type.
pub(super) fn mxnet_array(kernel: &Tensor) -> Result<String> {
    let old = NumPy { largest: 1e8, smallest: 1e-4 };
    Ok(format!("array([[{}]])", old.cells(&numbers(kernel)?)))
}

/// `repr` of an array [1, 2] in JAX.
pub(super) fn jax_array(kernel: &Tensor) -> Result<String> {
    Ok(format!("Array([[{}]], dtype=float32)", NumPy::RECENT.cells(&numbers(kernel)?)))
}

/// `repr` of a tensor [1, 2] in TensorFlow.
pub(super) fn tensorflow_tensor(kernel: &Tensor) -> Result<String> {
    let cells = NumPy::RECENT.cells(&numbers(kernel)?);
    Ok(format!("<tf.Tensor: shape=(1, 2), dtype=float32, numpy=array([[{cells}]], dtype=float32)>"))
}

/// How a version of NumPy prints f32: with the fewest digits that read back, eight decimals at most, points below each
/// other; with an exponent where the numbers are large, small or far apart (numpy/_core/arrayprint.py).
struct NumPy {
    /// From here on there is an exponent.
    largest: f64,
    /// Below this there is one.
    smallest: f64,
}

impl NumPy {
    /// Since 2.3 a number of six digits is the largest without an exponent. The smaller bound is now compared as f32.
    const RECENT: Self = Self { largest: 1e6, smallest: 1e-4f32 as f64 };

    /// The numbers as they stand between the brackets.
    fn cells(&self, values: &[f32]) -> String {
        let parts = self.parts(values);
        // What is not finite has no point, and is set as wide as the others are in all.
        let with_point = || parts.iter().filter(|(_, after)| !after.is_empty());
        let before = with_point().map(|(before, _)| before.len()).max().unwrap_or(0);
        let after = with_point().map(|(_, after)| after.len()).max().unwrap_or(0);
        let cell = |(head, tail): &(String, String)| match tail.is_empty() {
            true => head.clone(),
            false => format!("{head:>before$}{tail:<after$}"),
        };
        let cells: Vec<String> = parts.iter().map(cell).collect();
        let width = cells.iter().map(String::len).max().unwrap_or(0);
        cells.iter().map(|cell| format!("{cell:>width$}")).collect::<Vec<_>>().join(", ")
    }

    /// Each number before its point, and from there on.
    fn parts(&self, values: &[f32]) -> Vec<(String, String)> {
        let exponent = self.needs_exponent(values);
        // With an exponent all have as many digits as the longest needs.
        let finite = values.iter().filter(|value| value.is_finite());
        let needed = finite.map(|value| decimals(&format!("{value:e}"))).max().unwrap_or(0);
        let part = |value: &f32| match *value {
            value if !value.is_finite() => (with_nan(value.to_string()), String::new()),
            value if exponent => around_point(&with_exponent(f64::from(value), needed)),
            value => around_point(&positional(value)),
        };
        values.iter().map(part).collect()
    }

    fn needs_exponent(&self, values: &[f32]) -> bool {
        let values = values.iter().filter(|value| value.is_finite() && **value != 0.0);
        let values: Vec<f64> = values.map(|value| f64::from(*value)).collect();
        let (smallest, largest) = range(&values);
        // The ratio is one of f32.
        let far_apart = largest as f32 / smallest as f32 > 1000.0;
        !values.is_empty() && (largest >= self.largest || smallest < self.smallest || far_apart)
    }
}

/// A number cut before its point, which NumPy never leaves out.
fn around_point(text: &str) -> (String, String) {
    match (text.split_once('.'), text.split_once('e')) {
        (Some((before, after)), _) => (before.to_owned(), format!(".{after}")),
        (None, Some((before, exponent))) => (before.to_owned(), format!(".e{exponent}")),
        (None, None) => (text.to_owned(), ".".to_owned()),
    }
}

/// The digits behind the point.
fn decimals(text: &str) -> usize {
    let digits = text.split('e').next().unwrap_or_default();
    digits.split_once('.').map_or(0, |(_, after)| after.len())
}

/// The fewest digits that read back to the number, but eight decimals at most. Between two that are equally near, NumPy
/// takes the even one, as rounding to so many decimals does.
fn positional(value: f32) -> String {
    let shortest = value.to_string();
    match decimals(&shortest) {
        0 => shortest,
        decimals @ 1..=8 => format!("{value:.decimals$}"),
        _ => format!("{value:.8}").trim_end_matches('0').to_owned(),
    }
}
