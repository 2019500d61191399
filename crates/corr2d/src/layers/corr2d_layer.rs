//! The layer of the lesson: one kernel, and one number added to every output.

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Module, VarBuilder};

use crate::checks::{alike, float, within_budget};
use crate::corr2d;
use crate::error::{Error, Result};

/// The lesson's layer, y = corr2d(x, weight) + bias, on an image [H, W] with a weight [h, w] and one bias.
///
/// [`Conv2d`](crate::Conv2d) does the same for batches and channels. Taught in chapter 2.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_nn::Module;
/// use corr2d::Corr2dLayer;
///
/// let weight = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
/// let layer = Corr2dLayer::new(weight, Tensor::new(10f32, &Device::Cpu)?)?;
/// let y = layer.forward(&Tensor::new(&[[1f32, 1., 0.]], &Device::Cpu)?)?;
/// assert_eq!(y.to_vec2::<f32>()?, [[10., 11.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Corr2dLayer {
    weight: Tensor,
    bias: Tensor,
}

impl Corr2dLayer {
    /// A layer of a given weight [h, w] and a bias of one number, whatever its axes.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::Corr2dLayer;
    ///
    /// let weight = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
    /// let error = Corr2dLayer::new(weight, Tensor::new(&[1f32, 2.], &Device::Cpu)?).unwrap_err();
    /// assert_eq!(error.to_string(), "bias has shape [2], but the output channels of the weight need [1]");
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Rank`] for a weight that is not a matrix, [`Error::BiasShape`] for a bias of more than one number,
    /// [`Error::DTypeMismatch`] and [`Error::DeviceMismatch`] unless the two are alike, [`Error::DTypeNotSupported`]
    /// unless they hold floats.
    pub fn new(weight: Tensor, bias: Tensor) -> Result<Self> {
        if weight.rank() != 2 {
            let found = weight.dims().to_vec();
            return Err(Error::Rank { function: "Corr2dLayer", argument: "weight", found, wanted: "[h, w]" });
        }
        if bias.elem_count() != 1 {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels: 1 });
        }
        alike("weight", &weight, "bias", &bias)?;
        float(&weight)?;
        Ok(Self { weight, bias })
    }

    /// A layer whose `weight` and `bias` come from a builder. `kernel` is (height, width), or one number for both;
    /// the bias has the shape \[1\].
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::VarMap;
    /// use corr2d::{Corr2dLayer, Initializer};
    ///
    /// let variables = VarMap::new();
    /// let builder = Initializer::PyTorch.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    /// let layer = Corr2dLayer::build((1, 2), builder)?;
    /// assert_eq!((layer.weight().dims(), layer.bias().dims()), (&[1, 2][..], &[1][..]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Shape`] for a kernel without rows or columns, [`Error::OverBudget`] for one that memory does not hold, and
    /// those of the builder and of [`Corr2dLayer::new`].
    pub fn build(kernel: impl ToUsize2, builder: VarBuilder<'_>) -> Result<Self> {
        let (height, width) = kernel.to_usize2();
        if height == 0 || width == 0 {
            let found = format!("0 in {:?}", (height, width));
            return Err(corr2d_cpu::Error::Zero { what: "a size of the weight", found }.into());
        }
        within_budget(&[height, width])?;
        Self::new(builder.get((height, width), "weight")?, builder.get(1, "bias")?)
    }

    /// [h, w].
    ///
    /// ```
    /// # use candle_core::{Device, Tensor};
    /// # use corr2d::Corr2dLayer;
    /// let weight = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
    /// let layer = Corr2dLayer::new(weight, Tensor::new(10f32, &Device::Cpu)?)?;
    /// assert_eq!(layer.weight().to_vec2::<f32>()?, [[1., -1.]]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// One number, with the axes that it was given.
    ///
    /// ```
    /// # use candle_core::{Device, Tensor};
    /// # use corr2d::Corr2dLayer;
    /// let weight = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
    /// let layer = Corr2dLayer::new(weight, Tensor::new(10f32, &Device::Cpu)?)?;
    /// assert_eq!(layer.bias().to_scalar::<f32>()?, 10.0);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn bias(&self) -> &Tensor {
        &self.bias
    }
}

impl Module for Corr2dLayer {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        corr2d(input, &self.weight)?.broadcast_add(&self.bias.reshape(())?)
    }
}
