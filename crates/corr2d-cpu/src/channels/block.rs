//! The sums of one block: a few pixels of an output row × one or two registers of output channels, or of two rows × one.

use std::ops::Range;

use crate::simd::{Offsets, Simd};

/// The products that are summed in one run before they are added to the total.
pub(super) const RUN: usize = 64;

/// The most pixels of a row in a block.
pub(super) const MOST_PIXELS: usize = 14;

/// The most sums of a block, in registers.
pub(super) const MOST_SUMS: usize = 24;

/// The most pixels of a row in a block of `registers` registers of channels, or of so many rows, so that its sums stay in
/// registers.
pub(super) const fn most_pixels<S: Simd>(registers: usize) -> usize {
    match (S::ACCUMULATORS, registers) {
        (16.., 1) => MOST_PIXELS,
        // A pixel spread over a register serves both, so that 24 sums need 14 loads, where 14 of one register need 15: on
        // processors with two multiply-adds a cycle the loads are the limit.
        (16.., _) => 12,
        (8.., _) => 12 / registers,
        _ => 4 / registers,
    }
}

/// What a block reads.
pub(super) struct Source<'a, T> {
    /// From the first pixel of the block in the first channel.
    pub(super) window: &'a [T],
    /// Where each tap reads, for some channels; taps in runs.
    pub(super) taps: &'a Offsets,
    /// The channels of `taps`.
    pub(super) channels: usize,
    /// The taps of each of them.
    pub(super) taps_per_channel: usize,
    /// From one channel to the next.
    pub(super) channel: usize,
    /// The weights of each register, one chunk for each channel and tap.
    pub(super) weights: [&'a [T]; 2],
    /// From the weights of one channel to those of the next; the taps may be fewer.
    pub(super) weights_per_channel: usize,
    /// The channels in all.
    pub(super) all_channels: usize,
}

impl<T: crate::Element> Source<'_, T> {
    /// Adds the sums of one run of products for `PIXELS` pixels to the totals: for each register the pixels, for each pixel
    /// the channels. Returns where the next run begins, if there is one.
    #[inline(always)]
    pub(super) fn add<S: Simd<Number = T>, const PIXELS: usize, const REGISTERS: usize>(
        &self,
        simd: S,
        begin: Position,
        totals: &mut [T],
    ) -> Option<Position> {
        let zero = simd.splat(T::ZERO);
        let (mut first, mut second) = ([zero; PIXELS], [zero; PIXELS]);
        let mut runs = self.runs_from(begin);
        let mut end = begin;
        while let Some(Run { full, window, taps, from }) = runs.next() {
            if full {
                break;
            }
            end = runs.position;
            let from = from * S::LANES;
            let weights = self.weights[0][from..].chunks_exact(S::LANES);
            if const { REGISTERS == 1 } {
                for (pixels, weights) in self.taps.of(window, taps, PIXELS).zip(weights) {
                    let weights = simd.load(weights, 0);
                    unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] {
                        if const { P < PIXELS } {
                            first[P] = simd.mul_add(simd.splat(pixels.get(P)), weights, first[P]);
                        }
                    });
                }
            } else {
                let others = self.weights[1][from..].chunks_exact(S::LANES);
                for ((pixels, weights), others) in self.taps.of(window, taps, PIXELS).zip(weights).zip(others) {
                    let (weights, others) = (simd.load(weights, 0), simd.load(others, 0));
                    unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] {
                        if const { P < PIXELS } {
                            let pixel = simd.splat(pixels.get(P));
                            first[P] = simd.mul_add(pixel, weights, first[P]);
                            second[P] = simd.mul_add(pixel, others, second[P]);
                        }
                    });
                }
            }
        }
        flush::<S, PIXELS, REGISTERS>(simd, totals, &first, &second);
        self.next(end)
    }

    /// As [`Source::add`], for the pixels of two neighbouring rows, those of the second `row` numbers behind: for each row the
    /// pixels. A pixel spread over a register serves both: through a tap of the first row, and through the one above it of the
    /// second, `columns` taps before. So 20 sums need 12 loads where 10 need 11; but every row of the kernel has to be there, and
    /// the taps of a channel in one run.
    #[inline(always)]
    pub(super) fn add_two_rows<S: Simd<Number = T>, const PIXELS: usize>(
        &self,
        simd: S,
        begin: Position,
        row: usize,
        columns: usize,
        totals: &mut [T],
    ) -> Option<Position> {
        let zero = simd.splat(T::ZERO);
        let (mut first, mut second) = ([zero; PIXELS], [zero; PIXELS]);
        let end = self.all_channels.min(begin.channel + self.channels);
        let taps = self.taps_per_channel;
        for channel in begin.channel..end {
            let window = &self.window[channel * self.channel..];
            let weights = &self.weights[0][channel * self.weights_per_channel * S::LANES..][..taps * S::LANES];
            let (top, rest) = weights.split_at(columns * S::LANES);
            let bottom = &weights[(taps - columns) * S::LANES..];
            for (pixels, weights) in self.taps.of(window, 0..columns, PIXELS).zip(top.chunks_exact(S::LANES)) {
                let weights = simd.load(weights, 0);
                unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11] {
                    if const { P < PIXELS } {
                        first[P] = simd.mul_add(simd.splat(pixels.get(P)), weights, first[P]);
                    }
                });
            }
            // As in `add`, three iterators and no pair of pairs: that was not inlined.
            let (others, weights) = (weights.chunks_exact(S::LANES), rest.chunks_exact(S::LANES));
            for ((pixels, weights), above) in self.taps.of(window, columns..taps, PIXELS).zip(weights).zip(others) {
                let (above, weights) = (simd.load(above, 0), simd.load(weights, 0));
                unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11] {
                    if const { P < PIXELS } {
                        let pixel = simd.splat(pixels.get(P));
                        first[P] = simd.mul_add(pixel, weights, first[P]);
                        second[P] = simd.mul_add(pixel, above, second[P]);
                    }
                });
            }
            let below = self.taps.of(&window[row..], taps - columns..taps, PIXELS);
            for (pixels, weights) in below.zip(bottom.chunks_exact(S::LANES)) {
                let weights = simd.load(weights, 0);
                unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11] {
                    if const { P < PIXELS } {
                        second[P] = simd.mul_add(simd.splat(pixels.get(P)), weights, second[P]);
                    }
                });
            }
        }
        flush::<S, PIXELS, 2>(simd, totals, &first, &second);
        self.next(Position { channel: end, done: 0 })
    }

    /// Where the run after one that ends at `end` begins, if there is one.
    pub(super) fn next(&self, end: Position) -> Option<Position> {
        (self.taps_per_channel > 0 && end.channel < self.all_channels).then_some(end)
    }

    /// The taps in order, a few at a time.
    #[inline(always)]
    pub(super) fn runs_from(&self, position: Position) -> Runs<'_, T> {
        Runs { source: self, position, summed: 0 }
    }
}

