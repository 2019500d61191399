//! One kernel laid over every channel: `y[c, i, j] = Σ_{a,b} k[a, b] · x[c, i + a - ⌊h/2⌋, j + b - ⌊w/2⌋]`.

use candle_core::Tensor;
use corr2d::{Conv2dOptions, conv2d};

use crate::border::{Border, Margins};
use crate::error::{Error, Result};

/// Lays `kernel` `[h, w]` over each channel of `image` `[C, H, W]`, as OpenCV's `filter2D` does: `[C, H', W']`.
///
/// It is cross-correlation, so the kernel is not turned. The result has the size of the image; with [`Border::Valid`]
/// it is `[C, H - h + 1, W - w + 1]`. The anchor is `(h / 2, w / 2)`: the middle of an odd kernel, and for an even one
/// the pixel below and to the right of the middle. Gradients pass to the image and to the kernel.
///
/// # Errors
///
/// Another number of axes, an empty image under a border that repeats pixels, a kernel larger than the image under
/// `Valid`, or a padded image over 4 GiB.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d_imaging::{Border, filter};
/// let image = Tensor::new(&[[[1f32, 1.0, 0.0, 0.0]]], &Device::Cpu)?;
/// let kernel = Tensor::new(&[[1f32, -1.0]], &Device::Cpu)?; // the pixel to the left minus this one
/// let edges = filter(&image, &kernel, Border::Reflect)?;
/// assert_eq!(edges.to_vec3::<f32>()?, [[[0.0, 0.0, 1.0, 0.0]]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn filter(image: &Tensor, kernel: &Tensor, border: Border) -> Result<Tensor> {
    let wrong = |what, expected, tensor: &Tensor| Error::Shape { what, expected, shape: tensor.dims().to_vec() };
    let &[channels, _, _] = image.dims() else {
        return Err(wrong("the image of a filter", "[C, H, W]", image));
    };
    let &[height @ 1..=usize::MAX, width @ 1..=usize::MAX] = kernel.dims() else {
        return Err(wrong("the kernel of a filter", "[h, w]", kernel));
    };
    let padded = border.pad(image, Margins::around(height, width))?.unsqueeze(0)?;
    let kernel = kernel.to_dtype(image.dtype())?.reshape((1, 1, height, width))?;
    let weight = kernel.broadcast_as((channels, 1, height, width))?.contiguous()?;
    let options = Conv2dOptions { groups: channels, ..Default::default() };
    Ok(conv2d(&padded, &weight, None, &options)?.squeeze(0)?)
}
