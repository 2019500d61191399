//! The four sums of some output channels × up to three registers of pairs, and the outputs of them.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::layout::Taps;
use super::parts::SUMS;
use crate::Element;
use crate::channels::{Sums, add_totals, store};
use crate::simd::{Simd, spaced};
use crate::transpose::MOST_LANES;

/// The output channels whose weights lie together; a block may have half of them.
pub(super) const CHANNELS: usize = 8;

/// The most registers of pairs of a block.
pub(super) use crate::channels::REGISTERS;

/// The blocks that take a run of products together: what the run reads of pixels then stays in a first-level cache.
pub(super) const TOGETHER: usize = 8;

/// The sums of one block.
pub(super) const BLOCK: usize = CHANNELS * REGISTERS * MOST_LANES;

/// The output channels of a block, so that their sums stay in registers.
pub(super) const fn channels<S: Simd>() -> usize {
    match S::ACCUMULATORS {
        16.. => CHANNELS,
        8.. => CHANNELS / 2,
        _ => CHANNELS / 4,
    }
}

/// Some pairs of one output row.
pub(super) struct Piece {
    /// Which half of the registers of a block.
    half: usize,
    /// The outputs of that half.
    outputs: Range<usize>,
    /// The place of the first of them among the outputs of a channel.
    to: usize,
}

/// Divides the pairs of a line from `first` on, in halves of `half` pairs, by the output rows to which they go.
pub(super) fn divide(
    first: usize,
    [halves, half]: [usize; 2],
    [rows, pairs, width]: [usize; 3],
    pieces: &mut Vec<Piece>,
) {
    pieces.clear();
    for index in 0..halves {
        let mut done = 0;
        while done < half {
            let (row, pair) = ((first + index * half + done) / pairs, (first + index * half + done) % pairs);
            if row >= rows {
                return;
            }
            let count = (pairs - pair).min(half - done);
            let end = width.min(2 * (pair + count));
            let outputs = 2 * done..2 * done + end - 2 * pair;
            pieces.push(Piece { half: index, outputs, to: row * width + 2 * pair });
            done += count;
        }
    }
}

/// What blocks read: the same pairs of several output channels.
pub(super) struct Source<'a, T> {
    /// From the first pair of the block on.
    pub(super) v: &'a [T],
    /// From one channel of `v` to the next.
    pub(super) channel: usize,
    pub(super) inputs: usize,
    pub(super) taps: &'a [Taps; SUMS],
    /// Of `CHANNELS` output channels each.
    pub(super) weights: &'a [T],
    /// From those to the next.
    pub(super) weights_step: usize,
    pub(super) bias: Option<&'a [T]>,
}

impl<T: Element> Source<'_, T> {
    /// Writes all channels of `outputs`, at most [`TOGETHER`] blocks of them, for `COUNT` registers of pairs.
    #[inline(always)]
    pub(super) fn write<S: Simd<Number = T>, const BLOCK_CHANNELS: usize, const COUNT: usize>(
        &self,
        simd: S,
        outputs: &mut [&mut [MaybeUninit<T>]],
        totals: &mut [T],
        pieces: &[Piece],
    ) {
        let whole = match pieces {
            // One row, without an end in it.
            [Piece { to, .. }, ..] => {
                let is_full = |(index, piece): (usize, &Piece)| {
                    piece.outputs == (0..S::LANES) && piece.half == index && piece.to == to + index * S::LANES
                };
                (pieces.len() == 2 * COUNT && pieces.iter().enumerate().all(is_full)).then_some(*to)
            }
            [] => return,
        };
        let mut before = 0;
        for (sum, taps) in self.taps.iter().enumerate() {
            for first in (0..self.inputs).step_by(taps.channels) {
                let products = (self.inputs - first).min(taps.channels) * taps.per_channel;
                let last = first + taps.channels >= self.inputs;
                let v = &self.v[first * self.channel..];
                let from = before + first * taps.per_channel;
                for (block, outputs) in outputs.chunks_mut(BLOCK_CHANNELS).enumerate() {
                    let channel = block * BLOCK_CHANNELS;
                    let weights = &self.weights[channel / CHANNELS * self.weights_step + channel % CHANNELS..];
                    let weights = &weights[from * CHANNELS..];
                    let mut sums = products_of::<S, BLOCK_CHANNELS, COUNT>(simd, v, taps, products, weights);
                    let totals = &mut totals[block * SUMS * BLOCK..][..SUMS * BLOCK];
                    if first > 0 {
                        add_totals::<S, BLOCK_CHANNELS, COUNT>(simd, &totals[sum * BLOCK..], &mut sums);
                    }
                    if sum + 1 < SUMS || !last {
                        store::<S, BLOCK_CHANNELS, COUNT>(simd, &sums, &mut totals[sum * BLOCK..]);
                        continue;
                    }
                    let bias = self.bias.map(|bias| &bias[channel..]);
                    finish::<S, BLOCK_CHANNELS, COUNT>(simd, &sums, totals, bias, outputs, pieces, whole);
                }
            }
            before += self.inputs * taps.per_channel;
        }
    }
}

