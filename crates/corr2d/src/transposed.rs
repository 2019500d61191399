//! The transposed correlation, which layers that enlarge their input compute.

use candle_core::Tensor;
use corr2d_cpu::{Conv2dOptions, ConvTranspose2dOptions, Plan, TransposedPlan};

use crate::checks::{alike, float};
use crate::error::{Error, Result};
use crate::functions::{engine_of, shape4};
use crate::ops::{Engine, Transposed};

/// Transposed cross-correlation: each number of the input lays the kernel, times itself, over the result.
///
/// `x` is [N, C, H, W], `weight` [C, O / groups, h, w], `bias` \[O\], the result [N, O, H', W'] with
///
/// ```text
/// H' = (H − 1) · stride − top − bottom + dilation · (h − 1) + output_padding + 1, and W' likewise
/// y[n, o, i·stride + a·dilation − top, j·stride + b·dilation − left] += x[n, c, i, j] · weight[c, o, a, b]
/// ```
///
/// and the bias added once. What PyTorch calls `conv_transpose2d`, with candle's and PyTorch's layout of the weight. It is
/// the gradient of [`conv2d`](crate::conv2d) by its input, and like it differentiable in all three tensors, any number of
/// times; padding, stride and dilation are those of that correlation. Under [`Padding::Same`](crate::Padding::Same) the
/// result is stride · H high and stride · W wide, as TensorFlow has it. f16 and bf16 are summed in f32 and rounded once.
/// Strided and offset views are welcome.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::ConvTranspose2dOptions;
///
/// // A row of two numbers under a kernel of three, two places apart: the kernels overlap in the middle.
/// let x = Tensor::new(&[[[[1f32, 10.]]]], &Device::Cpu)?;
/// let weight = Tensor::new(&[[[[1f32, 2., 3.]]]], &Device::Cpu)?;
/// let bias = Tensor::new(&[100f32], &Device::Cpu)?;
/// let options = ConvTranspose2dOptions { stride: (1, 2), ..Default::default() };
/// let y = corr2d::conv_transpose2d(&x, &weight, Some(&bias), &options)?;
/// assert_eq!(y.dims(), [1, 1, 1, 5]);
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [101., 102., 113., 120., 130.]);
///
/// // A stride of 2 leaves open whether the result has an even or an odd width.
/// let options = ConvTranspose2dOptions { output_padding: (0, 1), ..options };
/// assert_eq!(corr2d::conv_transpose2d(&x, &weight, None, &options)?.dims(), [1, 1, 1, 6]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::Rank`], [`Error::Shape`], [`Error::BiasShape`], mismatches of dtype and device, a dtype that is no float.
pub fn conv_transpose2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvTranspose2dOptions,
) -> Result<Tensor> {
    planned(x, weight, bias, options, engine_of(x))?.forward(x, weight, bias)
}

/// A checked call, planned for an engine of the caller's choice.
pub(crate) fn planned(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvTranspose2dOptions,
    engine: Engine,
) -> Result<Transposed> {
    let input = shape4("conv_transpose2d", "x", x, "[N, C, H, W]")?;
    let kernel = shape4("conv_transpose2d", "weight", weight, "[C, O / groups, h, w]")?;
    alike("x", x, "weight", weight)?;
    float(x)?;
    let plan = TransposedPlan::new(input, kernel, options)?;
    let output @ [_, channels, ..] = plan.geometry().output_shape();
    if let Some(bias) = bias {
        if bias.dims() != [channels] {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels });
        }
        alike("x", x, "bias", bias)?;
    }
    // A kernel of one tap for each channel leaves every size as it is.
    let of_bias = Conv2dOptions { groups: channels, ..Default::default() };
    let of_bias = Plan::new(output, [channels, 1, 1, 1], &of_bias)?;
    Ok(Transposed { plan, of_bias, engine })
}
