//! One block of output pixels, all output channels of a task: unrolled run by run, and multiplied.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::TAPS;
use super::pack::tile_rows;
use super::product::{REGISTERS, product};
use super::unroll::unroll;
use crate::input::Planes;
use crate::simd::{Kernel, Simd};
use crate::{Aligned, Element, Error, Geometry, aligned};

/// The output pixels of a block: whole registers on every machine, and in f32 120 KiB for a run of taps. From one tap to
/// the next are 15 lines of a cache, so that those of one column do not meet in one set.
pub(super) const PIXELS: usize = 240;

/// The most output channels of a task: the windows are unrolled anew for each.
pub(super) const CHANNELS: usize = 256;

/// What a thread keeps from one block to the next: 360 KiB in f32.
pub(super) struct Workspace<T> {
    unrolled: Aligned<T>,
    totals: Aligned<T>,
}

impl<T: Element> Workspace<T> {
    pub(super) fn new(geometry: &Geometry) -> Result<Self, Error> {
        let taps = geometry.weight_len() / geometry.output_channels();
        let channels = geometry.output_channels_per_group().min(CHANNELS);
        Ok(Self {
            unrolled: aligned(taps.min(TAPS) * PIXELS)?,
            totals: aligned(if taps <= TAPS { 0 } else { channels * PIXELS })?,
        })
    }
}

/// Some output channels of one group on some pixels.
pub(super) struct Block<'a, 'b, T> {
    pub(super) geometry: &'a Geometry,
    /// The input planes of the group.
    pub(super) planes: Planes<'a, T>,
    /// Those of the channels, packed.
    pub(super) weights: &'a [T],
    /// Those of the channels.
    pub(super) bias: Option<&'a [T]>,
    /// The first pixel of the output plane.
    pub(super) first: usize,
    /// Each channel's pixels from there on, at most [`PIXELS`].
    pub(super) rows: &'a mut [&'b mut [MaybeUninit<T>]],
    pub(super) workspace: &'a mut Workspace<T>,
}

impl<T: Element> Kernel<T> for Block<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let taps = self.taps();
        let pixels = self.rows.first().map_or(0, |row| row.len());
        for start in (0..taps).step_by(TAPS) {
            let run = start..taps.min(start + TAPS);
            let unrolled = self.workspace.unrolled.as_chunks_mut().0;
            unroll(self.geometry, self.planes, run.clone(), self.first..self.first + pixels, unrolled);
            let mut at = 0;
            while at < pixels {
                if (pixels - at).div_ceil(S::LANES) >= REGISTERS {
                    self.column::<S, REGISTERS>(simd, &run, at);
                    at += REGISTERS * S::LANES;
                } else {
                    self.column::<S, 1>(simd, &run, at);
                    at += S::LANES;
                }
            }
        }
    }
}

impl<T: Element> Block<'_, '_, T> {
    fn taps(&self) -> usize {
        self.weights.len() / self.rows.len().max(1)
    }

    /// Adds a run to the sums of all channels on `COUNT` registers of pixels.
    #[inline(always)]
    fn column<S: Simd<Number = T>, const COUNT: usize>(&mut self, simd: S, run: &Range<usize>, at: usize) {
        let mut channel = 0;
        while channel < self.rows.len() {
            let rows = tile_rows::<S>(self.rows.len() - channel);
            match rows {
                8 if const { S::ACCUMULATORS >= 16 } => self.tile::<S, 8, COUNT>(simd, run, channel, at),
                4 => self.tile::<S, 4, COUNT>(simd, run, channel, at),
                2 => self.tile::<S, 2, COUNT>(simd, run, channel, at),
                _ => self.tile::<S, 1, COUNT>(simd, run, channel, at),
            }
            channel += rows;
        }
    }

    /// Adds a run to the sums of `ROWS` channels; after the last they are written.
    #[inline(always)]
    fn tile<S: Simd<Number = T>, const ROWS: usize, const COUNT: usize>(
        &mut self,
        simd: S,
        run: &Range<usize>,
        channel: usize,
        at: usize,
    ) {
        let taps = self.taps();
        let Workspace { unrolled, totals } = &mut *self.workspace;
        let weights = &self.weights[channel * taps + run.start * ROWS..channel * taps + run.end * ROWS];
        let sums = product::<S, ROWS, COUNT>(simd, weights, unrolled.as_chunks().0, at);
        unroll!(R in [0 1 2 3 4 5 6 7] {
            if const { R < ROWS } {
                let (row, bias) = (&mut self.rows[channel + R], self.bias.map_or(T::ZERO, |bias| bias[channel + R]));
                unroll!(C in [0 1 2] {
                    if const { C < COUNT } {
                        let at = at + C * S::LANES;
                        let place = (channel + R) * PIXELS + at;
                        let total = if run.start == 0 { simd.splat(bias) } else { simd.load(totals, place) };
                        let total = simd.add(total, sums[R][C]);
                        if run.end == taps {
                            simd.write_first(total, row, at);
                        } else {
                            simd.store(total, totals, place);
                        }
                    }
                });
            }
        });
    }
}
