//! The sums of one block with the lanes the other way round: some output channels × up to three registers of pixels.
//!
//! The order of each sum is that of [`block`](super::block), and so are its bits. Nothing has to be turned at the end,
//! which pays where sums are short; but the last register of a row overlaps the one before it.

use std::mem::MaybeUninit;

use super::block::{RUN, Run, Source};
use crate::Element;
use crate::simd::Simd;

/// Whether a set has accumulators enough for this, and the weights of a block in one of its registers.
pub(super) const fn suits<S: Simd>() -> bool {
    S::ACCUMULATORS >= 8 && S::LANES >= channels::<S>()
}

/// The output channels of a block; a divisor of the lanes.
pub(super) const fn channels<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 8 } else { 4 }
}

/// The most registers of pixels of a block.
pub(super) const REGISTERS: usize = 3;

/// The products of a sum up to which pixels go in lanes, all in one run: 3×3 on 3 channels gains 9 % (AVX-512) and 30 %
/// (AVX2), 1×1 on 64 channels as much; 7×7 on 3 channels loses 5 % on AVX-512, 3×3 on 64 channels loses 6 % on AVX2.
pub(super) const SHORT_SUM: usize = RUN;

/// For up to three registers of pixels the sums of each channel.
type Sums<V, const CHANNELS: usize> = [[V; CHANNELS]; REGISTERS];

impl<T: Element> Source<'_, T> {
    /// Writes the sums of registers at some columns, for the channels from `lane` on, with their bias.
    #[inline(always)]
    pub(super) fn write_pixels<S: Simd<Number = T>, const CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        columns: [usize; REGISTERS],
        bias: Option<&[T]>,
        destinations: &mut [&mut [MaybeUninit<T>]],
        at: usize,
    ) {
        let sums = self.sum_pixels::<S, CHANNELS, COUNT>(simd, lane, columns);
        unroll!(C in [0 1 2 3 4 5 6 7] {
            if C < CHANNELS && let Some(destination) = destinations.get_mut(C) {
                let bias = simd.splat(bias.map_or(T::ZERO, |bias| bias[C]));
                unroll!(R in [0 1 2] {
                    if const { R < COUNT } {
                        simd.write(simd.add(bias, sums[R][C]), destination, at + columns[R]);
                    }
                });
            }
        });
    }

    /// The sums of registers at some columns: for each register the channels from `lane` on.
    #[inline(always)]
    fn sum_pixels<S: Simd<Number = T>, const CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        columns: [usize; REGISTERS],
    ) -> Sums<S::Vector, CHANNELS> {
        let zero = simd.splat(T::ZERO);
        let (mut first, mut second, mut third) = ([zero; CHANNELS], [zero; CHANNELS], [zero; CHANNELS]);
        let length = columns.into_iter().fold(0, usize::max) + S::LANES;
        for Run { window, taps, from, .. } in self.runs() {
            let weights = self.weights[0][from * S::LANES..].chunks_exact(S::LANES);
            for (pixels, weights) in self.taps.of(window, taps, length).zip(weights) {
                let weights = &weights[lane..lane + CHANNELS];
                let x = pixels.load(simd, columns[0]);
                let y = if const { COUNT > 1 } { pixels.load(simd, columns[1]) } else { x };
                let z = if const { COUNT > 2 } { pixels.load(simd, columns[2]) } else { x };
                unroll!(C in [0 1 2 3 4 5 6 7] {
                    if const { C < CHANNELS } {
                        let weight = simd.splat(weights[C]);
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
        [first, second, third]
    }
}
