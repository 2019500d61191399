//! Layers of single pixels: a few pixels of one run of channels after the other, for up to 128 output channels at once.
//!
//! A window of all channels is too large for a first-level cache: it would be written to the second and come back for each
//! pair of registers of output channels. What one run reads of a block of pixels is not, and the copy is made just before.

use std::mem::MaybeUninit;

use super::block::{Position, RUN, Source};
use super::joined::{add_bias, add_totals, store, write};
use super::pixels;
use crate::Element;
use crate::simd::{Offsets, Simd, Window, WindowMut};

/// The output channels of a block, as [`pixels::channels`] has it for the sets that gain.
const CHANNELS: usize = 8;

/// The output channels that take a run together, so that their totals stay in a first-level cache.
const TOGETHER: usize = 128;

/// Some neighbouring pixels of some output channels.
pub(super) struct Points<'a, 'b, T> {
    /// The input from the first pixel of the first channel on, and from a channel to the next.
    pub(super) input: &'a [T],
    pub(super) plane_step: usize,
    /// The weights, register by register, and the length of each.
    pub(super) weights: &'a [T],
    pub(super) register_length: usize,
    pub(super) bias: Option<&'a [T]>,
    pub(super) outputs: &'a mut [&'b mut [MaybeUninit<T>]],
    /// At least [`scratch`] numbers.
    pub(super) scratch: &'a mut [T],
}

/// Whether a set gains by it. On AVX2 1×1 layers of 256 → 64 and 64 → 256 channels took 1.3 and 1.2 times as long: there the
/// weights of a run lie in twice as many pieces, which share the lines of a first-level cache.
pub(super) const fn suits<S: Simd>() -> bool {
    pixels::suits::<S>() && size_of::<S::Vector>() == 64
}

/// The pixels of a block.
pub(super) const fn block<S: Simd>() -> usize {
    pixels::REGISTERS * S::LANES
}

/// The numbers that [`Points`] need besides.
pub(super) const fn scratch<S: Simd>() -> usize {
    (RUN + TOGETHER) * block::<S>()
}

impl<T: Element> Points<'_, '_, T> {
    #[inline(always)]
    pub(super) fn write<S: Simd<Number = T>>(mut self, simd: S) {
        let taps = Offsets::new((0..RUN).map(|channel| channel * const { block::<S>() }).collect());
        let pixels = self.outputs.first().map_or(0, |output| output.len());
        let mut start = 0;
        while start < pixels {
            let registers = (pixels - start).div_ceil(S::LANES).min(pixels::REGISTERS);
            // The last block goes back to end with the pixels: what is written twice is the same.
            let first = start.min(pixels - registers * S::LANES);
            match registers {
                1 => self.block::<S, 1>(simd, &taps, first),
                2 => self.block::<S, 2>(simd, &taps, first),
                _ => self.block::<S, 3>(simd, &taps, first),
            }
            start += registers * S::LANES;
        }
    }

    /// All outputs of some registers of pixels.
    #[inline(always)]
    fn block<S: Simd<Number = T>, const COUNT: usize>(&mut self, simd: S, taps: &Offsets, start: usize) {
        let block = const { block::<S>() };
        let Self { input, plane_step, weights, register_length, bias, ref mut outputs, ref mut scratch } = *self;
        let (window, totals) = scratch[..const { self::scratch::<S>() }].split_at_mut(RUN * block);
        let channels = register_length / S::LANES;
        for (part, outputs) in outputs.chunks_mut(TOGETHER).enumerate() {
            for first in (0..channels).step_by(RUN) {
                let count = RUN.min(channels - first);
                let rows = Window::new(input, first * plane_step + start, count, plane_step, COUNT * S::LANES);
                let mut copies = WindowMut::over(window, 0, count, block, COUNT * S::LANES);
                for channel in 0..count {
                    unroll!(R in [0 1 2] {
                        if const { R < COUNT } {
                            copies.store(simd, channel, R * S::LANES, rows.load(simd, channel, R * S::LANES));
                        }
                    });
                }
                for (index, outputs) in outputs.chunks_mut(CHANNELS).enumerate() {
                    let channel = part * TOGETHER + index * CHANNELS;
                    let register = &weights[channel / S::LANES * register_length..][..register_length];
                    let source = Source {
                        window,
                        taps,
                        channels: RUN,
                        taps_per_channel: 1,
                        channel: block,
                        weights: [&register[first * S::LANES..]; 2],
                        weights_per_channel: 1,
                        all_channels: count,
                    };
                    let lane = channel % S::LANES;
                    let (mut sums, _) = source.sum_pixels::<S, CHANNELS, COUNT>(simd, lane, Position::default());
                    let totals = &mut totals[index * CHANNELS * block..][..CHANNELS * block];
                    if first == 0 {
                        let bias = bias.map(|bias| &bias[channel..]);
                        add_bias::<S, CHANNELS, COUNT>(simd, bias, outputs.len(), &mut sums);
                    } else {
                        add_totals::<S, CHANNELS, COUNT>(simd, totals, &mut sums);
                    }
                    if first + count == channels {
                        write::<S, CHANNELS, COUNT>(simd, &sums, outputs, start);
                    } else {
                        store::<S, CHANNELS, COUNT>(simd, &sums, totals);
                    }
                }
            }
        }
    }
}
