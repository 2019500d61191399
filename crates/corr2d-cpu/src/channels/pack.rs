//! The weights in the order in which the sums read them.
//!
//! ```text
//! packed[block][c, a, b][lane] = w[block · lanes + lane, c, a, b]
//! ```

use crate::Element;
use crate::simd::{Kernel, Simd};
use crate::transpose::{MOST_LANES, transpose};

/// Packs the channels of one register: `weights` are their rows, as many as there are.
pub(super) struct Pack<'a, T> {
    pub(super) weights: &'a [T],
    pub(super) taps: usize,
    pub(super) packed: &'a mut [T],
}

impl<T: Element> Kernel<T> for Pack<'_, T> {
    /// Whether all of them are finite.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) -> bool {
        let mut check = simd.splat(T::ZERO);
        let zero = simd.splat(T::ZERO);
        for (block, destination) in self.packed.chunks_mut(S::LANES * S::LANES).enumerate() {
            let first = block * S::LANES;
            let mut rows = [zero; MOST_LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I * self.taps < self.weights.len() {
                    rows[I] = simd.load_within(&self.weights[I * self.taps..][..self.taps], first as isize);
                }
            });
            let columns = transpose(simd, rows);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I * S::LANES < destination.len() {
                    // 0 · w is NaN if w is not finite, and so is every sum with it.
                    check = simd.mul_add(columns[I], zero, check);
                    simd.store(columns[I], destination, I * S::LANES);
                }
            });
        }
        let mut lanes = [T::ZERO; MOST_LANES];
        simd.store(check, &mut lanes, 0);
        lanes == [T::ZERO; MOST_LANES]
    }
}
