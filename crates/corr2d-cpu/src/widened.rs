//! `f32` calls that meet numbers below the smallest normal one, 2⁻¹²⁶, computed in `f64`, where those numbers are normal.
//!
//! Many processors hand each instruction with a denormal number to a slow path of more than a hundred cycles: a layer over
//! an image of 1e-40 took 90 times as long on one of 2019. Flushing them to zero would give wrong results, so a call that
//! looks as if it had some is widened first: it takes up to six times as long, and is rounded once. In `f64` itself, where
//! such numbers lie below 10⁻³⁰⁷, nothing is done.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `risk` | whether a call meets them: a look at a few thousand numbers |
//! | `convert` | to `f64` and back, without such an instruction on the way |
//!
//! Whether a call is widened depends on its numbers alone, so results are the same on every call and for every number of
//! threads.

mod convert;
mod risk;

use std::mem::MaybeUninit;

use convert::{narrow, widen, widen_rows};
use risk::{Rows, risky};

use crate::simd::{Isa, unwritten};
use crate::{Error, Geometry, Input, Path, Plan, zeros};

/// The numbers of a band of an image in `f64`, its outputs counted in: 512 KiB.
const BAND: usize = 1 << 16;

/// The numbers of several images in `f64`, likewise: 16 MiB, or a single image.
const IMAGES: usize = 1 << 21;

/// The weights up to which an image is computed band by band: what a call makes of them costs little beside a band.
const FEW_WEIGHTS: usize = 4096;

/// What came of a call that was widened; `None` if it need not be.
pub(crate) type Widened = Option<Result<(), Error>>;

/// As [`Plan::forward_strided`].
pub(crate) fn forward(
    plan: &Plan,
    input: Input<'_, f32>,
    weight: &[f32],
    bias: Option<&[f32]>,
    output: &mut [MaybeUninit<f32>],
) -> Widened {
    let rows = Rows { input, shape: plan.geometry().input_shape() };
    // The textbook stays as it is.
    let needed = plan.path() != Path::Reference && risky(plan.isa(), [rows, Rows::of(weight)]);
    needed.then(|| forward_in_f64(plan, input, weight, bias, output))
}

/// As [`Plan::input_gradient`].
pub(crate) fn input_gradient(
    plan: &Plan,
    output_gradient: &[f32],
    weight: &[f32],
    input_gradient: &mut [MaybeUninit<f32>],
) -> Widened {
    let needed = plan.input_gradient_path() != Path::Reference
        && risky(plan.isa(), [Rows::of(output_gradient), Rows::of(weight)]);
    needed.then(|| input_gradient_in_f64(plan, output_gradient, weight, input_gradient))
}

/// As [`Plan::weight_gradient`].
pub(crate) fn weight_gradient(
    plan: &Plan,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: &mut [f32],
) -> Widened {
    let needed = plan.weight_gradient_path() != Path::Reference
        && risky(plan.isa(), [Rows::of(input), Rows::of(output_gradient)]);
    needed.then(|| weight_gradient_in_f64(plan, input, output_gradient, weight_gradient))
}

fn forward_in_f64(
    plan: &Plan,
    input: Input<'_, f32>,
    weight: &[f32],
    bias: Option<&[f32]>,
    output: &mut [MaybeUninit<f32>],
) -> Result<(), Error> {
    let (isa, geometry) = (plan.isa(), plan.geometry());
    let weight = widened(isa, weight)?;
    let bias = bias.map(|bias| widened(isa, bias)).transpose()?;
    let (height, width) = (geometry.rows().output(), geometry.columns().output());
    let rows = rows_per_band(geometry);
    let at_once = if rows < height { 1 } else { images_at_once(geometry) };
    let per_image = geometry.output_channels() * height * width;
    let (mut pixels, mut results) = (Vec::new(), Vec::new());
    for (chunk, output) in output.chunks_mut(at_once * per_image).enumerate() {
        let images = chunk * at_once..chunk * at_once + output.len() / per_image;
        for first in (0..height).step_by(rows) {
            let rows = first..height.min(first + rows);
            let (band, input_rows) = geometry.band(images.len(), rows.clone());
            reserve(&mut pixels, band.input_len())?;
            reserve(&mut results, band.output_len())?;
            let (pixels, results) = (&mut pixels[..band.input_len()], &mut results[..band.output_len()]);
            for (image, pixels) in images.clone().zip(pixels.chunks_exact_mut(band.input_len() / images.len())) {
                widen_rows(isa, input.planes(image, 0), input_rows.clone(), geometry.columns().input(), pixels);
            }
            plan.for_part(band).forward(pixels, &weight, bias.as_deref(), results)?;
            let planes = output.chunks_exact_mut(height * width);
            for (plane, results) in planes.zip(results.chunks_exact(rows.len() * width)) {
                narrow(isa, results, &mut plane[rows.start * width..rows.end * width]);
            }
        }
    }
    Ok(())
}

