//! Some columns of one or two registers of channels: rows, by one or by two, cut into blocks, and each block written.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{MOST_SUMS, Position, RUN, Source, most_pixels};
use super::task::RowTaps;
use super::window::Layout;
use crate::simd::Simd;
use crate::transpose::{MOST_LANES, transpose};
use crate::{Element, Geometry};

/// The blocks that take a run of products together: 12 KiB of totals in f32.
pub(super) const TOGETHER: usize = 8;

/// The totals of so many blocks.
#[repr(align(64))]
pub(super) struct Totals<T>(pub(super) [[T; TOTALS]; TOGETHER]);

/// Of one block.
const TOTALS: usize = MOST_SUMS * MOST_LANES;

/// No totals yet.
pub(super) fn totals<T: Element>() -> Totals<T> {
    Totals([[T::ZERO; TOTALS]; TOGETHER])
}

/// Some neighbouring pixels of a row, or of two.
struct Block {
    row: usize,
    rows: usize,
    start: usize,
    end: usize,
    /// The next run of their sums.
    next: Option<Position>,
}

impl Block {
    const NONE: Self = Self { row: 0, rows: 1, start: 0, end: 0, next: None };
}

/// The rows of a task in steps of one or of two: some alone, then pairs, then the others alone.
#[derive(Clone, Copy)]
pub(super) struct Pairing {
    alone: usize,
    pairs: usize,
    rows: usize,
}

impl Pairing {
    /// Every row by itself.
    pub(super) fn alone(rows: usize) -> Self {
        Self { alone: 0, pairs: 0, rows }
    }

    fn len(self) -> usize {
        self.rows - self.pairs
    }

    /// The first row of one of the steps, and how many it has.
    fn get(self, index: usize) -> (usize, usize) {
        let done = index.saturating_sub(self.alone).min(self.pairs);
        (index + done, if index >= self.alone && done < self.pairs { 2 } else { 1 })
    }
}

/// Some columns of one or two registers of channels.
pub(super) struct Strip<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) layout: &'a Layout,
    pub(super) window: &'a [T],
    /// Those of one register, then those of the other.
    pub(super) weights: &'a [T],
    /// From the weights of a register to those of the next.
    pub(super) register_length: usize,
    pub(super) finite: bool,
    pub(super) bias: Option<&'a [T]>,
    pub(super) columns: Range<usize>,
    pub(super) registers: usize,
}

