//! Direct summation for every geometry, without an unrolled matrix and without a padded copy.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `rows` | the kernel: sums along one row for up to four channels at once, kept in registers |
//! | `pieces` | a tensor cut into blocks of rows and channels, each with one writer |
//! | `forward`, `input_gradient` | which taps reach a row; both are sums along rows |
//! | `weight_gradient`, `bias_gradient` | sums over positions, in a fixed order |
//!
//! Each element has one writer and one order of summation, which depends on the geometry alone: results are the same
//! bits for every number of threads.

mod bias_gradient;
mod forward;
mod input_gradient;
mod pieces;
mod rows;
mod weight_gradient;

pub(crate) use bias_gradient::bias_gradient;
pub(crate) use forward::forward;
pub(crate) use input_gradient::input_gradient;
pub(crate) use weight_gradient::weight_gradient;