/// Some taps of some channels. What a kernel does with them must be inlined into the kernel, so it is a loop over an
/// iterator and not a closure, which would be compiled without the kernel's instructions.
pub(super) struct Run<'a, T> {
    /// Whether the sums go to the totals first.
    pub(super) full: bool,
    /// From the first of the channels on.
    pub(super) window: &'a [T],
    /// Which of the taps.
    pub(super) taps: Range<usize>,
    /// How many weights of a lane come before theirs.
    pub(super) from: usize,
}

/// How far the taps of a source are done.
#[derive(Clone, Copy, Default)]
pub(super) struct Position {
    /// The first of the channels that `taps` stands for.
    channel: usize,
    /// The taps of these channels that are done.
    done: usize,
}

pub(super) struct Runs<'a, T> {
    source: &'a Source<'a, T>,
    /// Behind the last of the taps.
    pub(super) position: Position,
    summed: usize,
}

impl<'a, T> Iterator for Runs<'a, T> {
    type Item = Run<'a, T>;

    #[inline(always)]
    fn next(&mut self) -> Option<Run<'a, T>> {
        let source = self.source;
        let Position { channel, done } = self.position;
        if channel >= source.all_channels || source.taps_per_channel == 0 {
            return None;
        }
        let count = source.channels.min(source.all_channels - channel) * source.taps_per_channel;
        let taps = done..count.min(done + RUN);
        let full = self.summed + taps.len() > RUN;
        self.summed = if full { 0 } else { self.summed } + taps.len();
        self.position.done += taps.len();
        if self.position.done >= count {
            self.position = Position { channel: channel + source.channels, done: 0 };
        }
        Some(Run {
            full,
            window: &source.window[channel * source.channel..],
            taps,
            from: channel * source.weights_per_channel + done,
        })
    }
}

/// totals += sums.
#[inline(always)]
fn flush<S: Simd, const PIXELS: usize, const REGISTERS: usize>(
    simd: S,
    totals: &mut [S::Number],
    first: &[S::Vector; PIXELS],
    second: &[S::Vector; PIXELS],
) {
    let totals = &mut totals[..REGISTERS * PIXELS * S::LANES];
    unroll!(P in [0 1 2 3 4 5 6 7 8 9 10 11 12 13] {
        if const { P < PIXELS } {
            let total = simd.load(totals, P * S::LANES);
            simd.store(simd.add(total, first[P]), totals, P * S::LANES);
            if const { REGISTERS == 2 } {
                let at = (PIXELS + P) * S::LANES;
                let total = simd.load(totals, at);
                simd.store(simd.add(total, second[P]), totals, at);
            }
        }
    });
}
