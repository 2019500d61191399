//! In which order 42 numbers are added: where the frameworks differ.
//!
//! A sum of floats depends on its order in the last digits. Each framework has its own, made for the vector registers of
//! the processor: read off its source, or off its sums of 2³⁰, −2³⁰ and ones, of which as many ones survive as are added
//! outside of the two's last common sum (*FPRev*, 2025, reveals orders so). Those of JAX, TensorFlow and PyTorch's losses are
//! fixed when the framework is built for x86-64; those of the gradients of PyTorch and MXNet come from a library that may
//! choose otherwise on another processor.

/// The additions of one framework.
pub(super) type Adding = fn(&[f32]) -> f32;

/// One after another: every sum of JAX, and the weight gradients of TensorFlow.
pub(super) fn one_by_one(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

/// TensorFlow's losses: eight lanes, folded in halves, and what is left over in a sum of its own.
pub(super) fn tensorflow_loss(values: &[f32]) -> f32 {
    let (blocks, rest) = values.as_chunks::<8>();
    one_by_one(rest) + halves(lanes(blocks))
}

/// PyTorch's losses: four times eight lanes, joined, and added to what is left over lane by lane.
pub(super) fn pytorch_loss(values: &[f32]) -> f32 {
    let (blocks, rest) = values.as_chunks::<8>();
    let (fours, left) = blocks.as_chunks::<4>();
    let mut parts = [[0.0; 8]; 4];
    for (part, block) in fours.iter().flat_map(|four| (0..).zip(four)) {
        parts[part] = plus(parts[part], *block);
    }
    parts[0] = left.iter().fold(parts[0], |sum, block| plus(sum, *block));
    let joined = plus(plus(plus(parts[0], parts[1]), parts[2]), parts[3]);
    joined.iter().fold(one_by_one(rest), |sum, lane| sum + lane)
}

/// PyTorch's weight gradients, a product of a matrix and a vector in MKL: the first number by itself, then two times eight
/// lanes.
pub(super) fn pytorch_gradient(values: &[f32]) -> f32 {
    let Some((first, values)) = values.split_first() else { return 0.0 };
    let mut parts = [0.0; 16];
    for (lane, value) in (0..16).cycle().zip(values) {
        parts[lane] += value;
    }
    let (twice, _) = parts.as_chunks::<8>();
    first + halves(plus(twice[0], twice[1]))
}

/// MXNet's losses: one after another, each with the rounding of the last subtracted again (*Further remarks on reducing
/// truncation errors*, 1965).
pub(super) fn mxnet_loss(values: &[f32]) -> f32 {
    let (mut sum, mut residual) = (0.0f32, 0.0f32);
    for value in values {
        let corrected = value - residual;
        let next = sum + corrected;
        residual = (next - sum) - corrected;
        sum = next;
    }
    sum
}

/// MXNet's weight gradients, a product of a matrix and a vector in oneDNN: blocks of 32 in eight lanes, then of eight, then
/// what is left over.
pub(super) fn mxnet_gradient(values: &[f32]) -> f32 {
    let (large, rest) = values.as_chunks::<32>();
    let (small, rest) = rest.as_chunks::<8>();
    let large: Vec<[f32; 8]> = large.iter().flat_map(|block| block.as_chunks::<8>().0).copied().collect();
    let sum = neighbours(lanes(&large));
    let sum = small.iter().fold(sum, |sum, block| sum + neighbours(*block));
    sum + one_by_one(rest)
}

fn lanes(blocks: &[[f32; 8]]) -> [f32; 8] {
    blocks.iter().fold([0.0; 8], |sum, block| plus(sum, *block))
}

fn plus(a: [f32; 8], b: [f32; 8]) -> [f32; 8] {
    std::array::from_fn(|lane| a[lane] + b[lane])
}

/// Lane 0 with lane 4, and so on; then 0 with 2; then 0 with 1.
fn halves([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Lane 0 with lane 1, and so on; then each pair with the one four lanes on.
fn neighbours([a, b, c, d, e, f, g, h]: [f32; 8]) -> f32 {
    ((a + b) + (e + f)) + ((c + d) + (g + h))
}
