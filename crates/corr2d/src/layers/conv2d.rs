//! The convolutional layer.

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Init, Module, VarBuilder};

use super::PreparedConv2d;
use crate::checks::{alike, float, groups_divide, within_budget};
use crate::error::{Error, Result};
use crate::{Conv2dOptions, conv2d};

/// A convolutional layer: [`conv2d`](crate::conv2d) with a weight [O, C / groups, h, w] and a bias \[O\] of its own.
///
/// For inference, where the weight stays, [`Conv2d::prepare`] makes it faster.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Module, VarMap};
/// use corr2d::{Conv2d, Conv2dOptions, Initializer, Padding};
///
/// let variables = VarMap::new();
/// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
/// let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
/// let layer = Conv2d::build(3, 16, (3, 5), options, builder)?;
/// let y = layer.forward(&Tensor::zeros((2, 3, 20, 30), DType::F32, &Device::Cpu)?)?;
/// assert_eq!(y.dims(), [2, 16, 20, 30]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    options: Conv2dOptions,
}

impl Conv2d {
    /// A layer of given tensors: a weight [O, C / groups, h, w] and a bias \[O\].
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::Module;
    /// use corr2d::{Conv2d, Conv2dOptions};
    ///
    /// // One input channel, two output channels: the difference of neighbours, and their sum plus 10.
    /// let weight = Tensor::new(&[[[[1f32, -1.]]], [[[1., 1.]]]], &Device::Cpu)?;
    /// let bias = Tensor::new(&[0f32, 10.], &Device::Cpu)?;
    /// let layer = Conv2d::new(weight.clone(), Some(bias.clone()), Conv2dOptions::default())?;
    /// let y = layer.forward(&Tensor::new(&[[[[3f32, 2., 2.]]]], &Device::Cpu)?)?;
    /// assert_eq!(y.squeeze(0)?.to_vec3::<f32>()?, [[[1., 0.]], [[15., 14.]]]);
    ///
    /// let bias = bias.to_dtype(DType::F64)?;
    /// let error = Conv2d::new(weight, Some(bias), Conv2dOptions::default()).unwrap_err();
    /// assert_eq!(error.to_string(), "weight is F32 and bias is F64: convert one of them with to_dtype");
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rank`] unless the weight is [O, C / groups, h, w], [`Error::BiasShape`] unless the bias is \[O\],
    /// [`Error::DTypeMismatch`] and [`Error::DeviceMismatch`] unless the two are alike, [`Error::DTypeNotSupported`]
    /// unless they hold floats.
    pub fn new(weight: Tensor, bias: Option<Tensor>, options: Conv2dOptions) -> Result<Self> {
        let [channels, ..] = weight.dims() else { return Err(wrong_rank(&weight)) };
        if weight.rank() != 4 {
            return Err(wrong_rank(&weight));
        }
        if let Some(bias) = bias.as_ref().filter(|bias| bias.dims() != [*channels]) {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels: *channels });
        }
        if let Some(bias) = &bias {
            alike("weight", &weight, "bias", bias)?;
        }
        float(&weight)?;
        Ok(Self { weight, bias, options })
    }

    /// A layer whose `weight` and `bias` come from a builder: drawn, or read from a file under these names.
    ///
    /// `kernel` is (height, width), or one number for both. The layer hints at PyTorch's law, uniform in ±1/√fan-in, to
    /// builders that draw.
    ///
    /// ```
    /// use std::collections::HashMap;
    ///
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::VarBuilder;
    /// use corr2d::{Conv2d, Conv2dOptions};
    ///
    /// // A state dict, here of a depthwise layer: 4 channels in 4 groups.
    /// let weight = Tensor::ones((4, 1, 3, 5), DType::F32, &Device::Cpu)?;
    /// let bias = Tensor::zeros(4, DType::F32, &Device::Cpu)?;
    /// let file = HashMap::from([("blur.weight".to_owned(), weight), ("blur.bias".to_owned(), bias)]);
    /// let builder = VarBuilder::from_tensors(file, DType::F32, &Device::Cpu);
    /// let options = Conv2dOptions { groups: 4, ..Default::default() };
    /// let layer = Conv2d::build(4, 4, (3, 5), options, builder.pp("blur"))?;
    /// assert_eq!(layer.weight().dims(), [4, 1, 3, 5]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] when the groups do not divide the channels or a size is 0, [`Error::OverBudget`] for a weight that
    /// memory does not hold, and those of the builder and of [`Conv2d::new`].
    pub fn build(
        input_channels: usize,
        output_channels: usize,
        kernel: impl ToUsize2,
        options: Conv2dOptions,
        builder: VarBuilder<'_>,
    ) -> Result<Self> {
        Self::from_builder(input_channels, output_channels, kernel.to_usize2(), options, &builder, true)
    }

