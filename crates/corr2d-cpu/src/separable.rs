//! Two passes: a kernel that is an outer product, w[a, b] = v[a] · h[b], for one input channel a group at stride 1.
//!
//! ```text
//! t[i, c] = Σ over a of v[a] · x[i + a, c]        y[i, j] = bias + Σ over b of h[b] · t[i, j + b]
//! ```
//!
//! h·w products a pixel become h + w. A band of as many output rows as a register has lanes is summed at once. The second
//! pass would load registers at every offset, which crosses lines of the cache; so t is kept turned over its diagonal, rows
//! in lanes, and both passes are the same sum along a column of registers.
//!
//! A weight rounded to its number type is rarely the exact product of two such numbers, so a kernel counts as an outer
//! product if each weight is within four roundings (of 2⁻²⁴, or 2⁻⁵³, of itself) of one. All kernels named after Gauss,
//! Sobel, Scharr or the box are.
//!
//! Where a t is not finite, because a pixel was not or because it overflowed, the image is left to [`planes`](crate::planes).
//! A thread needs (W + w) · lanes numbers, at most [`WIDEST`](forward::WIDEST) columns at a time, and at the rim a copy of
//! the rows that a band reads.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `factors` | v and h of a kernel |
//! | `square` | the sums that both passes are made of |
//! | `band` | both passes on a band of rows |
//! | `forward` | planes cut into bands |

mod band;
mod factors;
mod forward;
mod square;

pub(crate) use forward::{accepts, forward, pays, suits};
