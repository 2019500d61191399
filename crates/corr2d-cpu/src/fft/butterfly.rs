//! Discrete Fourier transforms of 2, 3, 4 and 8 complex numbers, a register of each.

use crate::Element;
use crate::simd::Simd;

/// Complex numbers in lanes.
#[derive(Clone, Copy)]
pub(super) struct Complex<V> {
    pub(super) re: V,
    pub(super) im: V,
}

/// The most numbers of a transform.
pub(super) const MOST: usize = 8;

/// z · factor.
#[inline(always)]
pub(super) fn times<S: Simd>(simd: S, z: Complex<S::Vector>, factor: Complex<S::Vector>) -> Complex<S::Vector> {
    let re = simd.neg_mul_add(z.im, factor.im, simd.mul(z.re, factor.re));
    Complex { re, im: simd.mul_add(z.im, factor.re, simd.mul(z.re, factor.im)) }
}

/// The first `RADIX` numbers, transformed: Z\[q\] = Σ z\[k\] · exp(−2πi·k·q / RADIX).
#[inline(always)]
pub(super) fn transform<S: Simd, const RADIX: usize>(simd: S, z: &mut [Complex<S::Vector>; MOST]) {
    const { assert!(matches!(RADIX, 2 | 3 | 4 | 8)) };
    match RADIX {
        2 => [z[0], z[1]] = two(simd, z[0], z[1]),
        3 => [z[0], z[1], z[2]] = three(simd, z[0], z[1], z[2]),
        4 => [z[0], z[1], z[2], z[3]] = four(simd, z[1], two(simd, z[0], z[2]), z[3]),
        _ => eight(simd, z),
    }
}

#[inline(always)]
fn two<S: Simd>(simd: S, a: Complex<S::Vector>, b: Complex<S::Vector>) -> [Complex<S::Vector>; 2] {
    [add(simd, a, b), sub(simd, a, b)]
}

#[inline(always)]
fn add<S: Simd>(simd: S, a: Complex<S::Vector>, b: Complex<S::Vector>) -> Complex<S::Vector> {
    Complex { re: simd.add(a.re, b.re), im: simd.add(a.im, b.im) }
}

#[inline(always)]
fn sub<S: Simd>(simd: S, a: Complex<S::Vector>, b: Complex<S::Vector>) -> Complex<S::Vector> {
    Complex { re: simd.sub(a.re, b.re), im: simd.sub(a.im, b.im) }
}

/// a − i·b and a + i·b.
#[inline(always)]
fn turned<S: Simd>(simd: S, a: Complex<S::Vector>, b: Complex<S::Vector>) -> [Complex<S::Vector>; 2] {
    let first = Complex { re: simd.add(a.re, b.im), im: simd.sub(a.im, b.re) };
    [first, Complex { re: simd.sub(a.re, b.im), im: simd.add(a.im, b.re) }]
}

#[inline(always)]
fn three<S: Simd>(
    simd: S,
    a: Complex<S::Vector>,
    b: Complex<S::Vector>,
    c: Complex<S::Vector>,
) -> [Complex<S::Vector>; 3] {
    let [sum, difference] = two(simd, b, c);
    let minus_half = simd.splat(S::Number::from_f64(-0.5));
    let re = simd.mul_add(sum.re, minus_half, a.re);
    let middle = Complex { re, im: simd.mul_add(sum.im, minus_half, a.im) };
    let height = simd.splat(S::Number::from_f64(0.75f64.sqrt()));
    let [re, im] = [difference.re, difference.im];
    let first = Complex { re: simd.mul_add(im, height, middle.re), im: simd.neg_mul_add(re, height, middle.im) };
    let second = Complex { re: simd.neg_mul_add(im, height, middle.re), im: simd.mul_add(re, height, middle.im) };
    [add(simd, a, sum), first, second]
}

/// Of a, b, c and d, with the sum and the difference of a and c (or of a and −i·c) in hand.
#[inline(always)]
fn four<S: Simd>(
    simd: S,
    b: Complex<S::Vector>,
    a_and_c: [Complex<S::Vector>; 2],
    d: Complex<S::Vector>,
) -> [Complex<S::Vector>; 4] {
    let [sum, difference] = two(simd, b, d);
    let [zeroth, second] = two(simd, a_and_c[0], sum);
    let [first, third] = turned(simd, a_and_c[1], difference);
    [zeroth, first, second, third]
}

#[inline(always)]
fn eight<S: Simd>(simd: S, z: &mut [Complex<S::Vector>; MOST]) {
    let [a, e] = two(simd, z[0], z[4]);
    let [b, f] = two(simd, z[1], z[5]);
    let [c, g] = two(simd, z[2], z[6]);
    let [d, h] = two(simd, z[3], z[7]);
    [z[0], z[2], z[4], z[6]] = four(simd, b, two(simd, a, c), d);
    // f · (1 − i) / √2, h · (−1 − i) / √2; g · −i is left to `turned`.
    let diagonal = S::Number::from_f64(0.5f64.sqrt());
    let (plus, minus) = (simd.splat(diagonal), simd.splat(S::Number::ZERO - diagonal));
    let f = Complex { re: simd.mul(simd.add(f.re, f.im), plus), im: simd.mul(simd.sub(f.im, f.re), plus) };
    let h = Complex { re: simd.mul(simd.sub(h.im, h.re), plus), im: simd.mul(simd.add(h.re, h.im), minus) };
    [z[1], z[3], z[5], z[7]] = four(simd, f, turned(simd, e, g), h);
}