    /// As [`Conv2d::build`], without a bias.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::VarMap;
    /// use corr2d::{Conv2d, Conv2dOptions, Initializer};
    ///
    /// let variables = VarMap::new();
    /// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    /// let layer = Conv2d::build_without_bias(3, 8, (3, 5), Conv2dOptions::default(), builder)?;
    /// assert!(layer.bias().is_none());
    /// assert_eq!(variables.all_vars().len(), 1);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Conv2d::build`].
    pub fn build_without_bias(
        input_channels: usize,
        output_channels: usize,
        kernel: impl ToUsize2,
        options: Conv2dOptions,
        builder: VarBuilder<'_>,
    ) -> Result<Self> {
        Self::from_builder(input_channels, output_channels, kernel.to_usize2(), options, &builder, false)
    }

    pub(super) fn from_builder(
        input_channels: usize,
        output_channels: usize,
        (height, width): (usize, usize),
        options: Conv2dOptions,
        builder: &VarBuilder<'_>,
        with_bias: bool,
    ) -> Result<Self> {
        let shape = weight_shape(input_channels, output_channels, (height, width), options.groups)?;
        let (_, inputs, ..) = shape;
        let bound = ((inputs * height * width) as f64).sqrt().recip();
        let law = Init::Uniform { lo: -bound, up: bound };
        let weight = builder.get_with_hints(shape, "weight", law)?;
        let bias = with_bias.then(|| builder.get_with_hints(output_channels, "bias", law)).transpose()?;
        Self::new(weight, bias, options)
    }

    /// [O, C / groups, h, w].
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::{Conv2d, Conv2dOptions};
    /// let weight = Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
    /// let layer = Conv2d::new(weight, None, Conv2dOptions::default())?;
    /// assert_eq!(layer.weight().dims(), [8, 3, 3, 5]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// \[O\], if the layer has one.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::{Conv2d, Conv2dOptions};
    /// let (weight, bias) = (Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?, Tensor::new(&[1f32; 8], &Device::Cpu)?);
    /// let layer = Conv2d::new(weight, Some(bias), Conv2dOptions::default())?;
    /// assert_eq!(layer.bias().map(Tensor::dims), Some(&[8][..]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn bias(&self) -> Option<&Tensor> {
        self.bias.as_ref()
    }

    /// Stride, padding, dilation, groups, algorithm.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::{Conv2d, Conv2dOptions};
    /// let options = Conv2dOptions { stride: (2, 1), ..Default::default() };
    /// let layer = Conv2d::new(Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?, None, options)?;
    /// assert_eq!(layer.options().stride, (2, 1));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn options(&self) -> &Conv2dOptions {
        &self.options
    }

    /// This layer for inference: what the engine makes of the weight is kept between calls.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use candle_nn::Module;
    /// # use corr2d::{Conv2d, Conv2dOptions};
    /// let layer = Conv2d::new(Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?, None, Conv2dOptions::default())?;
    /// let prepared = layer.prepare()?;
    /// let x = Tensor::ones((1, 3, 6, 9), DType::F32, &Device::Cpu)?;
    /// assert_eq!(prepared.forward(&x)?.flatten_all()?.to_vec1::<f32>()?, layer.forward(&x)?.flatten_all()?.to_vec1::<f32>()?);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of candle, for the copies of tensors that are no variables.
    pub fn prepare(&self) -> Result<PreparedConv2d> {
        PreparedConv2d::new(self)
    }
}

impl Module for Conv2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        Ok(conv2d(input, &self.weight, self.bias.as_ref(), &self.options)?)
    }
}

/// [O, C / groups, h, w] of a layer that can be built.
///
/// # Errors
/// [`Error::Shape`] when the groups do not divide the channels or a size is 0, [`Error::OverBudget`] for a weight that
/// memory does not hold.
pub(crate) fn weight_shape(
    input_channels: usize,
    output_channels: usize,
    (height, width): (usize, usize),
    groups: usize,
) -> Result<(usize, usize, usize, usize)> {
    groups_divide(groups, input_channels, output_channels)?;
    let inputs = input_channels / groups;
    let shape = (output_channels, inputs, height, width);
    let sizes = [output_channels, inputs, height, width];
    if sizes.contains(&0) {
        let found = format!("0 in {shape:?}");
        return Err(corr2d_cpu::Error::Zero { what: "a size of the weight", found }.into());
    }
    within_budget(&sizes)?;
    Ok(shape)
}

fn wrong_rank(weight: &Tensor) -> Error {
    let found = weight.dims().to_vec();
    Error::Rank { function: "Conv2d", argument: "weight", found, wanted: "[O, C / groups, h, w]" }
}
