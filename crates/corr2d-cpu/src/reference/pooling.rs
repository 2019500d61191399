//! Maxima and averages of windows, element by element as they are defined.
//!
//! ```text
//! maximum: y[i, j] = max over taps (a, b) of x[i·stride + a·dilation − top, j·stride + b·dilation − left]
//! average: y[i, j] = Σ over the same / n[i, j]
//! ```
//!
//! A position in the padding is skipped. n counts the taps that are not, or those in the padding too, if the geometry says
//! so.

use crate::geometry::check;
use crate::{Element, Error, PoolGeometry};

/// The largest number of each window of `input` [N, C, H, W], to `output` [N, C, H', W'].
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, PoolGeometry, reference};
///
/// let geometry = PoolGeometry::new([1, 1, 2, 3], &Pool2dOptions::default())?;
/// let mut output = [0f64; 1];
/// reference::pooling::max(&geometry, &[1.0, 2.0, 9.0, 4.0, 3.0, 9.0], &mut output)?;
/// assert_eq!(output, [4.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn max<T: Element>(geometry: &PoolGeometry, input: &[T], output: &mut [T]) -> Result<(), Error> {
    check("input", input, &geometry.input_shape())?;
    check("output", output, &geometry.output_shape())?;
    for_each_maximum(geometry, input, |x, y| output[y] = input[x]);
    Ok(())
}

/// ∂L/∂input [N, C, H, W] of [`max`], from `output_gradient` = ∂L/∂output [N, C, H', W']. Of equal maxima the first in
/// row order has the gradient, of several NaN the last.
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, PoolGeometry, reference};
///
/// let geometry = PoolGeometry::new([1, 1, 2, 2], &Pool2dOptions::default())?;
/// let mut gradient = [0f64; 4];
/// reference::pooling::max_gradient(&geometry, &[1.0, 7.0, 7.0, 3.0], &[5.0], &mut gradient)?;
/// assert_eq!(gradient, [0.0, 5.0, 0.0, 0.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn max_gradient<T: Element>(
    geometry: &PoolGeometry,
    input: &[T],
    output_gradient: &[T],
    input_gradient: &mut [T],
) -> Result<(), Error> {
    check("input", input, &geometry.input_shape())?;
    check("output gradient", output_gradient, &geometry.output_shape())?;
    check("input gradient", input_gradient, &geometry.input_shape())?;
    input_gradient.fill(T::ZERO);
    for_each_maximum(geometry, input, |x, y| input_gradient[x] += output_gradient[y]);
    Ok(())
}

/// The average of each window of `input` [N, C, H, W], to `output` [N, C, H', W'].
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, PoolGeometry, reference};
///
/// let geometry = PoolGeometry::new([1, 1, 2, 3], &Pool2dOptions::default())?;
/// let mut output = [0f64; 1];
/// reference::pooling::average(&geometry, &[1.0, 2.0, 9.0, 4.0, 3.0, 9.0], &mut output)?;
/// assert_eq!(output, [2.5]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn average<T: Element>(geometry: &PoolGeometry, input: &[T], output: &mut [T]) -> Result<(), Error> {
    check("input", input, &geometry.input_shape())?;
    check("output", output, &geometry.output_shape())?;
    let (rows, columns) = geometry.divisors();
    for_each_window(geometry, |y, [i, j], taps| {
        let sum = taps.iter().fold(T::ZERO, |sum, x| sum + input[*x]);
        output[y] = sum / T::from_f64((rows[i] * columns[j]) as f64);
    });
    Ok(())
}

/// ∂L/∂input [N, C, H, W] of [`average`], from `output_gradient` = ∂L/∂output [N, C, H', W'].
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, PoolGeometry, reference};
///
/// let geometry = PoolGeometry::new([1, 1, 2, 2], &Pool2dOptions::default())?;
/// let mut gradient = [0f64; 4];
/// reference::pooling::average_gradient(&geometry, &[8.0], &mut gradient)?;
/// assert_eq!(gradient, [2.0; 4]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn average_gradient<T: Element>(
    geometry: &PoolGeometry,
    output_gradient: &[T],
    input_gradient: &mut [T],
) -> Result<(), Error> {
    check("output gradient", output_gradient, &geometry.output_shape())?;
    check("input gradient", input_gradient, &geometry.input_shape())?;
    input_gradient.fill(T::ZERO);
    let (rows, columns) = geometry.divisors();
    for_each_window(geometry, |y, [i, j], taps| {
        for x in taps {
            input_gradient[*x] += output_gradient[y] / T::from_f64((rows[i] * columns[j]) as f64);
        }
    });
    Ok(())
}

/// Calls `visit(input index, output index)` with the maximum of each window.
fn for_each_maximum<T: Element>(geometry: &PoolGeometry, input: &[T], mut visit: impl FnMut(usize, usize)) {
    for_each_window(geometry, |y, _, taps| {
        let mut greatest = taps[0];
        for x in taps {
            let is_nan = input[*x].to_f64().is_nan();
            if input[*x] > input[greatest] || is_nan {
                greatest = *x;
            }
        }
        visit(greatest, y);
    });
}

/// Calls `visit(output index, [i, j], input indices in row order)` for each window.
fn for_each_window(geometry: &PoolGeometry, mut visit: impl FnMut(usize, [usize; 2], &[usize])) {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let [batch, channels, ..] = geometry.input_shape();
    for plane in 0..batch * channels {
        for i in 0..rows.output() {
            for j in 0..columns.output() {
                let mut taps = Vec::new();
                for a in 0..rows.kernel() {
                    let Some(row) = rows.input_position(i, a) else { continue };
                    for b in 0..columns.kernel() {
                        let Some(column) = columns.input_position(j, b) else { continue };
                        taps.push((plane * rows.input() + row) * columns.input() + column);
                    }
                }
                visit((plane * rows.output() + i) * columns.output() + j, [i, j], &taps);
            }
        }
    }
}
