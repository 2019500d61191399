//! ∂L/∂y with channels in lanes: squares of channels × positions, turned over their diagonal.

use crate::Element;
use crate::simd::Simd;
use crate::transpose::{MOST_LANES, transpose};

/// The positions of at most a register of channels.
pub(crate) struct Rows<'a, T> {
    /// From the first position of the first channel on.
    pub(crate) numbers: &'a [T],
    /// From one channel to the next.
    pub(crate) channel: usize,
    pub(crate) channels: usize,
    /// Positions, side by side.
    pub(crate) length: usize,
}

impl<T: Element> Rows<'_, T> {
    /// Writes [position][lane], a position every `step` numbers, 0 for channels that are not there. Positions are rounded
    /// up to a whole number of registers, with 0 for those that are not there.
    #[inline(always)]
    pub(crate) fn turn<S: Simd<Number = T>>(&self, simd: S, panel: &mut [T], step: usize) {
        for position in (0..self.length).step_by(S::LANES) {
            let mut square = [simd.splat(T::ZERO); MOST_LANES];
            let whole = position + S::LANES <= self.length;
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I < self.channels {
                    let row = &self.numbers[I * self.channel..][..self.length];
                    square[I] = if whole {
                        simd.load(row, position)
                    } else {
                        simd.load_within(row, position as isize)
                    };
                }
            });
            let square = transpose(simd, square);
            let panel = &mut panel[position * step..];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } {
                    simd.store(square[I], panel, I * step);
                }
            });
        }
    }
}
