//! Some columns of one or two registers of channels: a row cut into blocks, and each block written.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{MOST_SUMS, Position, Source, most_pixels};
use super::pixels;
use super::task::RowTaps;
use super::window::Layout;
use crate::simd::Simd;
use crate::transpose::{MOST_LANES, transpose};
use crate::{Element, Geometry};

/// The products up to which pixels go in lanes: 3×3 on 3 channels gains 9 % (AVX-512) and 30 % (AVX2), 1×1 on 64
/// channels as much; 7×7 on 3 channels loses 5 % on AVX-512, 3×3 on 64 channels loses 6 % on AVX2.
const SHORT_SUM: usize = 64;

/// The blocks that take a run of products together: 12 KiB of totals in f32.
const TOGETHER: usize = 8;

/// The totals of so many blocks.
pub(super) type Totals<T> = [[T; MOST_SUMS * MOST_LANES]; TOGETHER];

/// No totals yet.
pub(super) fn totals<T: Element>() -> Totals<T> {
    [[T::ZERO; MOST_SUMS * MOST_LANES]; TOGETHER]
}

/// Some columns of one or two registers of channels.
pub(super) struct Strip<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) layout: &'a Layout,
    pub(super) window: &'a [T],
    pub(super) weights: &'a [T],
    pub(super) finite: bool,
    pub(super) bias: Option<&'a [T]>,
    pub(super) columns: Range<usize>,
    pub(super) registers: usize,
}

