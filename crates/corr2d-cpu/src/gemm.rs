//! The classical matrix product over unrolled windows (`im2col`): any geometry, the yardstick of the rest.
//!
//! ```text
//! u[k, p] = x[c, i · stride + a · dilation − before, …] for k = (c, a, b), p = (i, j); 0 in the padding
//! y[o, p] = bias[o] + Σ over k of w[o, k] · u[k, p]
//! ```
//!
//! Matrix libraries pack their right factor into blocks that fit a cache; here the windows are unrolled into such a block
//! at once, [`TAPS`] taps of [`PIXELS`](block::PIXELS) windows, so no whole matrix is ever in memory. It is a fair yardstick:
//! where many channels share the windows, the product runs at the rate of a good library, on the instruction set of
//! the plan. A library would choose its own, and bring `unsafe` with it.
//!
//! Runs of [`TAPS`] products are added to the total, so a long sum is made of short ones. The order of each sum depends on
//! the kernel alone. A weight that is not finite would turn the zeros of the padding into NaN, so such weights are left to
//! [`direct`](crate::direct).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `pack` | the weights in the order in which the product reads them |
//! | `unroll` | the windows, unrolled |
//! | `product` | some rows of weights times some registers of windows |
//! | `block` | all output channels of a task on one block of windows |
//! | `forward` | planes and channels cut into tasks |

mod block;
mod forward;
mod pack;
mod product;
mod unroll;

pub(crate) use forward::forward;

/// The taps that are unrolled, and summed, at a time.
const TAPS: usize = 128;
