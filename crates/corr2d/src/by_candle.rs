//! The correlation by candle's own operations: what [`conv2d`](crate::conv2d) runs on CUDA and Metal devices.
//!
//! Candle 0.11.1 has one padding, stride and dilation for both axes, and a backward pass that fails when the strides
//! leave different rests along the two axes and that is wrong on Metal, where a kernel that is not contiguous is copied
//! and the copy then ignored. So the gradients are ours here too, each a forward convolution of candle's:
//!
//! - the padding is added and the rest that no window reads is cut off beforehand, so that nothing is left over;
//! - a stride or dilation that differs between the axes becomes zeros between the elements, or a selection;
//! - every kernel is contiguous;
//! - the graph sees one operation, whose gradient is made of the same three functions.
//!
//! Strides cost more here than on the CPU, where no product by zero is computed. These functions run on any device, the
//! CPU too, where they are tested against `corr2d-cpu`.

pub(crate) mod pooling;
pub(crate) mod transposed;

use candle_core::Tensor;
use corr2d_cpu::{Axis, Conv2dOptions, Geometry};

pub use pooling::{avg_pool2d, max_pool2d};
pub use transposed::conv_transpose2d;

use crate::error::Result;
use crate::functions::correlation;
use crate::ops::Engine;

/// As [`conv2d`](crate::conv2d), by candle's own operations whatever the device.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use corr2d::Conv2dOptions;
///
/// let x = Tensor::ones((1, 2, 5, 6), DType::F32, &Device::Cpu)?;
/// let weight = Tensor::ones((3, 2, 3, 3), DType::F32, &Device::Cpu)?;
/// let options = Conv2dOptions { stride: (2, 1), ..Default::default() };
/// let y = corr2d::by_candle::conv2d(&x, &weight, None, &options)?;
/// assert_eq!(y.dims(), [1, 3, 2, 4]);
/// let same = corr2d::conv2d(&x, &weight, None, &options)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, same.flatten_all()?.to_vec1::<f32>()?);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`conv2d`](crate::conv2d), and whatever candle's operations do not support, such as bf16 on the CPU.
pub fn conv2d(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>, options: &Conv2dOptions) -> Result<Tensor> {
    correlation(x, weight, bias, options, Engine::Candle)?.forward(x, weight, bias)
}

/// The values of y = F(x, w) + b, outside the graph.
pub(crate) fn forward(geometry: &Geometry, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    if geometry.batch() == 0 {
        return zeros(&geometry.output_shape(), input);
    }
    let read = read_part(geometry, &input.detach())?;
    let output = convolve(&read, &weight.detach(), strides(geometry), dilations(geometry), geometry.groups())?;
    match bias {
        Some(bias) => Ok(output.broadcast_add(&bias.detach().reshape((1, geometry.output_channels(), 1, 1))?)?),
        None => Ok(output),
    }
}

/// The values of gx = I(g, w): the output gradient, spread by the stride, under the turned kernel.
pub(crate) fn input_gradient(geometry: &Geometry, output_gradient: &Tensor, weight: &Tensor) -> Result<Tensor> {
    if geometry.batch() == 0 {
        return zeros(&geometry.input_shape(), output_gradient);
    }
    let mut gradient = output_gradient.detach();
    for (dim, axis) in [(2, geometry.rows()), (3, geometry.columns())] {
        let overhang = axis.dilated() - 1;
        gradient = spread(&gradient, dim, axis.stride())?.pad_with_zeros(dim, overhang, overhang)?;
    }
    let turned = turned(geometry, &weight.detach())?;
    let mut padded = convolve(&gradient, &turned, (1, 1), dilations(geometry), geometry.groups())?;
    for (dim, axis) in [(2, geometry.rows()), (3, geometry.columns())] {
        let unread = axis.padded() - read_extent(axis);
        padded = padded.pad_with_zeros(dim, 0, unread)?.narrow(dim, axis.before(), axis.input())?;
    }
    Ok(padded)
}

