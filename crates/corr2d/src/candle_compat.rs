//! Candle's convolutional layer under candle's own names: a model written for candle changes one `use`.
//!
//! ```diff
//! -use candle_nn::{Conv2d, Conv2dConfig, conv2d};
//! +use corr2d::candle_compat::{Conv2d, Conv2dConfig, conv2d};
//! ```
//!
//! Configuration, constructors, names in the `VarBuilder`, the law of the first weights, accessors and error types are
//! candle's. What is ours is the arithmetic, its gradient, and an error where candle panics or answers nonsense:
//! [`candle_differences`](crate::candle_differences) lists the cases.
//!
//! # Before and after
//!
//! A model of candle's, on images of 6×5 pixels. It cannot be trained: its stride leaves a row over, but no column, and
//! candle's backward pass takes the rest of the rows for both.
//!
//! ```
//! use candle_core::{DType, Device, Result, Tensor};
//! use candle_nn::{Conv2d, Conv2dConfig, Module, VarBuilder, VarMap, conv2d};
//!
//! struct Stem { first: Conv2d, second: Conv2d }
//!
//! impl Stem {
//!     fn new(builder: VarBuilder<'_>) -> Result<Self> {
//!         let halving = Conv2dConfig { stride: 2, ..Default::default() };
//!         let first = conv2d(1, 4, 3, halving, builder.pp("first"))?;
//!         let second = conv2d(4, 8, 2, Conv2dConfig::default(), builder.pp("second"))?;
//!         Ok(Self { first, second })
//!     }
//! }
//!
//! impl Module for Stem {
//!     fn forward(&self, image: &Tensor) -> Result<Tensor> {
//!         image.apply(&self.first)?.relu()?.apply(&self.second)
//!     }
//! }
//!
//! let variables = VarMap::new();
//! let stem = Stem::new(VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
//! let loss = stem.forward(&Tensor::ones((2, 1, 6, 5), DType::F32, &Device::Cpu)?)?.sqr()?.sum_all()?;
//! assert!(loss.backward().is_err()); // Shape mismatch in add.
//! # Ok::<(), candle_core::Error>(())
//! ```
//!
//! The same model on this crate: the second line of imports is new, nothing else.
//!
//! ```
//! use candle_core::{DType, Device, Result, Tensor};
//! use candle_nn::{Module, VarBuilder, VarMap};
//! use corr2d::candle_compat::{Conv2d, Conv2dConfig, conv2d};
//!
//! struct Stem { first: Conv2d, second: Conv2d }
//!
//! impl Stem {
//!     fn new(builder: VarBuilder<'_>) -> Result<Self> {
//!         let halving = Conv2dConfig { stride: 2, ..Default::default() };
//!         let first = conv2d(1, 4, 3, halving, builder.pp("first"))?;
//!         let second = conv2d(4, 8, 2, Conv2dConfig::default(), builder.pp("second"))?;
//!         Ok(Self { first, second })
//!     }
//! }
//!
//! impl Module for Stem {
//!     fn forward(&self, image: &Tensor) -> Result<Tensor> {
//!         image.apply(&self.first)?.relu()?.apply(&self.second)
//!     }
//! }
//!
//! let variables = VarMap::new();
//! let stem = Stem::new(VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu))?;
//! let loss = stem.forward(&Tensor::ones((2, 1, 6, 5), DType::F32, &Device::Cpu)?)?.sqr()?.sum_all()?;
//! let gradients = loss.backward()?;
//! assert!(variables.all_vars().iter().all(|variable| gradients.get(variable).is_some()));
//! # Ok::<(), candle_core::Error>(())
//! ```
//!
//! Where tensors are convolved without a layer, [`TensorCorr2d`] takes the arguments of candle's `Tensor::conv2d`:
//!
//! ```diff
//! -let y = x.conv2d(&kernel, padding, stride, dilation, groups)?;
//! +let y = x.corr2d(&kernel, padding, stride, dilation, groups)?;
//! ```
//!
//! Candle's pools have wrong gradients; ours are functions, and layers:
//!
//! ```diff
//! -let y = x.max_pool2d(2)?;
//! +let y = corr2d::max_pool2d(&x, &Pool2dOptions::default())?; // A window of 2×2; avg_pool2d likewise.
//! ```
//!
//! For sizes that differ between the axes, seeded weights and the padding `Same` go on to [`crate::Conv2d`], which a
//! layer of candle's converts into.

use candle_core::{Result, Tensor};
use candle_nn::{BatchNorm, Module, VarBuilder};

pub use candle_nn::Conv2dConfig;

use crate::layers::weight_shape;
use crate::{Conv2dOptions, Padding};

/// A convolutional layer with the methods of candle's, computed by [`conv2d`](crate::conv2d).
///
/// ```
/// use candle_core::{Device, Tensor};
/// use candle_nn::Module;
/// use corr2d::candle_compat::{Conv2d, Conv2dConfig};
///
/// let weight = Tensor::new(&[[[[1f32, -1.]]]], &Device::Cpu)?;
/// let layer = Conv2d::new(weight, None, Conv2dConfig::default());
/// let y = layer.forward(&Tensor::new(&[[[[1f32, 1., 0.]]]], &Device::Cpu)?)?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [0., 1.]);
/// # Ok::<(), candle_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Conv2d {
    layer: candle_nn::Conv2d,
}

