//! Images in lanes: layers on small pictures of large batches.
//!
//! ```text
//! y[n..n + lanes, o, i, j] = bias[o] + Σ over channels, a, b of w[o, c, a, b] · x[n..n + lanes, c, i·s + a·d, j·s + b·d]
//! ```
//!
//! A register holds one pixel of as many images as it has lanes. Then nothing hangs over the ends of rows, however short they
//! are or few the channels, no register that is loaded lies in two cache lines, and what reads padding alone can be left out.
//! The price is a turn of the images into lanes, and of the outputs out of them: it pays where each pixel is read for many sums.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `layout` | where a pixel lies when images are in lanes, with zeros for the padding beside it |
//! | `turn` | images into lanes, and back |
//! | `cut` | output channels in blocks, and in pieces for the threads |
//! | `block` | the sums of a few output channels × a few columns, in registers |
//! | `forward` | the forward pass, a register of images at a time |
//! | `weight_gradient` | the weight gradient, summed lane by lane |
//!
//! A weight that is not finite would turn the zeros of the padding into NaN, so such weights are left to
//! [`direct`](crate::direct), which skips the padding.

mod block;
mod cut;
mod forward;
mod layout;
mod turn;
mod weight_gradient;

pub(crate) use forward::forward;
pub(crate) use layout::{fills_lanes, suits};
pub(crate) use weight_gradient::weight_gradient;
