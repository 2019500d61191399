//! The kernel of forward and input gradient: sums along one row.
//!
//! ```text
//! destination[j] = initial + Σ over channels and taps of weight · source[j · step + offset]
//! ```
//!
//! Columns at which every tap reads the source go in blocks of [`LANES`] columns × up to four channels, held in
//! registers over the whole sum; the few columns at the rims go one by one and skip the taps that read padding.

use std::ops::Range;

use super::lanes::{LANES, add_product, load};
use crate::Element;

/// One term of the sums along a row.
pub(super) struct Tap {
    /// Where column 0 reads in a source plane; negative when column 0 reads padding.
    pub(super) offset: isize,
    /// Which weight of the plane of weights multiplies it.
    pub(super) weight: usize,
    /// The columns at which the tap reads the source and not the padding.
    pub(super) columns: Range<usize>,
}

/// What all rows of a block of channels read.
pub(super) struct Source<'a, T> {
    /// The planes, one for each source channel.
    pub(super) planes: &'a [T],
    /// The elements of a plane.
    pub(super) plane: usize,
    /// How many source channels are summed.
    pub(super) channels: usize,
    /// How far apart neighbouring columns read.
    pub(super) step: usize,
    /// The weights, beginning with those of the first destination channel and the first source channel.
    pub(super) weights: &'a [T],
    /// From one destination channel to the next, in weights.
    pub(super) weights_per_destination: usize,
    /// From one source channel to the next, in weights.
    pub(super) weights_per_source: usize,
}

/// Where the sums go: element `first + j · spacing` of a row is column j.
pub(super) struct Columns {
    pub(super) first: usize,
    pub(super) spacing: usize,
    pub(super) count: usize,
}

impl<T: Element> Source<'_, T> {
    /// Writes one row of `M` channels; `rows[m]` is the row of channel m and `initial[m]` what its sums begin with.
    pub(super) fn write_rows<const M: usize>(
        &self,
        taps: &[Tap],
        initial: [T; M],
        columns: &Columns,
        rows: &mut [&mut [T]; M],
    ) {
        let inner = inner_columns(taps, columns.count);
        let mut column = inner.start;
        while column + LANES <= inner.end {
            let sums = self.block(taps, initial, column);
            for (row, sums) in rows.iter_mut().zip(&sums) {
                for (lane, sum) in sums.iter().enumerate() {
                    row[columns.first + (column + lane) * columns.spacing] = *sum;
                }
            }
            column += LANES;
        }
        for column in (0..inner.start).chain(column..columns.count) {
            let sums = self.single(taps, initial, column);
            for (row, sum) in rows.iter_mut().zip(sums) {
                row[columns.first + column * columns.spacing] = sum;
            }
        }
    }

    /// The sums of `LANES` columns at which every tap reads the source.
    #[inline(always)]
    fn block<const M: usize>(&self, taps: &[Tap], initial: [T; M], column: usize) -> [[T; LANES]; M] {
        let mut sums = initial.map(|value| [value; LANES]);
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane..][..self.plane];
            let weights = &self.weights[channel * self.weights_per_source..];
            for tap in taps {
                let vector = load(plane, position(tap, column * self.step), self.step);
                for (m, sums) in sums.iter_mut().enumerate() {
                    add_product(sums, vector, [weights[m * self.weights_per_destination + tap.weight]; LANES]);
                }
            }
        }
        sums
    }

    /// The sums of one column, which some taps may not reach.
    fn single<const M: usize>(&self, taps: &[Tap], initial: [T; M], column: usize) -> [T; M] {
        let mut sums = initial;
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane..][..self.plane];
            let weights = &self.weights[channel * self.weights_per_source..];
            for tap in taps.iter().filter(|tap| tap.columns.contains(&column)) {
                let value = plane[position(tap, column * self.step)];
                for (m, sum) in sums.iter_mut().enumerate() {
                    *sum += value * weights[m * self.weights_per_destination + tap.weight];
                }
            }
        }
        sums
    }
}

/// Where a tap reads in its plane. The column is one that the tap reaches, so the sum is not negative.
#[inline(always)]
fn position(tap: &Tap, column: usize) -> usize {
    tap.offset.wrapping_add_unsigned(column) as usize
}

/// The columns that every tap reaches.
fn inner_columns(taps: &[Tap], count: usize) -> Range<usize> {
    let start = taps.iter().map(|tap| tap.columns.start).max().unwrap_or(0).min(count);
    let end = taps.iter().map(|tap| tap.columns.end).min().unwrap_or(count);
    start..end.max(start)
}