impl Conv2d {
    /// A layer of given tensors: a weight [O, C / groups, h, w] and a bias \[O\]. As candle's it checks nothing here; what
    /// does not fit is an error of `forward`.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use candle_nn::Module;
    /// # use corr2d::candle_compat::{Conv2d, Conv2dConfig};
    /// let weight = Tensor::ones((5, 2, 3, 2), DType::F32, &Device::Cpu)?;
    /// let layer = Conv2d::new(weight, None, Conv2dConfig { groups: 2, ..Default::default() });
    /// let error = layer.forward(&Tensor::ones((1, 4, 5, 6), DType::F32, &Device::Cpu)?).unwrap_err();
    /// // Candle leaves the fifth channel out and says nothing.
    /// assert_eq!(error.to_string(), "2 groups do not divide 5 output channels: take a divisor of 5");
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn new(weight: Tensor, bias: Option<Tensor>, config: Conv2dConfig) -> Self {
        candle_nn::Conv2d::new(weight, bias, config).into()
    }

    /// Padding, stride, dilation and groups.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::candle_compat::{Conv2d, Conv2dConfig};
    /// let weight = Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
    /// let layer = Conv2d::new(weight, None, Conv2dConfig { stride: 2, ..Default::default() });
    /// assert_eq!(layer.config().stride, 2);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn config(&self) -> &Conv2dConfig {
        self.layer.config()
    }

    /// [O, C / groups, h, w].
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::candle_compat::{Conv2d, Conv2dConfig};
    /// let weight = Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
    /// assert_eq!(Conv2d::new(weight, None, Conv2dConfig::default()).weight().dims(), [8, 3, 3, 5]);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn weight(&self) -> &Tensor {
        self.layer.weight()
    }

    /// \[O\], if the layer has one.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use corr2d::candle_compat::{Conv2d, Conv2dConfig};
    /// let weight = Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
    /// assert!(Conv2d::new(weight, None, Conv2dConfig::default()).bias().is_none());
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    pub fn bias(&self) -> Option<&Tensor> {
        self.layer.bias()
    }

    /// This layer and the normalisation behind it as one layer, for inference; as candle's.
    ///
    /// ```
    /// # use candle_core::{DType, Device, Tensor};
    /// # use candle_nn::{Module, ModuleT, VarBuilder};
    /// # use corr2d::candle_compat::{Conv2d, Conv2dConfig};
    /// let layer = Conv2d::new(Tensor::ones((4, 1, 1, 2), DType::F32, &Device::Cpu)?, None, Conv2dConfig::default());
    /// let normalisation = candle_nn::batch_norm(4, 1e-5, VarBuilder::zeros(DType::F32, &Device::Cpu))?;
    /// let x = Tensor::ones((1, 1, 3, 4), DType::F32, &Device::Cpu)?;
    /// let (both, one) = (layer.forward(&x)?.apply_t(&normalisation, false)?, layer.absorb_bn(&normalisation)?.forward(&x)?);
    /// assert_eq!(both.flatten_all()?.to_vec1::<f32>()?, one.flatten_all()?.to_vec1::<f32>()?);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of candle: a normalisation without weight and bias, a weight without four axes.
    pub fn absorb_bn(&self, normalisation: &BatchNorm) -> Result<Self> {
        Ok(self.layer.absorb_bn(normalisation)?.into())
    }
}

impl Module for Conv2d {
    fn forward(&self, input: &Tensor) -> Result<Tensor> {
        Ok(crate::conv2d(input, self.weight(), self.bias(), &options(self.config()))?)
    }
}

impl From<candle_nn::Conv2d> for Conv2d {
    fn from(layer: candle_nn::Conv2d) -> Self {
        Self { layer }
    }
}

impl From<Conv2d> for candle_nn::Conv2d {
    fn from(layer: Conv2d) -> Self {
        layer.layer
    }
}

/// A layer of candle's with all that [`crate::Conv2d`] has, among it [`prepare`](crate::Conv2d::prepare) for inference.
/// It may fail, since candle's layer holds whatever tensors it was given.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::Conv2dConfig;
///
/// let weight = Tensor::ones((8, 3, 3, 5), DType::F32, &Device::Cpu)?;
/// let of_candle = candle_nn::Conv2d::new(weight, None, Conv2dConfig { stride: 2, ..Default::default() });
/// let layer = corr2d::Conv2d::try_from(of_candle)?;
/// assert_eq!(layer.options().stride, (2, 2));
/// # Ok::<(), corr2d::Error>(())
/// ```
impl TryFrom<candle_nn::Conv2d> for crate::Conv2d {
    type Error = crate::Error;

    fn try_from(layer: candle_nn::Conv2d) -> crate::Result<Self> {
        Self::new(layer.weight().clone(), layer.bias().cloned(), options(layer.config()))
    }
}

