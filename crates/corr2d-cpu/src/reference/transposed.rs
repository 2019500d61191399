//! The transposed correlation as it is defined: each number of the input lays the kernel, times itself, over the result.
//!
//! ```text
//! y[i·stride + a·dilation − top, j·stride + b·dilation − left] += x[i, j] · w[a, b]
//! ```
//!
//! It knows nothing of correlations and their gradients, so that it can be asked whether it is one.

use crate::geometry::check;
use crate::{Element, Error, TransposedGeometry};

/// `output` [N, O, H', W'] from `input` [N, C, H, W], `weight` [C, O / groups, h, w] and `bias` \[O\].
///
/// ```
/// use corr2d_cpu::{ConvTranspose2dOptions, TransposedGeometry, reference};
///
/// let options = ConvTranspose2dOptions { stride: (1, 2), ..Default::default() };
/// let geometry = TransposedGeometry::new([1, 1, 1, 2], [1, 1, 1, 3], &options)?;
/// let mut output = [0f64; 5];
/// reference::transposed::forward(&geometry, &[1.0, 10.0], &[1.0, 2.0, 3.0], Some(&[100.0]), &mut output)?;
/// // The last tap of the first number meets the first tap of the second.
/// assert_eq!(output, [101.0, 102.0, 113.0, 120.0, 130.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongLength`].
pub fn forward<T: Element>(
    geometry: &TransposedGeometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [T],
) -> Result<(), Error> {
    let ([_, channels, height, width], kernel) = (geometry.input_shape(), geometry.weight_shape());
    let [_, outputs, output_height, output_width] = geometry.output_shape();
    check("input", input, &geometry.input_shape())?;
    check("weight", weight, &kernel)?;
    check("output", output, &geometry.output_shape())?;
    if let Some(bias) = bias {
        check("bias", bias, &[outputs])?;
    }
    for (index, sum) in output.iter_mut().enumerate() {
        *sum = bias.map_or(T::ZERO, |bias| bias[index / (output_height * output_width) % outputs]);
    }
    let (rows, columns) = (geometry.correlation().rows(), geometry.correlation().columns());
    // Where a tap of an input lies in the result, if it was not cut off.
    let lies = |place: usize, cut: usize, length: usize| place.checked_sub(cut).filter(|place| *place < length);
    let channels_per_group = channels / geometry.correlation().groups();
    for (index, number) in input.iter().enumerate() {
        let (n, c, i, j) = (
            index / (channels * height * width),
            index / (height * width) % channels,
            index / width % height,
            index % width,
        );
        for o in 0..kernel[1] {
            for a in 0..kernel[2] {
                let place = i * rows.stride() + a * rows.dilation();
                let Some(row) = lies(place, rows.before(), output_height) else { continue };
                for b in 0..kernel[3] {
                    let place = j * columns.stride() + b * columns.dilation();
                    let Some(column) = lies(place, columns.before(), output_width) else { continue };
                    let channel = c / channels_per_group * kernel[1] + o;
                    let y = ((n * outputs + channel) * output_height + row) * output_width + column;
                    output[y] += *number * weight[((c * kernel[1] + o) * kernel[2] + a) * kernel[3] + b];
                }
            }
        }
    }
    Ok(())
}
