//! The weight gradient: for each tap, the products of what it read and what came of it, summed over all positions.
//!
//! ```text
//! ∂L/∂w[o, c, a, b] = Σ over n, i, j of ∂L/∂y[n, o, i, j] · x[n, c, i·stride + a·dilation − top, j·stride + b·dilation − left]
//! ```
//!
//! A layer has many weights and shares them out; a filter on one large image has few, so the rows of all outputs are
//! cut into parts, summed apart and added up in order. How many parts depends on the geometry alone, and so does every
//! bit of the result.

use std::ops::Range;

use rayon::prelude::*;

use super::lanes::{CHANNELS, LANES, add_product, horizontal_sum, load};
use crate::{Element, Error, Geometry, zeros};

/// The partial sums that are kept at the same time, in elements: 512 KiB of `f64`.
const PARTIAL_SUMS: usize = 1 << 16;

/// Enough parts to keep many threads busy, few enough that adding them up costs nothing.
const PARTS: usize = 64;

/// weight_gradient = ∂L/∂weight. The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let rows = geometry.batch() * geometry.rows().output();
    let parts = (PARTIAL_SUMS / weight_gradient.len()).clamp(1, PARTS).min(rows.max(1));
    if parts == 1 {
        sum_rows(geometry, input, output_gradient, 0..rows, weight_gradient);
        return Ok(());
    }
    let mut partial = zeros(parts * weight_gradient.len())?;
    partial.par_chunks_mut(weight_gradient.len()).enumerate().for_each(|(part, sums)| {
        let of_part = part * rows / parts..(part + 1) * rows / parts;
        sum_rows(geometry, input, output_gradient, of_part, sums);
    });
    let (first, others) = partial.split_at(weight_gradient.len());
    weight_gradient.copy_from_slice(first);
    for sums in others.chunks(weight_gradient.len()) {
        for (total, sum) in weight_gradient.iter_mut().zip(sums) {
            *total += *sum;
        }
    }
    Ok(())
}

/// The sums over some of the N · H' output rows of the batch.
fn sum_rows<T: Element>(geometry: &Geometry, input: &[T], output_gradient: &[T], rows: Range<usize>, sums: &mut [T]) {
    let per_channel = sums.len() / geometry.output_channels();
    let per_group = per_channel * geometry.output_channels_per_group();
    sums.par_chunks_mut(per_group).enumerate().for_each(|(group, sums)| {
        sums.par_chunks_mut(CHANNELS * per_channel).enumerate().for_each(|(block, sums)| {
            let channel = group * geometry.output_channels_per_group() + block * CHANNELS;
            let block = Block { geometry, input, output_gradient, rows: rows.clone(), group, channel };
            match sums.len() / per_channel {
                1 => block.sum::<1>(sums),
                2 => block.sum::<2>(sums),
                3 => block.sum::<3>(sums),
                _ => block.sum::<4>(sums),
            }
        });
    });
}

/// The weights of up to four output channels of one group.
struct Block<'a, T> {
    geometry: &'a Geometry,
    input: &'a [T],
    output_gradient: &'a [T],
    rows: Range<usize>,
    group: usize,
    /// The first output channel, counted over all groups.
    channel: usize,
}

impl<T: Element> Block<'_, T> {
    fn sum<const M: usize>(&self, sums: &mut [T]) {
        let kernel = (self.geometry.rows().kernel(), self.geometry.columns().kernel());
        let per_channel = sums.len() / M;
        for c in 0..self.geometry.input_channels_per_group() {
            for a in 0..kernel.0 {
                for b in 0..kernel.1 {
                    let totals = self.tap::<M>(c, a, b);
                    for (m, total) in totals.into_iter().enumerate() {
                        sums[m * per_channel + (c * kernel.0 + a) * kernel.1 + b] = total;
                    }
                }
            }
        }
    }

    /// The sums of tap (a, b) of input channel c for `M` output channels.
    fn tap<const M: usize>(&self, c: usize, a: usize, b: usize) -> [T; M] {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let reach = columns.outputs_of_tap(b);
        let mut vectors = [[T::ZERO; LANES]; M];
        let mut rest = [T::ZERO; M];
        if reach.is_empty() {
            return rest;
        }
        let first_read = reach.start * columns.stride() + b * columns.dilation() - columns.before();
        for row in self.rows.clone() {
            let (n, output_row) = (row / rows.output(), row % rows.output());
            let Some(input_row) = rows.input_position(output_row, a) else { continue };
            let x = &self.input_row(n, c, input_row)[first_read..];
            let gradients: [&[T]; M] = std::array::from_fn(|m| &self.gradient_row(n, m, output_row)[reach.clone()]);
            let blocks = reach.len() / LANES * LANES;
            for j in (0..blocks).step_by(LANES) {
                let vector = load(x, j * columns.stride(), columns.stride());
                for (sums, gradient) in vectors.iter_mut().zip(gradients) {
                    add_product(sums, vector, load(gradient, j, 1));
                }
            }
            for j in blocks..reach.len() {
                for (sum, gradient) in rest.iter_mut().zip(gradients) {
                    *sum += x[j * columns.stride()] * gradient[j];
                }
            }
        }
        std::array::from_fn(|m| horizontal_sum(vectors[m]) + rest[m])
    }

    fn input_row(&self, n: usize, c: usize, row: usize) -> &[T] {
        let channel = self.group * self.geometry.input_channels_per_group() + c;
        let width = self.geometry.columns().input();
        let index = (n * self.geometry.input_channels() + channel) * self.geometry.rows().input() + row;
        &self.input[index * width..][..width]
    }

    fn gradient_row(&self, n: usize, m: usize, row: usize) -> &[T] {
        let width = self.geometry.columns().output();
        let channel = n * self.geometry.output_channels() + self.channel + m;
        &self.output_gradient[(channel * self.geometry.rows().output() + row) * width..][..width]
    }
}
