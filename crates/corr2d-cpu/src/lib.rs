#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`Conv2dOptions`], [`ConvTranspose2dOptions`], [`Pool2dOptions`], [`Padding`], [`Algorithm`] | what the caller asks for |
//! | [`Geometry`], [`TransposedGeometry`], [`PoolGeometry`], [`Axis`], [`Size`] | every size, computed once and checked |
//! | [`reference`](mod@reference) | the textbook loops: the definition, and the oracle of all tests |
//! | [`Input`] | an input whose rows need not lie in one piece |
//! | [`Plan`] | which algorithm runs, and the four operations |
//! | [`TransposedPlan`] | the input gradient under its own name, with a bias |
//! | [`Pooling`], [`MaxPositions`] | maxima and averages of windows, and their gradients |
//! | [`Prepared`] | a plan with weights that are kept between calls |
//! | [`threads`] | the threads that share a call: rayon's, or the caller's own |
//! | `direct` (private) | sums along rows, blocked in registers, rows and channels in parallel |
//! | `planes` (private) | pixels in lanes, for few channels: the output at stride 1, the weight gradient |
//! | `batch` (private) | images in lanes, for small pictures in large batches |
//! | `pairs` (private) | outputs two by two along rows, for wide kernels and strides, with fewer multiplications |
//! | `channels` (private) | output channels in lanes, for dense layers |
//! | `winograd` (private) | 3×3 kernels at strides 1 and 2 with fewer multiplications |
//! | `separable` (private) | kernels that are an outer product, in two passes |
//! | `fft` (private) | large kernels, by transforms down the columns |
//! | `widened` (private) | calls that meet denormal numbers, in `f64` |
//! | `turned` (private) | input gradients, by the forward pass of any path |
//! | `positions` (private) | sums over positions, for weight gradients of dense layers |
//! | `transpose` (private) | a square of numbers turned over its diagonal in registers |
//! | `gemm` (private) | a matrix product over unrolled windows: the yardstick |
//! | `simd` (private) | vector registers |

// First, for its macro.
#[macro_use]
#[allow(unsafe_code, reason = "vector instructions; each block says why it is sound")]
mod simd;

mod bands;
mod batch;
mod buffer;
mod channels;
mod direct;
mod element;
mod error;
mod fft;
mod gemm;
mod geometry;
mod input;
mod options;
mod pairs;
mod plan;
mod planes;
mod pooling;
mod positions;
mod prepared;
pub mod reference;
mod separable;
pub mod threads;
mod transpose;
mod transposed;
mod turned;
mod widened;
mod winograd;

pub use buffer::zeros;
use buffer::{Aligned, aligned, aligned_in};
pub use element::Element;
pub use error::Error;
pub use geometry::{Axis, DEFAULT_BYTE_BUDGET, Geometry, PoolGeometry, Size, TransposedGeometry};
pub use input::Input;
pub use options::{Algorithm, Conv2dOptions, ConvTranspose2dOptions, Padding, Pool2dOptions};
pub use plan::{Path, Plan};
pub use pooling::{MaxPositions, Pooling};
pub use prepared::Prepared;
pub use simd::Isa;
pub use transposed::TransposedPlan;
