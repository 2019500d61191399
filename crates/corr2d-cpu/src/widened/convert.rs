//! Between `f32` and `f64` by whole numbers where the `f32` is denormal, so that no instruction meets one.
//!
//! A denormal `f32` is its last 23 bits times 2⁻¹⁴⁹, its unit. The conversion of the processor would be as slow as its sums.

use std::mem::MaybeUninit;
use std::ops::Range;

use crate::input::Planes;
use crate::simd::{Isa, Kernel, Simd};

/// 2⁻¹⁴⁹, the distance between denormal numbers of `f32`.
const UNIT: f64 = 1.0 / UNITS;
const UNITS: f64 = (1u128 << 75) as f64 * (1u128 << 74) as f64;

/// What turns the exponent of an `f32` into that of an `f64`.
const EXPONENT: u64 = (1023 - 127) << 52;

/// From where on the spacing of `f64` is 1, so that a sum with it is rounded to whole numbers.
const WHOLE: f64 = (1u64 << 52) as f64;

/// The bits of an `f32` but its sign, and among them those of the smallest normal number and of infinity.
const MAGNITUDE: u32 = 0x7fff_ffff;
pub(super) const SMALLEST_NORMAL: u32 = 0x0080_0000;
const INFINITY: u32 = 0x7f80_0000;

/// wide = numbers, exactly. As long as each other.
pub(super) fn widen(isa: Isa, numbers: &[f32], wide: &mut [f64]) {
    isa.run(Widen { numbers, wide });
}

/// As [`widen`], of some rows of planes that follow each other, as many planes as there is room for.
pub(super) fn widen_rows(isa: Isa, planes: Planes<'_, f32>, rows: Range<usize>, width: usize, wide: &mut [f64]) {
    for (plane, wide) in wide.chunks_exact_mut(rows.len() * width).enumerate() {
        for (row, wide) in rows.clone().zip(wide.chunks_exact_mut(width)) {
            widen(isa, planes.row(plane, row, width), wide);
        }
    }
}

/// narrow = numbers, each rounded to the nearest `f32`. As long as each other.
pub(super) fn narrow(isa: Isa, numbers: &[f64], narrow: &mut [MaybeUninit<f32>]) {
    isa.run(Narrow { numbers, narrow });
}

struct Widen<'a> {
    numbers: &'a [f32],
    wide: &'a mut [f64],
}

impl Kernel<f32> for Widen<'_> {
    type Output = ();

    /// A loop without a branch, for which the compiler uses the registers that this is compiled for.
    #[inline(always)]
    fn run<S: Simd<Number = f32>>(self, _: S) {
        for (wide, number) in self.wide.iter_mut().zip(self.numbers) {
            let bits = number.to_bits();
            let (magnitude, sign) = (bits & MAGNITUDE, u64::from(bits & !MAGNITUDE) << 32);
            let normal = (u64::from(magnitude) << 29) + EXPONENT;
            let denormal = (f64::from(magnitude as i32) * UNIT).to_bits();
            let finite = if magnitude < SMALLEST_NORMAL { denormal } else { normal };
            let all = if magnitude >= INFINITY { normal + EXPONENT } else { finite };
            *wide = f64::from_bits(all | sign);
        }
    }
}

struct Narrow<'a> {
    numbers: &'a [f64],
    narrow: &'a mut [MaybeUninit<f32>],
}

impl Kernel<f32> for Narrow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = f32>>(self, _: S) {
        for (narrow, number) in self.narrow.iter_mut().zip(self.numbers) {
            let sign = (number.to_bits() >> 32) as u32 & !MAGNITUDE;
            let magnitude = number.abs();
            let is_denormal = magnitude < f64::from(f32::MIN_POSITIVE);
            // Each form gets a 0 where the other counts. The whole number of units is in the last bits of the sum; where
            // it is rounded up to 2²³, those are the bits of the smallest normal number.
            let units = ((if is_denormal { magnitude } else { 0.0 }) * UNITS + WHOLE).to_bits() as u32;
            let normal = (if is_denormal { 0.0 } else { magnitude }) as f32;
            narrow.write(f32::from_bits(sign | if is_denormal { units } else { normal.to_bits() }));
        }
    }
}
