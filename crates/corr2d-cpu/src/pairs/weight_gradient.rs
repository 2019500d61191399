//! ∂L/∂w: the four sums the other way round.
//!
//! ```text
//! ∂L/∂m₀ = g₀   ∂L/∂m₁ = g₀ + g₁   ∂L/∂m₂ = g₀ − g₁   ∂L/∂m₃ = g₁        g = ∂L/∂y of the two outputs
//! ```
//!
//! Each product of a kernel row is summed over all pairs of outputs, with output channels in lanes
//! ([`positions`](crate::positions)); then those of a part are brought together to its taps. So three taps take four products for
//! six here too.
//!
//! The taps of a part are mixed: the error is bounded by the largest Σ|x||g| of the three. A number that is not finite, or so large
//! that a sum might overflow, leaves all to `planes`.
//!
//! A thread needs less than 8 MiB, whatever the geometry, and all of them 2 MiB for what parts of the positions sum.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::choice::{MOST_BAND, fits};
use super::layout::{Layout, RUN, pairs};
use super::parts::{Parts, SUMS};
use super::pixels::Lines;
use crate::positions::{
    Block, Cut, GROUP, Products, Registers, Rows, Stretch, Totals, registers_of, sum_blocks, write_taps,
};
use crate::simd::{Isa, Kernel, Simd};
use crate::transpose::MOST_LANES;
use crate::winograd::overflow_scale;
use crate::{Aligned, Element, Error, Geometry, Input, aligned, planes};

/// The pairs whose gradients are turned at once.
const PAIRS: usize = 256;

/// So many turns at most are added up before they go to the totals in f64.
const TURNS: usize = GROUP;

/// The most output channels of a block.
const OUTPUTS: usize = 128;

/// The sums of a block.
const SUMS_OF_BLOCK: usize = 1 << 16;

/// The most products of a channel.
const MOST_PRODUCTS: usize = SUMS_OF_BLOCK / 64;

/// The numbers that are made of pixels at once, if not of a single channel.
const BAND: usize = 1 << 15;

/// Those of all channels for these turns, which are made once then.
const WHOLE_BAND: usize = 1 << 17;

/// weight_gradient = ∂L/∂weight. The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    if !suits_weight_gradient(geometry) {
        return planes::weight_gradient(isa, geometry, input, output_gradient, weight_gradient);
    }
    if output_gradient.is_empty() {
        weight_gradient.fill(T::ZERO);
        return Ok(());
    }
    let parts = Parts::new(geometry.columns());
    let height = geometry.rows().output();
    let (rows, is_whole) = (rows_of_turn(geometry), is_whole(geometry, &parts));
    let layout = Layout::new(geometry, &parts, rows_combined_at_once(geometry));
    let all_inputs = geometry.input_channels_per_group();
    let products = geometry.rows().kernel() * parts.products();
    let registers = Registers::of::<T>(isa, geometry);
    let outputs = (SUMS_OF_BLOCK / products).clamp(registers.strip, OUTPUTS) / registers.strip * registers.strip;
    let inputs = (SUMS_OF_BLOCK / (products * outputs)).max(1);
    let turns = height.div_ceil(rows);
    let cut = Cut::new(geometry, registers, [outputs, inputs], geometry.batch() * turns);
    let inputs = cut.inputs.min(all_inputs);
    let channels = if is_whole { inputs } else { (BAND / layout.channel).clamp(1, inputs) };
    let taps = std::array::from_fn(|sum| {
        let mut offsets = layout.offsets(geometry.rows(), &parts, sum, channels);
        // What is too much reads again what the first reads.
        offsets.resize(offsets.len().next_multiple_of(registers.taps), 0);
        offsets
    });
    let lines = Lines::new(geometry.columns(), &parts, layout.pairs);
    let call = Call {
        isa,
        geometry,
        input: Input::contiguous(geometry, input),
        output_gradient,
        parts,
        lines,
        layout,
        registers,
        rows,
        is_whole,
        turns,
        inputs,
        channels,
        taps,
        cut: &cut,
        moderate: AtomicBool::new(true),
    };
    let run = |workspace: &mut Workspace<T>, block: Block<'_, T>| {
        if call.moderate.load(Ordering::Relaxed) && !isa.run(Run { call: &call, workspace, block }) {
            call.moderate.store(false, Ordering::Relaxed);
        }
    };
    sum_blocks(geometry, &cut, weight_gradient, || Workspace::new(&call), run)?;
    if call.moderate.into_inner() {
        return Ok(());
    }
    planes::weight_gradient(isa, geometry, input, output_gradient, weight_gradient)
}

