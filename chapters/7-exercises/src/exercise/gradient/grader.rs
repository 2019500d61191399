//! Judges the four parts of an answer about gradients.

use anyhow::Result;
use candle_core::Tensor;
use chapter_kit::figure;
use corr2d_imaging::Kernel;

use super::super::same;
use super::text::Text;
use crate::verdict::Opinion;

pub(super) fn judge(found: &Kernel, wanted: &Tensor, slips: &[(Tensor, &str)], text: &Text) -> Result<Opinion> {
    let wanted = Kernel::from_tensor("gradient", wanted)?;
    if same(found, &wanted) {
        return Ok(Opinion::right(text.right_gradient));
    }
    for (slip, name) in slips {
        if same(found, &Kernel::from_tensor("slip", slip)?) {
            return Ok(Opinion::wrong(format!("{} {name}", first_difference(found, &wanted, text))));
        }
    }
    Ok(Opinion::wrong(first_difference(found, &wanted, text)))
}

fn first_difference(found: &Kernel, wanted: &Kernel, text: &Text) -> String {
    let (height, width) = (wanted.height(), wanted.width());
    if (found.height(), found.width()) != (height, width) {
        return (text.size)((found.height(), found.width()), (height, width));
    }
    let differ = |(found, wanted): (&f64, &f64)| (found - wanted).abs() > 1e-3 * wanted.abs().max(1.0);
    let place = found.values().iter().zip(wanted.values()).position(differ).unwrap_or_default();
    (text.moved)((place / width, place % width), wanted.values()[place], found.values()[place])
}

pub(super) fn judge_bias(found: f64, wanted: &Tensor, text: &Text) -> Result<Opinion> {
    let wanted = figure::numbers(wanted)?[0];
    Ok(if (found - wanted).abs() < 1e-3 {
        Opinion::right(text.right_bias)
    } else if found == 4.0 || found == 1.0 {
        Opinion::wrong(format!("{} {}", (text.moved_bias)(wanted, found), text.forgot_g))
    } else {
        Opinion::wrong((text.moved_bias)(wanted, found))
    })
}

/// None, as JSON's null or as a word.
pub(super) fn judge_numbers(value: &serde_json::Value, text: &Text) -> Opinion {
    let word = value.as_str().map(str::to_lowercase).unwrap_or_default();
    if value.is_null() || word == "none" || word == "null" {
        return Opinion::right(text.right_none);
    }
    Opinion::wrong(match word.as_str() {
        "error" => text.no_error,
        "zero" | "zeros" => text.not_zero,
        _ if value.as_f64() == Some(0.0) => text.not_zero,
        _ => text.no_gradient,
    })
}
