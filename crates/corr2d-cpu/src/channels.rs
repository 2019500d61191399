//! Channels in lanes: sums over the input channels of dense layers, for any stride, dilation and padding.
//!
//! ```text
//! y[o..o + lanes, i, j] = bias[o..o + lanes] + Σ over c, a, b of x[c, i·s + a·d, j·s + b·d] · w[o..o + lanes, c, a, b]
//! ```
//!
//! A block of up to twelve pixels of one output row × two registers of output channels, of two neighbouring rows × one, or of
//! fourteen of one row × one, is summed at once: each tap loads the weights of its channels and multiplies them by the pixels,
//! every one spread over a register. A row is cut into blocks of nearly one width, so no lane and no pixel is computed in vain.
//! Where rows are not too short the lanes go the other way round: pixels of several rows, one behind the other, times eight
//! channels; unless that loses more lanes than two rows at a time, which one register of channels may take.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `pack` | the weights as [O / lanes][C·h·w][lanes] |
//! | `window` | a copy of the pixels that a few output rows read, padded at the sides, neighbours of a stride adjacent |
//! | `block` | the sums of one block |
//! | `pixels` | the same sums with pixels in lanes |
//! | `points` | single pixels, a run of channels after the other |
//! | `joined` | rows one behind the other, cut into such blocks |
//! | `strip` | rows of one or two registers of channels, by one or by two, cut into blocks |
//! | `task` | the strips of one task |
//! | `cut` | rows and channels cut into tasks |
//! | `packed` | all weights packed, which may be kept between calls |
//! | `forward` | the tasks, in parallel |
//! | `padded` | a copy of the pixels that some output positions read, padded on all sides |
//! | `weight_gradient` | ∂L/∂w, summed over positions |
//!
//! Kernel rows above or below the image are left out. At the sides the window holds zeros, which a weight that is not
//! finite would turn into NaN: registers with such a weight take the pixels at the rim one by one, and skip the padding.
//!
//! A long sum is made of short ones: after 64 products at most (or one row of a wide kernel) what has been summed is
//! added to the total. An element has one writer and one order of summation, which depends on the geometry alone.

mod block;
mod cut;
mod forward;
mod joined;
mod pack;
mod packed;
mod padded;
mod pixels;
mod points;
mod strip;
mod task;
mod weight_gradient;
mod window;

pub(crate) use cut::suits;
pub(crate) use forward::{forward, forward_kernels};
pub(crate) use joined::{add_totals, store};
pub(crate) use packed::{keep, keep_kernels};
pub(crate) use pixels::{REGISTERS, Sums};
pub(crate) use weight_gradient::{weight_gradient, weight_gradient_pays};
pub(crate) use window::{copy_phase, every, part, phases};
