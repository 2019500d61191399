//! A kernel laid by our engine as another library would lay it.

use anyhow::Result;
use candle_core::Tensor;
use corr2d::{convolve2d, corr2d};

use super::{Convention, Operation, Pair, Rim};

/// What a library answers on an image [H, W] to a kernel [h, w], as large as the image.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use chapter_convolution::convention::{Convention, lay};
///
/// let row = Tensor::new(&[[0f32, 0., 1., 0., 0.]], &Device::Cpu)?;
/// let kernel = Tensor::new(&[[1f32, 2.]], &Device::Cpu)?;
/// let answer = |name: &str| -> anyhow::Result<_> {
///     let convention: Convention = name.parse().map_err(anyhow::Error::msg)?;
///     Ok(lay(&convention, &row, &kernel, convention.anchor((1, 2)), convention.rim)?.to_vec2::<f32>()?)
/// };
/// assert_eq!(answer("opencv")?, [[0., 0., 2., 1., 0.]]);
/// assert_eq!(answer("pytorch")?, [[0., 2., 1., 0., 0.]]);
/// assert_eq!(answer("scipy.convolve2d")?, [[0., 0., 1., 2., 0.]]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For tensors that are no matrices, or an empty image.
pub fn lay(convention: &Convention, image: &Tensor, kernel: &Tensor, anchor: Pair, rim: Rim) -> Result<Tensor> {
    let padded = rim.border().pad(image, convention.margins(kernel.dims2()?, anchor))?;
    Ok(match convention.operation {
        Operation::Correlation => corr2d(&padded, kernel)?,
        Operation::Convolution => convolve2d(&padded, kernel)?,
    })
}
