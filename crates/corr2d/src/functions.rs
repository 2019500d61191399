//! The three functions: the book's `corr2d`, its strict sister `convolve2d`, and `conv2d` for batches and channels.

use std::sync::{Arc, Once};

use candle_core::Tensor;
use corr2d_cpu::{Conv2dOptions, Geometry, Plan};

use crate::checks::{alike, float};
use crate::error::{Error, Result};
use crate::ops::{Correlation, Engine, Keeping, KeptWeights};
use crate::{memory, threads};

/// Cross-correlation: slides `k` over `x` and sums the products of each window.
///
/// ```text
/// y[i, j] = Σ_a Σ_b x[i + a, j + b] · k[a, b]
/// ```
///
/// `x` is [H, W], `k` is [h, w], the result [H − h + 1, W − w + 1]. Differentiable in both. Taught in chapter 1.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let x = Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[0f32, 1.], [2., 3.]], &Device::Cpu)?;
/// // The first window: 0·0 + 1·1 + 3·2 + 4·3 = 19.
/// assert_eq!(corr2d::corr2d(&x, &k)?.to_vec2::<f32>()?, [[19., 25.], [37., 43.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::Rank`], [`Error::Shape`] when the kernel is larger than the input or a size is 0, and mismatches of dtype
/// and device.
pub fn corr2d(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    matrices("corr2d", x, k)?;
    let add_two_axes = |tensor: &Tensor| tensor.unsqueeze(0)?.unsqueeze(0);
    let y = conv2d(&add_two_axes(x)?, &add_two_axes(k)?, None, &Conv2dOptions::default())?;
    Ok(y.squeeze(0)?.squeeze(0)?)
}

/// Strict convolution: the kernel turned by 180 degrees, then [`corr2d`].
///
/// ```text
/// y[i, j] = Σ_a Σ_b x[i + h − 1 − a, j + w − 1 − b] · k[a, b]
/// ```
///
/// Shapes and errors are those of [`corr2d`]. Taught in chapter 5.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let x = Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[0f32, 1.], [2., 3.]], &Device::Cpu)?;
/// // The first window under the turned kernel: 0·3 + 1·2 + 3·1 + 4·0 = 5.
/// assert_eq!(corr2d::convolve2d(&x, &k)?.to_vec2::<f32>()?, [[5., 11.], [23., 29.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`corr2d`].
pub fn convolve2d(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    matrices("convolve2d", x, k)?;
    corr2d(x, &k.flip(&[0, 1])?)
}

/// Cross-correlation of a batch of images with channels, the sum that a convolutional layer computes.
///
/// `x` is [N, C, H, W], `weight` [O, C / groups, h, w], `bias` \[O\], the result [N, O, H', W'] with
///
/// ```text
/// H' = ⌊(top + H + bottom − dilation · (h − 1) − 1) / stride⌋ + 1, and W' likewise
/// y[n, o, i, j] = bias[o] + Σ_c Σ_a Σ_b x[n, c, i·stride + a·dilation − top, j·stride + b·dilation − left] · weight[o, c, a, b]
/// ```
///
/// (*A guide to convolution arithmetic for deep learning*, 2016, derives the size.) What lies in the padding adds
/// nothing. Differentiable in all three tensors, any number of times; the gradient of an input that is not tracked is
/// not computed. f16 and bf16 are summed in f32 and rounded once. Strided and offset views are welcome.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::{Conv2dOptions, Padding};
///
/// // Two channels go in, their sum over 1×2 windows comes out, every second row.
/// let x = Tensor::arange(0f32, 24., &Device::Cpu)?.reshape((1, 2, 3, 4))?;
/// let weight = Tensor::ones((1, 2, 1, 2), candle_core::DType::F32, &Device::Cpu)?;
/// let bias = Tensor::new(&[100f32], &Device::Cpu)?;
/// let options = Conv2dOptions { stride: (2, 1), padding: Padding::Valid, ..Default::default() };
/// let y = corr2d::conv2d(&x, &weight, Some(&bias), &options)?;
/// assert_eq!(y.dims(), [1, 1, 2, 3]);
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [126., 130., 134., 158., 162., 166.]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::Rank`], [`Error::Shape`], [`Error::BiasShape`], mismatches of dtype and device, a dtype that is no float.
pub fn conv2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Result<Tensor> {
    correlation(x, weight, bias, options, engine_of(x))?.forward(x, weight, bias)
}

/// As [`conv2d`], for a weight of which something is kept between calls.
pub(crate) fn conv2d_keeping(
    weights: Arc<KeptWeights>,
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Conv2dOptions,
) -> Result<Tensor> {
    let geometry = checked(x, weight, bias, options)?;
    let plan = Plan::for_geometry(geometry, options.algorithm)?;
    let keeping = Keeping { plan: Plan::for_kept_weights(geometry, options.algorithm)?, weights };
    Correlation { plan, engine: engine_of(x) }.forward_keeping(keeping, x, weight, bias)
}

/// Who computes on a tensor's device. Before the first call in main memory the process is made ready for it.
pub(crate) fn engine_of(x: &Tensor) -> Engine {
    static FIRST: Once = Once::new();
    if !x.device().is_cpu() {
        return Engine::Candle;
    }
    FIRST.call_once(|| {
        memory::keep_freed();
        threads::lend_candles();
    });
    Engine::Cpu
}

/// A checked call, planned for an engine of the caller's choice.
pub(crate) fn correlation(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &Conv2dOptions,
    engine: Engine,
) -> Result<Correlation> {
    let plan = Plan::for_geometry(checked(x, weight, bias, options)?, options.algorithm)?;
    Ok(Correlation { plan, engine })
}

/// Checks all that can be wrong with a call.
fn checked(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Result<Geometry> {
    let input = shape4("conv2d", "x", x, "[N, C, H, W]")?;
    let kernel = shape4("conv2d", "weight", weight, "[O, C / groups, h, w]")?;
    alike("x", x, "weight", weight)?;
    if let Some(bias) = bias {
        if bias.dims() != [kernel[0]] {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels: kernel[0] });
        }
        alike("x", x, "bias", bias)?;
    }
    float(x)?;
    Ok(Geometry::new(input, kernel, options)?)
}

fn matrices(function: &'static str, x: &Tensor, k: &Tensor) -> Result<()> {
    for (argument, tensor, wanted) in [("x", x, "[H, W]"), ("k", k, "[h, w]")] {
        if tensor.rank() != 2 {
            return Err(Error::Rank { function, argument, found: tensor.dims().to_vec(), wanted });
        }
        if tensor.elem_count() == 0 {
            let (what, found) = (if argument == "x" { "a size of x" } else { "a size of k" }, tensor.dims());
            return Err(corr2d_cpu::Error::Zero { what, found: format!("0 in {found:?}") }.into());
        }
    }
    alike("x", x, "k", k)
}

pub(crate) fn shape4(
    function: &'static str,
    argument: &'static str,
    tensor: &Tensor,
    wanted: &'static str,
) -> Result<[usize; 4]> {
    <[usize; 4]>::try_from(tensor.dims()).map_err(|_| Error::Rank {
        function,
        argument,
        found: tensor.dims().to_vec(),
        wanted,
    })
}
