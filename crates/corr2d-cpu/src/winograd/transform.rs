//! Aᵀ, Bᵀ and G along one line; applied to rows and then to columns they are the transforms of a tile.
//!
//! ```text
//! F(2, 3)        ⎡1  0 −1  0⎤       ⎡1    0   0⎤
//!           Bᵀ = ⎢0  1  1  0⎥   G = ⎢½    ½   ½⎥   Aᵀ = ⎡1  1  1  0⎤
//!                ⎢0 −1  1  0⎥       ⎢½   −½   ½⎥        ⎣0  1 −1  1⎦
//!                ⎣0 −1  0  1⎦       ⎣0    0   1⎦
//!
//! F(4, 3), at the points p of 0, a, −a, b, −b with a = ¾, b = 3/2, and at infinity
//!           Bᵀ: the coefficients of Π (x − q) over all points q but p, and over all points
//!           G:  1, p, p² over Π (p − q), and 0, 0, 1            Aᵀ: powers of p, and 0, 0, 0, 1
//!
//! At stride 2    ⎡1  0 −1  0  0⎤       ⎡1  0  0⎤
//!                ⎢0  0  1  0  0⎥       ⎢1  0  1⎥   Aᵀ = ⎡1  1  0  1  0⎤
//!           Bᵀ = ⎢0  0 −1  0  1⎥   G = ⎢0  0  1⎥        ⎣0  1  1  0  1⎦
//!                ⎢0  1  0  0  0⎥       ⎢0  1  0⎥
//!                ⎣0  0  0  1  0⎦       ⎣0  1  0⎦
//! ```

use crate::Element;
use crate::simd::Simd;

/// The longest line of a patch.
pub(super) const LONGEST: usize = 6;

/// A tile: how long it is, and its transforms along one line. Of the arrays only the first numbers count, as many as the
/// line has.
pub(super) trait Transform: Copy + Send + Sync {
    /// Outputs along a line.
    const OUTPUTS: usize;
    /// Pixels along a line of the patch.
    const PIXELS: usize;
    /// Pixels from one patch to the next: the outputs times the stride.
    const STEP: usize;
    /// Transformed weights along a line: those of the last places may be the last of these.
    const POINTS: usize;

    /// Where the transformed weights of a place stand.
    fn point(place: usize) -> usize {
        let [row, column] = [place / Self::PIXELS, place % Self::PIXELS].map(|line| line.min(Self::POINTS - 1));
        row * Self::POINTS + column
    }

    /// Bᵀ x.
    fn input<S: Simd>(simd: S, x: [S::Vector; LONGEST]) -> [S::Vector; LONGEST];
    /// G w.
    fn weight<S: Simd>(simd: S, w: [S::Vector; 3]) -> [S::Vector; LONGEST];
    /// Aᵀ y.
    fn output<S: Simd>(simd: S, y: [S::Vector; LONGEST]) -> [S::Vector; 4];
    /// A g: what a gradient of outputs is to the places of a patch.
    fn output_gradient<S: Simd>(simd: S, g: [S::Vector; 4]) -> [S::Vector; LONGEST];
    /// Gᵀ u: what a gradient of transformed weights is to the weights.
    fn weight_gradient<S: Simd>(simd: S, u: [S::Vector; LONGEST]) -> [S::Vector; 3];
}

/// F(2, 3) at 0, ±1 and infinity.
#[derive(Clone, Copy)]
pub(super) struct F2;

impl Transform for F2 {
    const OUTPUTS: usize = 2;
    const PIXELS: usize = 4;
    const STEP: usize = 2;
    const POINTS: usize = 4;

    #[inline(always)]
    fn input<S: Simd>(simd: S, [x0, x1, x2, x3, ..]: [S::Vector; LONGEST]) -> [S::Vector; LONGEST] {
        [simd.sub(x0, x2), simd.add(x1, x2), simd.sub(x2, x1), simd.sub(x3, x1), x0, x0]
    }

