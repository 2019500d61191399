//! Pixels in lanes: sums over planes, for images, depthwise layers and few channels, at stride 1.
//!
//! ```text
//! y[r, j..j + lanes] = bias + Σ over channels, a, b of w[a, b] · x[r + a, j + b..j + b + lanes]
//! ```
//!
//! Eight output rows are summed at once, so that a loaded row of the input serves up to eight rows of the kernel and the
//! processor multiplies more often than it loads. Kernels of more than eight rows go in bands of eight. No padded copy is
//! made: at the rim of the image the registers are loaded in part, with zeros for the padding. A weight that is not
//! finite would turn those zeros into NaN, so such weights are left to [`direct`](crate::direct), which skips the padding.

mod block;
mod forward;

pub(crate) use forward::{forward, suits};