/// Whether outputs in pairs can compute the weight gradient: rows are not too long for a turn, nor kernels for a thread.
pub(crate) fn suits_weight_gradient(geometry: &Geometry) -> bool {
    if !super::suits(geometry) || pairs(geometry.columns()) > PAIRS {
        return false;
    }
    let parts = Parts::new(geometry.columns());
    fits(geometry, &parts, rows_of_turn(geometry), 1, MOST_BAND)
        && geometry.rows().kernel() * parts.products() <= MOST_PRODUCTS
}

/// The output rows that are turned at once.
fn rows_of_turn(geometry: &Geometry) -> usize {
    (PAIRS / pairs(geometry.columns())).clamp(1, geometry.rows().output())
}

/// The most output rows whose turns are added up.
fn rows_added_up(geometry: &Geometry) -> usize {
    geometry.rows().output().min(TURNS * rows_of_turn(geometry))
}

/// Whether the pixels of all channels are combined once for all of these.
fn is_whole(geometry: &Geometry, parts: &Parts) -> bool {
    fits(geometry, parts, rows_added_up(geometry), geometry.input_channels_per_group(), WHOLE_BAND)
}

/// The output rows for which pixels are combined at once.
pub(crate) fn rows_combined_at_once(geometry: &Geometry) -> usize {
    let is_whole = is_whole(geometry, &Parts::new(geometry.columns()));
    if is_whole { rows_added_up(geometry) } else { rows_of_turn(geometry) }
}

/// What all blocks have in common.
struct Call<'a, T> {
    isa: Isa,
    geometry: &'a Geometry,
    input: Input<'a, T>,
    output_gradient: &'a [T],
    parts: Parts,
    lines: Lines,
    layout: Layout,
    registers: Registers,
    /// The output rows of a turn, and whether pixels are combined once for all turns that are added up.
    rows: usize,
    is_whole: bool,
    /// The turns of an image.
    turns: usize,
    /// The input channels of a block, and those whose pixels are combined at once.
    inputs: usize,
    channels: usize,
    /// For each of the four sums where its products read, as many as are summed at once or a multiple.
    taps: [Vec<usize>; SUMS],
    cut: &'a Cut,
    /// Whether all numbers were so far.
    moderate: AtomicBool,
}

impl<T> Call<'_, T> {
    /// The gradients that are turned at once, for one of the four sums of a strip: the last square may hang over.
    fn panel(&self) -> usize {
        (self.rows * self.layout.pairs + MOST_LANES) * self.registers.strip
    }

    /// The sums of some channels before those of one of the four, in registers.
    fn sums_before(&self, sum: usize) -> usize {
        self.taps[..sum].iter().map(Vec::len).sum()
    }

    /// The length of the sums of a strip.
    fn sums(&self) -> usize {
        self.inputs.div_ceil(self.channels) * self.sums_before(SUMS) * self.registers.strip
    }
}

/// What a thread keeps from one block to the next.
struct Workspace<T> {
    pixels: Aligned<T>,
    v: Aligned<T>,
    /// ∂L/∂y of a strip with channels in lanes.
    turned: Aligned<T>,
    /// [strip][sum][pair][lane].
    panels: Aligned<T>,
    totals: Totals<T>,
    stretches: Vec<Stretch>,
    /// [tap][lane].
    taps: Aligned<T>,
}

impl<T: Element> Workspace<T> {
    fn new(call: &Call<'_, T>) -> Result<Self, Error> {
        let strips = call.cut.outputs / call.registers.strip;
        let taps = call.geometry.rows().kernel() * call.geometry.columns().kernel();
        Ok(Self {
            pixels: aligned(call.lines.len(call.layout.input_rows_count()))?,
            v: aligned(call.layout.len(call.channels))?,
            turned: aligned(2 * call.panel())?,
            panels: aligned(strips * SUMS * call.panel())?,
            totals: Totals::new(strips * call.sums(), call.geometry.batch() * call.turns)?,
            stretches: Vec::new(),
            taps: aligned(call.channels * taps * MOST_LANES)?,
        })
    }
}

/// One block.
struct Run<'a, 'b, T> {
    call: &'a Call<'a, T>,
    workspace: &'a mut Workspace<T>,
    block: Block<'b, T>,
}

