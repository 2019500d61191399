//! The weights in the order in which the product reads them.
//!
//! ```text
//! packed[first · K + k · rows + r] = w[first + r, k] for the tile of `rows` output channels from `first` on
//! ```

use crate::Element;
use crate::simd::{Kernel, Simd};

/// The output channels of the largest tile: its sums on three registers of windows fill the registers.
pub(super) const fn most_rows<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 8 } else { 4 }
}

/// The output channels of the next tile, of so many that are left: a power of two, so that no lane is wasted.
pub(super) const fn tile_rows<S: Simd>(left: usize) -> usize {
    let most = most_rows::<S>();
    if left >= most { most } else { 1 << left.ilog2() }
}

/// Packs the rows [channel][K] of some output channels of a group, from the first of a tile on.
pub(super) struct Pack<'a, T> {
    pub(super) weights: &'a [T],
    pub(super) taps: usize,
    pub(super) packed: &'a mut [T],
}

impl<T: Element> Kernel<T> for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) {
        let mut first = 0;
        let channels = self.weights.len() / self.taps;
        while first < channels {
            let rows = tile_rows::<S>(channels - first);
            let tile = first * self.taps..(first + rows) * self.taps;
            let (weights, packed) = (&self.weights[tile.clone()], &mut self.packed[tile]);
            for (row, weights) in weights.chunks_exact(self.taps).enumerate() {
                for (packed, weight) in packed.chunks_exact_mut(rows).zip(weights) {
                    packed[row] = *weight;
                }
            }
            first += rows;
        }
    }
}
