//! Vector registers: the only home of `unsafe`, and the only place that names an instruction set.
//!
//! An algorithm is a [`Kernel`]: safe code, written once over the trait [`Simd`]. [`Isa::run`] compiles it for each
//! instruction set, with all of its code inlined into one function that has the features, and runs the one that was
//! asked for. A value of a [`Simd`] type is the proof that the processor has its instructions: it is made here alone, after
//! detection.
//!
//! | file | registers | where |
//! | --- | --- | --- |
//! | `scalar` | arrays of four | on every machine |
//! | `avx2` | 256 bits, with FMA | x86-64, if the processor says so when the program runs |
//! | `avx512` | 512 bits | x86-64, likewise |
//! | `neon` | 128 bits, with FMA | every aarch64 |
//! | `wasm` | 128 bits | WebAssembly, if the program is compiled with `-C target-feature=+simd128` |
//!
//! WebAssembly cannot be asked when it runs: a machine without these instructions refuses the whole program, so whoever
//! compiles it decides. `unmasked` is what the sets share that have no masks, `window` holds rows that are checked together,
//! and `fresh` memory that nothing has been written to.

/// Repeats a block with a constant counting from 0, so that the compiler cannot but unroll it: accumulators in an array
/// stay in registers only if every index is a constant.
macro_rules! unroll {
    ($index:ident in [$($value:literal)*] $body:block) => {
        $( { const $index: usize = $value; $body } )*
    };
}

#[macro_use]
mod unmasked;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod fresh;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[allow(unused_unsafe, reason = "to WebAssembly its instructions are safe: a machine without them runs nothing")]
mod wasm;
mod window;

use std::fmt;
use std::mem::MaybeUninit;
use std::ops::Range;

pub(crate) use fresh::{unwritten, written, zeroed};
pub(crate) use window::{Column, Columns, Grid, Offsets, Places, Taps, Window, WindowMut, spaced};

use crate::Element;

/// A set of vector registers for numbers of one type.
///
/// All methods are safe: they check their ranges, and the value itself is the proof of the instructions.
pub trait Simd: Copy {
    /// The numbers in a register.
    type Number: Element;
    /// A register.
    type Vector: Copy;
    /// How many numbers a register holds.
    const LANES: usize;
    /// How many accumulators a kernel may keep beside its operands without running out of registers.
    const ACCUMULATORS: usize;

    /// The number in every lane.
    fn splat(self, number: Self::Number) -> Self::Vector;
    /// `LANES` consecutive numbers. Panics if they are not all in `source`.
    fn load(self, source: &[Self::Number], start: usize) -> Self::Vector;
    /// `LANES` consecutive numbers.
    ///
    /// # Safety
    /// They must all lie in memory that may be read.
    unsafe fn load_from(self, start: *const Self::Number) -> Self::Vector;
    /// The numbers at `start..start + LANES`, with 0 in the lanes that lie outside `source`.
    fn load_within(self, source: &[Self::Number], start: isize) -> Self::Vector;
    /// Writes all lanes.
    ///
    /// # Safety
    /// They must all lie in memory that may be written.
    unsafe fn store_to(self, vector: Self::Vector, start: *mut Self::Number);
    /// Writes some lanes, each to its place from `start` on, which may itself lie outside.
    ///
    /// # Safety
    /// The lanes end at most with `LANES`, and their places must all lie in memory that may be written.
    unsafe fn store_lanes_to(self, vector: Self::Vector, lanes: Range<usize>, start: *mut Self::Number);
    /// a · b + c, rounded once where the machine can.
    fn mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// c − a · b, rounded once where the machine can.
    fn neg_mul_add(self, a: Self::Vector, b: Self::Vector, c: Self::Vector) -> Self::Vector;
    /// a + b.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a − b.
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a · b.
    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// a₀ b₀ a₁ b₁ …: the first half of the lanes, and the second.
    fn interleave(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);
    /// The lanes at even places of a, then of b; and those at odd places. It undoes `interleave`.
    fn unzip(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Asks for the cache line of an element, which need not exist, before it is needed; where there is no such
    /// instruction, does nothing.
    #[inline(always)]
    fn prefetch<N>(self, source: &[N], index: usize) {
        self.prefetch_from(source.as_ptr().wrapping_add(index));
    }

    /// As [`Simd::prefetch`], of any place.
    #[inline(always)]
    fn prefetch_from<N>(self, place: *const N) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            // SAFETY: every x86-64 has the instruction, which reads nothing and never faults, wherever it points.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(place.cast()) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = place;
    }

    /// As [`Simd::prefetch`], into the second-level cache, for what will be written.
    #[inline(always)]
    fn prefetch_to_write<N>(self, place: *const N) {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            // SAFETY: as in `prefetch`.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(place.cast()) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _ = place;
    }

    /// Writes all lanes. Panics if they do not all fit.
    #[inline(always)]
    fn store(self, vector: Self::Vector, destination: &mut [Self::Number], start: usize) {
        let block = &mut destination[start..start + Self::LANES];
        // SAFETY: the block has room for all lanes.
        unsafe { self.store_to(vector, block.as_mut_ptr()) }
    }

    /// Writes all lanes to where nothing has been written yet. Panics if they do not all fit.
    #[inline(always)]
    fn write(self, vector: Self::Vector, destination: &mut [MaybeUninit<Self::Number>], start: usize) {
        let block = &mut destination[start..start + Self::LANES];
        // SAFETY: the block has room for all lanes.
        unsafe { self.store_to(vector, block.as_mut_ptr().cast()) }
    }

