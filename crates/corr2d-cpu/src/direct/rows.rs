//! The kernel of forward and input gradient: sums along one row.
//!
//! ```text
//! destination[j] = initial + Σ over channels and taps of weight · source[j · step + offset]
//! ```
//!
//! Columns at which every tap reads the source go in blocks of [`LANES`] columns × up to four channels, held in
//! registers; the few columns at the rims go one by one and skip the taps that read padding.
//!
//! A long sum is made of short ones: after about [`RUN`] products what has been summed is added to the total. A sum of n
//! products of one sign is then off by about (RUN + n / RUN) / 2 roundings, and not by n / 2.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::lanes::{LANES, add_product, load};
use crate::Element;

/// The products that are summed in one run.
const RUN: usize = 64;

/// The taps of one kernel row.
pub(super) struct RowTap {
    /// Where its source row begins in a source plane.
    pub(super) start: usize,
    /// Where its weights begin in a plane of weights.
    pub(super) weight: usize,
}

/// A tap within a kernel row.
pub(super) struct ColumnTap {
    /// Where column 0 reads in the source row; negative when column 0 reads padding.
    pub(super) offset: isize,
    /// Its weight in the row of weights.
    pub(super) weight: usize,
    /// The columns at which it reads the source and not the padding.
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

/// Where the sums of a row go: element `first + j · spacing` is column j. And which taps make them.
pub(super) struct Columns {
    first: usize,
    spacing: usize,
    count: usize,
    taps: Vec<ColumnTap>,
    /// The columns that every tap reaches.
    inner: Range<usize>,
}

impl Columns {
    /// Taps that reach no column are left out.
    pub(super) fn new(first: usize, spacing: usize, count: usize, taps: impl Iterator<Item = ColumnTap>) -> Self {
        let taps: Vec<_> = taps.filter(|tap| !tap.columns.is_empty()).collect();
        let start = taps.iter().map(|tap| tap.columns.start).max().unwrap_or(0).min(count);
        let end = taps.iter().map(|tap| tap.columns.end).min().unwrap_or(count);
        Self { first, spacing, count, taps, inner: start..end.max(start) }
    }
}

impl<T: Element> Source<'_, T> {
    /// Writes one row of `M` channels; `rows[m]` is the row of channel m and `initial[m]` what its sums begin with.
    pub(super) fn write_rows<const M: usize>(
        &self,
        taps: &[RowTap],
        columns: &Columns,
        initial: [T; M],
        rows: &mut [&mut [MaybeUninit<T>]; M],
    ) {
        let inner = &columns.inner;
        let mut column = inner.start;
        while column + LANES <= inner.end {
            let sums = self.block(taps, &columns.taps, initial, column);
            for (row, sums) in rows.iter_mut().zip(&sums) {
                for (lane, sum) in sums.iter().enumerate() {
                    row[columns.first + (column + lane) * columns.spacing].write(*sum);
                }
            }
            column += LANES;
        }
        for column in (0..inner.start).chain(column..columns.count) {
            let sums = self.single(taps, &columns.taps, initial, column);
            for (row, sum) in rows.iter_mut().zip(sums) {
                row[columns.first + column * columns.spacing].write(sum);
            }
        }
    }

    /// The sums of `LANES` columns at which every tap reads the source.
    #[inline(always)]
    fn block<const M: usize>(
        &self,
        rows: &[RowTap],
        columns: &[ColumnTap],
        initial: [T; M],
        column: usize,
    ) -> [[T; LANES]; M] {
        let mut totals = initial.map(|value| [value; LANES]);
        let mut sums = [[T::ZERO; LANES]; M];
        let mut summed = 0;
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane..][..self.plane];
            let weights = &self.weights[channel * self.weights_per_source..];
            for row in rows {
                for tap in columns {
                    let vector = load(plane, position(row, tap, column * self.step), self.step);
                    for (m, sums) in sums.iter_mut().enumerate() {
                        let weight = weights[m * self.weights_per_destination + row.weight + tap.weight];
                        add_product(sums, vector, [weight; LANES]);
                    }
                }
                summed += columns.len();
                if summed >= RUN {
                    flush(totals.as_flattened_mut(), sums.as_flattened_mut());
                    summed = 0;
                }
            }
        }
        flush(totals.as_flattened_mut(), sums.as_flattened_mut());
        totals
    }

    /// The sums of one column, which some taps may not reach.
    fn single<const M: usize>(&self, rows: &[RowTap], columns: &[ColumnTap], initial: [T; M], column: usize) -> [T; M] {
        let mut totals = initial;
        let mut sums = [T::ZERO; M];
        let mut summed = 0;
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane..][..self.plane];
            let weights = &self.weights[channel * self.weights_per_source..];
            for row in rows {
                for tap in columns.iter().filter(|tap| tap.columns.contains(&column)) {
                    let value = plane[position(row, tap, column * self.step)];
                    for (m, sum) in sums.iter_mut().enumerate() {
                        *sum += value * weights[m * self.weights_per_destination + row.weight + tap.weight];
                    }
                }
                summed += columns.len();
                if summed >= RUN {
                    flush(&mut totals, &mut sums);
                    summed = 0;
                }
            }
        }
        flush(&mut totals, &mut sums);
        totals
    }
}

/// totals += sums, sums = 0.
#[inline(always)]
fn flush<T: Element>(totals: &mut [T], sums: &mut [T]) {
    for (total, sum) in totals.iter_mut().zip(sums) {
        *total += *sum;
        *sum = T::ZERO;
    }
}

/// Where a tap reads in its plane. The column is one that the tap reaches, so the sum is not negative.
#[inline(always)]
fn position(row: &RowTap, tap: &ColumnTap, column: usize) -> usize {
    (row.start + column).wrapping_add_signed(tap.offset)
}
