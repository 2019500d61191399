//! The forward pass: bands of output rows, which threads share, by channels too where the bands are few.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use super::block::{BLOCK, CHANNELS, Piece, REGISTERS, Source, TOGETHER, channels, divide};
use super::choice::{MOST_BAND, fits};
use super::layout::{Layout, Taps, pairs};
use super::parts::{Parts, SUMS};
use super::pixels::Lines;
use super::weights::Weights;
use crate::bands::{Band, bands};
use crate::simd::{Isa, Kernel, Simd};
use crate::transpose::MOST_LANES;
use crate::winograd::moderate;
use crate::{Aligned, Element, Error, Geometry, Input, aligned, direct, threads};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// The numbers of a band, so that it stays in a second-level cache: from 2¹⁶ to 2¹⁸ within 2 % on stem and AlexNet.
const BAND: usize = 1 << 17;

/// The most pairs that are summed at once. A band has as many where they fit [`LARGE_BAND`]: 64 → 64 channels by 7×7 at stride 2 on
/// 56×56 take 1.3 ms so, and 1.9 with bands of one register.
const PAIRS: usize = REGISTERS * MOST_LANES;

/// The numbers of a band that has no more than that.
const LARGE_BAND: usize = MOST_BAND;

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`](super::suits).
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    if !moderate(weight) {
        return direct::forward(isa, geometry, input, weight, bias, output);
    }
    forward_moderate(isa, &Weights::new(isa, geometry, weight)?, geometry, input, weight, bias, output)
}

/// As [`forward`], with weights that are transformed already.
pub(super) fn forward_moderate<T: Element>(
    isa: Isa,
    weights: &Weights<T>,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let parts = Parts::new(geometry.columns());
    let cut = Cut::new(geometry, &parts, if sharing { threads::count() } else { 1 });
    let layout = Layout::new(geometry, &parts, cut.rows);
    let taps = layout.taps(geometry, &parts);
    let moderate: Vec<AtomicBool> = (0..geometry.batch()).map(|_| AtomicBool::new(true)).collect();
    let lines = Lines::new(geometry.columns(), &parts, layout.pairs);
    let call = Call { geometry, lines: &lines, layout: &layout, taps: &taps, weights, bias };
    let workspace = || Workspace::new(geometry, &lines, &layout);
    let tasks = bands(geometry, [cut.rows, cut.channels], output);
    threads::try_for_each(sharing, tasks, workspace, |workspace, band| {
        let moderate = &moderate[band.image];
        if moderate.load(Ordering::Relaxed) && !isa.run(Run { call: &call, input, band, workspace }) {
            moderate.store(false, Ordering::Relaxed);
        }
        Ok(())
    })?;
    // Images with a pixel that is not finite, or too large.
    let one = geometry.with_batch(1);
    for (image, (output, moderate)) in output.chunks_exact_mut(one.output_len()).zip(moderate).enumerate() {
        if !moderate.into_inner() {
            direct::forward(isa, &one, input.image(image), weight, bias, output)?;
        }
    }
    Ok(())
}

/// How an output is cut into tasks. No result depends on it.
struct Cut {
    /// The output rows of a band.
    rows: usize,
    /// The output channels of a task, a multiple of `CHANNELS` or all.
    channels: usize,
}

impl Cut {
    fn new(geometry: &Geometry, parts: &Parts, threads: usize) -> Self {
        let height = geometry.rows().output();
        let others = geometry.batch() * geometry.groups();
        let at_once = PAIRS.div_ceil(pairs(geometry.columns()));
        let fits = |rows: usize| {
            let most = if rows <= at_once { LARGE_BAND } else { BAND };
            fits(geometry, parts, rows, geometry.input_channels_per_group(), most)
        };
        // One row fits; the most rows that do.
        let (mut most, mut too_many) = (1, height + 1);
        while most + 1 < too_many {
            let rows = most + (too_many - most) / 2;
            if fits(rows) { most = rows } else { too_many = rows }
        }
        let mut bands = height.div_ceil(most);
        if threads > 1 && others < 4 * threads {
            // As many for each thread.
            let is_even = |bands: &usize| (others * bands).is_multiple_of(threads) && others * bands >= 2 * threads;
            bands = (bands..=height.div_ceil(4).max(bands)).find(is_even).unwrap_or(bands);
        }
        let rows = height.div_ceil(bands);
        let all = geometry.output_channels_per_group().div_ceil(CHANNELS);
        let parts = if threads > 1 { (2 * threads).div_ceil(others * bands) } else { 1 };
        Self { rows, channels: all.div_ceil(parts) * CHANNELS }
    }
}

/// How many input rows are combined for all output rows of a picture: bands share some, which each combines anew.
pub(crate) fn rows_combined(geometry: &Geometry) -> usize {
    let parts = Parts::new(geometry.columns());
    let rows = Cut::new(geometry, &parts, 1).rows;
    let bands = geometry.rows().output().div_ceil(rows);
    bands.saturating_mul(Layout::new(geometry, &parts, rows).input_rows_count())
}

/// What all tasks have in common.
struct Call<'a, T> {
    geometry: &'a Geometry,
    lines: &'a Lines,
    layout: &'a Layout,
    taps: &'a [Taps; SUMS],
    weights: &'a Weights<T>,
    bias: Option<&'a [T]>,
}

/// What a thread keeps from one band to the next.
struct Workspace<T> {
    v: Aligned<T>,
    pixels: Aligned<T>,
    totals: Aligned<T>,
    pieces: Vec<Piece>,
}

impl<T: Element> Workspace<T> {
    fn new(geometry: &Geometry, lines: &Lines, layout: &Layout) -> Result<Self, Error> {
        Ok(Self {
            v: aligned(layout.len(geometry.input_channels_per_group()))?,
            pixels: aligned(lines.len(layout.input_rows_count()))?,
            totals: aligned(TOGETHER * SUMS * BLOCK)?,
            pieces: Vec::new(),
        })
    }
}

/// A band and all that it reads.
struct Run<'a, 'o, T> {
    call: &'a Call<'a, T>,
    input: Input<'a, T>,
    band: Band<'o, T>,
    workspace: &'a mut Workspace<T>,
}

impl<T: Element> Kernel<T> for Run<'_, '_, T> {
    /// Whether all pixels are moderate.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> bool {
        let Call { geometry, lines, layout, taps, weights, bias } = *self.call;
        let Workspace { v, pixels, totals, pieces } = self.workspace;
        let Band { image, group, first_channel, first_row, ref mut outputs } = self.band;
        let inputs = geometry.input_channels_per_group();
        let planes = self.input.planes(image, group * inputs);
        if !lines.fill(simd, geometry, layout, (planes, inputs), first_row, pixels, v) {
            return false;
        }
        let width = geometry.columns().output();
        let rows = outputs[0].len() / width;
        let line = rows * layout.pairs;
        // Rows that end with a whole pair are one.
        let shape = if 2 * layout.pairs == width { [1, line, 2 * line] } else { [rows, layout.pairs, width] };
        let together = TOGETHER * const { channels::<S>() };
        for (strip, outputs) in outputs.chunks_mut(together).enumerate() {
            let channel = first_channel + strip * together;
            let block = group * weights.blocks_per_group + channel / CHANNELS;
            let weights_of = &weights.numbers[block * weights.block..];
            let bias = bias.map(|bias| &bias[group * geometry.output_channels_per_group() + channel..]);
            let registers = line.div_ceil(S::LANES);
            let mut first = 0;
            while first < registers {
                let count = match registers - first {
                    2 | 4 => 2,
                    left => left.min(REGISTERS),
                };
                let start = first * S::LANES;
                divide(start, [2 * count, S::LANES / 2], shape, pieces);
                let source = Source {
                    v: &v[start..],
                    channel: layout.channel,
                    inputs,
                    taps,
                    weights: weights_of,
                    weights_step: weights.block,
                    bias,
                };
                match (const { channels::<S>() }, count) {
                    (8, 1) => source.write::<S, 8, 1>(simd, outputs, totals, pieces),
                    (8, 2) => source.write::<S, 8, 2>(simd, outputs, totals, pieces),
                    (8, _) => source.write::<S, 8, 3>(simd, outputs, totals, pieces),
                    (4, 1) => source.write::<S, 4, 1>(simd, outputs, totals, pieces),
                    (4, 2) => source.write::<S, 4, 2>(simd, outputs, totals, pieces),
                    (4, _) => source.write::<S, 4, 3>(simd, outputs, totals, pieces),
                    (_, 1) => source.write::<S, 2, 1>(simd, outputs, totals, pieces),
                    (_, 2) => source.write::<S, 2, 2>(simd, outputs, totals, pieces),
                    (_, _) => source.write::<S, 2, 3>(simd, outputs, totals, pieces),
                }
                first += count;
            }
        }
        true
    }
}
