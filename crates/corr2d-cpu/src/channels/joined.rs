//! Output rows one behind the other, cut into registers of pixels, and written back row by row.
//!
//! In the window every tap moves by one row from an output row to the next. So the outputs of several rows are one line
//! of pixels, with a few between two rows that nobody asked for: those that a kernel would read across the rim.
//!
//! ```text
//! line:   y[i, 0] … y[i, width − 1]  (row − width of no use)  y[i + 1, 0] …
//! ```

use std::mem::MaybeUninit;

use super::block::Position;
use super::pixels::{self, Sums};
use super::strip::{Strip, Totals};
use super::task::RowTaps;
use crate::Element;
use crate::simd::Simd;

/// Some pixels of one output row within a register of a line, or all of a block.
pub(super) struct Piece {
    /// The register, counted from the first of the block.
    register: usize,
    /// Its lanes.
    first: usize,
    end: usize,
    /// The place of the first of them among the outputs of a channel.
    to: usize,
}

/// How far a line is divided into pieces.
#[derive(Clone, Copy)]
struct Place {
    /// Which output row of the task.
    row: usize,
    /// How far behind its beginning.
    column: usize,
}

/// Rows that share their taps, but for the row of the window where each begins.
fn lines(rows: &[RowTaps], kernel: usize) -> impl Iterator<Item = &[RowTaps]> {
    rows.chunk_by(move |row, next| row.kernel_rows.len() == kernel && next.kernel_rows.len() == kernel)
}

impl<T: Element> Strip<'_, T> {
    /// Whether pixels had better go in lanes: where two of three are asked for.
    ///
    /// One thread of a Cascade Lake with AVX-512, least of six runs in turns, against channels in lanes: 7×7 at stride 2 on 3
    /// channels 2.9 ms for 3.3, 1×1 256 → 64 at 56×56 1.3 for 2.0, 64 → 256 1.5 for 2.0, 5×5 on rows of 10 pixels 2.4 for 2.7
    /// though a third is lost, 3×3 at 14 to 56 pixels level, 3×3 at 7×7 5.8 for 4.0.
    pub(super) fn joins_well<S: Simd<Number = T>>(&self, rows: &[RowTaps]) -> bool {
        self.finite && self.columns.len() * rows.len() * 3 >= self.lanes::<S>(rows) * 2
    }

    /// Whether two rows at a time had better go, of the channels of a register that has so many: where lines take an eighth more
    /// registers, since pairs load more for each product and turn their sums in the end. On a Zen 5 with AVX-512 5×5 on 6 → 16
    /// channels and rows of 10 pixels takes 0.61 ms so, and not 0.79.
    pub(super) fn pairs_well<S: Simd<Number = T>>(&self, rows: &[RowTaps], channels: usize) -> bool {
        let block = pixels::channels::<S>();
        let joined = self.lanes::<S>(rows) * channels.next_multiple_of(block);
        9 * self.columns.len() * rows.len() * S::LANES < 8 * joined
    }

    /// The lanes of all lines.
    fn lanes<S: Simd<Number = T>>(&self, rows: &[RowTaps]) -> usize {
        let lanes = |line: &[RowTaps]| self.line(line.len()).next_multiple_of(S::LANES);
        lines(rows, self.geometry.rows().kernel()).map(lanes).sum()
    }

    /// The pixels of a line of some rows.
    fn line(&self, rows: usize) -> usize {
        (rows - 1) * self.layout.row() + self.columns.len()
    }

    /// As [`Strip::write_rows`], with pixels in lanes.
    #[inline(always)]
    pub(super) fn write_joined<S: Simd<Number = T>>(
        &self,
        simd: S,
        rows: &[RowTaps],
        destinations: &mut [&mut [MaybeUninit<T>]],
        totals: &mut Totals<T>,
        pieces: &mut Vec<Piece>,
    ) {
        let mut row = 0;
        for line in lines(rows, self.geometry.rows().kernel()) {
            let registers = self.line(line.len()).div_ceil(S::LANES);
            let mut first = 0;
            let mut place = Place { row, column: 0 };
            row += line.len();
            while first < registers {
                let count = match registers - first {
                    2 | 4 => 2,
                    left => left.min(pixels::REGISTERS),
                };
                place = self.divide(place, row, [count, S::LANES], pieces);
                let (taps, start) = (&line[0], first * S::LANES);
                match (const { pixels::channels::<S>() }, count) {
                    (8, 1) => self.write_block::<S, 8, 1>(simd, taps, start, destinations, totals, pieces),
                    (8, 2) => self.write_block::<S, 8, 2>(simd, taps, start, destinations, totals, pieces),
                    (8, _) => self.write_block::<S, 8, 3>(simd, taps, start, destinations, totals, pieces),
                    (_, 1) => self.write_block::<S, 4, 1>(simd, taps, start, destinations, totals, pieces),
                    (_, 2) => self.write_block::<S, 4, 2>(simd, taps, start, destinations, totals, pieces),
                    (_, _) => self.write_block::<S, 4, 3>(simd, taps, start, destinations, totals, pieces),
                }
                first += count;
            }
        }
    }

    /// Divides some registers of a line by the output rows to which their pixels go. Returns where the next one begins.
    #[inline(always)]
    fn divide(&self, begin: Place, rows: usize, [registers, lanes]: [usize; 2], pieces: &mut Vec<Piece>) -> Place {
        let (step, width) = (self.layout.row(), self.columns.len());
        let to = |row: usize, column: usize| row * self.geometry.columns().output() + self.columns.start + column;
        let Place { mut row, mut column } = begin;
        pieces.clear();
        if column + registers * lanes <= width {
            pieces.push(Piece { register: 0, first: 0, end: registers * lanes, to: to(row, column) });
            column += registers * lanes;
            return if column == step { Place { row: row + 1, column: 0 } } else { Place { row, column } };
        }
        for register in 0..registers {
            let mut lane = 0;
            while lane < lanes && row < rows {
                let count = (step - column).min(lanes - lane);
                if column < width {
                    let end = lane + count.min(width - column);
                    pieces.push(Piece { register, first: lane, end, to: to(row, column) });
                }
                lane += count;
                column += count;
                if column == step {
                    (row, column) = (row + 1, 0);
                }
            }
        }
        Place { row, column }
    }

    /// Writes all channels of the strip on up to three registers of a line. All take one run of products after another
    /// together, so that what a run reads of the window stays in a first-level cache.
    #[inline(always)]
    fn write_block<S: Simd<Number = T>, const CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        taps: &RowTaps,
        start: usize,
        destinations: &mut [&mut [MaybeUninit<T>]],
        totals: &mut Totals<T>,
        pieces: &[Piece],
    ) {
        // A row of outputs that lies over padding alone reads nothing, and its window may be empty.
        let start = if taps.taps.as_slice().is_empty() { 0 } else { start };
        let last = self.registers - 1;
        let sources = [self.source(S::LANES, taps, [0; 2], start), self.source(S::LANES, taps, [last; 2], start)];
        let to = pieces.first().map_or(0, |piece| piece.to);
        let whole = matches!(pieces, [Piece { first: 0, end, .. }] if *end == COUNT * S::LANES);
        let mut begin = Some(Position::default());
        let mut is_first = true;
        while let Some(run) = begin {
            for (block, destinations) in destinations.chunks_mut(CHANNELS).enumerate() {
                let (source, lane) = (&sources[block * CHANNELS / S::LANES], block * CHANNELS % S::LANES);
                let totals = &mut totals.0[block];
                let (mut sums, next) = source.sum_pixels::<S, CHANNELS, COUNT>(simd, lane, run);
                if is_first {
                    let bias = self.bias.map(|bias| &bias[block * CHANNELS..]);
                    add_bias::<S, CHANNELS, COUNT>(simd, bias, destinations.len(), &mut sums);
                } else {
                    add_totals::<S, CHANNELS, COUNT>(simd, totals, &mut sums);
                }
                match (next, whole) {
                    (None, true) => write::<S, CHANNELS, COUNT>(simd, &sums, destinations, to),
                    (None, false) => write_pieces::<S, CHANNELS, COUNT>(simd, &sums, destinations, pieces),
                    _ => store::<S, CHANNELS, COUNT>(simd, &sums, totals),
                }
                begin = next;
            }
            is_first = false;
        }
    }
}

