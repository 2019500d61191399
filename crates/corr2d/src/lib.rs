#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | item | what it is |
//! | --- | --- |
//! | [`corr2d`], [`convolve2d`], [`conv2d`], [`conv_transpose2d`], [`max_pool2d`], [`avg_pool2d`] | the functions |
//! | [`Conv2dOptions`], [`ConvTranspose2dOptions`], [`Pool2dOptions`], [`Padding`], [`Algorithm`] | what they may be asked |
//! | [`Conv2d`], [`LazyConv2d`], [`PreparedConv2d`], [`Corr2dLayer`], [`ConvTranspose2d`], [`MaxPool2d`], [`AvgPool2d`] | the layers |
//! | [`Initializer`] | what a layer's weights begin with |
//! | [`Variables`], [`optim`] | all weights of a model by name, and what moves them |
//! | [`Trainer`], [`FitOptions`], [`History`] | the loop that learns them, and what it may be asked |
//! | [`Checkpoint`], [`Progress`] | a run that goes on as if it had not been stopped |
//! | [`least_squares`] | the kernel between two images, without a loop |
//! | [`Identifiability`] | whether an input determines a kernel, and how fast gradient descent finds it |
//! | [`layout`] | the axes of other frameworks: NCHW and NHWC, OIHW and HWIO |
//! | [`autograd`] | gradients as functions, and the test that they are right |
//! | [`receptive_field`] | what one output of a network sees |
//! | [`candle_compat`] | candle's layer under candle's names, for models that exist |
//! | [`candle_differences`] | where candle and this crate answer differently |
//! | [`by_candle`] | what runs on CUDA and Metal |
//! | [`Error`] | everything that can be wrong, in one line |

pub mod autograd;
pub mod by_candle;
pub mod candle_compat;
pub mod candle_differences;
mod checkpoint;
mod checks;
mod error;
mod functions;
mod identifiability;
mod initializer;
mod jacobi;
mod layers;
pub mod layout;
pub mod least_squares;
mod memory;
mod ops;
pub mod optim;
mod pooling;
pub mod receptive_field;
mod threads;
mod trainer;
mod transposed;
mod variables;

pub use checkpoint::Checkpoint;
pub use corr2d_cpu::{Algorithm, Conv2dOptions, ConvTranspose2dOptions, Geometry, Padding, Pool2dOptions};
pub use error::{Error, Result};
pub use functions::{conv2d, convolve2d, corr2d};
pub use identifiability::Identifiability;
pub use initializer::Initializer;
pub use layers::{AvgPool2d, Conv2d, ConvTranspose2d, Corr2dLayer, LazyConv2d, MaxPool2d, PreparedConv2d};
pub use pooling::{avg_pool2d, max_pool2d};
pub use trainer::{Batches, Best, Clip, Decay, EarlyStopping, Epoch, FitOptions, History, Progress, Schedule, Trainer};
pub use transposed::conv_transpose2d;
pub use variables::{NamedTensors, Variables};
