//! The sums of a few output channels × a few neighbouring columns of one row.

use std::ops::Range;

use crate::Element;
use crate::simd::{Offsets, Simd};

/// The products that are summed before they are added to a total.
const RUN: usize = 64;

/// The sums of a block: as many as leave registers for what they are made of.
pub(super) const fn most_sums<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 24 } else { 12 }
}

/// The most output channels of a block.
pub(super) const fn most_outputs<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 4 } else { 2 }
}

/// The most columns of a block of so many output channels.
pub(super) const fn most_columns<S: Simd>(outputs: usize) -> usize {
    let columns = most_sums::<S>() / outputs;
    if columns < 8 { columns } else { 8 }
}

/// What the sums of a few output channels read.
#[derive(Clone, Copy)]
pub(super) struct Source<'a, T> {
    /// With images in lanes, and the numbers of a row and a channel of them.
    pub(super) pixels: &'a [T],
    pub(super) row: usize,
    pub(super) channel: usize,
    /// [channel][tap][output], and the taps of a row and of a channel.
    pub(super) weights: &'a [T],
    pub(super) kernel_row: usize,
    pub(super) kernel: usize,
}

/// The rows of the kernel that read the input and not the padding.
#[derive(Clone)]
pub(super) struct KernelRows {
    pub(super) rows: Range<usize>,
    /// The input row that the first of them reads, and from there to that of the next.
    pub(super) input_row: usize,
    pub(super) dilation: usize,
}

/// The taps of each row of the kernel that read the input for some output of a block, row by row.
pub(super) struct KernelColumns {
    /// How many there are in a row.
    pub(super) count: usize,
    /// Where they read, from the pixel on that the first tap reads for the first output.
    pub(super) pixels: Offsets,
    /// Where their weights are, from the first of the block on.
    pub(super) weights: Offsets,
}

impl<T: Element> Source<'_, T> {
    /// Writes the sums of `COLUMNS` outputs from a column on, plus biases; from one output channel to the next there are so many
    /// registers in `results`.
    #[inline(always)]
    pub(super) fn write_sums<S: Simd<Number = T>, const OUTPUTS: usize, const COLUMNS: usize>(
        &self,
        simd: S,
        rows: &KernelRows,
        columns: &KernelColumns,
        column: usize,
        biases: [T; OUTPUTS],
        registers: usize,
        results: &mut [T],
    ) {
        let mut totals = [[simd.splat(T::ZERO); COLUMNS]; OUTPUTS];
        unroll!(O in [0 1 2 3] {
            if const { O < OUTPUTS } {
                totals[O] = [simd.splat(biases[O]); COLUMNS];
            }
        });
        let sums = self.sum::<S, OUTPUTS, COLUMNS>(simd, rows, columns, column, totals);
        unroll!(O in [0 1 2 3] {
            if const { O < OUTPUTS } {
                let results = &mut results[O * registers * S::LANES..][..COLUMNS * S::LANES];
                unroll!(C in [0 1 2 3 4 5 6 7] {
                    if const { C < COLUMNS } {
                        simd.store(sums[O][C], results, C * S::LANES);
                    }
                });
            }
        });
    }

    /// The sums of `COLUMNS` outputs from a column on, on top of the totals.
    #[inline(always)]
    fn sum<S: Simd<Number = T>, const OUTPUTS: usize, const COLUMNS: usize>(
        &self,
        simd: S,
        rows: &KernelRows,
        columns: &KernelColumns,
        column: usize,
        mut totals: [[S::Vector; COLUMNS]; OUTPUTS],
    ) -> [[S::Vector; COLUMNS]; OUTPUTS] {
        let zero = simd.splat(T::ZERO);
        let mut sums = [[zero; COLUMNS]; OUTPUTS];
        let Source { pixels, weights, .. } = *self;
        // Rows that are summed without a pause.
        let at_once = (RUN / columns.count.max(1)).max(1);
        let mut summed = 0;
        for channel in 0..weights.len() / (OUTPUTS * self.kernel) {
            let mut first = rows.rows.start;
            while first < rows.rows.end {
                let next = rows.rows.end.min(first + at_once);
                let count = (next - first) * columns.count;
                if summed > 0 && summed + count > RUN {
                    totals = add(simd, totals, sums);
                    sums = [[zero; COLUMNS]; OUTPUTS];
                    summed = 0;
                }
                summed += count;
                let input_row = rows.input_row + (first - rows.rows.start) * rows.dilation;
                let pixels = &pixels[channel * self.channel + input_row * self.row + column * S::LANES..];
                let weights = &weights[(channel * self.kernel + first * self.kernel_row) * OUTPUTS..];
                let pixels = columns.pixels.of(pixels, 0..count, COLUMNS * S::LANES);
                let weights = columns.weights.of(weights, 0..count, OUTPUTS);
                for (pixels, weights) in pixels.zip(weights) {
                    let mut spread = [zero; OUTPUTS];
                    unroll!(O in [0 1 2 3] {
                        if const { O < OUTPUTS } {
                            spread[O] = simd.splat(weights.get(O));
                        }
                    });
                    unroll!(C in [0 1 2 3 4 5 6 7] {
                        if const { C < COLUMNS } {
                            let pixel = pixels.load(simd, C * S::LANES);
                            unroll!(O in [0 1 2 3] {
                                if const { O < OUTPUTS } {
                                    sums[O][C] = simd.mul_add(pixel, spread[O], sums[O][C]);
                                }
                            });
                        }
                    });
                }
                first = next;
            }
        }
        add(simd, totals, sums)
    }
}

#[inline(always)]
fn add<S: Simd, const OUTPUTS: usize, const COLUMNS: usize>(
    simd: S,
    mut totals: [[S::Vector; COLUMNS]; OUTPUTS],
    sums: [[S::Vector; COLUMNS]; OUTPUTS],
) -> [[S::Vector; COLUMNS]; OUTPUTS] {
    unroll!(O in [0 1 2 3] {
        unroll!(C in [0 1 2 3 4 5 6 7] {
            if const { O < OUTPUTS && C < COLUMNS } {
                totals[O][C] = simd.add(totals[O][C], sums[O][C]);
            }
        });
    });
    totals
}
