//! Judges the three parts of an answer about integrals, each by running it.

use anyhow::Result;
use candle_core::Device;
use chapter_kit::figure;
use corr2d_imaging::Kernel;

use super::super::{list, polynomials::trimmed};
use super::text::Text;
use super::{PIXELS, impulse, windowed_sum};
use crate::verdict::Opinion;

/// A window: equal weights, or those of a rule for areas under a curve.
pub(super) fn judge_window(kernel: &Kernel, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    let weights = kernel.values();
    let (sum, total): (f64, f64) = (weights.iter().sum(), weights.iter().map(|weight| weight.abs()).sum());
    let close = |a: f64, b: f64| (a - b).abs() <= 2e-3 * total;
    if close(sum, 0.0) {
        return Ok(Opinion::wrong(text.derivative));
    }
    if let [weight] = weights {
        return Ok(Opinion::wrong((text.copy)(*weight)));
    }
    if weights.iter().all(|weight| close(*weight, weights[0])) {
        return Ok(Opinion::right((text.right_window)(kernel.height(), kernel.width(), weights[0])));
    }
    let proportional = |rule: &[f64]| {
        rule.len() == weights.len() && weights.iter().zip(rule).all(|(w, r)| close(*w, weights[0] / rule[0] * r))
    };
    let count = weights.len();
    let end = |place: usize| place == 0 || place + 1 == count;
    let trapezoid: Vec<f64> = (0..count).map(|place| if end(place) { 1.0 } else { 2.0 }).collect();
    let simpson: Vec<f64> = (0..count)
        .map(|place| {
            if end(place) {
                1.0
            } else if place % 2 == 1 {
                4.0
            } else {
                2.0
            }
        })
        .collect();
    let is_row = kernel.height() == 1 || kernel.width() == 1;
    if is_row && proportional(&trapezoid) {
        return Ok(Opinion::right(text.trapezoid));
    }
    if is_row && count % 2 == 1 && proportional(&simpson) {
        return Ok(Opinion::right(text.simpson));
    }
    let (low, high) = weights.iter().fold((weights[0], weights[0]), |(low, high), w| (low.min(*w), high.max(*w)));
    Ok(Opinion::wrong((text.uneven)(low, high)))
}

/// How many ones give the running sum of a row: as many as it has pixels.
pub(super) fn judge_taps(taps: f64, device: &Device, text: &Text) -> Result<Opinion> {
    let pixels = PIXELS as f64;
    if taps == pixels {
        return Ok(Opinion::right(text.right_taps));
    }
    if taps > pixels {
        return Ok(Opinion::wrong(text.too_many));
    }
    if taps < 1.0 || taps.fract() != 0.0 {
        return Ok(Opinion::wrong((text.no_count)(taps)));
    }
    let sums = windowed_sum(&impulse(PIXELS, device)?, taps as usize)?;
    Ok(Opinion::wrong((text.too_few)(taps as usize, &list(&figure::numbers(&sums)?))))
}

/// One kernel for rows of every length: refuted by the row that is longer by one pixel.
pub(super) fn judge_every_length(every: bool, device: &Device, text: &Text) -> Result<Opinion> {
    if !every {
        return Ok(Opinion::right(text.right_never));
    }
    let sums = windowed_sum(&impulse(PIXELS + 1, device)?, PIXELS)?;
    Ok(Opinion::wrong((text.one_longer)(PIXELS, &list(&figure::numbers(&sums)?))))
}
