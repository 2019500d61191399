//! A convolutional layer that takes the number of its input channels from its first input.

use std::sync::OnceLock;

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Module, VarBuilder};

use super::Conv2d;
use crate::Conv2dOptions;
use crate::error::{Error, Result};

/// A [`Conv2d`] that is built when its first input [N, C, H, W] arrives.
///
/// Its variables do not exist before that: run one input through it before an optimiser collects them.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Module, VarMap};
/// use corr2d::{Conv2dOptions, Initializer, LazyConv2d};
///
/// let variables = VarMap::new();
/// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
/// let layer = LazyConv2d::new(1, (1, 2), Conv2dOptions::default(), builder).without_bias();
/// assert!(variables.all_vars().is_empty());
/// let y = layer.forward(&Tensor::zeros((1, 1, 6, 8), DType::F32, &Device::Cpu)?)?;
/// assert_eq!(y.dims(), [1, 1, 6, 7]);
/// assert_eq!(variables.all_vars()[0].dims(), [1, 1, 1, 2]);
/// # Ok::<(), corr2d::Error>(())
/// ```
pub struct LazyConv2d {
    output_channels: usize,
    kernel: (usize, usize),
    options: Conv2dOptions,
    builder: VarBuilder<'static>,
    with_bias: bool,
    layer: OnceLock<Conv2d>,
}

impl LazyConv2d {
    /// A layer of `output_channels` with a kernel (height, width), or one number for both.
    ///
    /// What is wrong with these sizes is said by the first forward pass, as [`Conv2d::build`] says it.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Module, VarMap};
    /// use corr2d::{Conv2dOptions, Initializer, LazyConv2d};
    ///
    /// let builder = Initializer::PyTorch.var_builder(&VarMap::new(), 0, DType::F32, &Device::Cpu);
    /// let layer = LazyConv2d::new(8, (3, 5), Conv2dOptions::default(), builder);
    /// let y = layer.forward(&Tensor::zeros((2, 4, 6, 9), DType::F32, &Device::Cpu)?)?;
    /// assert_eq!(y.dims(), [2, 8, 4, 5]);
    ///
    /// let error = layer.forward(&Tensor::zeros((2, 3, 6, 9), DType::F32, &Device::Cpu)?).unwrap_err();
    /// assert_eq!(error.to_string(), "this layer took 4 input channels from its first input, but now gets 3");
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn new(
        output_channels: usize,
        kernel: impl ToUsize2,
        options: Conv2dOptions,
        builder: VarBuilder<'static>,
    ) -> Self {
        let kernel = kernel.to_usize2();
        Self { output_channels, kernel, options, builder, with_bias: true, layer: OnceLock::new() }
    }

    /// The same layer without a bias. To be called before the first input: a layer that is built stays as it is.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Module, VarMap};
    /// use corr2d::{Conv2dOptions, Initializer, LazyConv2d};
    ///
    /// let builder = Initializer::PyTorch.var_builder(&VarMap::new(), 0, DType::F32, &Device::Cpu);
    /// let layer = LazyConv2d::new(8, (3, 5), Conv2dOptions::default(), builder).without_bias();
    /// layer.forward(&Tensor::zeros((2, 4, 6, 9), DType::F32, &Device::Cpu)?)?;
    /// assert!(layer.layer().is_some_and(|layer| layer.bias().is_none()));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    #[must_use]
    pub fn without_bias(self) -> Self {
        Self { with_bias: false, ..self }
    }

    /// The layer, if an input has arrived.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Module, VarMap};
    /// use corr2d::{Conv2dOptions, Initializer, LazyConv2d};
    ///
    /// let builder = Initializer::PyTorch.var_builder(&VarMap::new(), 0, DType::F32, &Device::Cpu);
    /// let layer = LazyConv2d::new(8, (3, 5), Conv2dOptions::default(), builder);
    /// assert!(layer.layer().is_none());
    /// layer.forward(&Tensor::zeros((2, 4, 6, 9), DType::F32, &Device::Cpu)?)?;
    /// assert_eq!(layer.layer().map(|layer| layer.weight().dims()), Some(&[8, 4, 3, 5][..]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn layer(&self) -> Option<&Conv2d> {
        self.layer.get()
    }

    fn layer_for(&self, input: &Tensor) -> Result<&Conv2d> {
        let [_, channels, _, _] = *input.dims() else {
            let found = input.dims().to_vec();
            return Err(Error::Rank { function: "LazyConv2d", argument: "input", found, wanted: "[N, C, H, W]" });
        };
        let layer = match self.layer.get() {
            Some(layer) => layer,
            None => {
                let (outputs, kernel) = (self.output_channels, self.kernel);
                let built =
                    Conv2d::from_builder(channels, outputs, kernel, self.options, &self.builder, self.with_bias)?;
                // If another thread was faster, its layer has the same variables.
                self.layer.get_or_init(|| built)
            }
        };
        let made_for = layer.weight().dims()[1] * self.options.groups;
        if made_for == channels { Ok(layer) } else { Err(Error::ChannelsChanged { made_for, found: channels }) }
    }
}

impl Module for LazyConv2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        self.layer_for(input)?.forward(input)
    }
}