impl<T: Element> Strip<'_, T> {
    /// Cuts the row into blocks of nearly one width. A few blocks take one run of products after another together, so that
    /// the weights of a run stay in a first-level cache.
    #[inline(always)]
    pub(super) fn write_row<S: Simd<Number = T>>(
        &self,
        simd: S,
        row: usize,
        taps: &RowTaps,
        destinations: &mut [&mut [MaybeUninit<T>]],
        totals: &mut Totals<T>,
    ) {
        let width = self.columns.len();
        let blocks = width.div_ceil(most_pixels::<S>(self.registers));
        let span = |block: usize| block * width / blocks..(block + 1) * width / blocks;
        for first in (0..blocks).step_by(TOGETHER) {
            let together = first..blocks.min(first + TOGETHER);
            for (block, totals) in together.clone().zip(totals.iter_mut()) {
                let span = span(block);
                self.fill_bias(simd, span.len(), totals);
                if !self.is_summed_whole(&span) {
                    self.add_present(simd, taps, span.start, span.len(), totals);
                }
            }
            let mut next = Some(Position::default());
            while let Some(begin) = next.take() {
                for (block, totals) in together.clone().zip(totals.iter_mut()) {
                    let span = span(block);
                    if self.is_summed_whole(&span) {
                        next = self.add(simd, taps, &span, begin, totals);
                    }
                }
            }
            for (block, totals) in together.zip(totals.iter()) {
                let span = span(block);
                let at = row * self.geometry.columns().output() + self.columns.start + span.start;
                write(simd, span.len(), totals, destinations, at);
            }
        }
    }

    /// Whether zeros may stand for the padding of some pixels, or there is none.
    fn is_summed_whole(&self, span: &Range<usize>) -> bool {
        self.finite || self.inside(self.columns.start + span.start, self.columns.start + span.end - 1)
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
        span: &Range<usize>,
        begin: Position,
        totals: &mut [T],
    ) -> Option<Position> {
        if taps.taps.is_empty() {
            return None;
        }
        let source = self.source(S::LANES, taps, [0, self.registers - 1], span.start);
        macro_rules! cases {
            ($($count:literal)*) => {
                match (self.registers, span.len()) {
                    $((1, $count) if const { $count <= most_pixels::<S>(1) } => {
                        source.add::<S, $count, 1>(simd, begin, totals)
                    }
                    (2, $count) if const { $count <= most_pixels::<S>(2) } => {
                        source.add::<S, $count, 2>(simd, begin, totals)
                    })*
                    // Rows are cut into blocks of at most `most_pixels`.
                    _ => {
                        debug_assert!(false, "{span:?} × {} registers", self.registers);
                        None
                    }
                }
            };
        }
        cases!(1 2 3 4 5 6 7 8 9 10 11 12 13 14)
    }

    fn source<'a>(&'a self, lanes: usize, taps: &'a RowTaps, registers: [usize; 2], start: usize) -> Source<'a, T> {
        let geometry = self.geometry;
        let skipped = taps.kernel_rows.start * geometry.columns().kernel() * lanes;
        let length = self.weights.len() / self.registers;
        Source {
            window: &self.window[start..],
            taps: &taps.taps,
            channels: taps.channels,
            channel: self.layout.channel(),
            weights: registers.map(|register| &self.weights[register * length..][skipped..length]),
            weights_per_channel: geometry.rows().kernel() * geometry.columns().kernel(),
            all_channels: geometry.input_channels_per_group(),
        }
    }

    /// Whether pixels in lanes are the better choice: short sums, and rows that fill their registers.
    pub(super) fn in_lanes<S: Simd<Number = T>>(&self) -> bool {
        let width = self.columns.len();
        let taps = self.weights.len() / (self.registers * S::LANES);
        let all = width.div_ceil(S::LANES) * S::LANES;
        self.finite && width >= S::LANES && width * 16 >= all * 15 && taps <= SHORT_SUM
    }

    /// As [`Strip::write_row`], with pixels in lanes.
    #[inline(always)]
    pub(super) fn write_pixels<S: Simd<Number = T>>(
        &self,
        simd: S,
        row: usize,
        taps: &RowTaps,
        destinations: &mut [&mut [MaybeUninit<T>]],
    ) {
        let (width, step) = (self.columns.len(), const { pixels::channels::<S>() });
        let vectors = width.div_ceil(S::LANES);
        let mut totals = [T::ZERO; pixels::MOST_TOTALS];
        let mut first = 0;
        while first < vectors {
            let count = match vectors - first {
                2 | 4 => 2,
                left => left.min(pixels::REGISTERS),
            };
            let columns = [0, 1, 2].map(|register| ((first + register) * S::LANES).min(width - S::LANES));
            for (block, destinations) in destinations.chunks_mut(step).enumerate() {
                let (register, lane) = (block * step / S::LANES, block * step % S::LANES);
                for (index, total) in totals.chunks_exact_mut(S::LANES).take(count * step).enumerate() {
                    let bias = self.bias.and_then(|bias| bias.get(block * step + index % step));
                    simd.store(simd.splat(bias.copied().unwrap_or(T::ZERO)), total, 0);
                }
                if !taps.taps.is_empty() {
                    let source = self.source(S::LANES, taps, [register; 2], 0);
                    if const { pixels::channels::<S>() == 8 } {
                        match count {
                            1 => source.add_pixels::<S, 8, 1>(simd, lane, columns, &mut totals),
                            2 => source.add_pixels::<S, 8, 2>(simd, lane, columns, &mut totals),
                            _ => source.add_pixels::<S, 8, 3>(simd, lane, columns, &mut totals),
                        }
                    } else {
                        match count {
                            1 => source.add_pixels::<S, 4, 1>(simd, lane, columns, &mut totals),
                            2 => source.add_pixels::<S, 4, 2>(simd, lane, columns, &mut totals),
                            _ => source.add_pixels::<S, 4, 3>(simd, lane, columns, &mut totals),
                        }
                    }
                }
                for (register, column) in columns[..count].iter().enumerate() {
                    let at = row * self.geometry.columns().output() + self.columns.start + column;
                    for (channel, destination) in destinations.iter_mut().enumerate() {
                        let sums = simd.load(&totals, (register * step + channel) * S::LANES);
                        simd.write(sums, destination, at);
                    }
                }
            }
            first += count;
        }
    }

    /// As [`Strip::add`], pixel by pixel and without the taps that read padding.
    fn add_present<S: Simd<Number = T>>(&self, simd: S, taps: &RowTaps, start: usize, pixels: usize, totals: &mut [T]) {
        let columns = self.geometry.columns();
        let (width, channel_taps) = (columns.kernel(), self.geometry.rows().kernel() * columns.kernel());
        let first_tap = taps.kernel_rows.start * width;
        let length = self.weights.len() / self.registers;
        for (index, total) in totals.chunks_mut(S::LANES).take(self.registers * pixels).enumerate() {
            let (register, pixel) = (index / pixels, start + index % pixels);
            let weights = &self.weights[register * length..];
            for channel in 0..self.geometry.input_channels_per_group() {
                let mut sum = simd.splat(T::ZERO);
                for (tap, offset) in taps.taps[..taps.kernel_rows.len() * width].iter().enumerate() {
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
