//! The convolutional layer.

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Init, Module, VarBuilder};

use crate::error::{Error, Result};
use crate::{Conv2dOptions, conv2d};

/// A convolutional layer: [`conv2d`](crate::conv2d) with a weight [O, C / groups, h, w] and a bias \[O\] of its own.
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
    /// A layer of given tensors.
    ///
    /// # Errors
    /// [`Error::Rank`] unless the weight is [O, C / groups, h, w], [`Error::BiasShape`] unless the bias is \[O\].
    pub fn new(weight: Tensor, bias: Option<Tensor>, options: Conv2dOptions) -> Result<Self> {
        let [channels, ..] = weight.dims() else { return Err(wrong_rank(&weight)) };
        if weight.rank() != 4 {
            return Err(wrong_rank(&weight));
        }
        if let Some(bias) = bias.as_ref().filter(|bias| bias.dims() != [*channels]) {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels: *channels });
        }
        Ok(Self { weight, bias, options })
    }

    /// A layer whose `weight` and `bias` come from a builder: drawn, or read from a file under these names.
    ///
    /// `kernel` is (height, width), or one number for both. The layer hints at PyTorch's law, uniform in ±1/√fan-in, to
    /// builders that draw.
    ///
    /// # Errors
    /// [`Error::Shape`] when the groups do not divide the channels, and those of the builder.
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
        let groups = options.groups;
        if groups == 0 {
            return Err(corr2d_cpu::Error::Zero { what: "the number of groups", found: "0".to_owned() }.into());
        }
        for (which, channels) in [("input", input_channels), ("output", output_channels)] {
            if channels % groups != 0 {
                return Err(corr2d_cpu::Error::GroupsDoNotDivide { groups, channels, which }.into());
            }
        }
        let shape = (output_channels, input_channels / groups, height, width);
        let fan_in = shape.1.saturating_mul(height).saturating_mul(width);
        if fan_in == 0 || output_channels == 0 {
            let found = format!("0 in {shape:?}");
            return Err(corr2d_cpu::Error::Zero { what: "a size of the weight", found }.into());
        }
        let bound = (fan_in as f64).sqrt().recip();
        let law = Init::Uniform { lo: -bound, up: bound };
        let weight = builder.get_with_hints(shape, "weight", law)?;
        let bias = with_bias.then(|| builder.get_with_hints(output_channels, "bias", law)).transpose()?;
        Self::new(weight, bias, options)
    }

    /// [O, C / groups, h, w].
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// \[O\].
    pub fn bias(&self) -> Option<&Tensor> {
        self.bias.as_ref()
    }

    /// Stride, padding, dilation, groups, algorithm.
    pub fn options(&self) -> &Conv2dOptions {
        &self.options
    }
}

impl Module for Conv2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        Ok(conv2d(input, &self.weight, self.bias.as_ref(), &self.options)?)
    }
}

fn wrong_rank(weight: &Tensor) -> Error {
    let found = weight.dims().to_vec();
    Error::Rank { function: "Conv2d", argument: "weight", found, wanted: "[O, C / groups, h, w]" }
}
