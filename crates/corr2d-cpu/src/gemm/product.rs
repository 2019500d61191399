//! Some rows of weights times some registers of unrolled windows.

use super::block::PIXELS;
use crate::Element;
use crate::simd::Simd;

/// The registers of windows of a product.
pub(super) const REGISTERS: usize = 3;

/// sums[row][register] = Σ over k of weights[k · ROWS + row] · unrolled[k][at + register · lanes…].
#[inline(always)]
pub(super) fn product<S: Simd, const ROWS: usize, const COUNT: usize>(
    simd: S,
    weights: &[S::Number],
    unrolled: &[[S::Number; PIXELS]],
    at: usize,
) -> [[S::Vector; COUNT]; ROWS] {
    const { assert!(ROWS <= 8 && COUNT <= REGISTERS) };
    let mut sums = [[simd.splat(S::Number::ZERO); COUNT]; ROWS];
    for (weights, windows) in weights.as_chunks::<ROWS>().0.iter().zip(unrolled) {
        let windows = &windows[at..][..COUNT * S::LANES];
        let mut x = [simd.splat(S::Number::ZERO); COUNT];
        unroll!(C in [0 1 2] {
            if const { C < COUNT } {
                x[C] = simd.load(windows, C * S::LANES);
            }
        });
        unroll!(R in [0 1 2 3 4 5 6 7] {
            if const { R < ROWS } {
                let weight = simd.splat(weights[R]);
                unroll!(C in [0 1 2] {
                    if const { C < COUNT } {
                        sums[R][C] = simd.mul_add(x[C], weight, sums[R][C]);
                    }
                });
            }
        });
    }
    sums
}
