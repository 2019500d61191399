//! Which geometries suit.

use super::layout::{Layout, RUN};
use super::parts::Parts;
use super::pixels::Lines;
use crate::{Axis, Geometry};

/// The sums and differences of a band, at most, and as many pixels of a channel: both are 4 MiB in f64.
pub(super) const MOST_BAND: usize = 15 << 14;

/// The largest stride.
const MOST_STRIDE: usize = 16;

/// The fewest kernel rows of all input channels that are summed. Of a few, the terms that cancel may be much larger than those
/// that stay: on ten million sums of reals from −1 to 1 the worst error was 31 units of 2⁻²⁴ · Σ|x||w| with one, 7.8 with six,
/// 4.3 with nine, where direct sums erred by 2.4, 4.5 and 4.7.
const FEWEST_ROWS: usize = 7;

/// Whether outputs in pairs can compute a geometry: columns that are not dilated, with two taps and more a stride apart,
/// sums that are not too short, and kernels and rows that are not too long.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let dense = columns.dilation() == 1 && columns.stride() <= MOST_STRIDE && columns.kernel() > columns.stride();
    let summed = geometry.input_channels_per_group().saturating_mul(rows.kernel());
    if !dense || summed < FEWEST_ROWS || columns.kernel() > RUN || rows.kernel() > RUN {
        return false;
    }
    let parts = Parts::new(columns);
    let in_one_run = (0..super::parts::SUMS).all(|sum| rows.kernel() * parts.of(sum).len() <= RUN);
    in_one_run && fits(geometry, &parts, 1, geometry.input_channels_per_group(), MOST_BAND)
}

/// Whether so many output rows of so many channels have at most so many sums and differences, and not too many pixels.
pub(super) fn fits(geometry: &Geometry, parts: &Parts, rows: usize, channels: usize, most: usize) -> bool {
    let layout = Layout::new(geometry, parts, rows);
    let lines = Lines::new(geometry.columns(), parts, layout.pairs);
    layout.len(channels) <= most && lines.len(layout.input_rows_count()) <= MOST_BAND
}

/// How many products of a kernel row make two outputs.
pub(crate) fn products(columns: &Axis) -> usize {
    Parts::new(columns).products()
}
