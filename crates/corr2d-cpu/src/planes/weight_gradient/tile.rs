//! The products of some neighbouring taps, summed in a register for each tap.

use crate::Element;
use crate::simd::{Simd, Window};

/// The most kernel rows of a tile.
pub(super) const MOST_ROWS: usize = 8;

/// The most kernel columns of a tile.
pub(super) const MOST_COLUMNS: usize = 8;

/// The most products that a lane sums before they are added to its total.
const RUN: usize = 16;

/// The output rows that are read at once: as many as stay in registers beside the sums.
pub(super) const fn output_rows(accumulators: usize) -> usize {
    if accumulators >= 16 { 7 } else { 4 }
}

/// The output gradient of some rows and columns, and what they read through the first tap of a tile.
pub(super) struct Operands<'a, T> {
    /// Rows of the input, from that of the first output row through the first tap on.
    pub(super) input: Window<'a, T>,
    pub(super) gradient: Window<'a, T>,
    /// How many blocks of output rows there are.
    pub(super) blocks: usize,
    /// The output columns, in whole registers.
    pub(super) columns: usize,
}

/// How many registers ahead of the sums their operands are asked for.
const AHEAD: usize = 4;

/// Adds the products of `TAP_ROWS` × `TAP_COLUMNS` taps to the sums of each lane; `offsets` says where the columns read.
///
/// A lane has a total for each tap and what roundings have taken from it: totals first, column by column, then the rests. A
/// short run of products starts from the rest; what of it the total cannot hold is the rest of the next. So roundings of
/// the total do not add up, however long the sum is.
///
/// `ASKS`: whether to ask for what is read next.
#[inline(always)]
pub(super) fn add<S: Simd, const ROWS: usize, const TAP_ROWS: usize, const TAP_COLUMNS: usize, const ASKS: bool>(
    simd: S,
    operands: &Operands<'_, S::Number>,
    offsets: &[usize],
    lanes: &mut [S::Number],
) {
    const { assert!(ROWS <= RUN && TAP_ROWS <= MOST_ROWS && TAP_COLUMNS <= MOST_COLUMNS) };
    let mut places = [0; TAP_COLUMNS];
    places.copy_from_slice(&offsets[..TAP_COLUMNS]);
    let (totals, rests) =
        lanes[..2 * TAP_ROWS * TAP_COLUMNS * S::LANES].split_at_mut(TAP_ROWS * TAP_COLUMNS * S::LANES);
    let mut sums = [[simd.splat(S::Number::ZERO); TAP_ROWS]; TAP_COLUMNS];
    unroll!(B in [0 1 2 3 4 5 6 7] {
        if const { B < TAP_COLUMNS } {
            sums[B] = load::<S, TAP_ROWS>(simd, rests, B * TAP_ROWS);
        }
    });
    for block in 0..operands.blocks {
        let (input, gradient) = (operands.input.skip_rows(block * ROWS), operands.gradient.skip_rows(block * ROWS));
        let mut at = 0;
        while at < operands.columns {
            let end = operands.columns.min(at + const { RUN / ROWS } * S::LANES);
            while at < end {
                if const { ASKS } {
                    gradient.prefetch(simd, at + AHEAD * S::LANES, 0..ROWS);
                    // The rows above were read under the last block.
                    input.prefetch(simd, at + AHEAD * S::LANES, const { TAP_ROWS - 1 }..const { TAP_ROWS - 1 + ROWS });
                }
                let mut column = gradient.column(simd, at, ROWS);
                let mut gradients = [simd.splat(S::Number::ZERO); ROWS];
                unroll!(R in [0 1 2 3 4 5 6 7] {
                    if const { R < ROWS } {
                        gradients[R] = column.next();
                    }
                });
                unroll!(B in [0 1 2 3 4 5 6 7] {
                    if const { B < TAP_COLUMNS } {
                        sums[B] = add_column(simd, &input, at + places[B], &gradients, sums[B]);
                    }
                });
                at += S::LANES;
            }
            unroll!(B in [0 1 2 3 4 5 6 7] {
                if const { B < TAP_COLUMNS } {
                    sums[B] = into_totals(simd, totals, B * TAP_ROWS, sums[B]);
                }
            });
        }
    }
    unroll!(B in [0 1 2 3 4 5 6 7] {
        if const { B < TAP_COLUMNS } {
            store(simd, rests, B * TAP_ROWS, sums[B]);
        }
    });
}

/// The products of one kernel column on one register of each output row.
#[inline(always)]
fn add_column<S: Simd, const ROWS: usize, const TAP_ROWS: usize>(
    simd: S,
    input: &Window<'_, S::Number>,
    at: usize,
    gradients: &[S::Vector; ROWS],
    mut sums: [S::Vector; TAP_ROWS],
) -> [S::Vector; TAP_ROWS] {
    let mut column = input.column(simd, at, const { ROWS + TAP_ROWS - 1 });
    // Row I of the input meets output row I − A through tap A.
    unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14] {
        if const { I < ROWS + TAP_ROWS - 1 } {
            let x = column.next();
            unroll!(A in [0 1 2 3 4 5 6 7] {
                if const { A < TAP_ROWS && I.wrapping_sub(A) < ROWS } {
                    sums[A] = simd.mul_add(x, gradients[I.wrapping_sub(A)], sums[A]);
                }
            });
        }
    });
    sums
}

/// Adds sums to their totals, and returns what these cannot hold of them.
#[inline(always)]
fn into_totals<S: Simd, const TAP_ROWS: usize>(
    simd: S,
    totals: &mut [S::Number],
    first: usize,
    mut sums: [S::Vector; TAP_ROWS],
) -> [S::Vector; TAP_ROWS] {
    unroll!(A in [0 1 2 3 4 5 6 7] {
        if const { A < TAP_ROWS } {
            let before = simd.load(totals, (first + A) * S::LANES);
            let total = simd.add(before, sums[A]);
            sums[A] = simd.sub(sums[A], simd.sub(total, before));
            simd.store(total, totals, (first + A) * S::LANES);
        }
    });
    sums
}

#[inline(always)]
fn load<S: Simd, const COUNT: usize>(simd: S, source: &[S::Number], first: usize) -> [S::Vector; COUNT] {
    let mut vectors = [simd.splat(S::Number::ZERO); COUNT];
    unroll!(A in [0 1 2 3 4 5 6 7] {
        if const { A < COUNT } {
            vectors[A] = simd.load(source, (first + A) * S::LANES);
        }
    });
    vectors
}

#[inline(always)]
fn store<S: Simd, const COUNT: usize>(
    simd: S,
    destination: &mut [S::Number],
    first: usize,
    vectors: [S::Vector; COUNT],
) {
    unroll!(A in [0 1 2 3 4 5 6 7] {
        if const { A < COUNT } {
            simd.store(vectors[A], destination, (first + A) * S::LANES);
        }
    });
}