impl<T: Element> Kernel<T> for Run<'_, '_, T> {
    /// Whether all numbers are moderate.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> bool {
        let call = self.call;
        let length = self.strips() * call.sums();
        self.workspace.totals.begin();
        let turns = call.cut.chunks(self.block.part);
        let mut turn = turns.start;
        while turn < turns.end {
            if turn > turns.start {
                self.workspace.totals.keep(length);
            }
            let (image, first) = (turn / call.turns, turn % call.turns);
            let count = TURNS.min(call.turns - first).min(turns.end - turn);
            let end = call.geometry.rows().output().min((first + count) * call.rows);
            if !self.add(simd, image, first * call.rows..end) {
                return false;
            }
            turn += count;
        }
        self.workspace.totals.finish(length);
        self.write(simd);
        true
    }
}

impl<T: Element> Run<'_, '_, T> {
    #[inline(always)]
    fn strips(&self) -> usize {
        self.block.rows.len().div_ceil(self.call.registers.strip)
    }

    /// The sums of some rows of an image. Returns whether all their numbers are moderate.
    #[inline(always)]
    fn add<S: Simd<Number = T>>(&mut self, simd: S, image: usize, all_rows: Range<usize>) -> bool {
        let call = self.call;
        let group = self.block.group * call.geometry.input_channels_per_group() + self.block.input;
        for row in all_rows.clone().step_by(call.rows) {
            let rows = call.rows.min(all_rows.end - row);
            for strip in 0..self.strips() {
                if !self.turn(simd, strip, image, [row, rows]) {
                    return false;
                }
            }
            let begin = if call.is_whole { (row - all_rows.start) * call.layout.pairs } else { 0 };
            self.workspace.stretches.clear();
            for position in (0..rows * call.layout.pairs).step_by(RUN) {
                let length = RUN.min(rows * call.layout.pairs - position);
                self.workspace.stretches.push(Stretch { x: begin + position, position, length });
            }
            for (index, channel) in (0..self.block.inputs).step_by(call.channels).enumerate() {
                let channels = call.channels.min(self.block.inputs - channel);
                let Workspace { pixels, v, .. } = &mut *self.workspace;
                let planes = (call.input.planes(image, group + channel), channels);
                if (row == all_rows.start || !call.is_whole)
                    && !call.lines.fill(simd, call.geometry, &call.layout, planes, row, pixels, v)
                {
                    return false;
                }
                self.products::<S>(index, channels, row > all_rows.start);
            }
        }
        true
    }

    /// The products of some input channels with what was turned.
    #[inline(always)]
    fn products<S: Simd<Number = T>>(&mut self, index: usize, channels: usize, add: bool) {
        let call = self.call;
        let Workspace { v, panels, totals, stretches, .. } = &mut *self.workspace;
        for strip in 0..self.block.rows.len().div_ceil(call.registers.strip) {
            let registers = registers_of::<S>(self.block.rows.len(), strip);
            let sums = &mut totals.sums[strip * call.sums()..][..call.sums()];
            for (sum, taps) in call.taps.iter().enumerate() {
                let first = index * call.sums_before(SUMS) + call.sums_before(sum);
                let used = channels * call.geometry.rows().kernel() * call.parts.of(sum).len();
                call.isa.run(Products {
                    x: v,
                    taps: &taps[..used.next_multiple_of(call.registers.taps)],
                    stretches,
                    panel: &panels[(strip * SUMS + sum) * call.panel()..][..call.panel()],
                    registers,
                    add,
                    sums: &mut sums[first * registers * S::LANES..],
                });
            }
        }
    }

