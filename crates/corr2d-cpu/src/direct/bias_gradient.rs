//! The bias gradient: the gradient of each output channel, summed over batch and positions.

use rayon::prelude::*;

use super::lanes::{LANES, horizontal_sum};
use super::pieces::SEQUENTIAL_MULTIPLICATIONS;
use crate::{Element, Error, Geometry};

/// The elements that are summed in one go, 16 in each lane, before they are added to a total in f64.
const RUN: usize = 16 * LANES;

/// bias_gradient = ∂L/∂bias. The slices are as long as the geometry says.
pub(crate) fn bias_gradient<T: Element>(
    geometry: &Geometry,
    output_gradient: &[T],
    bias_gradient: &mut [T],
) -> Result<(), Error> {
    let plane = geometry.rows().output() * geometry.columns().output();
    let channels = geometry.output_channels();
    let sum = |(channel, total): (usize, &mut T)| {
        let gradients = (0..geometry.batch()).map(|n| &output_gradient[(n * channels + channel) * plane..][..plane]);
        let runs = gradients.flat_map(|gradients| gradients.chunks(RUN));
        // Not `sum`, which makes −0 of nothing.
        *total = T::from_f64(runs.map(sum_run).fold(0.0, |sum, run| sum + run));
    };
    if (output_gradient.len() as f64) < SEQUENTIAL_MULTIPLICATIONS {
        bias_gradient.iter_mut().enumerate().for_each(sum);
    } else {
        bias_gradient.par_iter_mut().enumerate().for_each(sum);
    }
    Ok(())
}

fn sum_run<T: Element>(run: &[T]) -> f64 {
    let (blocks, rest) = run.as_chunks::<LANES>();
    let mut sums = [T::ZERO; LANES];
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += *value;
        }
    }
    rest.iter().fold(horizontal_sum(sums).to_f64(), |sum, value| sum + value.to_f64())
}
