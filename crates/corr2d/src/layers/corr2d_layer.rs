//! The layer of the lesson: one kernel, and one number added to every output.

use candle_core::{Tensor, ToUsize2};
use candle_nn::{Module, VarBuilder};

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
    /// A layer of a given weight [h, w] and a bias of one number.
    ///
    /// # Errors
    /// [`Error::Rank`] for a weight that is not a matrix, [`Error::BiasShape`] for a bias of more than one number,
    /// [`Error::DTypeMismatch`].
    pub fn new(weight: Tensor, bias: Tensor) -> Result<Self> {
        if weight.rank() != 2 {
            let found = weight.dims().to_vec();
            return Err(Error::Rank { function: "Corr2dLayer", argument: "weight", found, wanted: "[h, w]" });
        }
        if bias.elem_count() != 1 {
            return Err(Error::BiasShape { found: bias.dims().to_vec(), channels: 1 });
        }
        if weight.dtype() != bias.dtype() {
            let (first_dtype, second_dtype) = (weight.dtype(), bias.dtype());
            return Err(Error::DTypeMismatch { first: "weight", first_dtype, second: "bias", second_dtype });
        }
        Ok(Self { weight, bias })
    }

    /// A layer whose `weight` and `bias` come from a builder. `kernel` is (height, width), or one number for both.
    ///
    /// # Errors
    /// Those of the builder.
    pub fn build(kernel: impl ToUsize2, builder: VarBuilder<'_>) -> Result<Self> {
        Self::new(builder.get(kernel.to_usize2(), "weight")?, builder.get(1, "bias")?)
    }

    /// [h, w].
    pub fn weight(&self) -> &Tensor {
        &self.weight
    }

    /// One number.
    pub fn bias(&self) -> &Tensor {
        &self.bias
    }
}

impl Module for Corr2dLayer {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        corr2d(input, &self.weight)?.broadcast_add(&self.bias.reshape(())?)
    }
}