/// The values of gw = W(x, g): the input under the output gradient as a kernel, with batch and channels exchanged, and
/// stride and dilation too.
pub(crate) fn weight_gradient(geometry: &Geometry, input: &Tensor, output_gradient: &Tensor) -> Result<Tensor> {
    if geometry.batch() == 0 {
        return zeros(&geometry.weight_shape(), input);
    }
    let read = read_part(geometry, &input.detach())?;
    let output_gradient = output_gradient.detach();
    let inputs = geometry.input_channels_per_group();
    let outputs = geometry.output_channels_per_group();
    let mut gradients = Vec::with_capacity(geometry.groups());
    for group in 0..geometry.groups() {
        let image = read.narrow(1, group * inputs, inputs)?.transpose(0, 1)?.contiguous()?;
        let kernel = output_gradient.narrow(1, group * outputs, outputs)?.transpose(0, 1)?.contiguous()?;
        let gradient = convolve(&image, &kernel, dilations(geometry), strides(geometry), 1)?;
        gradients.push(gradient.transpose(0, 1)?);
    }
    Ok(Tensor::cat(&gradients, 0)?)
}

/// A valid convolution of candle's with a stride and a dilation for each axis. Along both axes the kernel reaches the
/// last element.
fn convolve(
    input: &Tensor,
    kernel: &Tensor,
    stride: (usize, usize),
    dilation: (usize, usize),
    groups: usize,
) -> Result<Tensor> {
    let (kernel, dilation) = if dilation.0 == dilation.1 {
        (kernel.clone(), dilation.0)
    } else {
        (spread(&spread(kernel, 2, dilation.0)?, 3, dilation.1)?, 1)
    };
    let common_stride = if stride.0 == stride.1 { stride.0 } else { 1 };
    let output = input.contiguous()?.conv2d(&kernel.contiguous()?, 0, common_stride, dilation, groups)?;
    if stride.0 == stride.1 {
        return Ok(output);
    }
    every(&every(&output, 2, stride.0)?, 3, stride.1)
}

/// The input with its padding, without what lies behind the last window.
fn read_part(geometry: &Geometry, input: &Tensor) -> Result<Tensor> {
    let mut read = input.clone();
    for (dim, axis) in [(2, geometry.rows()), (3, geometry.columns())] {
        read = read.pad_with_zeros(dim, axis.before(), axis.after())?.narrow(dim, 0, read_extent(axis))?;
    }
    Ok(read)
}

/// How far the windows reach, from the first element of the padding.
fn read_extent(axis: &Axis) -> usize {
    (axis.output() - 1) * axis.stride() + axis.dilated()
}

/// The kernel of the input gradient: turned by 180 degrees, with input and output channels exchanged in each group.
fn turned(geometry: &Geometry, weight: &Tensor) -> Result<Tensor> {
    let [_, inputs, height, width] = geometry.weight_shape();
    let outputs = geometry.output_channels_per_group();
    let grouped = weight.flip(&[2, 3])?.reshape((geometry.groups(), outputs, inputs, height, width))?;
    Ok(grouped.transpose(1, 2)?.reshape((geometry.groups() * inputs, outputs, height, width))?)
}

/// `step` − 1 zeros between neighbours along an axis.
fn spread(tensor: &Tensor, dim: usize, step: usize) -> Result<Tensor> {
    let length = tensor.dim(dim)?;
    if step == 1 || length == 1 {
        return Ok(tensor.clone());
    }
    let mut shape = tensor.dims().to_vec();
    shape[dim] = length * step;
    let spread = tensor.unsqueeze(dim + 1)?.pad_with_zeros(dim + 1, 0, step - 1)?.reshape(shape)?;
    Ok(spread.narrow(dim, 0, (length - 1) * step + 1)?)
}

/// Every `step`-th element along an axis.
fn every(tensor: &Tensor, dim: usize, step: usize) -> Result<Tensor> {
    if step == 1 {
        return Ok(tensor.clone());
    }
    let indexes: Vec<u32> = (0..tensor.dim(dim)? as u32).step_by(step).collect();
    let indexes = Tensor::new(indexes, tensor.device())?;
    Ok(tensor.contiguous()?.index_select(&indexes, dim)?)
}

fn zeros(shape: &[usize; 4], like: &Tensor) -> Result<Tensor> {
    Ok(Tensor::zeros(shape.as_slice(), like.dtype(), like.device())?)
}

fn strides(geometry: &Geometry) -> (usize, usize) {
    (geometry.rows().stride(), geometry.columns().stride())
}

fn dilations(geometry: &Geometry) -> (usize, usize) {
    (geometry.rows().dilation(), geometry.columns().dilation())
}