impl<T: Element> Strip<'_, T> {
    /// The rows two at a time, where one register of channels has enough of them: those whose kernel rows are all there, and the
    /// taps of a channel in one run.
    pub(super) fn pairs(&self, rows: &[RowTaps]) -> Option<Pairing> {
        let (kernel, columns) = (self.geometry.rows(), self.geometry.columns().kernel());
        let suits = kernel.stride() == 1 && kernel.dilation() == 1 && kernel.kernel() * columns <= RUN;
        if !suits || !self.finite || self.registers > 1 {
            return None;
        }
        let whole = |row: &RowTaps| row.kernel_rows.len() == kernel.kernel();
        let alone = rows.iter().take_while(|row| !whole(row)).count();
        let pairs = rows[alone..].iter().take_while(|row| whole(row)).count() / 2;
        (pairs > 0).then_some(Pairing { alone, pairs, rows: rows.len() })
    }

    /// Cuts each row, or pair of rows, into blocks of nearly one width. A few blocks take one run of products after another
    /// together, so that the weights of a run stay in a first-level cache.
    #[inline(always)]
    pub(super) fn write_rows<S: Simd<Number = T>>(
        &self,
        simd: S,
        rows: &[RowTaps],
        pairing: Pairing,
        destinations: &mut [&mut [MaybeUninit<T>]],
        totals: &mut Totals<T>,
    ) {
        let width = self.columns.len();
        let wide = if pairing.pairs > 0 { 2 } else { self.registers };
        let in_row = width.div_ceil(most_pixels::<S>(wide));
        let all = pairing.len() * in_row;
        for first in (0..all).step_by(TOGETHER) {
            let mut blocks = [const { Block::NONE }; TOGETHER];
            let blocks = &mut blocks[..TOGETHER.min(all - first)];
            for (index, (block, totals)) in blocks.iter_mut().zip(totals.0.iter_mut()).enumerate() {
                let (step, index) = ((first + index) / in_row, (first + index) % in_row);
                let (start, end) = (index * width / in_row, (index + 1) * width / in_row);
                let (row, rows_of_step) = pairing.get(step);
                *block = Block { row, rows: rows_of_step, start, end, next: None };
                for totals in totals.chunks_mut(self.registers * (end - start) * S::LANES).take(rows_of_step) {
                    self.fill_bias(simd, end - start, totals);
                }
                if !self.is_summed_whole(start, end) {
                    self.add_present(simd, &rows[row], start, end - start, totals);
                } else if !rows[row].taps.as_slice().is_empty() {
                    block.next = Some(Position::default());
                }
            }
            while blocks.iter().any(|block| block.next.is_some()) {
                for (block, totals) in blocks.iter_mut().zip(totals.0.iter_mut()) {
                    if let Some(begin) = block.next {
                        block.next = self.add(simd, &rows[block.row], block, begin, totals);
                    }
                }
            }
            for (block, totals) in blocks.iter().zip(totals.0.iter()) {
                let pixels = block.end - block.start;
                for (row, totals) in totals.chunks(self.registers * pixels * S::LANES).take(block.rows).enumerate() {
                    let at = (block.row + row) * self.geometry.columns().output() + self.columns.start + block.start;
                    write(simd, pixels, totals, destinations, at);
                }
            }
        }
    }

    /// Whether zeros may stand for the padding of some pixels, or there is none.
    fn is_summed_whole(&self, start: usize, end: usize) -> bool {
        self.finite || self.inside(self.columns.start + start, self.columns.start + end - 1)
    }

    #[inline(always)]
    fn fill_bias<S: Simd<Number = T>>(&self, simd: S, pixels: usize, totals: &mut [T]) {
        for register in 0..self.registers {
            let bias =
                self.bias.map_or(simd.splat(T::ZERO), |bias| simd.load_within(bias, (register * S::LANES) as isize));
            for pixel in 0..pixels {
                simd.store(bias, totals, (register * pixels + pixel) * S::LANES);
            }
        }
    }

    /// Whether no tap of these outputs reads padding at the sides.
    fn inside(&self, first: usize, last: usize) -> bool {
        let columns = self.geometry.columns();
        columns.input_position(first, 0).is_some() && columns.input_position(last, columns.kernel() - 1).is_some()
    }

    #[inline(always)]
    fn add<S: Simd<Number = T>>(
        &self,
        simd: S,
        taps: &RowTaps,
        block: &Block,
        begin: Position,
        totals: &mut [T],
    ) -> Option<Position> {
        let Block { rows, start, end, .. } = *block;
        let source = self.source(S::LANES, taps, [0, self.registers - 1], start);
        let (row, columns) = (self.layout.row(), self.geometry.columns().kernel());
        macro_rules! cases {
            ($($count:literal)*) => {
                match (self.registers, rows, end - start) {
                    $((1, 1, $count) if const { $count <= most_pixels::<S>(1) } => {
                        source.add::<S, $count, 1>(simd, begin, totals)
                    }
                    (1, 2, $count) if const { $count <= most_pixels::<S>(2) } => {
                        source.add_two_rows::<S, $count>(simd, begin, row, columns, totals)
                    }
                    (2, 1, $count) if const { $count <= most_pixels::<S>(2) } => {
                        source.add::<S, $count, 2>(simd, begin, totals)
                    })*
                    // Rows are cut into blocks of at most `most_pixels`.
                    _ => {
                        debug_assert!(false, "{rows} × {start}..{end} × {} registers", self.registers);
                        None
                    }
                }
            };
        }
        cases!(1 2 3 4 5 6 7 8 9 10 11 12 13 14)
    }

    #[inline(always)]
    pub(super) fn source<'a>(
        &'a self,
        lanes: usize,
        taps: &'a RowTaps,
        registers: [usize; 2],
        start: usize,
    ) -> Source<'a, T> {
        let geometry = self.geometry;
        let skipped = taps.kernel_rows.start * geometry.columns().kernel() * lanes;
        let length = self.register_length;
        Source {
            window: &self.window[start..],
            taps: &taps.taps,
            channels: taps.channels,
            taps_per_channel: taps.kernel_rows.len() * geometry.columns().kernel(),
            channel: self.layout.channel(),
            weights: registers.map(|register| &self.weights[register * length..][skipped..length]),
            weights_per_channel: geometry.rows().kernel() * geometry.columns().kernel(),
            all_channels: geometry.input_channels_per_group(),
        }
    }

    /// As [`Strip::add`], pixel by pixel and without the taps that read padding.
    fn add_present<S: Simd<Number = T>>(&self, simd: S, taps: &RowTaps, start: usize, pixels: usize, totals: &mut [T]) {
        let columns = self.geometry.columns();
        let (width, channel_taps) = (columns.kernel(), self.geometry.rows().kernel() * columns.kernel());
        let first_tap = taps.kernel_rows.start * width;
        let length = self.register_length;
        for (index, total) in totals.chunks_mut(S::LANES).take(self.registers * pixels).enumerate() {
            let (register, pixel) = (index / pixels, start + index % pixels);
            let weights = &self.weights[register * length..];
            for channel in 0..self.geometry.input_channels_per_group() {
                let mut sum = simd.splat(T::ZERO);
                for (tap, offset) in taps.taps.as_slice()[..taps.kernel_rows.len() * width].iter().enumerate() {
                    if columns.input_position(self.columns.start + pixel, tap % width).is_some() {
                        let x = simd.splat(self.window[channel * self.layout.channel() + offset + pixel]);
                        sum = simd.mul_add(
                            x,
                            simd.load(weights, (channel * channel_taps + first_tap + tap) * S::LANES),
                            sum,
                        );
                    }
                }
                simd.store(simd.add(simd.load(total, 0), sum), total, 0);
            }
        }
    }
}

/// Writes pixels × channels as rows of pixels, from `at` on.
#[inline(always)]
fn write<S: Simd>(
    simd: S,
    pixels: usize,
    totals: &[S::Number],
    destinations: &mut [&mut [MaybeUninit<S::Number>]],
    at: usize,
) {
    for (register, destinations) in destinations.chunks_mut(S::LANES).enumerate() {
        let totals = &totals[register * pixels * S::LANES..][..pixels * S::LANES];
        let mut first = 0;
        while first < pixels {
            let mut square = [simd.splat(<S::Number as Element>::ZERO); MOST_LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && first + I < pixels {
                    square[I] = simd.load(totals, (first + I) * S::LANES);
                }
            });
            let square = transpose(simd, square);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I < destinations.len() {
                    simd.write_first(square[I], &mut destinations[I][at + first..at + pixels], 0);
                }
            });
            first += S::LANES;
        }
    }
}
