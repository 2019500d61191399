//! Poolings: the largest number of each window, or the average of each, channel by channel.

use candle_core::Tensor;
use corr2d_cpu::{Pool2dOptions, Pooling};

use crate::checks::is_float;
use crate::error::{Error, Result};
use crate::functions::{engine_of, shape4};
use crate::ops::Engine;
use crate::ops::pooling::Pool;

/// The largest number of each window.
///
/// `x` is [N, C, H, W], the result [N, C, H', W'] with
///
/// ```text
/// H' = ⌊(top + H + bottom − dilation · (h − 1) − 1) / stride⌋ + 1, and W' likewise; ⌈…⌉ in ceil mode
/// y[n, c, i, j] = max over a, b of x[n, c, i·stride + a·dilation − top, j·stride + b·dilation − left]
/// ```
///
/// Padding never wins, whatever the numbers are. A window with a NaN gives NaN. The gradient goes, whole, to where the
/// maximum stands: of equal ones to the first in row order, of several NaN to the last, as in PyTorch. (Candle's own
/// `max_pool2d` gives it 1/4 of that at 2×2.) It can be differentiated again, and is computed for tracked inputs alone. All
/// floats, strided and offset views are welcome.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use corr2d::Pool2dOptions;
///
/// let x = Var::new(&[[[[1f32, 4., 2., 0., 7.], [3., 4., 5., 1., 9.]]]], &Device::Cpu)?;
/// let y = corr2d::max_pool2d(&x, &Pool2dOptions::default())?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [4., 5.]);
///
/// // Two fours: the first in row order gets the gradient. The last column is in no window of two.
/// let gradients = y.sum_all()?.backward()?;
/// let gradient = corr2d::autograd::gradient(&gradients, &x, "x")?;
/// assert_eq!(gradient.flatten_all()?.to_vec1::<f32>()?, [0., 1., 0., 0., 0., 0., 0., 1., 0., 0.]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::Rank`], [`Error::Shape`] when a window is larger than the padded input or lies in the padding alone,
/// [`Error::CannotBePooled`] for a dtype that is no float.
pub fn max_pool2d(x: &Tensor, options: &Pool2dOptions) -> Result<Tensor> {
    planned("max_pool2d", x, options, engine_of(x))?.max(x)
}

/// The average of each window.
///
/// Shapes are those of [`max_pool2d`]. A window's sum is divided by its elements: those in the padding count as zeros, as
/// in PyTorch, unless `count_include_pad` is false; what hangs over the padding in ceil mode never counts. The gradient
/// gives each element of a window its share, can be differentiated again, and is computed for tracked inputs alone. f16 and
/// bf16 are summed in f32 and rounded once. Strided and offset views are welcome.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::{Padding, Pool2dOptions};
///
/// let x = Tensor::new(&[[[[1f32, 4., 2.], [3., 4., 9.]]]], &Device::Cpu)?;
/// assert_eq!(corr2d::avg_pool2d(&x, &Pool2dOptions::default())?.flatten_all()?.to_vec1::<f32>()?, [3.]);
///
/// // One column of padding on the right, as zeros and as nothing.
/// let padding = Padding::Explicit { top: 0, bottom: 0, left: 0, right: 1 };
/// let with_zeros = Pool2dOptions { padding, ..Default::default() };
/// assert_eq!(corr2d::avg_pool2d(&x, &with_zeros)?.flatten_all()?.to_vec1::<f32>()?, [3., 2.75]);
/// let without = Pool2dOptions { count_include_pad: false, ..with_zeros };
/// assert_eq!(corr2d::avg_pool2d(&x, &without)?.flatten_all()?.to_vec1::<f32>()?, [3., 5.5]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`max_pool2d`].
pub fn avg_pool2d(x: &Tensor, options: &Pool2dOptions) -> Result<Tensor> {
    planned("avg_pool2d", x, options, engine_of(x))?.average(x)
}

/// A checked call, for an engine of the caller's choice.
pub(crate) fn planned(function: &'static str, x: &Tensor, options: &Pool2dOptions, engine: Engine) -> Result<Pool> {
    let input = shape4(function, "x", x, "[N, C, H, W]")?;
    if !is_float(x.dtype()) {
        return Err(Error::CannotBePooled { dtype: x.dtype() });
    }
    Ok(Pool { pooling: Pooling::new(input, options)?, engine })
}
