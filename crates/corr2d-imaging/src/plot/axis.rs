//! The y axis: its ends, its ticks at round numbers, and how a tick is written.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

use super::figure;

/// A y axis of values, or of their powers of ten.
#[derive(Clone)]
pub(super) struct Axis {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
    label: fn(f64) -> String,
}

impl Axis {
    /// An axis of the values themselves, from zero where none is negative.
    pub(super) fn even(values: &[f64]) -> Self {
        let (low, high) = padded(values, values.iter().all(|&value| value >= 0.0));
        Self { low, high, ticks: even_ticks(low, high), label: figure }
    }

    /// An axis of the exponents of powers of ten, labelled with the powers.
    pub(super) fn powers(exponents: &[f64]) -> Self {
        let (low, high) = padded(exponents, false);
        let label = |exponent: f64| figure(10f64.powf(exponent));
        Self { low, high, ticks: power_ticks(low, high), label }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let part = (value - self.low) / (self.high - self.low);
        (f64::from(first) + part * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        (self.label)(*value)
    }
}

pub(super) fn extremes(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (low, high)
}

/// The range of the y axis: from zero if asked for, with air around it, and never without extent.
fn padded(values: &[f64], from_zero: bool) -> (f64, f64) {
    if values.is_empty() {
        return (0.0, 1.0);
    }
    let (low, high) = extremes(values);
    let low = if from_zero { 0.0 } else { low };
    let span = high - low;
    // Below this the ticks would be closer together than f64 can tell apart.
    let air =
        if span > 1e-9 * high.abs().max(low.abs()).max(1e-290) { 0.05 * span } else { (0.5 * high.abs()).max(0.5) };
    (if from_zero { 0.0 } else { low - air }, high + air)
}

/// About eight ticks, 1, 2 or 5 times a power of ten apart.
fn even_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 8.0;
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough);
    let step = factor.unwrap_or(10.0) * power;
    let first = (low / step).ceil();
    (0..20).map(|index| (first + f64::from(index)) * step).take_while(|&tick| tick <= high).collect()
}

/// Powers of ten, with 2 and 5 times them between where there is room.
fn power_ticks(low: f64, high: f64) -> Vec<f64> {
    let stride = ((high - low) / 8.0).ceil().max(1.0);
    let between: &[f64] = match high - low {
        span if span < 1.0 => &[1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0],
        span if span < 3.0 => &[1.0, 2.0, 5.0],
        _ => &[1.0],
    };
    let first = (low / stride).floor() * stride;
    let powers = (0..10).map(|index| first + f64::from(index) * stride);
    powers
        .flat_map(|power| between.iter().map(move |factor| power + factor.log10()))
        .filter(|tick| (low..=high).contains(tick))
        .collect()
}
