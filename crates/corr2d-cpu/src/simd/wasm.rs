//! 128-bit registers of WebAssembly: four f32 or two f64. They have no number; where it runs there are sixteen or more.
//!
//! A product is rounded before it is added: `relaxed-simd`, which may fuse the two, leaves it to each machine whether it
//! does, and the same program would give other bits elsewhere.

use std::arch::wasm32::*;
use std::marker::PhantomData;

use super::{Kernel, Simd};
use crate::Element;

/// The proof that the program was compiled with simd128.
#[derive(Clone, Copy)]
pub(super) struct Simd128<T>(PhantomData<T>);

/// Runs a kernel, all of it compiled for these registers.
#[target_feature(enable = "simd128")]
pub(super) fn run<T: Element, K: Kernel<T>>(kernel: K) -> K::Output
where
    Simd128<T>: Simd<Number = T>,
{
    kernel.run(Simd128(PhantomData))
}

unmasked! {
    Simd128<f32>: 4 lanes in v128, 8 accumulators;
    splat(number) = f32x4_splat(number);
    load(from) = v128_load(from.cast());
    store(to, vector) = v128_store(to.cast(), vector);
    mul_add(a, b, c) = f32x4_add(f32x4_mul(a, b), c);
    neg_mul_add(a, b, c) = f32x4_sub(c, f32x4_mul(a, b));
    add(a, b) = f32x4_add(a, b);
    sub(a, b) = f32x4_sub(a, b);
    mul(a, b) = f32x4_mul(a, b);
    interleave(a, b) = (u32x4_shuffle::<0, 4, 1, 5>(a, b), u32x4_shuffle::<2, 6, 3, 7>(a, b));
    unzip(a, b) = (u32x4_shuffle::<0, 2, 4, 6>(a, b), u32x4_shuffle::<1, 3, 5, 7>(a, b));
}

unmasked! {
    Simd128<f64>: 2 lanes in v128, 8 accumulators;
    splat(number) = f64x2_splat(number);
    load(from) = v128_load(from.cast());
    store(to, vector) = v128_store(to.cast(), vector);
    mul_add(a, b, c) = f64x2_add(f64x2_mul(a, b), c);
    neg_mul_add(a, b, c) = f64x2_sub(c, f64x2_mul(a, b));
    add(a, b) = f64x2_add(a, b);
    sub(a, b) = f64x2_sub(a, b);
    mul(a, b) = f64x2_mul(a, b);
    interleave(a, b) = (u64x2_shuffle::<0, 2>(a, b), u64x2_shuffle::<1, 3>(a, b));
    unzip(a, b) = (u64x2_shuffle::<0, 2>(a, b), u64x2_shuffle::<1, 3>(a, b));
}
