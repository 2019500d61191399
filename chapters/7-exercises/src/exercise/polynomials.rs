//! Kernels on polynomials. Which derivative a kernel is can be read off its responses to 1, x, y, x², xy, y².

use anyhow::Result;
use candle_core::{Device, Tensor};
use corr2d_imaging::Kernel;

/// Sums smaller than this part of what they sum, signs apart, count as zero: a reader writes 0.333 for 1/3.
const ZERO: f64 = 2e-3;

/// The image x^across · y^down, where x is the column and y is the row, both from 0.
pub(super) fn monomial(across: i32, down: i32, (height, width): (usize, usize), device: &Device) -> Result<Tensor> {
    let pixel = |index: usize| ((index % width) as f32).powi(across) * ((index / width) as f32).powi(down);
    let pixels: Vec<f32> = (0..height * width).map(pixel).collect();
    Ok(Tensor::from_vec(pixels, (height, width), device)?)
}

/// Σ w · x^across · y^down with x and y counted from the middle of the kernel, and 0 where rounding alone is left.
///
/// The first of these that is not 0 is the kernel's response to the monomial itself, wherever x and y are counted from.
pub(super) fn moment(kernel: &Kernel, across: i32, down: i32) -> f64 {
    let (middle_x, middle_y) = ((kernel.width() - 1) as f64 / 2.0, (kernel.height() - 1) as f64 / 2.0);
    let (mut sum, mut total) = (0.0, 0.0);
    for (index, weight) in kernel.values().iter().enumerate() {
        let (x, y) = ((index % kernel.width()) as f64 - middle_x, (index / kernel.width()) as f64 - middle_y);
        let term = weight * x.powi(across) * y.powi(down);
        sum += term;
        total += term.abs();
    }
    if sum.abs() <= ZERO * total { 0.0 } else { sum }
}

/// Weights smaller than this part of the largest are what a computation left in place of 0.
const DUST: f64 = 1e-9;

/// The kernel without the rows and columns of zeros at its rim, or `None` if nothing is left.
pub(super) fn trimmed(kernel: &Kernel) -> Result<Option<Kernel>> {
    let rows: Vec<&[f64]> = kernel.rows().collect();
    let largest = kernel.values().iter().fold(0f64, |largest, weight| largest.max(weight.abs()));
    let is_used = |weight: &f64| weight.abs() > DUST * largest;
    let used_row = |row: &usize| rows[*row].iter().any(is_used);
    let used_column = |column: &usize| rows.iter().any(|row| is_used(&row[*column]));
    let (Some(top), Some(bottom)) = ((0..rows.len()).find(used_row), (0..rows.len()).rfind(used_row)) else {
        return Ok(None);
    };
    let width = kernel.width();
    let (Some(left), Some(right)) = ((0..width).find(used_column), (0..width).rfind(used_column)) else {
        return Ok(None);
    };
    let values = rows[top..=bottom].iter().flat_map(|row| &row[left..=right]).copied().collect();
    Ok(Some(Kernel::new(kernel.name(), bottom - top + 1, right - left + 1, values)?))
}
