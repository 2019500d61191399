//! The textbook loops: what every other path must agree with.
//!
//! ```text
//! y[i, j] = Σ_a Σ_b x[i + a, j + b] · k[a, b]
//! ```
//!
//! [`corr2d`] is that line as it stands. The functions below it add batch, channels, groups, stride, dilation and
//! padding; they are slow on purpose, since nothing else computes the expected values of the tests. A position in the
//! padding is skipped, never multiplied: padding is the absence of a pixel, and 0 · ∞ is not 0. In the same manner
//! [`transposed`] and [`pooling`] do what their names say.

pub mod pooling;
pub mod transposed;

use crate::geometry::check;
use crate::{Conv2dOptions, Element, Error, Geometry, Size, zeros};

/// Slides the kernel `k` over `x` without turning it, and sums the products of each window.
///
/// `x` and `k` are rows one after another. The result has [H − h + 1, W − w + 1] elements, where `x` is H×W and `k` is
/// h×w. Taught in chapter 1.
///
/// ```
/// use corr2d_cpu::{Size, reference::corr2d};
///
/// let x = [0f32, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
/// let k = [0f32, 1.0, 2.0, 3.0];
/// // 0·0 + 1·1 + 3·2 + 4·3 = 19
/// let y = corr2d(&x, Size { height: 3, width: 3 }, &k, Size { height: 2, width: 2 })?;
/// assert_eq!(y, [19.0, 25.0, 37.0, 43.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error`] when a size is 0, the kernel is larger than `x`, or a slice is not as long as its size says.
// ANCHOR: corr2d
pub fn corr2d<T: Element>(x: &[T], x_size: Size, k: &[T], k_size: Size) -> Result<Vec<T>, Error> {
    let output = output_size(x, x_size, k, k_size)?;
    let mut y = zeros(output.height * output.width)?;
    for i in 0..output.height {
        for j in 0..output.width {
            for a in 0..k_size.height {
                for b in 0..k_size.width {
                    y[i * output.width + j] += x[(i + a) * x_size.width + (j + b)] * k[a * k_size.width + b];
                }
            }
        }
    }
    Ok(y)
}
// ANCHOR_END: corr2d

fn output_size<T>(x: &[T], x_size: Size, k: &[T], k_size: Size) -> Result<Size, Error> {
    let shape = |size: Size| [1, 1, size.height, size.width];
    let geometry = Geometry::new(shape(x_size), shape(k_size), &Conv2dOptions::default())?;
    check("x", x, &geometry.input_shape())?;
    check("k", k, &geometry.weight_shape())?;
    Ok(geometry.output_size())
}

/// The correlation of a batch: `output` [N, O, H', W'] from `input` [N, C, H, W], `weight` [O, C / groups, h, w] and
/// `bias` \[O\].
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, reference};
///
/// let geometry = Geometry::new([1, 1, 2, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// let mut output = [0f64; 4];
/// reference::forward(&geometry, &[1.0, 2.0, 4.0, 0.0, 3.0, 3.0], &[1.0, -1.0], Some(&[10.0]), &mut output)?;
/// assert_eq!(output, [9.0, 8.0, 7.0, 10.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn forward<T: Element>(
    geometry: &Geometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [T],
) -> Result<(), Error> {
    check("input", input, &geometry.input_shape())?;
    check("weight", weight, &geometry.weight_shape())?;
    check("output", output, &geometry.output_shape())?;
    if let Some(bias) = bias {
        check("bias", bias, &[geometry.output_channels()])?;
    }
    let plane = geometry.rows().output() * geometry.columns().output();
    for (index, sum) in output.iter_mut().enumerate() {
        *sum = bias.map_or(T::ZERO, |bias| bias[index / plane % geometry.output_channels()]);
    }
    for_each_product(geometry, |x, w, y| output[y] += input[x] * weight[w]);
    Ok(())
}

