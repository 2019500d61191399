#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`Conv2dOptions`], [`Padding`], [`Algorithm`] | what the caller asks for |
//! | [`Geometry`], [`Axis`], [`Size`] | every size, computed once and checked |
//! | [`reference`](mod@reference) | the textbook loops: the definition, and the oracle of all tests |
//! | [`Plan`] | which algorithm runs, and the four operations |
//! | `direct` (private) | sums along rows, blocked in registers, rows and channels in parallel |

mod buffer;
mod direct;
mod element;
mod error;
mod geometry;
mod options;
mod plan;
pub mod reference;

pub use buffer::zeros;
pub use element::Element;
pub use error::Error;
pub use geometry::{Axis, DEFAULT_BYTE_BUDGET, Geometry, Size};
pub use options::{Algorithm, Conv2dOptions, Padding};
pub use plan::{Path, Plan};
