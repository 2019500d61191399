//! The sums of one block with the lanes the other way round: some output channels × up to three registers of pixels.
//!
//! The order of each sum is that of [`block`](super::block), and so are its bits. Nothing has to be turned at the end,
//! and what the block reads of the window is small and shared by all channels; but registers hang over the ends of rows.

use super::block::{Position, Run, Source};
use crate::Element;
use crate::simd::{Simd, spaced};

/// Whether a set has accumulators enough for this, and the weights of a block in one of its registers.
pub(super) const fn suits<S: Simd>() -> bool {
    S::ACCUMULATORS >= 8 && S::LANES >= channels::<S>()
}

/// The output channels of a block; a divisor of the lanes.
pub(super) const fn channels<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 8 } else { 4 }
}

/// The most registers of pixels of a block.
pub(crate) const REGISTERS: usize = 3;

/// For each channel its sums, for up to three registers of pixels.
pub(crate) type Sums<V, const CHANNELS: usize> = [[V; CHANNELS]; REGISTERS];

impl<T: Element> Source<'_, T> {
    /// The sums of one run of products for `COUNT` neighbouring registers of pixels: for each register the channels from
    /// `lane` on. Also returns where the next run begins, if there is one.
    #[inline(always)]
    pub(super) fn sum_pixels<S: Simd<Number = T>, const CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        begin: Position,
    ) -> (Sums<S::Vector, CHANNELS>, Option<Position>) {
        let zero = simd.splat(T::ZERO);
        let (mut first, mut second, mut third) = ([zero; CHANNELS], [zero; CHANNELS], [zero; CHANNELS]);
        let mut runs = self.runs_from(begin);
        let mut end = begin;
        while let Some(Run { full, window, taps, from }) = runs.next() {
            if full {
                break;
            }
            end = runs.position;
            let weights = spaced(&self.weights[0][from * S::LANES + lane..], S::LANES, taps.len(), CHANNELS);
            for (pixels, weights) in self.taps.of(window, taps, COUNT * S::LANES).zip(weights) {
                let x = pixels.load(simd, 0);
                let y = if const { COUNT > 1 } { pixels.load(simd, S::LANES) } else { x };
                let z = if const { COUNT > 2 } { pixels.load(simd, 2 * S::LANES) } else { x };
                unroll!(C in [0 1 2 3 4 5 6 7] {
                    if const { C < CHANNELS } {
                        let weight = simd.splat(weights.get(C));
                        first[C] = simd.mul_add(x, weight, first[C]);
                        if const { COUNT > 1 } {
                            second[C] = simd.mul_add(y, weight, second[C]);
                        }
                        if const { COUNT > 2 } {
                            third[C] = simd.mul_add(z, weight, third[C]);
                        }
                    }
                });
            }
        }
        ([first, second, third], self.next(end))
    }
}