/// As candle's `conv2d`: a layer of a square kernel, whose `weight` and `bias` come from a builder that gets candle's
/// hints for the first weights.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::{VarBuilder, VarMap};
/// use corr2d::candle_compat::{Conv2dConfig, conv2d};
///
/// let variables = VarMap::new();
/// let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
/// let layer = conv2d(3, 16, 5, Conv2dConfig { padding: 2, ..Default::default() }, builder)?;
/// assert_eq!((layer.weight().dims(), variables.all_vars().len()), (&[16, 3, 5, 5][..], 2));
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::Shape`](crate::Error::Shape) when the groups do not divide the channels or a size is 0,
/// [`Error::OverBudget`](crate::Error::OverBudget) for a weight that memory does not hold, and those of the builder.
pub fn conv2d(
    in_channels: usize,
    out_channels: usize,
    kernel_size: usize,
    config: Conv2dConfig,
    builder: VarBuilder<'_>,
) -> Result<Conv2d> {
    weight_shape(in_channels, out_channels, (kernel_size, kernel_size), config.groups)?;
    Ok(candle_nn::conv2d(in_channels, out_channels, kernel_size, config, builder)?.into())
}

/// As candle's `conv2d_no_bias`.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::{VarBuilder, VarMap};
/// use corr2d::candle_compat::{Conv2dConfig, conv2d_no_bias};
///
/// let variables = VarMap::new();
/// let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
/// let layer = conv2d_no_bias(4, 4, 3, Conv2dConfig { groups: 4, ..Default::default() }, builder)?;
/// assert_eq!((layer.weight().dims(), variables.all_vars().len()), (&[4, 1, 3, 3][..], 1));
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// As [`conv2d`].
pub fn conv2d_no_bias(
    in_channels: usize,
    out_channels: usize,
    kernel_size: usize,
    config: Conv2dConfig,
    builder: VarBuilder<'_>,
) -> Result<Conv2d> {
    weight_shape(in_channels, out_channels, (kernel_size, kernel_size), config.groups)?;
    Ok(candle_nn::conv2d_no_bias(in_channels, out_channels, kernel_size, config, builder)?.into())
}

/// The options that a configuration of candle's stands for: each number for both axes, the padding on all four sides.
///
/// `cudnn_fwd_algo` is dropped: it chooses among cuDNN's own methods and changes no result beyond rounding.
///
/// ```
/// use corr2d::candle_compat::{Conv2dConfig, options};
///
/// let config = Conv2dConfig { padding: 1, stride: 2, ..Default::default() };
/// assert_eq!(options(&config).stride, (2, 2));
/// ```
pub fn options(config: &Conv2dConfig) -> Conv2dOptions {
    // Without its last field, which says how and not what.
    let Conv2dConfig { padding, stride, dilation, groups, cudnn_fwd_algo: _ } = *config;
    Conv2dOptions {
        stride: (stride, stride),
        padding: Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding },
        dilation: (dilation, dilation),
        groups,
        ..Default::default()
    }
}

/// The arguments of candle's `Tensor::conv2d` for [`conv2d`](crate::conv2d).
///
/// The name differs by two letters, because a method of `Tensor` itself comes before any of a trait.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use corr2d::candle_compat::TensorCorr2d;
///
/// let x = Tensor::ones((1, 2, 5, 6), DType::F32, &Device::Cpu)?;
/// let kernel = Tensor::ones((3, 2, 3, 2), DType::F32, &Device::Cpu)?;
/// let (padding, stride, dilation, groups) = (1, 2, 1, 1);
/// let ours = x.corr2d(&kernel, padding, stride, dilation, groups)?;
/// let theirs = x.conv2d(&kernel, padding, stride, dilation, groups)?;
/// assert_eq!(ours.flatten_all()?.to_vec1::<f32>()?, theirs.flatten_all()?.to_vec1::<f32>()?);
/// # Ok::<(), candle_core::Error>(())
/// ```
pub trait TensorCorr2d {
    /// Cross-correlation of a batch [N, C, H, W] with a kernel [O, C / groups, h, w].
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::candle_compat::TensorCorr2d;
    ///
    /// let x = Tensor::new(&[[[[1f32, 1., 0.]]]], &Device::Cpu)?;
    /// let y = x.corr2d(&Tensor::new(&[[[[1f32, -1.]]]], &Device::Cpu)?, 0, 1, 1, 1)?;
    /// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [0., 1.]);
    /// # Ok::<(), candle_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`conv2d`](crate::conv2d), as candle's.
    fn corr2d(&self, kernel: &Tensor, padding: usize, stride: usize, dilation: usize, groups: usize) -> Result<Tensor>;
}

impl TensorCorr2d for Tensor {
    fn corr2d(&self, kernel: &Tensor, padding: usize, stride: usize, dilation: usize, groups: usize) -> Result<Tensor> {
        let config = Conv2dConfig { padding, stride, dilation, groups, ..Default::default() };
        Ok(crate::conv2d(self, kernel, None, &options(&config))?)
    }
}
