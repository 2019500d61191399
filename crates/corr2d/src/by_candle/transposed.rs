//! The transposed correlation by candle's own operations.

use candle_core::Tensor;
use corr2d_cpu::{ConvTranspose2dOptions, TransposedGeometry};

use super::input_gradient;
use crate::error::Result;
use crate::ops::Engine;
use crate::transposed;

/// As [`conv_transpose2d`](crate::conv_transpose2d), by candle's own operations whatever the device.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use corr2d::ConvTranspose2dOptions;
///
/// let x = Tensor::ones((1, 3, 5, 6), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((3, 2, 3, 3), DType::F32, &Device::Cpu)?;
/// let options = ConvTranspose2dOptions { stride: (2, 1), ..Default::default() };
/// let y = corr2d::by_candle::conv_transpose2d(&x, &weight, None, &options)?;
/// assert_eq!(y.dims(), [1, 2, 11, 8]);
/// let same = corr2d::conv_transpose2d(&x, &weight, None, &options)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, same.flatten_all()?.to_vec1::<f32>()?);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`conv_transpose2d`](crate::conv_transpose2d), and whatever candle's operations do not support.
pub fn conv_transpose2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    options: &ConvTranspose2dOptions,
) -> Result<Tensor> {
    transposed::planned(x, weight, bias, options, Engine::Candle)?.forward(x, weight, bias)
}

/// The values of y = I(x, w) + b, outside the graph.
pub(crate) fn forward(
    geometry: &TransposedGeometry,
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    let reached = input_gradient(geometry.correlation(), input, weight)?;
    let beyond = geometry.beyond();
    let output = reached.pad_with_zeros(2, 0, beyond.height)?.pad_with_zeros(3, 0, beyond.width)?;
    match bias {
        Some(bias) => Ok(output.broadcast_add(&bias.detach().reshape((1, bias.elem_count(), 1, 1))?)?),
        None => Ok(output),
    }
}
