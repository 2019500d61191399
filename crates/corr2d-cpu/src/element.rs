//! The two number types that the engine computes with.

use std::cell::RefCell;
use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::ops::{Add, AddAssign, Div, Mul, Sub};

use crate::plan::{Operations, suits_planes};
use crate::pooling;
use crate::simd::{Registers, zeroed};
use crate::widened::{self, Widened};
use crate::winograd::{self, Tile};
use crate::{Input, Path, Plan, batch, channels, direct, fft, gemm, pairs, planes, reference, separable, turned};

/// `f32` or `f64`.
///
/// Half precision is widened to `f32` by the caller, so that sums are always kept in at least 24 bits.
///
/// ```
/// use corr2d_cpu::Element;
///
/// assert_eq!(f32::from_f64(0.1).to_f64(), f64::from(0.1f32));
/// ```
pub trait Element:
    compiled::Compiled
    + Copy
    + Debug
    + PartialEq
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + 'static
{
    /// The empty sum.
    const ZERO: Self;

    /// The number, unchanged.
    fn to_f64(self) -> f64;

    /// The nearest number of this type.
    fn from_f64(number: f64) -> Self;
}

/// What this crate compiles for each number type. A generic function is otherwise compiled by the crate that calls it,
/// with that crate's settings: in a debug build, without optimisation.
pub(crate) mod compiled {
    use super::*;

    pub trait Compiled: Registers {
        fn operations(path: Path) -> &'static Operations<Self>;
        fn poolings() -> &'static pooling::Operations<Self>;
        fn fill(buffer: &mut Vec<Self>, length: usize);
        /// Shows what the thread keeps for its next call, unless the thread ends.
        fn with_spares<R>(show: impl FnOnce(&mut Vec<Vec<Self>>) -> R) -> Option<R>;
        fn add_to_all(numbers: &mut [Self], summand: Self);
        /// The forward pass in a wider type, if these numbers need one: see `widened`.
        fn forward_widened(
            plan: &Plan,
            input: Input<'_, Self>,
            weight: &[Self],
            bias: Option<&[Self]>,
            output: &mut [MaybeUninit<Self>],
        ) -> Widened;
        /// Likewise.
        fn input_gradient_widened(
            plan: &Plan,
            output_gradient: &[Self],
            weight: &[Self],
            input_gradient: &mut [MaybeUninit<Self>],
        ) -> Widened;
        /// Likewise.
        fn weight_gradient_widened(
            plan: &Plan,
            input: &[Self],
            output_gradient: &[Self],
            weight_gradient: &mut [Self],
        ) -> Widened;
        /// Whether the numbers are the same, bit for bit.
        fn same_bits(these: &[Self], those: &[Self]) -> bool;
    }
}

/// The input gradient by the forward pass of a path.
macro_rules! turned {
    ($path:ident) => {
        |isa, geometry, g, w, gx| turned::input_gradient(Path::$path, isa, geometry, g, w, gx)
    };
}

