//! The axes of images and weights as the frameworks order them, and the way from one order to the other.
//!
//! | framework | images and outputs | weights |
//! | --- | --- | --- |
//! | PyTorch, candle, this crate, `jax.lax` by default | [N, C, H, W] | [O, I, h, w] |
//! | MXNet by default | [N, C, H, W] | [O, I, h, w] |
//! | MXNet with `layout='NHWC'` | [N, H, W, C] | [O, h, w, I] |
//! | TensorFlow, Keras, Flax | [N, H, W, C] | [h, w, I, O] |
//! | Keras with `data_format='channels_first'` | [N, C, H, W] | [h, w, I, O] |
//!
//! N counts the images of a batch, C their channels, O and I the output and input channels of a weight, I for each group.
//!
//! Each function is candle's `permute`: a view that copies nothing, and that gradients pass through. A wrong layout is
//! mostly silent: an image [1, 1, 6, 8] is as good a [N, H, W, C] as any, one pixel high, with 8 channels. So nothing here
//! guesses; an error is raised only for another number of axes than four.
//!
//! ```
//! use candle_core::{DType, Device, Tensor};
//! use corr2d::{Conv2dOptions, conv2d, layout};
//!
//! // A Keras layer: images [N, H, W, C] = [2, 6, 8, 3], a kernel [h, w, I, O] = [1, 2, 3, 4].
//! let images = Tensor::ones((2, 6, 8, 3), DType::F32, &Device::Cpu)?;
//! let kernel = Tensor::ones((1, 2, 3, 4), DType::F32, &Device::Cpu)?;
//! let (x, weight) = (layout::nhwc_to_nchw(&images)?, layout::hwio_to_oihw(&kernel)?);
//! let output = layout::nchw_to_nhwc(&conv2d(&x, &weight, None, &Conv2dOptions::default())?)?;
//! assert_eq!(output.dims(), [2, 6, 7, 4]);
//! # Ok::<(), corr2d::Error>(())
//! ```

use candle_core::Tensor;

use crate::error::{Error, Result};

macro_rules! permutations {
    ($($name:ident: $from:literal, $sizes:literal, $axes:expr, $to:literal, $result:expr;)*) => {
        $(
            #[doc = concat!("From ", $from, " to ", $to, ".")]
            ///
            /// ```
            /// # use candle_core::{DType, Device, Tensor};
            #[doc = concat!("let tensor = Tensor::zeros(", $sizes, ", DType::F32, &Device::Cpu)?; // ", $from)]
            #[doc = concat!("assert_eq!(corr2d::layout::", stringify!($name), "(&tensor)?.dims(), ", stringify!($result), "); // ", $to)]
            /// # Ok::<(), corr2d::Error>(())
            /// ```
            ///
            /// # Errors
            /// [`Error::Rank`] unless there are four axes.
            pub fn $name(tensor: &Tensor) -> Result<Tensor> {
                permuted(stringify!($name), tensor, $from, $axes)
            }
        )*
    };
}

permutations! {
    nchw_to_nhwc: "[N, C, H, W]", "(2, 3, 6, 8)", [0, 2, 3, 1], "[N, H, W, C]", [2, 6, 8, 3];
    nhwc_to_nchw: "[N, H, W, C]", "(2, 6, 8, 3)", [0, 3, 1, 2], "[N, C, H, W]", [2, 3, 6, 8];
    oihw_to_hwio: "[O, I, h, w]", "(4, 3, 1, 2)", [2, 3, 1, 0], "[h, w, I, O]", [1, 2, 3, 4];
    hwio_to_oihw: "[h, w, I, O]", "(1, 2, 3, 4)", [3, 2, 0, 1], "[O, I, h, w]", [4, 3, 1, 2];
    oihw_to_ohwi: "[O, I, h, w]", "(4, 3, 1, 2)", [0, 2, 3, 1], "[O, h, w, I]", [4, 1, 2, 3];
    ohwi_to_oihw: "[O, h, w, I]", "(4, 1, 2, 3)", [0, 3, 1, 2], "[O, I, h, w]", [4, 3, 1, 2];
}

fn permuted(function: &'static str, tensor: &Tensor, wanted: &'static str, axes: [usize; 4]) -> Result<Tensor> {
    if tensor.rank() != axes.len() {
        return Err(Error::Rank { function, argument: "tensor", found: tensor.dims().to_vec(), wanted });
    }
    Ok(tensor.permute(axes)?)
}