    /// ∂L/∂m of a strip with channels in lanes. Returns whether all numbers are moderate.
    #[inline(always)]
    fn turn<S: Simd<Number = T>>(
        &mut self,
        simd: S,
        strip: usize,
        image: usize,
        [first_row, rows]: [usize; 2],
    ) -> bool {
        let Call { geometry, output_gradient, layout, .. } = self.call;
        let width = geometry.columns().output();
        let plane = geometry.rows().output() * width;
        let registers = registers_of::<S>(self.block.rows.len(), strip);
        let step = registers * S::LANES;
        let Workspace { turned, panels, .. } = &mut *self.workspace;
        // Rows that end with a whole pair are one.
        let (lines, length) = if 2 * layout.pairs == width { (1, rows * width) } else { (rows, width) };
        let group = image * geometry.output_channels() + self.block.group * geometry.output_channels_per_group();
        for register in 0..registers {
            let channel = strip * self.call.registers.strip + register * S::LANES;
            let channels = S::LANES.min(self.block.rows.len() - channel);
            let first = (group + self.block.output + channel) * plane + first_row * width;
            for line in 0..lines {
                let numbers = &output_gradient[first + line * width..];
                let to = &mut turned[line * 2 * layout.pairs * step + register * S::LANES..];
                Rows { numbers, channel: plane, channels, length }.turn(simd, to, step);
            }
        }
        let mut check = simd.splat(T::ZERO);
        let (scale, zero) = (simd.splat(overflow_scale::<T>()), simd.splat(T::ZERO));
        let panel = self.call.panel();
        let (first, rest) = panels[strip * SUMS * panel..].split_at_mut(panel);
        let (second, rest) = rest.split_at_mut(panel);
        let (third, fourth) = rest.split_at_mut(panel);
        for (pair, gradients) in turned.chunks_exact(2 * step).take(rows * layout.pairs).enumerate() {
            for at in (0..step).step_by(S::LANES) {
                let (even, odd) = (simd.load(gradients, at), simd.load(gradients, step + at));
                check = simd.mul_add(simd.mul(even, scale), zero, check);
                check = simd.mul_add(simd.mul(odd, scale), zero, check);
                let to = pair * step + at;
                simd.store(even, first, to);
                simd.store(simd.add(even, odd), second, to);
                simd.store(simd.sub(even, odd), third, to);
                simd.store(odd, fourth, to);
            }
        }
        let mut numbers = [T::ZERO; MOST_LANES];
        simd.store(check, &mut numbers, 0);
        numbers.iter().all(|number| *number == T::ZERO)
    }

    /// The taps of all parts.
    #[inline(always)]
    fn write<S: Simd<Number = T>>(&mut self, simd: S) {
        let call = self.call;
        let (kernel, columns) = (call.geometry.rows().kernel(), call.geometry.columns());
        let per_channel = kernel * columns.kernel();
        let half = simd.splat(T::from_f64(0.5));
        for strip in 0..self.strips() {
            let registers = registers_of::<S>(self.block.rows.len(), strip);
            let step = registers * S::LANES;
            let Workspace { totals, taps, .. } = &mut *self.workspace;
            let sums = &totals.sums[strip * call.sums()..][..call.sums()];
            for (index, channel) in (0..self.block.inputs).step_by(call.channels).enumerate() {
                let lines = call.channels.min(self.block.inputs - channel) * kernel;
                for register in 0..registers {
                    for line in 0..lines {
                        for (part, at) in call.parts.indices() {
                            // No closures, which might be compiled without the kernel's instructions.
                            macro_rules! product {
                                ($sum:literal) => {{
                                    let before = index * call.sums_before(SUMS) + call.sums_before($sum);
                                    let place = before + line * call.parts.of($sum).len() + at[$sum];
                                    simd.load(sums, place * step + register * S::LANES)
                                }};
                            }
                            macro_rules! keep {
                                ($tap:literal, $number:expr) => {
                                    let tap = line * columns.kernel() + part.first + $tap * columns.stride();
                                    simd.store($number, taps, tap * S::LANES);
                                };
                            }
                            match part.taps {
                                1 => {
                                    keep!(0, simd.add(product!(0), product!(3)));
                                }
                                2 => {
                                    keep!(0, simd.add(product!(0), product!(1)));
                                    keep!(1, simd.add(product!(1), product!(3)));
                                }
                                _ => {
                                    let (sum, difference) = (
                                        simd.mul(simd.add(product!(1), product!(2)), half),
                                        simd.mul(simd.sub(product!(1), product!(2)), half),
                                    );
                                    keep!(0, simd.add(product!(0), sum));
                                    keep!(1, difference);
                                    keep!(2, simd.add(sum, product!(3)));
                                }
                            }
                        }
                    }
                    let first = strip * call.registers.strip + register * S::LANES;
                    let last = self.block.rows.len().min(first + S::LANES);
                    let count = lines * columns.kernel();
                    let rows = &mut self.block.rows[first..last];
                    write_taps(simd, taps, [0, S::LANES, count], rows, channel * per_channel);
                }
            }
        }
    }
}