    #[inline(always)]
    fn weight<S: Simd>(simd: S, [w0, w1, w2]: [S::Vector; 3]) -> [S::Vector; LONGEST] {
        let half = constant(simd, 0.5);
        let (outer, inner) = (simd.mul(simd.add(w0, w2), half), simd.mul(w1, half));
        [w0, simd.add(outer, inner), simd.sub(outer, inner), w2, w0, w0]
    }

    #[inline(always)]
    fn output<S: Simd>(simd: S, [y0, y1, y2, y3, ..]: [S::Vector; LONGEST]) -> [S::Vector; 4] {
        [simd.add(y0, simd.add(y1, y2)), simd.add(simd.sub(y1, y2), y3), y0, y0]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(simd: S, [g0, g1, ..]: [S::Vector; 4]) -> [S::Vector; LONGEST] {
        [g0, simd.add(g0, g1), simd.sub(g0, g1), g1, g0, g0]
    }

    #[inline(always)]
    fn weight_gradient<S: Simd>(simd: S, [u0, u1, u2, u3, ..]: [S::Vector; LONGEST]) -> [S::Vector; 3] {
        let half = constant(simd, 0.5);
        let even = simd.mul(simd.add(u1, u2), half);
        [simd.add(u0, even), simd.mul(simd.sub(u1, u2), half), simd.add(even, u3)]
    }
}

/// F(2, 2) at 0, 1 and infinity for the outer taps, and products as they are for the middle one, at stride 2.
#[derive(Clone, Copy)]
pub(super) struct Strided;

impl Transform for Strided {
    const OUTPUTS: usize = 2;
    const PIXELS: usize = 5;
    const STEP: usize = 4;
    const POINTS: usize = 4;

    #[inline(always)]
    fn input<S: Simd>(simd: S, [x0, x1, x2, x3, x4, _]: [S::Vector; LONGEST]) -> [S::Vector; LONGEST] {
        [simd.sub(x0, x2), x2, simd.sub(x4, x2), x1, x3, x0]
    }

    #[inline(always)]
    fn weight<S: Simd>(simd: S, [w0, w1, w2]: [S::Vector; 3]) -> [S::Vector; LONGEST] {
        [w0, simd.add(w0, w2), w2, w1, w0, w0]
    }

    #[inline(always)]
    fn output<S: Simd>(simd: S, [y0, y1, y2, y3, y4, _]: [S::Vector; LONGEST]) -> [S::Vector; 4] {
        [simd.add(simd.add(y0, y1), y3), simd.add(simd.add(y1, y2), y4), y0, y0]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(simd: S, [g0, g1, ..]: [S::Vector; 4]) -> [S::Vector; LONGEST] {
        [g0, simd.add(g0, g1), g1, g0, g1, g0]
    }

    #[inline(always)]
    fn weight_gradient<S: Simd>(simd: S, [u0, u1, u2, u3, u4, _]: [S::Vector; LONGEST]) -> [S::Vector; 3] {
        [simd.add(u0, u1), simd.add(u3, u4), simd.add(u1, u2)]
    }
}

/// F(4, 3) at 0, ±a, ±b and infinity.
#[derive(Clone, Copy)]
pub(super) struct F4;

const A: f64 = 0.75;
const B: f64 = 1.5;
/// a², b²: all products of the points are exact in f32.
const A2: f64 = A * A;
const B2: f64 = B * B;
/// 1 over Π (p − q) at ±a and at ±b; at 0 it is 1 over a²·b².
const AT_A: f64 = 1.0 / (2.0 * A2 * (A2 - B2));
const AT_B: f64 = 1.0 / (2.0 * B2 * (B2 - A2));

impl Transform for F4 {
    const OUTPUTS: usize = 4;
    const PIXELS: usize = 6;
    const STEP: usize = 4;
    const POINTS: usize = 6;