macro_rules! element {
    ($number:ty, $forward_widened:expr, $input_gradient_widened:expr, $weight_gradient_widened:expr) => {
        impl Element for $number {
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }

            #[inline(always)]
            fn from_f64(number: f64) -> Self {
                number as Self
            }
        }

        impl compiled::Compiled for $number {
            fn operations(path: Path) -> &'static Operations<Self> {
                static REFERENCE: Operations<$number> = Operations {
                    accepts: |_, _| true,
                    forward: |_, geometry, x, w, b, y| {
                        let mut copy = Vec::new();
                        reference::forward(geometry, x.gathered(geometry, &mut copy)?, w, b, zeroed(y, 0.0))
                    },
                    keep: |_, _, _| Ok(None),
                    input_gradient: |_, geometry, g, w, gx| reference::input_gradient(geometry, g, w, zeroed(gx, 0.0)),
                    weight_gradient: |_, geometry, x, g, gw| reference::weight_gradient(geometry, x, g, gw),
                    bias_gradient: |_, geometry, g, gb| reference::bias_gradient(geometry, g, gb),
                };
                static DIRECT: Operations<$number> = Operations {
                    accepts: |_, _| true,
                    forward: direct::forward,
                    keep: |_, _, _| Ok(None),
                    input_gradient: direct::input_gradient,
                    weight_gradient: direct::weight_gradient,
                    bias_gradient: direct::bias_gradient,
                };
                // A weight that is not finite would spread over the padding, so it is left to `direct`.
                static PLANES: Operations<$number> = Operations {
                    forward: |isa, geometry, x, w, b, y| match suits_planes(geometry) && planes::suits(w) {
                        true => planes::forward(isa, geometry, x, w, b, y),
                        false => direct::forward(isa, geometry, x, w, b, y),
                    },
                    input_gradient: turned!(Planes),
                    weight_gradient: planes::weight_gradient,
                    ..DIRECT
                };
                // As for `planes`.
                static BATCH: Operations<$number> = Operations {
                    forward: |isa, geometry, x, w, b, y| match planes::suits(w) {
                        true => batch::forward(isa, geometry, x, w, b, y),
                        false => direct::forward(isa, geometry, x, w, b, y),
                    },
                    input_gradient: turned!(Batch),
                    weight_gradient: batch::weight_gradient,
                    ..DIRECT
                };
                static CHANNELS: Operations<$number> = Operations {
                    forward: channels::forward,
                    keep: channels::keep,
                    input_gradient: turned!(Channels),
                    weight_gradient: channels::weight_gradient,
                    ..DIRECT
                };
                // As for `planes`.
                static GEMM: Operations<$number> = Operations {
                    forward: |isa, geometry, x, w, b, y| match planes::suits(w) {
                        true => gemm::forward(isa, geometry, x, w, b, y),
                        false => direct::forward(isa, geometry, x, w, b, y),
                    },
                    input_gradient: turned!(Gemm),
                    ..DIRECT
                };
                static SEPARABLE: Operations<$number> = Operations {
                    accepts: separable::accepts,
                    forward: separable::forward,
                    input_gradient: turned!(Separable),
                    ..DIRECT
                };
                static WINOGRAD2: Operations<$number> = Operations {
                    forward: |isa, geometry, x, w, b, y| winograd::forward(isa, Tile::F2, geometry, x, w, b, y),
                    keep: |isa, geometry, w| winograd::keep(isa, Tile::F2, geometry, w),
                    input_gradient: turned!(Winograd2),
                    weight_gradient: |isa, geometry, x, g, gw| {
                        winograd::weight_gradient(isa, Tile::F2, geometry, x, g, gw)
                    },
                    ..DIRECT
                };
                static WINOGRAD4: Operations<$number> = Operations {
                    forward: |isa, geometry, x, w, b, y| winograd::forward(isa, Tile::F4, geometry, x, w, b, y),
                    keep: |isa, geometry, w| winograd::keep(isa, Tile::F4, geometry, w),
                    input_gradient: turned!(Winograd4),
                    weight_gradient: |isa, geometry, x, g, gw| {
                        winograd::weight_gradient(isa, Tile::F4, geometry, x, g, gw)
                    },
                    ..DIRECT
                };
                static PAIRS: Operations<$number> = Operations {
                    forward: pairs::forward,
                    keep: pairs::keep,
                    input_gradient: turned!(Pairs),
                    weight_gradient: pairs::weight_gradient,
                    ..DIRECT
                };
                static FFT: Operations<$number> = Operations {
                    forward: fft::forward,
                    input_gradient: turned!(Fft),
                    weight_gradient: fft::weight_gradient,
                    ..DIRECT
                };
                match path {
                    Path::Gemm => &GEMM,
                    Path::Separable => &SEPARABLE,
                    Path::Fft => &FFT,
                    Path::Pairs => &PAIRS,
                    Path::Winograd2 => &WINOGRAD2,
                    Path::Winograd4 => &WINOGRAD4,
                    Path::Reference => &REFERENCE,
                    Path::Direct => &DIRECT,
                    Path::Planes => &PLANES,
                    Path::Batch => &BATCH,
                    Path::Channels => &CHANNELS,
                }
            }

            fn poolings() -> &'static pooling::Operations<Self> {
                static POOLINGS: pooling::Operations<$number> = pooling::Operations::new();
                &POOLINGS
            }

            fn fill(buffer: &mut Vec<Self>, length: usize) {
                buffer.resize(length, Self::ZERO);
            }

            fn with_spares<R>(show: impl FnOnce(&mut Vec<Vec<Self>>) -> R) -> Option<R> {
                thread_local! {
                    static SPARES: RefCell<Vec<Vec<$number>>> = const { RefCell::new(Vec::new()) };
                }
                SPARES.try_with(|spares| show(&mut spares.borrow_mut())).ok()
            }

            fn add_to_all(numbers: &mut [Self], summand: Self) {
                for number in numbers {
                    *number += summand;
                }
            }

            fn forward_widened(
                plan: &Plan,
                input: Input<'_, Self>,
                weight: &[Self],
                bias: Option<&[Self]>,
                output: &mut [MaybeUninit<Self>],
            ) -> Widened {
                $forward_widened(plan, input, weight, bias, output)
            }

            fn input_gradient_widened(
                plan: &Plan,
                output_gradient: &[Self],
                weight: &[Self],
                input_gradient: &mut [MaybeUninit<Self>],
            ) -> Widened {
                $input_gradient_widened(plan, output_gradient, weight, input_gradient)
            }

            fn weight_gradient_widened(
                plan: &Plan,
                input: &[Self],
                output_gradient: &[Self],
                weight_gradient: &mut [Self],
            ) -> Widened {
                $weight_gradient_widened(plan, input, output_gradient, weight_gradient)
            }

            fn same_bits(these: &[Self], those: &[Self]) -> bool {
                // A block at a time without a branch, so that the compiler has registers compare.
                let differ = |(these, those): (&[Self], &[Self])| {
                    these.iter().zip(those).fold(0, |bits, (this, that)| bits | (this.to_bits() ^ that.to_bits())) != 0
                };
                these.len() == those.len() && !these.chunks(1024).zip(those.chunks(1024)).any(differ)
            }
        }
    };
}

element!(f32, widened::forward, widened::input_gradient, widened::weight_gradient);
element!(f64, |_, _, _, _, _| None, |_, _, _, _| None, |_, _, _, _| None);
