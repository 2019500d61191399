//! The pooling layers, which have nothing to learn.

use candle_core::Tensor;
use candle_nn::Module;

use crate::{Pool2dOptions, avg_pool2d, max_pool2d};

/// [`max_pool2d`](crate::max_pool2d) as a layer.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Module, Sequential, seq};
/// use corr2d::{MaxPool2d, Pool2dOptions};
///
/// let layer = MaxPool2d::new(Pool2dOptions { window: (3, 2), stride: Some((2, 2)), ..Default::default() });
/// let network = seq().add(layer).add(MaxPool2d::default());
/// let y = network.forward(&Tensor::zeros((2, 8, 21, 30), DType::F32, &Device::Cpu)?)?;
/// assert_eq!(y.dims(), [2, 8, 5, 7]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MaxPool2d {
    options: Pool2dOptions,
}

impl MaxPool2d {
    /// A layer with these options; what is wrong with them is said by the forward pass.
    #[must_use]
    pub fn new(options: Pool2dOptions) -> Self {
        Self { options }
    }

    /// Window, stride, padding, dilation and ceil mode.
    ///
    /// ```
    /// assert_eq!(corr2d::MaxPool2d::default().options().window, (2, 2));
    /// ```
    pub fn options(&self) -> &Pool2dOptions {
        &self.options
    }
}

impl Module for MaxPool2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        Ok(max_pool2d(input, &self.options)?)
    }
}

/// [`avg_pool2d`](crate::avg_pool2d) as a layer.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::Module;
/// use corr2d::{AvgPool2d, Pool2dOptions};
///
/// // One number for each channel, as before the last layer of a network.
/// let layer = AvgPool2d::new(Pool2dOptions { window: (7, 5), ..Default::default() });
/// let y = layer.forward(&Tensor::ones((2, 8, 7, 5), DType::F32, &Device::Cpu)?)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [1.0; 16]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AvgPool2d {
    options: Pool2dOptions,
}

impl AvgPool2d {
    /// A layer with these options; what is wrong with them is said by the forward pass.
    #[must_use]
    pub fn new(options: Pool2dOptions) -> Self {
        Self { options }
    }

    /// Window, stride, padding, dilation, ceil mode and what is counted.
    ///
    /// ```
    /// assert!(corr2d::AvgPool2d::default().options().count_include_pad);
    /// ```
    pub fn options(&self) -> &Pool2dOptions {
        &self.options
    }
}

impl Module for AvgPool2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        Ok(avg_pool2d(input, &self.options)?)
    }
}
