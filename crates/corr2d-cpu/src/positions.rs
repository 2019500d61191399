//! Sums over positions, with output channels in lanes: what the weight gradients of `channels`, `winograd` and `pairs` are made of.
//!
//! ```text
//! sums[t][o..o + lanes] = Σ over positions p of x[t + p] · g[p][o..o + lanes]
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `products` | the sums of a few taps × a few registers of output channels |
//! | `panel` | ∂L/∂y with channels in lanes |
//! | `totals` | sums of many chunks of positions, and their way into ∂L/∂w |
//! | `blocks` | ∂L/∂w cut into blocks of output × input channels, and the positions into parts |
//!
//! There may be millions of positions. A lane sums at most [`RUN`](products::RUN) products before they are added to the sum
//! of a chunk, of at most 256 positions; chunks are added up in f64, of tiles [`GROUP`](totals::GROUP) at a time, and of pairs of
//! outputs as many.

mod blocks;
mod panel;
mod products;
mod totals;

pub(crate) use blocks::{Block, Cut, Registers, registers_of, sum_blocks};
pub(crate) use panel::Rows;
pub(crate) use products::{Products, RUN, Stretch};
pub(crate) use totals::{GROUP, Totals, add_parts, write_taps};

use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Geometry};

/// Whether no number is one that an absent number beside it would not stay out of: 0 times it is 0.
pub(crate) fn all_finite<T: Element>(isa: Isa, numbers: &[T]) -> bool {
    isa.run(Scaled { numbers, scale: T::from_f64(1.0) })
}

/// Whether no number overflows when it is multiplied by `scale`, and all are finite.
pub(crate) fn all_below<T: Element>(isa: Isa, numbers: &[T], scale: T) -> bool {
    isa.run(Scaled { numbers, scale })
}

struct Scaled<'a, T> {
    numbers: &'a [T],
    scale: T,
}

impl<T: Element> Kernel<T> for Scaled<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) -> bool {
        let (scale, zero) = (simd.splat(self.scale), simd.splat(T::ZERO));
        let mut checks = [zero; 4];
        let blocks = self.numbers.chunks_exact(4 * S::LANES);
        let rest = blocks.remainder();
        for block in blocks {
            unroll!(I in [0 1 2 3] {
                // 0 times what overflowed, or is no number, is no number.
                checks[I] = simd.mul_add(simd.mul(simd.load(block, I * S::LANES), scale), zero, checks[I]);
            });
        }
        let mut sums = [T::ZERO; crate::transpose::MOST_LANES];
        for check in checks {
            simd.store(simd.add(check, simd.load(&sums, 0)), &mut sums, 0);
        }
        sums.iter().all(|sum| *sum == T::ZERO) && rest.iter().all(|number| *number * self.scale * T::ZERO == T::ZERO)
    }
}

/// Whether some tap of some output reads padding.
pub(crate) fn reads_padding(geometry: &Geometry) -> bool {
    let inside = |axis: &crate::Axis| {
        let last = (axis.output() - 1) * axis.stride() + axis.dilated();
        axis.before() == 0 && last <= axis.input()
    };
    !inside(geometry.rows()) || !inside(geometry.columns())
}