    /// Writes the first lanes to where nothing has been written yet, as many as there are places from `start` on.
    #[inline(always)]
    fn write_first(self, vector: Self::Vector, destination: &mut [MaybeUninit<Self::Number>], start: usize) {
        let rest = &mut destination[start..];
        // SAFETY: `rest` has room for as many lanes as are written.
        unsafe { self.store_lanes_to(vector, 0..rest.len().min(Self::LANES), rest.as_mut_ptr().cast()) }
    }

    /// Writes some lanes to where nothing has been written yet, the first of them to `to`. Panics if they do not all fit.
    #[inline(always)]
    fn write_lanes(
        self,
        vector: Self::Vector,
        lanes: Range<usize>,
        destination: &mut [MaybeUninit<Self::Number>],
        to: usize,
    ) {
        assert!(lanes.start <= lanes.end && lanes.end <= Self::LANES, "lanes of a register");
        let places = &mut destination[to..][..lanes.len()];
        let start = places.as_mut_ptr().wrapping_sub(lanes.start).cast();
        // SAFETY: `places` are those of the lanes.
        unsafe { self.store_lanes_to(vector, lanes, start) }
    }
}

/// An algorithm, written once for all registers.
pub trait Kernel<T: Element> {
    /// What it returns.
    type Output;
    /// Runs it. Mark implementations `#[inline(always)]`, and everything hot that they call.
    fn run<S: Simd<Number = T>>(self, simd: S) -> Self::Output;
}

/// An instruction set that this machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Isa(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
}

impl Isa {
    /// The widest that this machine has.
    #[must_use]
    pub fn best() -> Self {
        Self::available().last().copied().unwrap_or(Self(Kind::Scalar))
    }

    /// All that this machine has, the widest last.
    ///
    /// ```
    /// assert_eq!(corr2d_cpu::Isa::available()[0].to_string(), "scalar");
    /// ```
    #[must_use]
    pub fn available() -> &'static [Self] {
        static AVAILABLE: std::sync::OnceLock<Vec<Isa>> = std::sync::OnceLock::new();
        AVAILABLE.get_or_init(detect)
    }

    /// Runs a kernel with these instructions.
    pub(crate) fn run<T: Element, K: Kernel<T>>(self, kernel: K) -> K::Output {
        T::run(self, kernel)
    }
}

/// Whether loops over planes should ask ahead for cache lines that they come to one after another. On a Cascade Lake that takes up
/// to three tenths off them (the figures are where they ask). AMD's processors see such lines coming and are in its way: on
/// a Zen 5, 3×3 on 2160×3840 takes 1.9 ms and by asking 2.5, 3 → 64 channels at 224×224 0.73 and 0.82. SSE4a is the sign of
/// theirs and their relatives; all others are treated as a Cascade Lake, unmeasured. Elsewhere than on x86-64 nothing is asked.
pub(crate) fn asks_ahead() -> bool {
    #[cfg(target_arch = "x86_64")]
    let asks = !is_x86_feature_detected!("sse4a");
    #[cfg(not(target_arch = "x86_64"))]
    let asks = false;
    asks
}

fn detect() -> Vec<Isa> {
    #[cfg(target_arch = "x86_64")]
    let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let kinds = [
        (Kind::Scalar, true),
        #[cfg(target_arch = "x86_64")]
        (Kind::Avx2, has_avx2),
        #[cfg(target_arch = "x86_64")]
        (Kind::Avx512, has_avx2 && is_x86_feature_detected!("avx512f")),
        #[cfg(target_arch = "aarch64")]
        (Kind::Neon, true),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        (Kind::Simd128, true),
    ];
    kinds.into_iter().filter(|(_, has)| *has).map(|(kind, _)| Isa(kind)).collect()
}

/// A number type that each instruction set has registers for.
pub trait Registers: Sized {
    /// Runs a kernel with the registers of an instruction set.
    fn run<K: Kernel<Self>>(isa: Isa, kernel: K) -> K::Output
    where
        Self: Element;
}

macro_rules! registers {
    ($number:ty) => {
        impl Registers for $number {
            fn run<K: Kernel<Self>>(isa: Isa, kernel: K) -> K::Output {
                match isa.0 {
                    Kind::Scalar => kernel.run(scalar::Scalar::new()),
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: an `Isa` of this kind is made only after the processor reported avx2 and fma.
                    Kind::Avx2 => unsafe { avx2::run(kernel) },
                    #[cfg(target_arch = "x86_64")]
                    // SAFETY: an `Isa` of this kind is made only after the processor reported avx512f.
                    Kind::Avx512 => unsafe { avx512::run(kernel) },
                    #[cfg(target_arch = "aarch64")]
                    // SAFETY: every aarch64 has neon.
                    Kind::Neon => unsafe { neon::run(kernel) },
                    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
                    Kind::Simd128 => wasm::run(kernel),
                }
            }
        }
    };
}

registers!(f32);
registers!(f64);

impl fmt::Display for Isa {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon => "neon",
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Kind::Simd128 => "simd128",
        })
    }
}

/// Which lanes of a register at `start` lie inside a slice of `length`: (first, end).
#[inline(always)]
fn lanes_within(start: isize, lanes: usize, length: usize) -> (usize, usize) {
    let first = start.min(0).unsigned_abs().min(lanes);
    let end = (length as isize).saturating_sub(start).clamp(first as isize, lanes as isize) as usize;
    (first, end)
}