    #[inline(always)]
    fn input<S: Simd>(simd: S, [x0, x1, x2, x3, x4, x5]: [S::Vector; LONGEST]) -> [S::Vector; LONGEST] {
        // x⁴ − (a² + b²)·x² + a²·b², and the same times x.
        let (sum, product) = (constant(simd, -(A2 + B2)), constant(simd, A2 * B2));
        let first = simd.mul_add(product, x0, simd.mul_add(sum, x2, x4));
        let last = simd.mul_add(product, x1, simd.mul_add(sum, x3, x5));
        // x·(x ± a)·(x² − b²) and x·(x ± b)·(x² − a²): an even part, and an odd one of either sign.
        let even_a = simd.mul_add(constant(simd, -B2), x2, x4);
        let odd_a = simd.mul(constant(simd, A), simd.mul_add(constant(simd, -B2), x1, x3));
        let even_b = simd.mul_add(constant(simd, -A2), x2, x4);
        let odd_b = simd.mul(constant(simd, B), simd.mul_add(constant(simd, -A2), x1, x3));
        [
            first,
            simd.add(even_a, odd_a),
            simd.sub(even_a, odd_a),
            simd.add(even_b, odd_b),
            simd.sub(even_b, odd_b),
            last,
        ]
    }

    #[inline(always)]
    fn weight<S: Simd>(simd: S, [w0, w1, w2]: [S::Vector; 3]) -> [S::Vector; LONGEST] {
        let even_a = simd.mul(constant(simd, AT_A), simd.mul_add(constant(simd, A2), w2, w0));
        let odd_a = simd.mul(constant(simd, AT_A * A), w1);
        let even_b = simd.mul(constant(simd, AT_B), simd.mul_add(constant(simd, B2), w2, w0));
        let odd_b = simd.mul(constant(simd, AT_B * B), w1);
        [
            simd.mul(constant(simd, 1.0 / (A2 * B2)), w0),
            simd.add(even_a, odd_a),
            simd.sub(even_a, odd_a),
            simd.add(even_b, odd_b),
            simd.sub(even_b, odd_b),
            w2,
        ]
    }

    #[inline(always)]
    fn output<S: Simd>(simd: S, [y0, y1, y2, y3, y4, y5]: [S::Vector; LONGEST]) -> [S::Vector; 4] {
        let (even_a, odd_a) = (simd.add(y1, y2), simd.sub(y1, y2));
        let (even_b, odd_b) = (simd.add(y3, y4), simd.sub(y3, y4));
        [
            simd.add(y0, simd.add(even_a, even_b)),
            simd.mul_add(constant(simd, A), odd_a, simd.mul(constant(simd, B), odd_b)),
            simd.mul_add(constant(simd, A2), even_a, simd.mul(constant(simd, B2), even_b)),
            simd.mul_add(constant(simd, A2 * A), odd_a, simd.mul_add(constant(simd, B2 * B), odd_b, y5)),
        ]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(simd: S, [g0, g1, g2, g3]: [S::Vector; 4]) -> [S::Vector; LONGEST] {
        let even_a = simd.mul_add(constant(simd, A2), g2, g0);
        let odd_a = simd.mul(constant(simd, A), simd.mul_add(constant(simd, A2), g3, g1));
        let even_b = simd.mul_add(constant(simd, B2), g2, g0);
        let odd_b = simd.mul(constant(simd, B), simd.mul_add(constant(simd, B2), g3, g1));
        [g0, simd.add(even_a, odd_a), simd.sub(even_a, odd_a), simd.add(even_b, odd_b), simd.sub(even_b, odd_b), g3]
    }

    #[inline(always)]
    fn weight_gradient<S: Simd>(simd: S, [u0, u1, u2, u3, u4, u5]: [S::Vector; LONGEST]) -> [S::Vector; 3] {
        let even_a = simd.mul(constant(simd, AT_A), simd.add(u1, u2));
        let odd_a = simd.mul(constant(simd, AT_A * A), simd.sub(u1, u2));
        let even_b = simd.mul(constant(simd, AT_B), simd.add(u3, u4));
        let odd_b = simd.mul(constant(simd, AT_B * B), simd.sub(u3, u4));
        [
            simd.mul_add(constant(simd, 1.0 / (A2 * B2)), u0, simd.add(even_a, even_b)),
            simd.add(odd_a, odd_b),
            simd.mul_add(constant(simd, A2), even_a, simd.mul_add(constant(simd, B2), even_b, u5)),
        ]
    }
}

#[inline(always)]
fn constant<S: Simd>(simd: S, number: f64) -> S::Vector {
    simd.splat(S::Number::from_f64(number))
}
