//! 256-bit registers with fused multiply-add: eight f32 or four f64.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::{Kernel, Registers, Simd, lanes_within};
use crate::Element;

/// The proof that the processor has avx2 and fma.
#[derive(Clone, Copy)]
pub struct Avx2<T>(PhantomData<T>);

/// Runs a kernel, all of it compiled for these registers.
#[target_feature(enable = "avx2,fma")]
pub(super) fn run<T: Element, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run(<T as Registers>::avx2(Avx2(PhantomData)))
}

macro_rules! registers {
    ($number:ty, $vector:ty, $lanes:literal, $splat:ident, $load:ident, $store:ident, $fma:ident, $fnma:ident, $add:ident,
     $sub:ident, $mul:ident, $unpack_low:ident, $unpack_high:ident, $halves:ident, $even:expr, $odd:expr) => {
        impl Simd for Avx2<$number> {
            type Number = $number;
            type Vector = $vector;
            const LANES: usize = $lanes;
            const ACCUMULATORS: usize = 8;

            #[inline(always)]
            fn splat(self, number: $number) -> $vector {
                // SAFETY: `self` proves avx2.
                unsafe { $splat(number) }
            }

            #[inline(always)]
            fn load(self, source: &[$number], start: usize) -> $vector {
                let block = &source[start..start + $lanes];
                // SAFETY: `self` proves avx2, and the block is the 32 bytes that are read.
                unsafe { $load(block.as_ptr()) }
            }

            #[inline(always)]
            fn prefetch<N>(self, source: &[N], index: usize) {
                // SAFETY: the processor has the instruction, which reads nothing and never faults, wherever it points.
                unsafe { _mm_prefetch::<_MM_HINT_T1>(source.as_ptr().wrapping_add(index).cast()) }
            }

            #[inline(always)]
            unsafe fn load_from(self, start: *const $number) -> $vector {
                // SAFETY: `self` proves avx2, and the caller promises the 32 bytes that are read.
                unsafe { $load(start) }
            }

            #[inline(always)]
            fn load_within(self, source: &[$number], start: isize) -> $vector {
                let (first, end) = lanes_within(start, $lanes, source.len());
                if (first, end) == (0, $lanes) {
                    return self.load(source, start as usize);
                }
                let mut block = [0.0; $lanes];
                if first < end {
                    let from = start.wrapping_add_unsigned(first) as usize;
                    block[first..end].copy_from_slice(&source[from..from + (end - first)]);
                }
                self.load(&block, 0)
            }

            #[inline(always)]
            unsafe fn store_to(self, vector: $vector, start: *mut $number) {
                // SAFETY: `self` proves avx2, and the caller promises the 32 bytes that are written.
                unsafe { $store(start, vector) }
            }

            #[inline(always)]
            unsafe fn store_first_to(self, vector: $vector, start: *mut $number, count: usize) {
                if count >= $lanes {
                    // SAFETY: the caller promises room for all lanes.
                    return unsafe { self.store_to(vector, start) };
                }
                let mut block = [0.0; $lanes];
                self.store(vector, &mut block, 0);
                // SAFETY: the caller promises room for `count` lanes, and the block has more.
                unsafe { start.copy_from_nonoverlapping(block.as_ptr(), count) }
            }

            #[inline(always)]
            fn mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` proves fma.
                unsafe { $fma(a, b, c) }
            }

            #[inline(always)]
            fn neg_mul_add(self, a: $vector, b: $vector, c: $vector) -> $vector {
                // SAFETY: `self` proves fma.
                unsafe { $fnma(a, b, c) }
            }

            #[inline(always)]
            fn add(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx2.
                unsafe { $add(a, b) }
            }

            #[inline(always)]
            fn sub(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx2.
                unsafe { $sub(a, b) }
            }

            #[inline(always)]
            fn mul(self, a: $vector, b: $vector) -> $vector {
                // SAFETY: `self` proves avx2.
                unsafe { $mul(a, b) }
            }

            #[inline(always)]
            fn interleave(self, a: $vector, b: $vector) -> ($vector, $vector) {
                // SAFETY: `self` proves avx2.
                unsafe {
                    // Each half of the registers is interleaved on its own: quarters 0 and 2, 1 and 3.
                    let (even, odd) = ($unpack_low(a, b), $unpack_high(a, b));
                    ($halves::<0x20>(even, odd), $halves::<0x31>(even, odd))
                }
            }

            #[inline(always)]
            fn unzip(self, a: $vector, b: $vector) -> ($vector, $vector) {
                // SAFETY: `self` proves avx2.
                unsafe {
                    let (low, high) = ($halves::<0x20>(a, b), $halves::<0x31>(a, b));
                    ($even(low, high), $odd(low, high))
                }
            }
        }
    };
}

registers!(
    f32,
    __m256,
    8,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_fmadd_ps,
    _mm256_fnmadd_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_unpacklo_ps,
    _mm256_unpackhi_ps,
    _mm256_permute2f128_ps,
    _mm256_shuffle_ps::<0b10_00_10_00>,
    _mm256_shuffle_ps::<0b11_01_11_01>
);
registers!(
    f64,
    __m256d,
    4,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_fmadd_pd,
    _mm256_fnmadd_pd,
    _mm256_add_pd,
    _mm256_sub_pd,
    _mm256_mul_pd,
    _mm256_unpacklo_pd,
    _mm256_unpackhi_pd,
    _mm256_permute2f128_pd,
    _mm256_unpacklo_pd,
    _mm256_unpackhi_pd
);
