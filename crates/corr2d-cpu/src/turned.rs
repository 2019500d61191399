//! The input gradient as forward correlations of the output gradient, by the path of a forward pass.
//!
//! ```text
//! ∂L/∂x[c, r, s] = Σ over o and the turned taps (a, b) of w[o, c, a, b] · ∂L/∂y[o, …]
//! ```
//!
//! At stride 1 it is one correlation of ∂L/∂y with the kernel turned by 180 degrees and its channels swapped, padded so that
//! H×W positions come out ([`Geometry::turned`](crate::Geometry::turned)). At larger strides the positions fall into classes
//! by their rests modulo the strides, each reached by taps of its own: each class is such a correlation with a smaller
//! kernel, and nothing is multiplied by a zero in between. A class that no tap reaches is 0.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `kernels` | weights as they are given, or turned when they are read |
//! | `whole` | the correlation of one class, by any path |
//! | `classes` | the classes of larger strides, a few rows or images at a time |
//! | `copied` | what all classes read, copied once with its padding |
//! | `interleave` | the results of the classes of columns brought into one row |
//!
//! The results of a few classes wait in memory until they are written: 1 MiB a thread, or one row of positions of all channels.

mod classes;
mod copied;
mod interleave;
mod kernels;
mod whole;

pub(crate) use classes::input_gradient;
pub(crate) use kernels::{Kernels, Turned};
