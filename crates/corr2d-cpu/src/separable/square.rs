//! The sums of a square: as many neighbouring registers as one has lanes, under one factor of the kernel.
//!
//! Where the factor reads the same from both ends, pixels at the same distance from its middle are added first: that halves
//! the multiplications, and additions run beside them. The sums of such pairs are sums of the kernel's own products too, so
//! the bound on the error stays.

use super::factors::Factor;
use crate::Element;
use crate::planes::add;
use crate::simd::{Simd, Window};
use crate::transpose::MOST_LANES;

/// Sum R is that of the window's rows from `first` + R on, at an offset.
#[inline(always)]
pub(super) fn square<S: Simd>(
    simd: S,
    factor: &Factor<S::Number>,
    window: &Window<'_, S::Number>,
    first: usize,
    offset: usize,
) -> [S::Vector; MOST_LANES] {
    let mut square = [simd.splat(S::Number::ZERO); MOST_LANES];
    let weights = &factor.weights;
    // The sums of a block; and of a block of pairs, which needs as many registers for pixels from above and from below.
    macro_rules! blocks {
        ($sums:ident, $count:literal) => {{
            unroll!(BLOCK in [0 1 2 3 4 5 6 7] {
                if const { BLOCK * $count < S::LANES } {
                    let sums = $sums::<S, $count>(simd, weights, &window.skip_rows(first + BLOCK * $count), offset);
                    let rest = square.get_mut(BLOCK * $count..);
                    if let Some(place) = rest.and_then(|rest| rest.first_chunk_mut::<$count>()) {
                        *place = sums;
                    }
                }
            });
        }};
    }
    match factor.symmetric {
        true if const { S::ACCUMULATORS >= 16 && S::LANES >= 8 } => blocks!(pairs, 8),
        true if const { S::LANES >= 4 } => blocks!(pairs, 4),
        true => blocks!(pairs, 2),
        false if const { S::LANES >= 8 } => blocks!(each, 8),
        false if const { S::LANES >= 4 } => blocks!(each, 4),
        false => blocks!(each, 2),
    }
    square
}

/// Runs an expression with one to eight taps as an array.
macro_rules! sized {
    ($taps:expr, |$array:ident| $run:expr) => {
        sized!($taps, |$array| $run, 1 2 3 4 5 6 7 8)
    };
    ($taps:expr, |$array:ident| $run:expr, $($count:literal)*) => {
        $( if let Ok($array) = <&[_; $count]>::try_from($taps) { $run } )*
    };
}

/// All weights.
#[inline(always)]
fn each<S: Simd, const REGISTERS: usize>(
    simd: S,
    weights: &[S::Number],
    window: &Window<'_, S::Number>,
    offset: usize,
) -> [S::Vector; REGISTERS] {
    let mut sums = [simd.splat(S::Number::ZERO); REGISTERS];
    for (index, taps) in weights.chunks(8).enumerate() {
        sized!(taps, |taps| sums = some(simd, taps, window, 8 * index, offset, sums));
    }
    sums
}

/// The weights up to the middle, each with the sum of two pixels.
#[inline(always)]
fn pairs<S: Simd, const REGISTERS: usize>(
    simd: S,
    weights: &[S::Number],
    window: &Window<'_, S::Number>,
    offset: usize,
) -> [S::Vector; REGISTERS] {
    let mut sums = [simd.splat(S::Number::ZERO); REGISTERS];
    let half = weights.len() / 2;
    let last = weights.len() - 1;
    for (index, taps) in weights[..half].chunks(8).enumerate() {
        sized!(taps, |taps| sums = some_pairs(simd, taps, window, [8 * index, last - 8 * index], offset, sums));
    }
    if weights.len() % 2 == 1 {
        sums = some(simd, &[weights[half]], window, half, offset, sums);
    }
    sums
}

/// Some weights, the first of them with the pixels from row `first` on.
#[inline(always)]
fn some<S: Simd, const REGISTERS: usize, const TAPS: usize>(
    simd: S,
    taps: &[S::Number; TAPS],
    window: &Window<'_, S::Number>,
    first: usize,
    offset: usize,
    sums: [S::Vector; REGISTERS],
) -> [S::Vector; REGISTERS] {
    let column = window.skip_rows(first).columns(simd, offset, 1, 1, const { REGISTERS + TAPS - 1 });
    let [sums] = add(simd, [std::slice::from_ref(taps)], column, [sums]);
    sums
}

/// Some weights, the first of them with the pixels from row `above` on downwards and those from row `below` on, which is the
/// partner of the first register.
#[inline(always)]
fn some_pairs<S: Simd, const REGISTERS: usize, const TAPS: usize>(
    simd: S,
    taps: &[S::Number; TAPS],
    window: &Window<'_, S::Number>,
    [above, below]: [usize; 2],
    offset: usize,
    mut sums: [S::Vector; REGISTERS],
) -> [S::Vector; REGISTERS] {
    const { assert!(REGISTERS <= 8 && TAPS <= 8) };
    let rows = const { REGISTERS + TAPS - 1 };
    let mut downwards = window.skip_rows(above).column(simd, offset, rows);
    let mut upwards = window.skip_rows(below + 1 - TAPS).column(simd, offset, rows).upwards();
    let (mut first, mut second) = ([simd.splat(S::Number::ZERO); REGISTERS], [simd.splat(S::Number::ZERO); REGISTERS]);
    unroll!(R in [0 1 2 3 4 5 6 7] {
        if const { R < REGISTERS } {
            first[R] = downwards.next();
            second[REGISTERS - 1 - R] = upwards.next();
        }
    });
    unroll!(A in [0 1 2 3 4 5 6 7] {
        if const { A < TAPS } {
            if const { A != 0 } {
                unroll!(R in [0 1 2 3 4 5 6 7] {
                    if const { R + 1 < REGISTERS } {
                        first[R] = first[R + 1];
                        second[REGISTERS - 1 - R] = second[REGISTERS - 2 - R];
                    }
                });
                first[REGISTERS - 1] = downwards.next();
                second[0] = upwards.next();
            }
            let weight = simd.splat(taps[A]);
            unroll!(R in [0 1 2 3 4 5 6 7] {
                if const { R < REGISTERS } {
                    sums[R] = simd.mul_add(simd.add(first[R], second[R]), weight, sums[R]);
                }
            });
        }
    });
    sums
}
