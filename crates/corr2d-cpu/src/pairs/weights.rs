//! The sums and differences of weights, in the order in which blocks read them.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;

use super::block::CHANNELS;
use super::forward::forward_moderate;
use super::parts::{Part, Parts, SUMS};
use crate::prepared::Kept;
use crate::simd::{Isa, Kernel, Simd};
use crate::transpose::{MOST_LANES, transpose};
use crate::winograd::moderate;
use crate::{Aligned, Element, Error, Geometry, Input, aligned, threads};

/// The transformed weights of one geometry. They can be kept between calls.
pub(super) struct Weights<T> {
    isa: Isa,
    /// [group][output channels / `CHANNELS`][sum][c, kernel row, part][output channel].
    pub(super) numbers: Aligned<T>,
    /// The length of a [sum][c, kernel row, part][output channel].
    pub(super) block: usize,
    pub(super) blocks_per_group: usize,
}

impl<T: Element> Weights<T> {
    /// Transforms weights that are all [`moderate`].
    pub(super) fn new(isa: Isa, geometry: &Geometry, weight: &[T]) -> Result<Self, Error> {
        let parts = Parts::new(geometry.columns());
        let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
        let blocks_per_group = outputs.div_ceil(CHANNELS);
        let lines = inputs * geometry.rows().kernel();
        let block = lines.checked_mul(parts.products() * CHANNELS);
        let length = block.and_then(|block| block.checked_mul(geometry.groups() * blocks_per_group));
        let (Some(block), Some(length)) = (block, length) else {
            return Err(Error::OutOfMemory { bytes: usize::MAX });
        };
        let mut numbers = aligned(length)?;
        let taps = geometry.columns().kernel();
        let per_output = lines * taps;
        let fill = |(): &mut (), (index, block): (usize, &mut [T])| {
            let (group, first) = (index / blocks_per_group, index % blocks_per_group * CHANNELS);
            let count = CHANNELS.min(outputs - first);
            let weight = &weight[(group * outputs + first) * per_output..][..count * per_output];
            let stride = geometry.columns().stride();
            isa.run(Transform { parts: &parts, stride, weight, lines, taps, to: block });
        };
        threads::for_each(length > 1 << 16, numbers.chunks_mut(block).enumerate(), || (), fill);
        Ok(Self { isa, numbers, block, blocks_per_group })
    }
}

/// Transforms those of a few output channels, [output channel][line][tap], to [sum][line, part][output channel], a line being a
/// kernel row of a channel. Output channels that are not there get zeros.
struct Transform<'a, T> {
    parts: &'a Parts,
    stride: usize,
    weight: &'a [T],
    lines: usize,
    /// Of a line.
    taps: usize,
    to: &'a mut [T],
}

impl<T: Element> Kernel<T> for Transform<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let Self { parts, stride, weight, lines, taps, to } = self;
        let (to, _) = to.as_chunks_mut::<CHANNELS>();
        let half = T::from_f64(0.5);
        // Some lines, [line][tap][output channel]; the last registers hang over.
        let mut turned = vec![T::ZERO; TURNED * taps * CHANNELS + MOST_LANES];
        for first in (0..lines).step_by(TURNED) {
            let count = TURNED.min(lines - first);
            turn(simd, weight, lines * taps, first * taps..(first + count) * taps, &mut turned);
            let (rows, _) = turned.as_chunks::<CHANNELS>();
            for (line, row) in rows.chunks_exact(taps).take(count).enumerate() {
                for sum in 0..SUMS {
                    let parts_of_sum = parts.of(sum);
                    let to = &mut to[lines * parts.before(sum) + (first + line) * parts_of_sum.len()..];
                    for (Part { first, taps }, to) in parts_of_sum.iter().zip(to) {
                        let (a, last) = (&row[*first], &row[first + (taps - 1) * stride]);
                        // Loops and no closures, which might be compiled without the kernel's instructions.
                        match (taps, sum) {
                            (1, _) | (_, 0) => *to = *a,
                            (_, 3) => *to = *last,
                            (2, _) => {
                                for c in 0..CHANNELS {
                                    to[c] = a[c] + last[c];
                                }
                            }
                            (_, 1) => {
                                let middle = &row[first + stride];
                                for c in 0..CHANNELS {
                                    to[c] = (a[c] + last[c]) * half + middle[c] * half;
                                }
                            }
                            (_, _) => {
                                let middle = &row[first + stride];
                                for c in 0..CHANNELS {
                                    to[c] = (a[c] + last[c]) * half - middle[c] * half;
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The lines that are turned at once.
const TURNED: usize = MOST_LANES;

/// Some taps of all output channels, a tap after the other.
#[inline(always)]
fn turn<S: Simd>(simd: S, weight: &[S::Number], per_output: usize, some: Range<usize>, turned: &mut [S::Number]) {
    if S::LANES < CHANNELS {
        for (channel, weight) in weight.chunks_exact(per_output).enumerate() {
            let to = turned.iter_mut().skip(channel).step_by(CHANNELS);
            to.zip(&weight[some.clone()]).for_each(|(to, weight)| *to = *weight);
        }
        return;
    }
    for first in some.clone().step_by(S::LANES) {
        let mut square = [simd.splat(S::Number::ZERO); MOST_LANES];
        unroll!(C in [0 1 2 3 4 5 6 7] {
            if (C + 1) * per_output <= weight.len() {
                square[C] = simd.load_within(&weight[C * per_output..][..per_output], first as isize);
            }
        });
        let square = transpose(simd, square);
        // Of more lanes than channels each register writes over what the one before wrote too much.
        let to = &mut turned[(first - some.start) * CHANNELS..];
        let count = (some.end - first).min(S::LANES);
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
            if I < S::LANES && I < count {
                simd.store(square[I], to, I * CHANNELS);
            }
        });
    }
}

/// The transformed weights, to be kept between calls, unless one of them is not finite or too large.
pub(crate) fn keep<T: Element>(isa: Isa, geometry: &Geometry, weight: &[T]) -> Result<Option<Arc<dyn Kept<T>>>, Error> {
    match moderate(weight) {
        true => Ok(Some(Arc::new(Weights::new(isa, geometry, weight)?))),
        false => Ok(None),
    }
}

impl<T: Element> Kept<T> for Weights<T> {
    fn forward(
        &self,
        geometry: &Geometry,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        forward_moderate(self.isa, self, geometry, input, weight, bias, output)
    }
}
