//! Vectors as arrays: fixed lengths that the compiler keeps in registers and turns into vector instructions.

use crate::Element;

/// The elements of a vector. Eight `f32` fill two registers of the narrowest machine and one of AVX2.
pub(super) const LANES: usize = 8;

/// The channels that are summed at once, so that a loaded vector is used as often.
pub(super) const CHANNELS: usize = 4;

/// The sum of the lanes, by halves: (0 + 4) + (2 + 6) + ….
#[inline(always)]
pub(super) fn horizontal_sum<T: Element>(mut sums: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            sums[lane] += sums[lane + half];
        }
        half /= 2;
    }
    sums[0]
}
