//! Outputs two by two along each row, for wide kernels and strides: fewer multiplications for a few more additions.
//!
//! Three neighbouring taps make two neighbouring outputs by four products in place of six, two taps by three in place of four:
//!
//! ```text
//! y₀ = x₀·w₀ + x₁·w₁ + x₂·w₂ = m₀ + m₁ + m₂         m₀ = (x₀ − x₂)·w₀         m₁ = (x₁ + x₂)·(w₀ + w₁ + w₂)/2
//! y₁ = x₁·w₀ + x₂·w₁ + x₃·w₂ = m₁ − m₂ + m₃         m₃ = (x₃ − x₁)·w₂         m₂ = (x₂ − x₁)·(w₀ − w₁ + w₂)/2
//!
//! y₀ = x₀·w₀ + x₁·w₁ = m₀ + m₁                      m₀ = (x₀ − x₁)·w₀         m₁ = x₁·(w₀ + w₁)
//! y₁ = x₁·w₀ + x₂·w₁ = m₁ + m₃                      m₃ = (x₂ − x₁)·w₁
//! ```
//!
//! A row of a kernel is cut into such parts, of every s-th tap at stride s, where neighbouring outputs read neighbours among every
//! s-th pixel. One tap is left as it is, m₀ = x₀·w and m₃ = x₁·w. So seven taps at stride 2 take 10 products for 14, eleven at
//! stride 4 15 for 22, five at stride 1 7 for 10. Each mⱼ is summed over parts, kernel rows and channels before two outputs are
//! made of the four sums: each of them is a correlation along the columns alone, with pixels in lanes, and no lane is lost at the
//! ends of rows.
//!
//! The factors of pixels are 0 and ±1, and those of weights halves: on small integers nothing is rounded, and on reals the error
//! is like that of direct summation where the pixels of a part are of one scale, and its weights: it is bounded by the largest of
//! the one times the largest of the other. Tiles of 2×2 are the same along rows and columns ([`winograd`](crate::winograd), where
//! the sources are named).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `parts` | how a row of a kernel is cut, and which sums each part goes to |
//! | `choice` | which geometries suit |
//! | `layout` | where the sums and differences of pixels lie |
//! | `pixels` | the sums and differences of pixels |
//! | `weights` | those of weights, which may be kept between calls |
//! | `block` | the four sums of a block, and the outputs of them |
//! | `forward` | bands of rows, in parallel |
//! | `weight_gradient` | ∂L/∂w, summed over pairs |
//!
//! No output is made of pixels outside its window, so one that is not finite spoils no other. But ∞ − ∞ is no number, and a sum of
//! very large pixels might overflow where the products would not: images with such a pixel are left to
//! [`direct`](crate::direct), and so are all with such a weight.

mod block;
mod choice;
mod forward;
mod layout;
mod parts;
mod pixels;
mod weight_gradient;
mod weights;

pub(crate) use choice::{products, suits};
pub(crate) use forward::{forward, rows_combined};
pub(crate) use layout::pairs;
pub(crate) use weight_gradient::{rows_combined_at_once, suits_weight_gradient, weight_gradient};
pub(crate) use weights::keep;
