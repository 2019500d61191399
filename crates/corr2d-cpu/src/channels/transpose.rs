//! A square of numbers, turned over its diagonal in registers.
//!
//! Interleaving row i with row i + n / 2, for all i, moves the highest bit of the row's index to the lowest of the
//! column's. After log₂ n rounds the two indexes have changed places.

use crate::simd::Simd;

/// The most lanes that a register has.
pub(super) const MOST_LANES: usize = 16;

/// Turns the first `LANES` registers over the diagonal.
#[inline(always)]
pub(super) fn transpose<S: Simd>(simd: S, mut rows: [S::Vector; MOST_LANES]) -> [S::Vector; MOST_LANES] {
    rows = round(simd, rows);
    if S::LANES > 2 {
        rows = round(simd, rows);
    }
    if S::LANES > 4 {
        rows = round(simd, rows);
    }
    if S::LANES > 8 {
        rows = round(simd, rows);
    }
    rows
}

#[inline(always)]
fn round<S: Simd>(simd: S, rows: [S::Vector; MOST_LANES]) -> [S::Vector; MOST_LANES] {
    let mut turned = rows;
    unroll!(I in [0 1 2 3 4 5 6 7] {
        if const { I < S::LANES / 2 } {
            (turned[2 * I], turned[2 * I + 1]) = simd.interleave(rows[I], rows[I + S::LANES / 2]);
        }
    });
    turned
}
