#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | item | what it is |
//! | --- | --- |
//! | [`corr2d`], [`convolve2d`], [`conv2d`] | the functions |
//! | [`Conv2dOptions`], [`Padding`], [`Algorithm`] | what they may be asked |
//! | [`Conv2d`], [`LazyConv2d`], [`PreparedConv2d`], [`Corr2dLayer`] | the layers |
//! | [`Initializer`] | what a layer's weights begin with |
//! | [`Trainer`], [`History`] | the loop that learns them |
//! | [`autograd`] | gradients as functions, and the test that they are right |
//! | [`candle_compat`] | candle's layer under candle's names, for models that exist |
//! | [`candle_differences`] | where candle and this crate answer differently |
//! | [`by_candle`] | what runs on CUDA and Metal |
//! | [`Error`] | everything that can be wrong, in one line |

pub mod autograd;
pub mod by_candle;
pub mod candle_compat;
pub mod candle_differences;
mod checks;
mod error;
mod functions;
mod initializer;
mod layers;
mod ops;
mod trainer;

pub use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Padding};
pub use error::{Error, Result};
pub use functions::{conv2d, convolve2d, corr2d};
pub use initializer::Initializer;
pub use layers::{Conv2d, Corr2dLayer, LazyConv2d, PreparedConv2d};
pub use trainer::{History, Trainer};
