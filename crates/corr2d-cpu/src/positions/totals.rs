//! The sums of a block of ∂L/∂w: over many chunks of positions, and on their way out of the lanes.

use crate::simd::{Simd, unwritten};
use crate::transpose::{MOST_LANES, transpose};
use crate::{Aligned, Element, Error, aligned, zeros};

/// The chunks whose sums by tiles are added up before they go to the totals in f64: a transform is not worth one.
pub(crate) const GROUP: usize = 4;

/// The sums of a block.
pub(crate) struct Totals<T> {
    /// Of the chunks since the last [`Totals::keep`].
    pub(crate) sums: Aligned<T>,
    /// Of those before.
    totals: Vec<f64>,
    kept: bool,
}

impl<T: Element> Totals<T> {
    pub(crate) fn new(length: usize, chunks: usize) -> Result<Self, Error> {
        Ok(Self { sums: aligned(length)?, totals: zeros(if chunks > 1 { length } else { 0 })?, kept: false })
    }

    /// Begins another block.
    pub(crate) fn begin(&mut self) {
        self.kept = false;
    }

    /// Adds the first `length` sums to the totals.
    #[inline(always)]
    pub(crate) fn keep(&mut self, length: usize) {
        let totals = self.totals[..length].iter_mut().zip(&self.sums[..length]);
        if self.kept {
            totals.for_each(|(total, sum)| *total += sum.to_f64());
        } else {
            totals.for_each(|(total, sum)| *total = sum.to_f64());
        }
        self.kept = true;
    }

    /// Makes the first `length` sums those of all chunks.
    #[inline(always)]
    pub(crate) fn finish(&mut self, length: usize) {
        if self.kept {
            self.keep(length);
            self.sums[..length].iter_mut().zip(&self.totals).for_each(|(sum, total)| *sum = T::from_f64(*total));
        }
    }
}

/// Writes `count` taps of one register of channels to rows, one for each channel, at `at` of each. The first sum is at `from`, and
/// from one tap to the next are `step` sums.
#[inline(always)]
pub(crate) fn write_taps<S: Simd>(
    simd: S,
    sums: &[S::Number],
    [from, step, count]: [usize; 3],
    rows: &mut [&mut [S::Number]],
    at: usize,
) {
    for tap in (0..count).step_by(S::LANES) {
        let mut square = [simd.splat(S::Number::ZERO); MOST_LANES];
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
            if const { I < S::LANES } && tap + I < count {
                square[I] = simd.load(sums, from + (tap + I) * step);
            }
        });
        let square = transpose(simd, square);
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
            if const { I < S::LANES } && I < rows.len() {
                simd.write_first(square[I], unwritten(&mut rows[I][at..at + count]), tap);
            }
        });
    }
}

/// totals = the sums of all parts, in their order: each part has one for every total.
pub(crate) fn add_parts<T: Element>(parts: &[f64], totals: &mut [T]) {
    let count = totals.len();
    for (index, total) in totals.iter_mut().enumerate() {
        let parts = parts.iter().skip(index).step_by(count);
        *total = T::from_f64(parts.fold(0.0, |sum, part| sum + part));
    }
}
