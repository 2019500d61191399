//! Judges a window. What integrates over it is a rule for areas, up to a factor, and every rule for areas is exact on constants
//! and on straight lines: Σ w·x = 0 with x counted from the middle of the window.
//!
//! On x² rules differ. Σ w · L²/12 is the area over an interval of length L, so 12 · Σ w·x² / Σ w, the *spread*, is L² for a rule
//! that has parabolas right. It is n² − 1 for n equal weights and (n − 1)² + 2 for the trapezoidal rule, the two crudest that
//! everybody accepts; so what is no farther off than they are is a rule, and what is farther off is a mean of another kind.

use anyhow::Result;
use corr2d_imaging::Kernel;

use super::super::polynomials::{moment, trimmed};
use super::text::Text;
use crate::verdict::Opinion;

/// A weight that is off by less than this part of the largest is another only by rounding: a reader writes 0.33 for 1/3.
const ROUNDED: f64 = 0.03;

/// What is said of a rule.
type Said = fn(&Text) -> &'static str;

/// The rules that have names: their weights on one piece. Pieces are laid end to end; along both axes, rules
/// multiply.
const NAMED: [(&[f64], Said); 4] = [
    (&[1.0, 1.0], |text| text.trapezoid),
    (&[1.0, 4.0, 1.0], |text| text.simpson),
    (&[1.0, 3.0, 3.0, 1.0], |text| text.three_eighths),
    (&[7.0, 32.0, 12.0, 32.0, 7.0], |text| text.boole),
];

/// Equal weights, or those of a rule for areas, up to a factor.
pub(super) fn judge(kernel: &Kernel, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(kernel)? else { return Ok(Opinion::wrong(text.zeros)) };
    let weights = kernel.values();
    let sum = moment(&kernel, 0, 0);
    if sum == 0.0 {
        return Ok(Opinion::wrong(text.derivative));
    }
    if let [weight] = weights {
        return Ok(Opinion::wrong((text.copy)(*weight)));
    }
    if proportional(weights, &vec![1.0; weights.len()]) {
        let mean = sum / weights.len() as f64;
        let exact = weights.iter().all(|weight| *weight == weights[0]);
        let weight = if exact { weights[0] } else { mean };
        return Ok(Opinion::right((text.right_window)(kernel.height(), kernel.width(), weight)));
    }
    for (piece, name) in NAMED {
        let rules = end_to_end(piece, kernel.height()).zip(end_to_end(piece, kernel.width()));
        if rules.is_some_and(|(down, across)| proportional(weights, &product(&down, &across))) {
            return Ok(Opinion::right(name(text)));
        }
    }
    Ok(judge_by_powers(&kernel, sum, text))
}

/// What a kernel without a name answers to x, y, xy, x² and y².
fn judge_by_powers(kernel: &Kernel, sum: f64, text: &Text) -> Opinion {
    let axes = [("x", kernel.width(), (1, 0), (2, 0)), ("y", kernel.height(), (0, 1), (0, 2))];
    for (axis, taps, (across, down), _) in axes {
        let slope = moment(kernel, across, down);
        if slope != 0.0 {
            let wanted = sum * (taps - 1) as f64 / 2.0;
            return Opinion::wrong((text.one_sided)(axis, wanted, wanted + slope));
        }
    }
    let twist = moment(kernel, 1, 1);
    if twist != 0.0 {
        return Opinion::wrong((text.twisted)(twist));
    }
    let spreads =
        axes.map(|(axis, taps, _, (across, down))| (axis, taps as f64, 12.0 * moment(kernel, across, down) / sum));
    let all =
        |fits: &dyn Fn(f64, f64) -> bool| spreads.iter().all(|(_, taps, spread)| *taps == 1.0 || fits(*taps, *spread));
    // From the first pixel to the last, with half a pixel more at both ends, or with a whole one.
    let exact = |taps: f64, spread: f64| {
        [taps - 1.0, taps, taps + 1.0].iter().any(|length| (spread / (length * length) - 1.0).abs() < 0.01)
    };
    if all(&exact) {
        return Opinion::right((text.rule)(true));
    }
    if let Some(negative) = kernel.values().iter().find(|weight| **weight * sum < 0.0) {
        return Opinion::wrong((text.negative)(*negative, sum));
    }
    for (axis, taps, spread) in spreads {
        let (least, most) = ((taps - 1.0) * (taps - 1.0) - 2.0, taps * taps + 1.0);
        if taps > 1.0 && !(least..=most).contains(&spread) {
            let [inner, outer] = [taps - 1.0, taps].map(|length| sum * length * length / 12.0);
            return Opinion::wrong((text.parabola)(axis, [inner, outer], sum * spread / 12.0, spread < least));
        }
    }
    Opinion::right((text.rule)(false))
}

/// A piece of a rule, repeated so that the last sample of one is the first of the next, if `taps` samples are so divided.
fn end_to_end(piece: &[f64], taps: usize) -> Option<Vec<f64>> {
    let (steps, intervals) = (piece.len() - 1, taps - 1);
    if intervals == 0 {
        return Some(vec![1.0]);
    }
    if intervals % steps != 0 {
        return None;
    }
    let mut rule = vec![0.0; taps];
    for start in (0..intervals).step_by(steps) {
        rule[start..].iter_mut().zip(piece).for_each(|(weight, of_piece)| *weight += of_piece);
    }
    Some(rule)
}

/// A column times a row.
fn product(down: &[f64], across: &[f64]) -> Vec<f64> {
    down.iter().flat_map(|down| across.iter().map(move |across| down * across)).collect()
}

/// Whether weights are a multiple of others, to as many digits as a reader writes.
fn proportional(weights: &[f64], others: &[f64]) -> bool {
    let (sum, other_sum): (f64, f64) = (weights.iter().sum(), others.iter().sum());
    let largest = others.iter().fold(0f64, |largest, other| largest.max(other.abs())) / other_sum;
    let close = |(weight, other): (&f64, &f64)| (weight / sum - other / other_sum).abs() <= ROUNDED * largest;
    weights.len() == others.len() && weights.iter().zip(others).all(close)
}
