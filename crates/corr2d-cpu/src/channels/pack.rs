//! The weights in the order in which the sums read them.
//!
//! ```text
//! packed[block][c, a, b][lane] = w[block · lanes + lane, c, a, b]
//! ```

use crate::simd::{Kernel, Simd};
use crate::transpose::{MOST_LANES, transpose};
use crate::turned::{Kernels, Turned};
use crate::{Element, Geometry};

/// Packs the channels of one register, as many as there are.
pub(super) struct Pack<'a, T> {
    pub(super) geometry: &'a Geometry,
    pub(super) kernels: Kernels<'a, T>,
    pub(super) group: usize,
    /// Counted within the group.
    pub(super) register: usize,
    pub(super) packed: &'a mut [T],
}

impl<T: Element> Kernel<T> for Pack<'_, T> {
    /// Whether all of them are finite.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) -> bool {
        let check = match self.kernels {
            Kernels::Given(weight) => self.given(simd, weight),
            Kernels::Turned(turned) => self.turned(simd, &turned),
        };
        let mut lanes = [T::ZERO; MOST_LANES];
        simd.store(check, &mut lanes, 0);
        lanes == [T::ZERO; MOST_LANES]
    }
}

impl<T: Element> Pack<'_, T> {
    /// Packs rows of weights. Returns 0 in each lane, or NaN in some if a weight is not finite: 0 · w is NaN then, and so is
    /// every sum with it.
    #[inline(always)]
    fn given<S: Simd<Number = T>>(self, simd: S, weight: &[T]) -> S::Vector {
        let channels = self.geometry.output_channels_per_group();
        let taps = weight.len() / self.geometry.output_channels();
        let (first, end) = (self.register * S::LANES, channels.min((self.register + 1) * S::LANES));
        let weights = &weight[(self.group * channels + first) * taps..(self.group * channels + end) * taps];
        let zero = simd.splat(T::ZERO);
        let mut check = zero;
        for (block, destination) in self.packed.chunks_mut(S::LANES * S::LANES).enumerate() {
            let first = block * S::LANES;
            let mut rows = [zero; MOST_LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I * taps < weights.len() {
                    rows[I] = simd.load_within(&weights[I * taps..][..taps], first as isize);
                }
            });
            let columns = transpose(simd, rows);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I * S::LANES < destination.len() {
                    check = simd.mul_add(columns[I], zero, check);
                    simd.store(columns[I], destination, I * S::LANES);
                }
            });
        }
        check
    }

    /// The same while turning them.
    #[inline(always)]
    fn turned<S: Simd<Number = T>>(self, simd: S, turned: &Turned<'_, T>) -> S::Vector {
        /// How many channels ahead weights are asked for.
        const AHEAD: usize = 4;
        let (places, read) = (turned.places(), turned.taps_read());
        let (first, zero) = (self.register * S::LANES, simd.splat(T::ZERO));
        let mut check = zero;
        for (channel, destination) in self.packed.chunks_exact_mut(read * S::LANES).enumerate() {
            if channel + AHEAD < turned.channels() {
                turned.prefetch(simd, self.group, first, channel + AHEAD);
            }
            for (block, places) in places.chunks(S::LANES).enumerate() {
                let columns = turned.square(simd, self.group, first, channel, block * S::LANES);
                unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                    if const { I < S::LANES } && let Some(Some(place)) = places.get(I) {
                        check = simd.mul_add(columns[I], zero, check);
                        simd.store(columns[I], destination, place * S::LANES);
                    }
                });
            }
        }
        check
    }
}
