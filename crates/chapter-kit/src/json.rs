//! Results for other programs: every number in the fewest digits that read back to it.
//!
//! A plain conversion would widen 0.1 of f32 to 0.10000000149011612, and turn infinity into null without a word.

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use serde_json::{Number, Value};

/// The numbers of a tensor, nested as its axes are. `name` is what an error calls them.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let kernel = Tensor::new(&[[0.1f32, -1.0]], &Device::Cpu)?;
/// assert_eq!(chapter_kit::json::tensor("the kernel", &kernel)?.to_string(), "[[0.1,-1.0]]");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a number that is not finite, which JSON cannot hold.
pub fn tensor(name: &str, tensor: &Tensor) -> Result<Value> {
    let flat = tensor.to_device(&Device::Cpu)?.flatten_all()?;
    let numbers = match flat.dtype() {
        DType::F32 => self::numbers(name, &flat.to_vec1::<f32>()?)?,
        _ => self::numbers(name, &flat.to_dtype(DType::F64)?.to_vec1::<f64>()?)?,
    };
    // From the innermost axis outwards, each axis gathers what the one inside it has made.
    let gather = |values: Vec<Value>, size: &usize| -> Vec<Value> {
        values.chunks((*size).max(1)).map(|values| Value::from(values.to_vec())).collect()
    };
    let nested = tensor.dims().iter().rev().fold(numbers, gather);
    Ok(nested.into_iter().next().unwrap_or(Value::Array(Vec::new())))
}

/// A list of numbers, f32 or f64.
///
/// ```
/// assert_eq!(chapter_kit::json::numbers("the losses", &[16.7f32, 0.25])?, [16.7, 0.25]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// As for [`tensor`].
pub fn numbers<T: Into<f64> + ToString + Copy>(name: &str, values: &[T]) -> Result<Vec<Value>> {
    values.iter().map(|value| number(name, *value)).collect()
}

/// A single number, f32 or f64.
///
/// ```
/// assert_eq!(chapter_kit::json::number("the gain", 0.1f32)?, 0.1);
/// let refused = chapter_kit::json::number("the gain", f32::INFINITY).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "the gain: inf is not finite, and JSON has no number for it: take smaller numbers, or leave out --json",
/// );
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// As for [`tensor`].
pub fn number(name: &str, value: impl Into<f64> + ToString) -> Result<Value> {
    let shortest = value.to_string();
    let number = shortest.parse().ok().and_then(Number::from_f64);
    let number = number.with_context(|| {
        format!(
            "{name}: {shortest} is not finite, and JSON has no number for it: take smaller numbers, or leave out --json"
        )
    })?;
    Ok(number.into())
}
