//! 512-bit registers: sixteen f32 or eight f64.

use std::arch::x86_64::*;
use std::marker::PhantomData;
use std::ops::Range;

use super::{Kernel, Simd, lanes_within};
use crate::Element;

/// The proof that the processor has avx512f.
#[derive(Clone, Copy)]
pub(super) struct Avx512<T>(PhantomData<T>);

/// Runs a kernel, all of it compiled for these registers.
#[target_feature(enable = "avx512f,avx2,fma")]
pub(super) fn run<T: Element, K: Kernel<T>>(kernel: K) -> K::Output
where
    Avx512<T>: Simd<Number = T>,
{
    kernel.run(Avx512(PhantomData))
}

macro_rules! registers {
    ($number:ty, $vector:ty, $lanes:literal, $mask:ty, $splat:ident, $load:ident, $load_mask:ident, $store:ident,
     $store_mask:ident, $fma:ident, $fnma:ident, $add:ident, $sub:ident, $mul:ident, $select:ident, $low:expr, $high:expr,
     $even:expr, $odd:expr) => {
        impl Simd for Avx512<$number> {
            type Number = $number;
            type Vector = $vector;
            const LANES: usize = $lanes;
            const ACCUMULATORS: usize = 16;

            #[inline(always)]
            fn splat(self, number: $number) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $splat(number) }
            }

            #[inline(always)]
            fn load(self, source: &[$number], start: usize) -> $vector {
                let block = &source[start..start + $lanes];
                // SAFETY: `self` proves avx512f, and the block is the 64 bytes that are read.
                unsafe { $load(block.as_ptr()) }
            }

            #[inline(always)]
            unsafe fn load_from(self, start: *const $number) -> $vector {
                // SAFETY: `self` proves avx512f, and the caller promises the 64 bytes that are read.
                unsafe { $load(start) }
            }

            #[inline(always)]
            fn load_within(self, source: &[$number], start: isize) -> $vector {
                let mask = mask(start, $lanes, source.len()) as $mask;
                // SAFETY: `self` proves avx512f; lanes outside the mask are neither read nor do they fault, and those in
                // it lie in `source`. The pointer itself may lie outside, so it is made without the promise of `add`.
                unsafe { $load_mask(mask, source.as_ptr().wrapping_offset(start)) }
            }

            #[inline(always)]
            unsafe fn store_to(self, vector: $vector, start: *mut $number) {
                // SAFETY: `self` proves avx512f, and the caller promises the 64 bytes that are written.
                unsafe { $store(start, vector) }
            }

            #[inline(always)]
            unsafe fn store_lanes_to(self, vector: $vector, lanes: Range<usize>, start: *mut $number) {
                let mask = ((1u32 << lanes.end) - 1) & !((1u32 << lanes.start) - 1);
                // SAFETY: `self` proves avx512f; the caller promises the lanes in the mask, the others are not written.
                unsafe { $store_mask(start, mask as $mask, vector) }
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $fma(a, b, c) }
            }

            #[inline(always)]
            fn neg_mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $fnma(a, b, c) }
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $add(a, b) }
            }

            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $sub(a, b) }
            }

            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx512f.
                unsafe { $mul(a, b) }
            }

            #[inline(always)]
            fn interleave(self, a: $vector, b: $vector) -> ($vector, $vector) {
                // SAFETY: `self` proves avx512f. Indexes below LANES take from a, the others from b.
                unsafe { ($select(a, $low, b), $select(a, $high, b)) }
            }

            #[inline(always)]
            fn unzip(self, a: $vector, b: $vector) -> ($vector, $vector) {
                // SAFETY: as above.
                unsafe { ($select(a, $even, b), $select(a, $odd, b)) }
            }
        }
    };
}

registers!(
    f32,
    __m512,
    16,
    __mmask16,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_maskz_loadu_ps,
    _mm512_storeu_ps,
    _mm512_mask_storeu_ps,
    _mm512_fmadd_ps,
    _mm512_fnmadd_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_permutex2var_ps,
    _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
    _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31),
    _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
    _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
);
registers!(
    f64,
    __m512d,
    8,
    __mmask8,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_maskz_loadu_pd,
    _mm512_storeu_pd,
    _mm512_mask_storeu_pd,
    _mm512_fmadd_pd,
    _mm512_fnmadd_pd,
    _mm512_add_pd,
    _mm512_sub_pd,
    _mm512_mul_pd,
    _mm512_permutex2var_pd,
    _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11),
    _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15),
    _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14),
    _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15)
);

/// A bit for each lane that lies inside a slice of `length`.
#[inline(always)]
fn mask(start: isize, lanes: usize, length: usize) -> u32 {
    let (first, end) = lanes_within(start, lanes, length);
    ((1u32 << end) - 1) & !((1u32 << first) - 1)
}
