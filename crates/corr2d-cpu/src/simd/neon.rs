//! 128-bit registers with fused multiply-add: four f32 or two f64.

use std::arch::aarch64::*;
use std::marker::PhantomData;

use super::{Kernel, Simd};
use crate::Element;

/// The proof that the processor has neon, as every aarch64 does.
#[derive(Clone, Copy)]
pub(super) struct Neon<T>(PhantomData<T>);

/// Runs a kernel, all of it compiled for these registers.
#[target_feature(enable = "neon")]
pub(super) fn run<T: Element, K: Kernel<T>>(kernel: K) -> K::Output
where
    Neon<T>: Simd<Number = T>,
{
    kernel.run(Neon(PhantomData))
}

unmasked! {
    Neon<f32>: 4 lanes in float32x4_t, 16 accumulators;
    splat(number) = vdupq_n_f32(number);
    load(from) = vld1q_f32(from);
    store(to, vector) = vst1q_f32(to, vector);
    mul_add(a, b, c) = vfmaq_f32(c, a, b);
    neg_mul_add(a, b, c) = vfmsq_f32(c, a, b);
    add(a, b) = vaddq_f32(a, b);
    sub(a, b) = vsubq_f32(a, b);
    mul(a, b) = vmulq_f32(a, b);
    interleave(a, b) = (vzip1q_f32(a, b), vzip2q_f32(a, b));
    unzip(a, b) = (vuzp1q_f32(a, b), vuzp2q_f32(a, b));
}

unmasked! {
    Neon<f64>: 2 lanes in float64x2_t, 16 accumulators;
    splat(number) = vdupq_n_f64(number);
    load(from) = vld1q_f64(from);
    store(to, vector) = vst1q_f64(to, vector);
    mul_add(a, b, c) = vfmaq_f64(c, a, b);
    neg_mul_add(a, b, c) = vfmsq_f64(c, a, b);
    add(a, b) = vaddq_f64(a, b);
    sub(a, b) = vsubq_f64(a, b);
    mul(a, b) = vmulq_f64(a, b);
    interleave(a, b) = (vzip1q_f64(a, b), vzip2q_f64(a, b));
    unzip(a, b) = (vuzp1q_f64(a, b), vuzp2q_f64(a, b));
}
