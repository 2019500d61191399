//! One part of a kernel along a few rows: block after block, from the left to the right.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{MOST_REGISTERS, add};
use super::parts::Parts;
use super::view::View;
use crate::simd::{Simd, Window, WindowMut, asks_ahead, unwritten};
use crate::{Element, Geometry};

/// The most columns that several parts go over one after another, and the most that are copied at once: what is read and
/// summed stays in a second-level cache. So far from a power of two that its rows do not share a few lines of the first.
pub(super) const STRIP: usize = 960;

/// From one row of totals to the next: a strip, or a register in a narrower output.
const TOTALS: usize = STRIP + 16;

/// The bytes of an output from which on its lines are asked for before they are written, where that pays ([`asks_ahead`]): those
/// of the next block of rows while one is summed, since a store waits for its line. On a Cascade Lake 12.8 MB under 3 → 64
/// channels take 3.0 ms instead of 3.5, lines of one row 0.92 for 1.00; but 2 to 5 MB of small planes up to 5 % longer.
const ASKED: usize = 6 << 20;

/// How the registers of a block lie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In neighbouring output rows.
    Column,
    /// Side by side in one row.
    Line,
}

/// What all sweeps of a task share: some rows of one output plane, or of a few neighbouring ones that read the same.
pub(super) struct Sweep<'a, T, const OUTPUTS: usize> {
    pub(super) geometry: &'a Geometry,
    pub(super) view: View<'a, T>,
    pub(super) parts: &'a Parts<T>,
    /// The output channel of the first plane.
    pub(super) channel: usize,
    pub(super) bias: [T; OUTPUTS],
    /// The first of the rows that `outputs` hold.
    pub(super) first_row: usize,
    pub(super) outputs: [&'a mut [MaybeUninit<T>]; OUTPUTS],
    pub(super) rim: &'a mut Vec<T>,
    pub(super) totals: &'a mut Totals<T>,
}

/// The sums of the parts that are done. They are read here and written there, since blocks may overlap.
pub(super) struct Totals<T> {
    before: Vec<T>,
    after: Vec<T>,
}

impl<T: Element> Totals<T> {
    pub(super) fn new() -> Self {
        Self { before: Vec::new(), after: Vec::new() }
    }

    /// Room for the strips of a block of so many outputs.
    pub(super) fn reserve(&mut self, outputs: usize) {
        let length = self.before.len().max(outputs * MOST_REGISTERS * TOTALS);
        self.before.resize(length, T::ZERO);
        self.after.resize(length, T::ZERO);
    }
}

