//! The sums of one block with the lanes the other way round: some output channels × up to three registers of pixels.
//!
//! The order of each sum is that of [`block`](super::block), and so are its bits. Nothing has to be turned at the end,
//! which pays where sums are short; but the last register of a row overlaps the one before it.

use super::block::{Run, Source};
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

/// The most elements that the totals of a block need.
pub(super) const MOST_TOTALS: usize = REGISTERS * 8 * crate::transpose::MOST_LANES;

/// For up to three registers of pixels the sums of each channel.
type Sums<V, const CHANNELS: usize> = ([V; CHANNELS], [V; CHANNELS], [V; CHANNELS]);

impl<T: Element> Source<'_, T> {
    /// Adds the sums of registers at some columns to the totals: for each register the channels from `lane` on.
    #[inline(always)]
    pub(super) fn add_pixels<S: Simd<Number = T>, const CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        lane: usize,
        columns: [usize; REGISTERS],
        totals: &mut [T],
    ) {
        let zero = simd.splat(T::ZERO);
        let mut sums = ([zero; CHANNELS], [zero; CHANNELS], [zero; CHANNELS]);
        for Run { full, window, taps, from } in self.runs() {
            if full {
                flush::<S, CHANNELS, COUNT>(simd, totals, &mut sums);
            }
            let weights = self.weights[0][from * S::LANES..].chunks_exact(S::LANES);
            for (tap, weights) in taps.iter().zip(weights) {
                let weights = &weights[lane..lane + CHANNELS];
                let pixels = &window[*tap..];
                let x = simd.load(pixels, columns[0]);
                let y = if const { COUNT > 1 } { simd.load(pixels, columns[1]) } else { x };
                let z = if const { COUNT > 2 } { simd.load(pixels, columns[2]) } else { x };
                unroll!(C in [0 1 2 3 4 5 6 7] {
                    if const { C < CHANNELS } {
                        let weight = simd.splat(weights[C]);
                        sums.0[C] = simd.mul_add(x, weight, sums.0[C]);
                        if const { COUNT > 1 } {
                            sums.1[C] = simd.mul_add(y, weight, sums.1[C]);
                        }
                        if const { COUNT > 2 } {
                            sums.2[C] = simd.mul_add(z, weight, sums.2[C]);
                        }
                    }
                });
            }
        }
        flush::<S, CHANNELS, COUNT>(simd, totals, &mut sums);
    }
}

/// totals += sums, sums = 0.
#[inline(always)]
fn flush<S: Simd, const CHANNELS: usize, const COUNT: usize>(
    simd: S,
    totals: &mut [S::Number],
    sums: &mut Sums<S::Vector, CHANNELS>,
) {
    let totals = &mut totals[..COUNT * CHANNELS * S::LANES];
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if const { C < CHANNELS } {
            sums.0[C] = add(simd, sums.0[C], totals, C);
            if const { COUNT > 1 } {
                sums.1[C] = add(simd, sums.1[C], totals, CHANNELS + C);
            }
            if const { COUNT > 2 } {
                sums.2[C] = add(simd, sums.2[C], totals, 2 * CHANNELS + C);
            }
        }
    });
}

/// Adds a register to one of the totals, and returns the next sum: nothing.
#[inline(always)]
fn add<S: Simd>(simd: S, sum: S::Vector, totals: &mut [S::Number], index: usize) -> S::Vector {
    simd.store(simd.add(simd.load(totals, index * S::LANES), sum), totals, index * S::LANES);
    simd.splat(S::Number::ZERO)
}
