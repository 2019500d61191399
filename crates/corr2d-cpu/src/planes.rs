//! Pixels in lanes: sums over planes, for images, depthwise layers and few channels, at stride 1.
//!
//! ```text
//! y[r, j..j + lanes] = bias + Σ over channels, a, b of w[a, b] · x[r + a, j + b..j + b + lanes]
//! ```
//!
//! Eight registers are summed at once: those of eight output rows, so that a loaded row of the input serves up to eight
//! rows of the kernel and the processor multiplies more often than it loads; or, under a kernel of one row, eight of one
//! row, so that memory is read and written in long runs. Where there are 32 registers, two output planes are summed at once,
//! so that a loaded row serves both. A kernel is cut into parts: of at most 8×16 taps of one plane, or of several planes with
//! at most 64 taps. What one part sums is added to the total, so a long sum is made of short ones. The usual kernels of few taps
//! on one plane have a loop of their own, with the weights in registers, that goes over all rows of a task.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `parts` | the kernel of an output channel cut into parts, each in the order in which it is read |
//! | `block` | the sums of one part in eight registers |
//! | `stretch` | where one part reads along some rows |
//! | `sweep` | one part along some rows |
//! | `rows` | all parts on all rows of a task |
//! | `view` | the input planes, and copies of what lies at the rim |
//! | `forward` | planes and rows cut into tasks |
//! | `weight_gradient` | the weight gradient, at any stride: a register for each tap |
//!
//! At the rim of an image what a block reads is copied first, with zeros for the padding; so is a small plane with padding,
//! as a whole. A weight that is not finite would turn those zeros into NaN, so such weights are left to
//! [`direct`](crate::direct), which skips the padding.

mod block;
mod forward;
mod parts;
mod rows;
mod stretch;
mod sweep;
mod view;
mod weight_gradient;

pub(crate) use block::add;
pub(crate) use forward::{forward, suits};
pub(crate) use weight_gradient::weight_gradient;
