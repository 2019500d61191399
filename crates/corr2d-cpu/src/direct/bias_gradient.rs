//! The bias gradient: the gradient of each output channel, summed over batch and positions.

use rayon::prelude::*;

use super::lanes::{LANES, horizontal_sum};
use crate::{Element, Error, Geometry};

/// The elements that are summed in one go, so that the error of a sum grows with the square root of its length at
/// most, not with its length.
const RUN: usize = 4096;

/// bias_gradient = ∂L/∂bias. The slices are as long as the geometry says.
pub(crate) fn bias_gradient<T: Element>(
    geometry: &Geometry,
    output_gradient: &[T],
    bias_gradient: &mut [T],
) -> Result<(), Error> {
    let plane = geometry.rows().output() * geometry.columns().output();
    let channels = geometry.output_channels();
    bias_gradient.par_iter_mut().enumerate().for_each(|(channel, total)| {
        *total = T::ZERO;
        for n in 0..geometry.batch() {
            let gradients = &output_gradient[(n * channels + channel) * plane..][..plane];
            *total += gradients.chunks(RUN).map(sum_run).fold(T::ZERO, |sum, run| sum + run);
        }
    });
    Ok(())
}

fn sum_run<T: Element>(run: &[T]) -> T {
    let (blocks, rest) = run.as_chunks::<LANES>();
    let mut sums = [T::ZERO; LANES];
    for block in blocks {
        for (sum, value) in sums.iter_mut().zip(block) {
            *sum += *value;
        }
    }
    rest.iter().fold(horizontal_sum(sums), |sum, value| sum + *value)
}