/// sums += bias.
#[inline(always)]
pub(super) fn add_bias<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    bias: Option<&[S::Number]>,
    channels: usize,
    sums: &mut Sums<S::Vector, CHANNELS>,
) {
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if C < CHANNELS && C < channels {
            let bias = simd.splat(bias.map_or(S::Number::ZERO, |bias| bias[C]));
            unroll!(R in [0 1 2] {
                if const { R < COUNT } {
                    sums[R][C] = simd.add(bias, sums[R][C]);
                }
            });
        }
    });
}

/// sums += totals.
#[inline(always)]
pub(crate) fn add_totals<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    totals: &[S::Number],
    sums: &mut Sums<S::Vector, CHANNELS>,
) {
    let totals = &totals[..CHANNELS * COUNT * S::LANES];
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if const { C < CHANNELS } {
            unroll!(R in [0 1 2] {
                if const { R < COUNT } {
                    sums[R][C] = simd.add(simd.load(totals, (C * COUNT + R) * S::LANES), sums[R][C]);
                }
            });
        }
    });
}

/// totals = sums.
#[inline(always)]
pub(crate) fn store<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    sums: &Sums<S::Vector, CHANNELS>,
    totals: &mut [S::Number],
) {
    let totals = &mut totals[..CHANNELS * COUNT * S::LANES];
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if const { C < CHANNELS } {
            unroll!(R in [0 1 2] {
                if const { R < COUNT } {
                    simd.store(sums[R][C], totals, (C * COUNT + R) * S::LANES);
                }
            });
        }
    });
}

/// Writes whole registers.
#[inline(always)]
pub(super) fn write<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    sums: &Sums<S::Vector, CHANNELS>,
    destinations: &mut [&mut [MaybeUninit<S::Number>]],
    to: usize,
) {
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if C < CHANNELS && let Some(destination) = destinations.get_mut(C) {
            unroll!(R in [0 1 2] {
                if const { R < COUNT } {
                    simd.write(sums[R][C], destination, to + R * S::LANES);
                }
            });
        }
    });
}

/// Writes the pieces of all registers.
#[inline(always)]
fn write_pieces<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    sums: &Sums<S::Vector, CHANNELS>,
    destinations: &mut [&mut [MaybeUninit<S::Number>]],
    pieces: &[Piece],
) {
    let mut pieces = pieces.iter().peekable();
    unroll!(R in [0 1 2] {
        if const { R < COUNT } {
            while let Some(&Piece { first, end, to, .. }) = pieces.next_if(|piece| piece.register == R) {
                unroll!(C in [0 1 2 3 4 5 6 7] {
                    if C < CHANNELS && let Some(destination) = destinations.get_mut(C) {
                        simd.write_lanes(sums[R][C], first..end, destination, to);
                    }
                });
            }
        }
    });
}