/// One run of products.
#[inline(always)]
fn products_of<S: Simd, const BLOCK_CHANNELS: usize, const COUNT: usize>(
    simd: S,
    v: &[S::Number],
    taps: &Taps,
    products: usize,
    weights: &[S::Number],
) -> Sums<S::Vector, BLOCK_CHANNELS> {
    let zero = simd.splat(S::Number::ZERO);
    let (mut first, mut second, mut third) = ([zero; BLOCK_CHANNELS], [zero; BLOCK_CHANNELS], [zero; BLOCK_CHANNELS]);
    let weights = spaced(weights, CHANNELS, products, BLOCK_CHANNELS);
    for (pixels, weights) in taps.offsets.of(v, 0..products, COUNT * S::LANES).zip(weights) {
        let x = pixels.load(simd, 0);
        let y = if const { COUNT > 1 } { pixels.load(simd, S::LANES) } else { x };
        let z = if const { COUNT > 2 } { pixels.load(simd, 2 * S::LANES) } else { x };
        unroll!(C in [0 1 2 3 4 5 6 7] {
            if const { C < BLOCK_CHANNELS } {
                let weight = simd.splat(weights.get(C));
                first[C] = simd.mul_add(x, weight, first[C]);
                if const { COUNT > 1 } {
                    second[C] = simd.mul_add(y, weight, second[C]);
                }
                if const { COUNT > 2 } {
                    third[C] = simd.mul_add(z, weight, third[C]);
                }
            }
        });
    }
    [first, second, third]
}

/// The outputs of the first three sums and of the last.
#[inline(always)]
fn finish<S: Simd, const BLOCK_CHANNELS: usize, const COUNT: usize>(
    simd: S,
    last: &Sums<S::Vector, BLOCK_CHANNELS>,
    totals: &[S::Number],
    bias: Option<&[S::Number]>,
    outputs: &mut [&mut [MaybeUninit<S::Number>]],
    pieces: &[Piece],
    whole: Option<usize>,
) {
    let sums = BLOCK_CHANNELS * COUNT * S::LANES;
    let (first, second, third) = (&totals[..sums], &totals[BLOCK..][..sums], &totals[2 * BLOCK..][..sums]);
    unroll!(C in [0 1 2 3 4 5 6 7] {
        if C < BLOCK_CHANNELS && let Some(output) = outputs.get_mut(C) {
            let bias = simd.splat(bias.map_or(S::Number::ZERO, |bias| bias[C]));
            let mut halves = [bias; 2 * REGISTERS];
            unroll!(R in [0 1 2] {
                if const { R < COUNT } {
                    let at = (C * COUNT + R) * S::LANES;
                    let (second, third) = (simd.add(simd.load(second, at), bias), simd.load(third, at));
                    let even = simd.add(simd.load(first, at), simd.add(second, third));
                    let odd = simd.add(simd.sub(second, third), last[R][C]);
                    (halves[2 * R], halves[2 * R + 1]) = simd.interleave(even, odd);
                }
            });
            match whole {
                Some(to) => {
                    let output = &mut output[to..][..2 * COUNT * S::LANES];
                    unroll!(H in [0 1 2 3 4 5] {
                        if H < 2 * COUNT {
                            simd.write(halves[H], output, H * S::LANES);
                        }
                    });
                }
                None => {
                    let mut pieces = pieces.iter().peekable();
                    unroll!(H in [0 1 2 3 4 5] {
                        if H < 2 * COUNT {
                            while let Some(Piece { outputs, to, .. }) = pieces.next_if(|piece| piece.half == H) {
                                simd.write_lanes(halves[H], outputs.clone(), output, *to);
                            }
                        }
                    });
                }
            }
        }
    });
}
