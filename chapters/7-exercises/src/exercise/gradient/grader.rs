//! Judges the four parts of an answer about gradients.

use anyhow::{Result, bail};
use candle_core::Tensor;
use chapter_kit::figure;
use corr2d_imaging::Kernel;
use serde_json::Value;

use super::super::{first_difference, same};
use super::Setting;
use super::layers::{self, Left};
use super::text::Text;
use crate::verdict::Opinion;

/// Judges a gradient by the one that autograd gives; each slip has its name.
pub(super) fn judge(found: &Kernel, wanted: &Tensor, slips: &[(Tensor, &str)], text: &Text) -> Result<Opinion> {
    let wanted = Kernel::from_tensor("gradient", wanted)?;
    let size = (wanted.height(), wanted.width());
    let in_one_line = found.height().min(found.width()) == 1 && found.values().len() == wanted.values().len();
    let found =
        if in_one_line { Kernel::new(found.name(), size.0, size.1, found.values().to_vec())? } else { found.clone() };
    let found_size = (found.height(), found.width());
    if found_size != size {
        return Ok(Opinion::wrong((text.size)(found_size, size)));
    }
    let Some(place) = first_difference(&found, &wanted) else {
        let shape = if in_one_line { (text.in_one_line)(size) } else { String::new() };
        return Ok(Opinion::right(format!("{} {shape}", text.right_gradient).trim_end()));
    };
    let counter = (text.moved)((place / size.1, place % size.1), wanted.values()[place], found.values()[place]);
    for (slip, name) in slips {
        if same(&found, &Kernel::from_tensor("slip", slip)?) {
            return Ok(Opinion::wrong(format!("{counter} {name}")));
        }
    }
    Ok(Opinion::wrong(counter))
}

/// Judges the gradient of the bias by the one that autograd gives.
pub(super) fn judge_bias(found: f64, wanted: &Tensor, text: &Text) -> Result<Opinion> {
    let wanted = figure::numbers(wanted)?[0];
    if (found - wanted).abs() < 1e-3 {
        return Ok(Opinion::right(text.right_bias));
    }
    let counter = (text.moved_bias)(wanted, found);
    // Four outputs: each of them counted once, or their mean.
    Ok(Opinion::wrong(match found {
        4.0 => format!("{counter} {}", text.forgot_g),
        _ if found == wanted / 4.0 => format!("{counter} {}", text.mean),
        _ => counter,
    }))
}

/// Judges a word for what backward leaves for the kernel behind a loop over numbers, by running that layer backward.
pub(super) fn judge_numbers(value: &Value, setting: &Setting, text: &Text) -> Result<Opinion> {
    let said = left_in(value)?;
    let (left, answer) = layers::left_by_numbers(setting)?;
    let counter = (text.left)(&answer);
    Ok(match said {
        said if said == left => Opinion::right(counter),
        Left::Zero => Opinion::wrong(format!("{counter} {}", text.not_zero)),
        Left::Error => Opinion::wrong(format!("{counter} {}", text.no_error)),
        Left::Gradient => Opinion::wrong(format!("{counter} {}", text.no_gradient)),
        Left::Nothing => Opinion::wrong(counter),
    })
}

/// One of four words of either language, of which JSON's null and 0 are two.
fn left_in(value: &Value) -> Result<Left> {
    let word = match value {
        Value::String(word) => word.trim().to_lowercase(),
        other => other.to_string(),
    };
    Ok(match word.as_str() {
        "none" | "null" | "nothing" | "nada" | "nenhum" => Left::Nothing,
        "error" | "erro" => Left::Error,
        "zero" | "zeros" | "0" | "0.0" => Left::Zero,
        "right" | "certo" => Left::Gradient,
        _ => bail!("\"through_numbers\" is {value}: write \"right\", \"zero\", \"error\" or \"none\""),
    })
}
