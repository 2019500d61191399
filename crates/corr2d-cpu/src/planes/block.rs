//! The sums of one part of a kernel in a few registers.

use crate::Element;
use crate::simd::{Column, Columns, Simd};

/// The most registers of a block.
pub(super) const MOST_REGISTERS: usize = 8;

/// Adds parts of `TAPS` rows, given column by column, to `REGISTERS` sums each: one part for each of a few outputs that read
/// the same window.
///
/// Register R sums what the rows from R on of each column of the window hold.
#[inline(always)]
pub(crate) fn add<S: Simd, const OUTPUTS: usize, const REGISTERS: usize, const TAPS: usize>(
    simd: S,
    parts: [&[[S::Number; TAPS]]; OUTPUTS],
    window: Columns<'_, S>,
    mut sums: [[S::Vector; REGISTERS]; OUTPUTS],
) -> [[S::Vector; REGISTERS]; OUTPUTS] {
    const { assert!(OUTPUTS <= 2) };
    let columns = parts[0].len();
    // So that one check serves all.
    let parts = parts.map(|part| &part[..columns]);
    let window = window.take(columns, const { REGISTERS + TAPS - 1 });
    #[expect(clippy::needless_range_loop, reason = "a column of each of several parts")]
    for b in 0..columns {
        let mut weights = [[simd.splat(S::Number::ZERO); TAPS]; OUTPUTS];
        unroll!(O in [0 1] {
            if const { O < OUTPUTS } {
                weights[O] = splat(simd, &parts[O][b]);
            }
        });
        sums = add_column(simd, weights, window.at(b), sums);
    }
    sums
}

/// A column of a kernel, each weight in all lanes.
#[inline(always)]
pub(super) fn splat<S: Simd, const TAPS: usize>(simd: S, weights: &[S::Number; TAPS]) -> [S::Vector; TAPS] {
    const { assert!(TAPS <= super::parts::MOST_ROWS) };
    let mut vectors = [simd.splat(S::Number::ZERO); TAPS];
    unroll!(A in [0 1 2 3 4 5 6 7] {
        if const { A < TAPS } {
            vectors[A] = simd.splat(weights[A]);
        }
    });
    vectors
}

/// Adds one column of each part.
#[inline(always)]
pub(super) fn add_column<S: Simd, const OUTPUTS: usize, const REGISTERS: usize, const TAPS: usize>(
    simd: S,
    weights: [[S::Vector; TAPS]; OUTPUTS],
    mut column: Column<'_, S>,
    mut sums: [[S::Vector; REGISTERS]; OUTPUTS],
) -> [[S::Vector; REGISTERS]; OUTPUTS] {
    const { assert!(OUTPUTS <= 2 && REGISTERS <= MOST_REGISTERS && TAPS <= super::parts::MOST_ROWS) };
    // Row I of the window serves register R through kernel row I − R.
    unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14] {
        if const { I < REGISTERS + TAPS - 1 } {
            let x = column.next();
            unroll!(O in [0 1] {
                if const { O < OUTPUTS } {
                    unroll!(R in [0 1 2 3 4 5 6 7] {
                        if const { R < REGISTERS && I.wrapping_sub(R) < TAPS } {
                            sums[O][R] = simd.mul_add(x, weights[O][I.wrapping_sub(R)], sums[O][R]);
                        }
                    });
                }
            });
        }
    });
    sums
}
