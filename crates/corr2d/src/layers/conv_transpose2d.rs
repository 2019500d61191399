//! The transposed convolutional layer.

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Init, Module, VarBuilder};

use crate::checks::{alike, float, groups_divide, within_budget};
use crate::error::{Error, Result};
use crate::{ConvTranspose2dOptions, conv_transpose2d};

/// A transposed convolutional layer: [`conv_transpose2d`](crate::conv_transpose2d) with a weight [C, O / groups, h, w] and
/// a bias \[O\] of its own.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Module, VarMap};
/// use corr2d::{ConvTranspose2d, ConvTranspose2dOptions, Initializer, Padding};
///
/// let variables = VarMap::new();
/// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
/// let options = ConvTranspose2dOptions { stride: (2, 2), padding: Padding::Same, ..Default::default() };
/// let layer = ConvTranspose2d::build(16, 3, (3, 5), options, builder)?;
/// let y = layer.forward(&Tensor::zeros((2, 16, 20, 30), DType::F32, &Device::Cpu)?)?;
/// assert_eq!(y.dims(), [2, 3, 40, 60]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConvTranspose2d {
    weight: Tensor,
    bias: Option<Tensor>,
    options: ConvTranspose2dOptions,
}

impl ConvTranspose2d {
    /// A layer of given tensors: a weight [C, O / groups, h, w] and a bias \[O\].
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use candle_nn::Module;
    /// use corr2d::{ConvTranspose2d, ConvTranspose2dOptions};
    ///
    /// let weight = Tensor::new(&[[[[1f32, 2.]]]], &Device::Cpu)?;
    /// let bias = Tensor::new(&[10f32], &Device::Cpu)?;
    /// let layer = ConvTranspose2d::new(weight, Some(bias), ConvTranspose2dOptions::default())?;
    /// let y = layer.forward(&Tensor::new(&[[[[3f32, 4.]]]], &Device::Cpu)?)?;
    /// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [13., 20., 18.]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rank`] unless the weight is [C, O / groups, h, w], [`Error::BiasShape`] unless the bias is \[O\],
    /// [`Error::DTypeMismatch`] and [`Error::DeviceMismatch`] unless the two are alike, [`Error::DTypeNotSupported`]
    /// unless they hold floats.
    pub fn new(weight: Tensor, bias: Option<Tensor>, options: ConvTranspose2dOptions) -> Result<Self> {
        let [_, outputs, _, _] = *weight.dims() else {
            let (found, wanted) = (weight.dims().to_vec(), "[C, O / groups, h, w]");
            return Err(Error::Rank { function: "ConvTranspose2d", argument: "weight", found, wanted });
        };
        if let Some(bias) = &bias {
            let channels = outputs.saturating_mul(options.groups);
            if bias.dims() != [channels] {
                return Err(Error::BiasShape { found: bias.dims().to_vec(), channels });
            }
            alike("weight", &weight, "bias", bias)?;
        }
        float(&weight)?;
        Ok(Self { weight, bias, options })
    }

    /// A layer whose `weight` and `bias` come from a builder: drawn, or read from a file under these names.
    ///
    /// `kernel` is (height, width), or one number for both. The layer hints at PyTorch's law to builders that draw: uniform
    /// in ±1/√fan-in, where PyTorch takes O / groups · h · w for the fan-in of this layout.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::VarMap;
    /// use corr2d::{ConvTranspose2d, ConvTranspose2dOptions, Initializer};
    ///
    /// let variables = VarMap::new();
    /// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    /// let options = ConvTranspose2dOptions { groups: 2, ..Default::default() };
    /// let layer = ConvTranspose2d::build(4, 6, (3, 5), options, builder)?;
    /// assert_eq!(layer.weight().dims(), [4, 3, 3, 5]);
    /// assert_eq!(layer.bias().map(|bias| bias.dims()), Some(&[6][..]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] when the groups do not divide the channels or a size is 0, [`Error::OverBudget`] for a weight that
    /// memory does not hold, and those of the builder and of [`ConvTranspose2d::new`].
    pub fn build(
        input_channels: usize,
        output_channels: usize,
        kernel: impl ToUsize2,
        options: ConvTranspose2dOptions,
        builder: VarBuilder<'_>,
    ) -> Result<Self> {
        Self::from_builder(input_channels, output_channels, kernel.to_usize2(), options, &builder, true)
    }

    /// As [`ConvTranspose2d::build`], without a bias.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::VarMap;
    /// use corr2d::{ConvTranspose2d, ConvTranspose2dOptions, Initializer};
    ///
    /// let variables = VarMap::new();
    /// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    /// let layer = ConvTranspose2d::build_without_bias(4, 6, 3, ConvTranspose2dOptions::default(), builder)?;
    /// assert!(layer.bias().is_none());
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`ConvTranspose2d::build`].
    pub fn build_without_bias(
        input_channels: usize,
        output_channels: usize,
        kernel: impl ToUsize2,
        options: ConvTranspose2dOptions,
        builder: VarBuilder<'_>,
    ) -> Result<Self> {
        Self::from_builder(input_channels, output_channels, kernel.to_usize2(), options, &builder, false)
    }

    fn from_builder(
        input_channels: usize,
        output_channels: usize,
        (height, width): (usize, usize),
        options: ConvTranspose2dOptions,
        builder: &VarBuilder<'_>,
        with_bias: bool,
    ) -> Result<Self> {
        groups_divide(options.groups, input_channels, output_channels)?;
        let outputs = output_channels / options.groups;
        let shape = (input_channels, outputs, height, width);
        let sizes = [input_channels, outputs, height, width];
        if sizes.contains(&0) {
            let found = format!("0 in {shape:?}");
            return Err(corr2d_cpu::Error::Zero { what: "a size of the weight", found }.into());
        }
        within_budget(&sizes)?;
        let bound = ((outputs * height * width) as f64).sqrt().recip();
        let law = Init::Uniform { lo: -bound, up: bound };
        let weight = builder.get_with_hints(shape, "weight", law)?;
        let bias = with_bias.then(|| builder.get_with_hints(output_channels, "bias", law)).transpose()?;
        Self::new(weight, bias, options)
    }

    /// [C, O / groups, h, w].
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// \[O\], if the layer has one.
    pub fn bias(&self) -> Option<&Tensor> {
        self.bias.as_ref()
    }

    /// Stride, padding, output padding, dilation, groups, algorithm.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::{ConvTranspose2d, ConvTranspose2dOptions};
    /// let options = ConvTranspose2dOptions { stride: (2, 1), ..Default::default() };
    /// let layer = ConvTranspose2d::new(Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?, None, options)?;
    /// assert_eq!(layer.options().stride, (2, 1));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn options(&self) -> &ConvTranspose2dOptions {
        &self.options
    }
}

impl Module for ConvTranspose2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        Ok(conv_transpose2d(input, &self.weight, self.bias.as_ref(), &self.options)?)
    }
}
