//! The kernel of forward and input gradient: sums along one row.
//!
//! ```text
//! destination[j] = initial + Σ over channels and taps of weight · source[j · step + offset]
//! ```
//!
//! Columns at which every tap reads the source go in blocks of a few registers of columns × up to four channels; the few columns at the rims go one by one and skip the taps that read padding.
//!
//! A long sum is made of short ones: after about [`RUN`] products what has been summed is added to the total. A sum of n
//! products of one sign is then off by about (RUN + n / RUN) / 2 roundings, and not by n / 2.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::Element;
use crate::simd::Simd;
use crate::transpose::MOST_LANES;

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
    /// From one plane to the next.
    pub(super) plane_step: usize,
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
    #[inline(always)]
    pub(super) fn write_rows<S: Simd<Number = T>, const M: usize>(
        &self,
        simd: S,
        taps: &[RowTap],
        columns: &Columns,
        initial: [T; M],
        rows: &mut [&mut [MaybeUninit<T>]; M],
    ) {
        let inner = &columns.inner;
        let mut column = inner.start;
        // Enough sums that none waits for the one before it.
        if const { S::ACCUMULATORS >= 8 && M <= 2 } {
            while column + 4 * S::LANES <= inner.end {
                self.write_block::<S, M, 4>(simd, taps, columns, initial, column, S::LANES, rows);
                column += 4 * S::LANES;
            }
        }
        if const { S::ACCUMULATORS >= 8 } {
            while column + 2 * S::LANES <= inner.end {
                self.write_block::<S, M, 2>(simd, taps, columns, initial, column, S::LANES, rows);
                column += 2 * S::LANES;
            }
        }
        while column < inner.end && inner.len() >= S::LANES {
            // The last block goes back to end with the columns: what it writes twice is the same.
            column = column.min(inner.end - S::LANES);
            self.write_block::<S, M, 1>(simd, taps, columns, initial, column, S::LANES, rows);
            column += S::LANES;
        }
        if column < inner.end {
            self.write_block::<S, M, 1>(simd, taps, columns, initial, column, inner.len(), rows);
            column = inner.end;
        }
        for column in (0..inner.start).chain(column..columns.count) {
            let sums = self.single(taps, &columns.taps, initial, column);
            for (row, sum) in rows.iter_mut().zip(sums) {
                row[columns.first + column * columns.spacing].write(sum);
            }
        }
    }

    /// Writes `WIDTH` registers of columns at which every tap reads the source, or so many lanes of a single one.
    #[inline(always)]
    fn write_block<S: Simd<Number = T>, const M: usize, const WIDTH: usize>(
        &self,
        simd: S,
        rows: &[RowTap],
        columns: &Columns,
        initial: [T; M],
        column: usize,
        lanes: usize,
        destinations: &mut [&mut [MaybeUninit<T>]; M],
    ) {
        const { assert!(M <= 4 && WIDTH <= 4) };
        let zero = simd.splat(T::ZERO);
        let (mut totals, mut sums) = ([[zero; WIDTH]; M], [[zero; WIDTH]; M]);
        unroll!(C in [0 1 2 3] { if const { C < M } { totals[C] = [simd.splat(initial[C]); WIDTH]; } });
        let mut summed = 0;
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane_step..];
            let weights = &self.weights[channel * self.weights_per_source..];
            for row in rows {
                for tap in &columns.taps {
                    let start = position(row, tap, column * self.step);
                    let mut pixels = [zero; WIDTH];
                    unroll!(I in [0 1 2 3] {
                        if const { I < WIDTH } {
                            pixels[I] = load(simd, plane, start + I * S::LANES * self.step, self.step, lanes);
                        }
                    });
                    unroll!(C in [0 1 2 3] {
                        if const { C < M } {
                            let weight = weights[C * self.weights_per_destination + row.weight + tap.weight];
                            let weight = simd.splat(weight);
                            unroll!(I in [0 1 2 3] {
                                if const { I < WIDTH } {
                                    sums[C][I] = simd.mul_add(pixels[I], weight, sums[C][I]);
                                }
                            });
                        }
                    });
                }
                summed += columns.taps.len();
                if summed >= RUN {
                    add_to(simd, &mut totals, &mut sums);
                    summed = 0;
                }
            }
        }
        add_to(simd, &mut totals, &mut sums);
        unroll!(C in [0 1 2 3] {
            if const { C < M } {
                unroll!(I in [0 1 2 3] {
                    if const { I < WIDTH } {
                        let first = columns.first + (column + I * S::LANES) * columns.spacing;
                        write(simd, totals[C][I], destinations[C], first, columns.spacing, lanes);
                    }
                });
            }
        });
    }

    /// The sums of one column, which some taps may not reach.
    fn single<const M: usize>(&self, rows: &[RowTap], columns: &[ColumnTap], initial: [T; M], column: usize) -> [T; M] {
        let mut totals = initial;
        let mut sums = [T::ZERO; M];
        let mut summed = 0;
        for channel in 0..self.channels {
            let plane = &self.planes[channel * self.plane_step..];
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

/// totals += sums, sums = 0.
#[inline(always)]
fn add_to<S: Simd, const M: usize, const WIDTH: usize>(
    simd: S,
    totals: &mut [[S::Vector; WIDTH]; M],
    sums: &mut [[S::Vector; WIDTH]; M],
) {
    unroll!(C in [0 1 2 3] {
        if const { C < M } {
            unroll!(I in [0 1 2 3] {
                if const { I < WIDTH } {
                    totals[C][I] = simd.add(totals[C][I], sums[C][I]);
                    sums[C][I] = simd.splat(S::Number::ZERO);
                }
            });
        }
    });
}

/// Consecutive numbers, or every `step`th. Only the first `lanes` count.
#[inline(always)]
fn load<S: Simd>(simd: S, source: &[S::Number], start: usize, step: usize, lanes: usize) -> S::Vector {
    if step == 1 {
        return if lanes == S::LANES { simd.load(source, start) } else { simd.load_within(source, start as isize) };
    }
    if step == 2 && start + 2 * S::LANES <= source.len() {
        return simd.unzip(simd.load(source, start), simd.load(source, start + S::LANES)).0;
    }
    let mut block = [S::Number::ZERO; MOST_LANES];
    for (lane, number) in block.iter_mut().enumerate().take(lanes) {
        *number = source[start + lane * step];
    }
    simd.load(&block, 0)
}

/// The first `lanes` to consecutive places, or to every `step`th.
#[inline(always)]
fn write<S: Simd>(
    simd: S,
    vector: S::Vector,
    destination: &mut [MaybeUninit<S::Number>],
    start: usize,
    step: usize,
    lanes: usize,
) {
    if step == 1 {
        return simd.write_first(vector, &mut destination[start..start + lanes], 0);
    }
    let mut block = [S::Number::ZERO; MOST_LANES];
    simd.store(vector, &mut block, 0);
    for (lane, number) in block.iter().enumerate().take(lanes) {
        destination[start + lane * step].write(*number);
    }
}
