//! 256-bit registers with fused multiply-add: eight f32 or four f64.

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::{Kernel, Simd};
use crate::Element;

/// The proof that the processor has avx2 and fma.
#[derive(Clone, Copy)]
pub(super) struct Avx2<T>(PhantomData<T>);

/// Runs a kernel, all of it compiled for these registers.
#[target_feature(enable = "avx2,fma")]
pub(super) fn run<T: Element, K: Kernel<T>>(kernel: K) -> K::Output
where
    Avx2<T>: Simd<Number = T>,
{
    kernel.run(Avx2(PhantomData))
}

unmasked! {
    Avx2<f32>: 8 lanes in __m256, 8 accumulators;
    splat(number) = _mm256_set1_ps(number);
    load(from) = _mm256_loadu_ps(from);
    store(to, vector) = _mm256_storeu_ps(to, vector);
    mul_add(a, b, c) = _mm256_fmadd_ps(a, b, c);
    neg_mul_add(a, b, c) = _mm256_fnmadd_ps(a, b, c);
    add(a, b) = _mm256_add_ps(a, b);
    sub(a, b) = _mm256_sub_ps(a, b);
    mul(a, b) = _mm256_mul_ps(a, b);
    interleave(a, b) = {
        // Each half of the registers is interleaved on its own: quarters 0 and 2, 1 and 3.
        let (even, odd) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        (_mm256_permute2f128_ps::<0x20>(even, odd), _mm256_permute2f128_ps::<0x31>(even, odd))
    };
    unzip(a, b) = {
        let (low, high) = (_mm256_permute2f128_ps::<0x20>(a, b), _mm256_permute2f128_ps::<0x31>(a, b));
        (_mm256_shuffle_ps::<0b10_00_10_00>(low, high), _mm256_shuffle_ps::<0b11_01_11_01>(low, high))
    };
}

unmasked! {
    Avx2<f64>: 4 lanes in __m256d, 8 accumulators;
    splat(number) = _mm256_set1_pd(number);
    load(from) = _mm256_loadu_pd(from);
    store(to, vector) = _mm256_storeu_pd(to, vector);
    mul_add(a, b, c) = _mm256_fmadd_pd(a, b, c);
    neg_mul_add(a, b, c) = _mm256_fnmadd_pd(a, b, c);
    add(a, b) = _mm256_add_pd(a, b);
    sub(a, b) = _mm256_sub_pd(a, b);
    mul(a, b) = _mm256_mul_pd(a, b);
    interleave(a, b) = {
        // Each half of the registers is interleaved on its own: quarters 0 and 2, 1 and 3.
        let (even, odd) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        (_mm256_permute2f128_pd::<0x20>(even, odd), _mm256_permute2f128_pd::<0x31>(even, odd))
    };
    unzip(a, b) = {
        let (low, high) = (_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b));
        (_mm256_unpacklo_pd(low, high), _mm256_unpackhi_pd(low, high))
    };
}
