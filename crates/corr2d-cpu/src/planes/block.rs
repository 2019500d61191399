//! The sums of one part of a kernel in a few registers.

use crate::Element;
use crate::simd::{Simd, Window};

/// The most registers of a block.
pub(super) const MOST_REGISTERS: usize = 8;

/// Adds a part of `TAPS` rows, given column by column, to `REGISTERS` sums.
///
/// Register R sums what the window's rows from R on hold, from `start` on; neighbouring columns read `dilation` apart.
#[inline(always)]
pub(crate) fn add<S: Simd, const REGISTERS: usize, const TAPS: usize>(
    simd: S,
    part: &[[S::Number; TAPS]],
    window: &Window<'_, S::Number>,
    start: usize,
    dilation: usize,
    mut sums: [S::Vector; REGISTERS],
) -> [S::Vector; REGISTERS] {
    const { assert!(REGISTERS <= MOST_REGISTERS && TAPS <= super::parts::MOST_ROWS) };
    for (b, taps) in part.iter().enumerate() {
        let mut weights = [simd.splat(S::Number::ZERO); TAPS];
        unroll!(A in [0 1 2 3 4 5 6 7] {
            if const { A < TAPS } {
                weights[A] = simd.splat(taps[A]);
            }
        });
        let mut column = window.column(simd, start + b * dilation, const { REGISTERS + TAPS - 1 });
        // Row I of the window serves register R through kernel row I − R.
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14] {
            if const { I < REGISTERS + TAPS - 1 } {
                let x = column.next();
                unroll!(R in [0 1 2 3 4 5 6 7] {
                    if const { R < REGISTERS && I.wrapping_sub(R) < TAPS } {
                        sums[R] = simd.mul_add(x, weights[I.wrapping_sub(R)], sums[R]);
                    }
                });
            }
        });
    }
    sums
}