impl<T: Element, const OUTPUTS: usize> Sweep<'_, T, OUTPUTS> {
    /// Sums part `index` for some columns of the rows from `first` on, and writes the outputs if it is the last.
    #[inline(always)]
    pub(super) fn run<S: Simd<Number = T>, const REGISTERS: usize, const TAPS: usize>(
        &mut self,
        simd: S,
        form: Form,
        first: usize,
        index: usize,
        span: Range<usize>,
    ) {
        debug_assert!(OUTPUTS == 1 || form == Form::Column, "a row of totals a register");
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let part = self.parts.get(index);
        let mut taps = [self.parts.taps::<TAPS>(part, self.channel); OUTPUTS];
        unroll!(O in [1] {
            if const { O < OUTPUTS } {
                taps[O] = self.parts.taps::<TAPS>(part, self.channel + O);
            }
        });
        let (begins, ends) = (index == 0, index + 1 == self.parts.len());
        // Fewer would stay in a cache from one call to the next.
        let many = self.geometry.output_len().saturating_mul(size_of::<T>()) >= ASKED;
        let asks = ends && many && asks_ahead();
        let bias = if begins { self.bias } else { [T::ZERO; OUTPUTS] };
        let mut initial = [[simd.splat(bias[0]); REGISTERS]; OUTPUTS];
        unroll!(O in [1] {
            if const { O < OUTPUTS } {
                initial[O] = [simd.splat(bias[O]); REGISTERS];
            }
        });

        // What a block computes and reads, and how far apart its registers lie.
        let (across, output_rows) = match form {
            Form::Column => (S::LANES, REGISTERS),
            Form::Line => (REGISTERS * S::LANES, 1),
        };
        let behind_first = across - S::LANES;
        let step = |rows: usize| if form == Form::Line { S::LANES } else { rows };
        let reach = (part.columns - 1) * columns.dilation();
        let (read_rows, window_rows) = (output_rows + TAPS - 1, const { REGISTERS + TAPS - 1 });

        // Where the first tap of the first output reads, in the padding if negative or beyond the plane.
        let row = (self.first_row + first + part.row * rows.dilation()) as isize + self.view.first.0;
        let column = (span.start + part.column * columns.dilation()) as isize + self.view.first.1;
        let inside = self.inside(row, read_rows, column, across + reach);

        let length = span.len();
        // Those of one output behind those of the other.
        let all = const { (OUTPUTS - 1) * MOST_REGISTERS + REGISTERS };
        let before = (!begins).then(|| Window::new(&self.totals.before, 0, all, step(TOTALS), TOTALS - behind_first));
        let mut after = [const { WindowMut::EMPTY }; OUTPUTS];
        if ends {
            let start = first * columns.output() + span.start;
            let row_step = step(rows.dilation() * columns.output());
            for (after, output) in after.iter_mut().zip(&mut self.outputs) {
                *after = WindowMut::new(output, start, REGISTERS, row_step, length.saturating_sub(behind_first));
            }
        } else {
            let totals = unwritten(&mut self.totals.after).chunks_exact_mut(MOST_REGISTERS * TOTALS);
            for (after, totals) in after.iter_mut().zip(totals) {
                *after = WindowMut::new(totals, 0, REGISTERS, step(TOTALS), TOTALS - behind_first);
            }
        }

        let mut at = 0;
        while at < length {
            // The last block goes back to end with the row: what is written twice is the same.
            at = at.min(length.saturating_sub(across));
            let plain = inside.contains(&at);
            let (end, windows) = if plain {
                let end = length.max(across).min(inside.end - 1 + across);
                let start = row as usize * self.view.row_step() + column.wrapping_add_unsigned(at) as usize;
                let window_step = step(rows.dilation() * self.view.row_step());
                let read = end - at - behind_first + reach;
                let shape = [window_rows, window_step, read];
                let planes = self.view.planes_from(part.channel);
                (end, Window::stack(planes, start, shape, part.channels, self.view.plane_step()))
            } else {
                // To the next block that reads no padding, or as far as a strip goes.
                let end = if inside.is_empty() { length.max(across).min(at + STRIP) } else { at + across };
                let corner = (row, column.wrapping_add_unsigned(at));
                let width = end - at + reach;
                let channels = part.channel..part.channel + part.channels;
                let rim = self.view.rim(channels, corner, read_rows, rows.dilation(), width, self.rim);
                let shape = [window_rows, step(width), width - behind_first];
                (end, Window::stack(rim, 0, shape, part.channels, read_rows * width))
            };
            let columns_read = windows.columns(simd, columns.dilation(), part.columns, window_rows);
            let mut block = at;
            loop {
                unroll!(O in [0 1] {
                    if const { O < OUTPUTS } && asks {
                        after[O].prefetch(simd, block, REGISTERS, REGISTERS);
                    }
                });
                let mut sums = initial;
                let mut left = taps;
                for plane in 0..part.channels {
                    sums = add(simd, left.map(|taps| &taps[..part.columns]), columns_read.at(plane, block - at), sums);
                    left = left.map(|taps| &taps[part.columns..]);
                }
                unroll!(O in [0 1] {
                    if const { O < OUTPUTS } {
                        if let Some(before) = &before {
                            let mut totals = before.skip_rows(O * MOST_REGISTERS).column(simd, block, REGISTERS);
                            unroll!(R in [0 1 2 3 4 5 6 7] {
                                if const { R < REGISTERS } {
                                    sums[O][R] = simd.add(totals.next(), sums[O][R]);
                                }
                            });
                        }
                        after[O].write(simd, block, sums[O]);
                    }
                });
                if block + across >= end {
                    break;
                }
                block = (block + across).min(end - across);
            }
            at = end;
        }
        if !ends {
            std::mem::swap(&mut self.totals.before, &mut self.totals.after);
        }
    }

    /// At which columns a block may begin that reads no padding, counted from where the first one does.
    #[inline(always)]
    fn inside(&self, row: isize, rows: usize, column: isize, width: usize) -> Range<usize> {
        let step = self.geometry.rows().dilation();
        let last = row.wrapping_add_unsigned((rows - 1) * step);
        if row < 0 || last >= self.view.height as isize || aliased::<T>(step * self.view.row_step(), rows) {
            return 0..0;
        }
        let end = (self.view.width as isize - column).saturating_sub(width as isize) + 1;
        column.min(0).unsigned_abs()..end.max(0) as usize
    }
}

/// Whether so many rows, so far apart, would share too few lines of a first-level cache, where a multiple of 4 KiB is the
/// same place: a pixel of 7×7 on a width of 2048 takes 1.8 times as long as on 1920, with a
/// copy 1.35 times.
fn aliased<T>(step: usize, rows: usize) -> bool {
    rows > 12 && (step * size_of::<T>()).is_multiple_of(4096)
}