/// ∂L/∂input [N, C, H, W] from `output_gradient` = ∂L/∂output [N, O, H', W']: every product of the forward sum, read the
/// other way.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, reference};
///
/// let geometry = Geometry::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// let mut gradient = [0f64; 3];
/// reference::input_gradient(&geometry, &[1.0, 10.0], &[2.0, 3.0], &mut gradient)?;
/// // The middle pixel met the right weight in the first window and the left one in the second.
/// assert_eq!(gradient, [2.0, 3.0 + 20.0, 30.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn input_gradient<T: Element>(
    geometry: &Geometry,
    output_gradient: &[T],
    weight: &[T],
    input_gradient: &mut [T],
) -> Result<(), Error> {
    check("output gradient", output_gradient, &geometry.output_shape())?;
    check("weight", weight, &geometry.weight_shape())?;
    check("input gradient", input_gradient, &geometry.input_shape())?;
    input_gradient.fill(T::ZERO);
    for_each_product(geometry, |x, w, y| input_gradient[x] += output_gradient[y] * weight[w]);
    Ok(())
}

/// ∂L/∂weight [O, C / groups, h, w] from `output_gradient` = ∂L/∂output [N, O, H', W'].
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, reference};
///
/// let geometry = Geometry::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// let mut gradient = [0f64; 2];
/// reference::weight_gradient(&geometry, &[5.0, 6.0, 7.0], &[1.0, 10.0], &mut gradient)?;
/// assert_eq!(gradient, [5.0 + 60.0, 6.0 + 70.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn weight_gradient<T: Element>(
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    check("input", input, &geometry.input_shape())?;
    check("output gradient", output_gradient, &geometry.output_shape())?;
    check("weight gradient", weight_gradient, &geometry.weight_shape())?;
    weight_gradient.fill(T::ZERO);
    for_each_product(geometry, |x, w, y| weight_gradient[w] += output_gradient[y] * input[x]);
    Ok(())
}

/// ∂L/∂bias \[O\] from `output_gradient` = ∂L/∂output [N, O, H', W']: the sum over batch and positions.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, reference};
///
/// let geometry = Geometry::new([1, 1, 1, 3], [2, 1, 1, 2], &Conv2dOptions::default())?;
/// let mut gradient = [0f64; 2];
/// reference::bias_gradient(&geometry, &[1.0, 10.0, 2.0, 20.0], &mut gradient)?;
/// assert_eq!(gradient, [11.0, 22.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn bias_gradient<T: Element>(
    geometry: &Geometry,
    output_gradient: &[T],
    bias_gradient: &mut [T],
) -> Result<(), Error> {
    check("output gradient", output_gradient, &geometry.output_shape())?;
    check("bias gradient", bias_gradient, &[geometry.output_channels()])?;
    bias_gradient.fill(T::ZERO);
    let plane = geometry.rows().output() * geometry.columns().output();
    for (index, gradient) in output_gradient.iter().enumerate() {
        bias_gradient[index / plane % geometry.output_channels()] += *gradient;
    }
    Ok(())
}

/// Calls `visit(input index, weight index, output index)` for each product of the correlation, output by output.
fn for_each_product(geometry: &Geometry, mut visit: impl FnMut(usize, usize, usize)) {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let index = |shape: [usize; 4], [a, b, c, d]: [usize; 4]| ((a * shape[1] + b) * shape[2] + c) * shape[3] + d;
    let channels = geometry.input_channels_per_group();
    for n in 0..geometry.batch() {
        for o in 0..geometry.output_channels() {
            let group = o / geometry.output_channels_per_group();
            for i in 0..rows.output() {
                for j in 0..columns.output() {
                    let y = index(geometry.output_shape(), [n, o, i, j]);
                    for c in 0..channels {
                        for a in 0..rows.kernel() {
                            let Some(row) = rows.input_position(i, a) else { continue };
                            for b in 0..columns.kernel() {
                                let Some(column) = columns.input_position(j, b) else { continue };
                                let x = index(geometry.input_shape(), [n, group * channels + c, row, column]);
                                visit(x, index(geometry.weight_shape(), [o, c, a, b]), y);
                            }
                        }
                    }
                }
            }
        }
    }
}
