//! The convolutional layer for inference: what the engine makes of the weight is kept between calls.

use std::sync::Arc;

use candle_core::Tensor;
use candle_nn::Module;

use super::Conv2d;
use crate::error::Result;
use crate::functions::conv2d_keeping;
use crate::ops::KeptWeights;

/// A [`Conv2d`] whose weight is kept in the form in which the engine reads it. Made by [`Conv2d::prepare`].
///
/// ```
/// use candle_core::{DType, Device, Tensor, Var};
/// use candle_nn::Module;
/// use corr2d::{Conv2d, Conv2dOptions};
///
/// let weight = Var::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
/// let layer = Conv2d::new(weight.as_tensor().clone(), None, Conv2dOptions::default())?.prepare()?;
/// let x = Tensor::ones((1, 3, 6, 9), DType::F32, &Device::Cpu)?;
/// assert_eq!(layer.forward(&x)?.max_all()?.to_scalar::<f32>()?, 45.);
///
/// // Any size of input, and always the weight as it is now.
/// weight.set(&Tensor::zeros((8, 3, 3, 5), DType::F32, &Device::Cpu)?)?;
/// let larger = Tensor::ones((2, 3, 20, 30), DType::F32, &Device::Cpu)?;
/// assert_eq!(layer.forward(&larger)?.max_all()?.to_scalar::<f32>()?, 0.);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// **What it does.** The first input of a size that asks for an algorithm has the weight packed or transformed for it.
/// Later inputs, of whatever size, take what is there. Any number of threads may call one layer at once, and clones share
/// what is kept: a copy of the weight, and for each algorithm another (1.8 or 4 copies where it is Winograd's).
///
/// **It is never stale.** A weight that is a variable, or computed from one, is compared with its copy in each call, bit
/// for bit, and prepared anew when it has changed. That reads both once: 1 to 4 % of a call at 14×14 or more with up to 128
/// channels, 10 to 20 % at 7×7 with 128 or 256 and at 14×14 with 256, and half as much again at 7×7 with 512, where what is
/// read no longer fits the caches. A weight that is no variable costs none of this: [`Conv2d::prepare`] copies it, and
/// nobody else can change the copy. The same goes for a bias; one that is a variable is read in each call.
///
/// A tensor that was taken from a variable with `detach` is no variable: its layer keeps the values of the moment at
/// which it was prepared. To follow the variable, make the layer of the variable itself.
///
/// **Gradients** are those of [`conv2d`](crate::conv2d), for tracked inputs, weights and biases alike. A layer in training,
/// whose weight changes with each step, is better off as a [`Conv2d`].
///
/// **Elsewhere than on the CPU** nothing is kept, and the layer is a [`Conv2d`].
///
/// Results may differ from those of [`Conv2d`] in their last bits: where the weight's transform costs nothing, other
/// algorithms pay, with the same bound of the error.
///
/// # Errors
/// `forward` fails as [`conv2d`](crate::conv2d) does.
#[derive(Clone, Debug)]
pub struct PreparedConv2d {
    /// With tensors that are variables, or copies that nobody else has.
    layer: Conv2d,
    kept: Arc<KeptWeights>,
}

impl PreparedConv2d {
    pub(super) fn new(layer: &Conv2d) -> Result<Self> {
        let may_change = layer.weight().track_op();
        let bias = layer.bias().map(variable_or_copy).transpose()?;
        let layer = Conv2d::new(variable_or_copy(layer.weight())?, bias, *layer.options())?;
        Ok(Self { layer, kept: Arc::new(KeptWeights::new(may_change)) })
    }
}

/// A tensor of which nobody else can change a number unseen.
fn variable_or_copy(tensor: &Tensor) -> Result<Tensor> {
    Ok(if tensor.track_op() { tensor.clone() } else { tensor.force_contiguous()? })
}

impl Module for PreparedConv2d {
    fn forward(&self, input: &Tensor) -> candle_core::Result<Tensor> {
        let Self { layer, kept } = self;
        Ok(conv2d_keeping(Arc::clone(kept), input, layer.weight(), layer.bias(), layer.options())?)
    }
}