fn input_gradient_in_f64(
    plan: &Plan,
    output_gradient: &[f32],
    weight: &[f32],
    input_gradient: &mut [MaybeUninit<f32>],
) -> Result<(), Error> {
    let (isa, geometry) = (plan.isa(), plan.geometry());
    let (one, at_once) = (geometry.with_batch(1), images_at_once(geometry));
    let weight = widened(isa, weight)?;
    let images = output_gradient.chunks(at_once * one.output_len());
    for (output_gradient, input_gradient) in images.zip(input_gradient.chunks_mut(at_once * one.input_len())) {
        let part = geometry.with_batch(output_gradient.len() / one.output_len());
        let mut results = zeros(part.input_len())?;
        plan.for_part(part).input_gradient(&widened(isa, output_gradient)?, &weight, &mut results)?;
        narrow(isa, &results, input_gradient);
    }
    Ok(())
}

/// The sum of the gradients of some images at a time, in order.
fn weight_gradient_in_f64(
    plan: &Plan,
    input: &[f32],
    output_gradient: &[f32],
    weight_gradient: &mut [f32],
) -> Result<(), Error> {
    let (isa, geometry) = (plan.isa(), plan.geometry());
    let (one, at_once) = (geometry.with_batch(1), images_at_once(geometry));
    let (mut sum, mut results) = (zeros::<f64>(one.weight_len())?, zeros::<f64>(one.weight_len())?);
    let images = input.chunks(at_once * one.input_len());
    for (input, output_gradient) in images.zip(output_gradient.chunks(at_once * one.output_len())) {
        let part = plan.for_part(geometry.with_batch(input.len() / one.input_len()));
        part.weight_gradient(&widened(isa, input)?, &widened(isa, output_gradient)?, &mut results)?;
        sum.iter_mut().zip(&results).for_each(|(sum, result)| *sum += result);
    }
    narrow(isa, &sum, unwritten(weight_gradient));
    Ok(())
}

/// How many whole images are computed at once: what a call makes of the weights, and waking threads, is worth them.
fn images_at_once(geometry: &Geometry) -> usize {
    let one = geometry.with_batch(1);
    (IMAGES / (one.input_len() + one.output_len())).clamp(1, geometry.batch().max(1))
}

/// How many output rows of an image are computed at once.
fn rows_per_band(geometry: &Geometry) -> usize {
    let (rows, height) = (geometry.rows(), geometry.rows().output());
    // Where a window may lie in the padding as a whole, a band might read no row at all.
    if geometry.weight_len() > FEW_WEIGHTS || rows.before().max(rows.after()) >= rows.dilated() {
        return height;
    }
    let read = geometry.input_channels() * geometry.columns().input() * geometry.rows().stride();
    let per_row = read + geometry.output_channels() * geometry.columns().output();
    // Not so few that rows are read many times over.
    (BAND / per_row).max(16).max(4 * geometry.rows().dilated())
}

fn widened(isa: Isa, numbers: &[f32]) -> Result<Vec<f64>, Error> {
    let mut wide = zeros(numbers.len())?;
    widen(isa, numbers, &mut wide);
    Ok(wide)
}

fn reserve(buffer: &mut Vec<f64>, length: usize) -> Result<(), Error> {
    if buffer.len() < length {
        *buffer = zeros(length)?;
    }
    Ok(())
}
