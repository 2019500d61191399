//! Large kernels at stride 1: transforms down the columns, sums along the rows.
//!
//! A discrete Fourier transform F along one axis makes a product of a correlation along that axis. It is taken down the
//! columns alone; along the rows the sum stays a sum, of complex numbers and for each frequency f on its own:
//!
//! ```text
//! y[·, j] = F⁻¹ Y[·, j]        Y[f, j] = Σ over channels and b of X[f, j + b] · conj W[f, b]
//! ```
//!
//! A kernel of h×w taps then costs 2·w products a pixel, or a little more, and not h·w. Pixels of neighbouring columns are
//! the lanes of a register throughout, so nothing is ever shuffled or transposed; and the sums, where most of the time
//! goes, run at nearly the speed of the multipliers. A transform along the rows too has fewer operations but slower ones.
//!
//! Columns are cut into runs of rows, each with a transform of its own that reads the h − 1 rows below the run as well
//! (overlap-save: of a circular correlation the outputs that do not wrap are kept). All steps are linear, so two runs are
//! the real and the imaginary part of one complex column. Kernels of more than 256 rows or 64 columns are cut into parts,
//! whose products are summed before the one transform back; so are input channels.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `butterfly` | transforms of 2, 3, 4 and 8 numbers, in registers |
//! | `length` | the steps of a longer transform, and their factors |
//! | `spectrum` | where spectra lie, and the steps on them |
//! | `forwards`, `backwards` | from pixels to spectra; from spectra to outputs |
//! | `sums` | the sums along rows |
//! | `cut` | the length of a transform, the size of a task, the parts of a kernel |
//! | `task` | one task: some rows and columns of an image |
//! | `forward` | images cut into tasks, in parallel |
//! | `weight_gradient` | the image correlated with its output gradient, by the same steps |
//!
//! # Error
//!
//! With u = 2⁻²⁴ in f32 and 2⁻⁵³ in f64, and up to terms in u²: a transform of length L errs by at most 7·log₂L·u of its
//! norm (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2nd edition, 2002, theorem 24.2, with factors
//! rounded once), and a sum of n complex products by 2·(n + 1)·u of the sum of their absolute values. Let X be all pixels
//! that the transforms of a task read under the kernel for one column of outputs, two runs of at most L rows in each
//! column and channel, and w the kernel of the output channel, C·w its columns in all channels. |X\[f\]| and |W\[f\]| are at
//! most √L times the norm of their columns; three transforms and the sums, by Cauchy and Schwarz over the columns, give
//!
//! ```text
//! |error of y| ≤ √L · (21·log₂L + 2·(C·w + 1)) · u · ‖X‖₂ · ‖w‖₂
//! ```
//!
//! It is a bound on the norm: a large pixel adds to the error of all outputs of its task, also of those whose windows do
//! not hold it. Roundings of both signs mostly cancel: on pixels of one scale the error is below 4·u·‖w‖₂ times the norm of
//! the largest window, on any size, and at 31×31 no more than that of direct summation. On products of one sign roundings
//! add up along the rows: up to w / 2 + 8 of them. The tests hold it to all three.
//!
//! The weight gradient sums over as many columns as a strip of the image has, and not over those of a kernel: with X and G the
//! pixels and output gradients of a task, and n columns, each task adds
//!
//! ```text
//! |error of ∂L/∂w| ≤ √L · (21·log₂L + 2·(n + 1)) · u · ‖X‖₂ · ‖G‖₂
//! ```
//!
//! Columns are summed at most 128 at a time, and tasks in `f64`: on independent numbers of both signs and one scale it errs by less
//! than ½·u·‖x‖₂·‖g‖₂ and the rounding of the result, and on products of one sign by less than 128 / 2 + 8 roundings. The tests hold
//! it to all three. Kernels are not cut for it: those of more than 64 columns or of many weights are left to sums over pixels.
//!
//! A transform mixes all numbers that it reads, so one that is not finite, or a task whose norm is not below 2⁵⁰ in f32
//! (2⁵⁰⁰ in f64), would reach outputs whose window does not hold it. Such an image, or such weights, are left to
//! [`direct`](crate::direct), and the weight gradient of such a batch to [`planes`](crate::planes).
//!
//! Each output has one writer, and the cut depends on the geometry, the number type and the instruction set alone. A thread
//! needs less than 4 MiB, whatever the geometry; the parts of a weight gradient are 2 MiB for all threads together.

mod backwards;
mod butterfly;
mod cut;
mod forward;
mod forwards;
mod length;
mod spectrum;
mod sums;
mod task;
mod weight_gradient;

pub(crate) use forward::{forward, pays, suits};
pub(crate) use weight_gradient::{suits_weight_gradient, weight_gradient, weight_gradient_pays};
