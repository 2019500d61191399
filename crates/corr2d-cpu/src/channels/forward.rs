//! The forward pass: the output cut into tasks, and a task into blocks.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::block::{MOST_PIXELS, RUN, Source, most_pixels};
use super::pack::Pack;
use super::pixels;
use super::transpose::{MOST_LANES, transpose};
use super::window::{Layout, phases};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Axis, Conv2dOptions, Element, Error, Geometry, zeros};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// The elements of a window, so that it stays in a second-level cache beside the weights of a register.
const WINDOW: usize = 1 << 15;

/// The largest window of a block that is worth having; beyond lie absurd dilations.
const MOST_WINDOW: usize = 1 << 20;

/// The products up to which pixels go in lanes: 3×3 on 3 channels gains 9 % (AVX-512) and 30 % (AVX2), 1×1 on 64
/// channels as much; 7×7 on 3 channels loses 5 % on AVX-512, 3×3 on 64 channels loses 6 % on AVX2.
const SHORT_SUM: usize = 64;

/// The fewest output channels of a group that fill a register well enough. No layer with so many is too small: against
/// `direct` on AVX-512, 4 → 8 channels at 8×8 take 2.7–3.5 µs instead of 3.0, 16 → 16 at 8×8 10 µs instead of 67, and
/// 512 → 1000 on one pixel, where each packed weight is used once, 0.15 ms instead of 0.48.
const FEWEST_CHANNELS: usize = 8;

/// Whether this algorithm is a good choice for a geometry.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    geometry.output_channels_per_group() >= FEWEST_CHANNELS && window(geometry, 1, MOST_PIXELS) <= MOST_WINDOW
}

/// The elements that so many output rows and columns read, at most.
fn window(geometry: &Geometry, rows: usize, columns: usize) -> usize {
    let kernel = geometry.rows().kernel();
    let read = (kernel * rows).min((rows - 1) * geometry.rows().stride() + geometry.rows().dilated());
    let (phases, length) = phases(geometry.columns(), columns);
    let row = phases.len().saturating_mul(length);
    geometry.input_channels_per_group().saturating_mul(read.min(geometry.rows().input())).saturating_mul(row)
}

/// output = correlation of input with weight, plus bias.
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let lanes = isa.run::<T, _>(Lanes);
    let flat = flat(geometry, lanes);
    let geometry = flat.as_ref().unwrap_or(geometry);
    let sequential = geometry.multiplications() < SEQUENTIAL_MULTIPLICATIONS || rayon::current_num_threads() == 1;
    let cut = Cut::new(geometry, lanes, if sequential { 1 } else { rayon::current_num_threads() });
    let packed = cut.pack(isa, geometry, weight, sequential)?;
    let height = geometry.rows().output();
    let blocks = (0..height).step_by(cut.rows).map(|row| row..height.min(row + cut.rows));
    let layouts: Vec<_> = blocks.map(|rows| Rows::new(geometry, rows, cut.columns)).collect();
    let run = |scratch: &mut Vec<T>, task: Task<'_, T>| {
        let rows = &layouts[task.block];
        isa.run(Run { geometry, input, weight, bias, packed: packed.as_ref(), cut: &cut, rows, scratch, task })
    };
    let tasks = cut.tasks(geometry, output);
    if sequential {
        let mut scratch = Vec::new();
        tasks.into_iter().try_for_each(|task| run(&mut scratch, task))
    } else {
        tasks.into_par_iter().map_init(Vec::new, run).collect()
    }
}

/// A layer of single pixels with as many rows joined as fill registers well.
fn flat(geometry: &Geometry, lanes: usize) -> Option<Geometry> {
    let [batch, channels, height, width] = geometry.input_shape();
    let weight = geometry.weight_shape();
    let alone = |axis: &Axis| axis.kernel() == 1 && axis.stride() == 1 && axis.padded() == axis.input();
    if !alone(geometry.rows()) || !alone(geometry.columns()) {
        return None;
    }
    let fills = |joined: &usize| {
        let width = joined * width;
        height % joined == 0 && width * 16 >= width.next_multiple_of(lanes) * 15
    };
    let joined = (1..=height).find(fills).unwrap_or(height);
    let options = Conv2dOptions { groups: geometry.groups(), ..Default::default() };
    Geometry::new([batch, channels, height / joined, joined * width], weight, &options).ok()
}

/// The lanes of an instruction set.
struct Lanes;

impl<T: Element> Kernel<T> for Lanes {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> usize {
        S::LANES
    }
}

/// How an output is cut. It changes nothing in the results.
struct Cut {
    lanes: usize,
    /// The registers of a group's channels.
    registers: usize,
    /// Output rows of a task.
    rows: usize,
    /// Output columns of a window.
    columns: usize,
    /// Registers of channels of a task, an even number or all.
    registers_per_task: usize,
}

impl Cut {
    fn new(geometry: &Geometry, lanes: usize, threads: usize) -> Self {
        let (height, width) = (geometry.rows().output(), geometry.columns().output());
        let registers = geometry.output_channels_per_group().div_ceil(lanes);
        let mut columns = width;
        while columns > 2 * pixels::REGISTERS * MOST_LANES && window(geometry, 1, columns) > WINDOW {
            columns = columns.div_ceil(2).next_multiple_of(pixels::REGISTERS * MOST_LANES);
        }
        let mut rows = 1;
        while rows < height && window(geometry, rows + 1, columns) <= WINDOW {
            rows += 1;
        }
        // Four tasks for each thread: first by fewer rows, then by fewer channels, which copies windows twice.
        let wanted = if threads == 1 { 1 } else { 4 * threads };
        let others = geometry.batch() * geometry.groups();
        while rows > 4 && others * height.div_ceil(rows) < wanted {
            rows = rows.div_ceil(2);
        }
        // Rows of tasks are as equal as they can be.
        rows = height.div_ceil(height.div_ceil(rows));
        let parts = wanted.div_ceil(others * height.div_ceil(rows));
        let registers_per_task = registers.div_ceil(parts).next_multiple_of(2);
        Self { lanes, registers, rows, columns, registers_per_task }
    }

    /// The packed weights, unless each is used by one task alone, which then packs its own.
    fn pack<T: Element>(
        &self,
        isa: Isa,
        geometry: &Geometry,
        weight: &[T],
        sequential: bool,
    ) -> Result<Option<Packed<T>>, Error> {
        if geometry.batch() == 1 && self.rows >= geometry.rows().output() && self.columns >= geometry.columns().output()
        {
            return Ok(None);
        }
        let taps = weight.len() / geometry.output_channels();
        let length = taps * self.lanes;
        let registers = geometry.groups() * self.registers;
        let mut packed = Packed { weights: zeros(registers * length)?, finite: vec![false; registers] };
        let pack = |(index, (packed, finite)): (usize, (&mut [T], &mut bool))| {
            let weights = self.weights(geometry, weight, index / self.registers, index % self.registers);
            *finite = isa.run(Pack { weights, taps, packed });
        };
        if sequential {
            packed.weights.chunks_mut(length).zip(&mut packed.finite).enumerate().for_each(pack);
        } else {
            packed.weights.par_chunks_mut(length).zip(&mut packed.finite).enumerate().for_each(pack);
        }
        Ok(Some(packed))
    }

    /// The rows of the weights of one register.
    fn weights<'a, T>(&self, geometry: &Geometry, weight: &'a [T], group: usize, register: usize) -> &'a [T] {
        let channels = geometry.output_channels_per_group();
        let taps = weight.len() / geometry.output_channels();
        let (first, end) = (register * self.lanes, channels.min((register + 1) * self.lanes));
        &weight[(group * channels + first) * taps..(group * channels + end) * taps]
    }

    fn tasks<'a, T>(&self, geometry: &Geometry, output: &'a mut [MaybeUninit<T>]) -> Vec<Task<'a, T>> {
        let (width, channels) = (geometry.columns().output(), geometry.output_channels_per_group());
        let plane = geometry.rows().output() * width;
        let mut tasks = Vec::new();
        for (index, group) in output.chunks_mut(channels * plane).enumerate() {
            let (image, group_index) = (index / geometry.groups(), index % geometry.groups());
            for (part, planes) in group.chunks_mut(self.registers_per_task * self.lanes * plane).enumerate() {
                let register = part * self.registers_per_task;
                let (first_task, planes_in_part) = (tasks.len(), planes.len() / plane);
                for plane in planes.chunks_mut(plane) {
                    for (block, rows) in plane.chunks_mut(self.rows * width).enumerate() {
                        if tasks.len() == first_task + block {
                            let rows = Vec::with_capacity(planes_in_part);
                            tasks.push(Task { image, group: group_index, block, register, rows });
                        }
                        tasks[first_task + block].rows.push(rows);
                    }
                }
            }
        }
        tasks
    }
}

/// All weights, register by register.
struct Packed<T> {
    weights: Vec<T>,
    finite: Vec<bool>,
}

/// Some rows of some output channels of one group.
struct Task<'a, T> {
    image: usize,
    group: usize,
    /// Which block of rows.
    block: usize,
    /// The first register of channels, counted within the group.
    register: usize,
    /// For each channel its rows, one after another.
    rows: Vec<&'a mut [MaybeUninit<T>]>,
}

struct Run<'a, T> {
    geometry: &'a Geometry,
    input: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
    packed: Option<&'a Packed<T>>,
    cut: &'a Cut,
    rows: &'a Rows,
    scratch: &'a mut Vec<T>,
    task: Task<'a, T>,
}

impl<T: Element> Kernel<T> for Run<'_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> Result<(), Error> {
        let (geometry, cut) = (self.geometry, self.cut);
        let width = geometry.columns().output();
        let channels = geometry.input_channels_per_group();
        let Rows { layout, rows } = self.rows;
        let plane = geometry.rows().input() * geometry.columns().input();
        let first = self.task.image * geometry.input_channels() + self.task.group * channels;
        let planes = &self.input[first * plane..][..channels * plane];
        let register_length = self.weight.len() / geometry.output_channels() * S::LANES;

        let window_length = channels * layout.channel();
        let own = if self.packed.is_some() { 0 } else { 2 * register_length };
        reserve(self.scratch, window_length + own)?;
        let (window, own) = self.scratch[..window_length + own].split_at_mut(window_length);
        let mut start = 0;
        while start < width {
            let columns = start..width.min(start + cut.columns);
            layout.fill(geometry, planes, start, window);
            let mut register = self.task.register;
            let mut destinations = &mut self.task.rows[..];
            while !destinations.is_empty() {
                let left = destinations.len().div_ceil(S::LANES);
                let registers =
                    if left > 1 && (S::ACCUMULATORS < 16 || columns.len() <= MOST_PIXELS / 2) { 2 } else { 1 };
                let (now, later) = destinations.split_at_mut(destinations.len().min(registers * S::LANES));
                let (weights, finite) = match self.packed {
                    Some(packed) => {
                        let index = self.task.group * cut.registers + register;
                        let finite = packed.finite[index..index + registers].iter().all(|finite| *finite);
                        (&packed.weights[index * register_length..][..registers * register_length], finite)
                    }
                    None => {
                        let mut finite = true;
                        for (r, packed) in own.chunks_mut(register_length).take(registers).enumerate() {
                            let weights = cut.weights(geometry, self.weight, self.task.group, register + r);
                            finite &= Pack { weights, taps: register_length / S::LANES, packed }.run(simd);
                        }
                        (&own[..registers * register_length], finite)
                    }
                };
                let first_channel = self.task.group * geometry.output_channels_per_group() + register * S::LANES;
                let bias = self.bias.map(|bias| &bias[first_channel..][..now.len()]);
                let strip =
                    Strip { geometry, layout, window, weights, finite, bias, columns: columns.clone(), registers };
                for (row, taps) in rows.iter().enumerate() {
                    match const { pixels::suits::<S>() } && strip.in_lanes::<S>() {
                        true => strip.write_pixels(simd, row, taps, now),
                        false => strip.write_row(simd, row, taps, now),
                    }
                }
                destinations = later;
                register += registers;
            }
            start = columns.end;
        }
        Ok(())
    }
}

/// At least so many elements, whatever they hold.
fn reserve<T: Element>(scratch: &mut Vec<T>, length: usize) -> Result<(), Error> {
    if scratch.len() < length {
        *scratch = Vec::new();
        *scratch = zeros(length)?;
    }
    Ok(())
}

/// The rows of a block.
struct Rows {
    layout: Layout,
    rows: Vec<RowTaps>,
}

impl Rows {
    fn new(geometry: &Geometry, rows: Range<usize>, columns: usize) -> Self {
        let layout = Layout::new(geometry, rows.clone(), columns);
        let rows = (0..rows.len()).map(|row| RowTaps::new(&layout, geometry, row)).collect();
        Self { layout, rows }
    }
}

/// The taps of an output row, for as many channels as make a run.
struct RowTaps {
    kernel_rows: Range<usize>,
    channels: usize,
    taps: Vec<usize>,
}

impl RowTaps {
    fn new(layout: &Layout, geometry: &Geometry, row: usize) -> Self {
        let kernel_rows = layout.kernel_rows(row);
        let taps = kernel_rows.len() * geometry.columns().kernel();
        // Between the weights of two channels lie those of the kernel rows that are left out.
        let whole = kernel_rows.len() == geometry.rows().kernel();
        let channels = if whole { (RUN / taps).clamp(1, geometry.input_channels_per_group()) } else { 1 };
        let of_channel = |channel: usize| layout.taps(row).map(move |tap| channel * layout.channel() + tap);
        Self { kernel_rows, channels, taps: (0..channels).flat_map(of_channel).collect() }
    }
}

/// Some columns of one or two registers of channels.
struct Strip<'a, T> {
    geometry: &'a Geometry,
    layout: &'a Layout,
    window: &'a [T],
    weights: &'a [T],
    finite: bool,
    bias: Option<&'a [T]>,
    columns: Range<usize>,
    registers: usize,
}

impl<T: Element> Strip<'_, T> {
    /// Cuts the row into blocks of nearly one width.
    #[inline(always)]
    fn write_row<S: Simd<Number = T>>(
        &self,
        simd: S,
        row: usize,
        taps: &RowTaps,
        destinations: &mut [&mut [MaybeUninit<T>]],
    ) {
        let width = self.columns.len();
        let blocks = width.div_ceil(most_pixels::<S>(self.registers));
        let mut totals = [T::ZERO; MOST_PIXELS * MOST_LANES];
        for block in 0..blocks {
            let (start, end) = (block * width / blocks, (block + 1) * width / blocks);
            let pixels = end - start;
            self.fill_bias(simd, pixels, &mut totals);
            if self.finite || self.inside(self.columns.start + start, self.columns.start + end - 1) {
                self.add(simd, taps, start, pixels, &mut totals);
            } else {
                self.add_present(simd, taps, start, pixels, &mut totals);
            }
            let at = row * self.geometry.columns().output() + self.columns.start + start;
            write(simd, pixels, &totals, destinations, at);
        }
    }

    #[inline(always)]
    fn fill_bias<S: Simd<Number = T>>(&self, simd: S, pixels: usize, totals: &mut [T]) {
        for register in 0..self.registers {
            let bias =
                self.bias.map_or(simd.splat(T::ZERO), |bias| simd.load_within(bias, (register * S::LANES) as isize));
            for pixel in 0..pixels {
                simd.store(bias, totals, (register * pixels + pixel) * S::LANES);
            }
        }
    }

    /// Whether no tap of these outputs reads padding at the sides.
    fn inside(&self, first: usize, last: usize) -> bool {
        let columns = self.geometry.columns();
        columns.input_position(first, 0).is_some() && columns.input_position(last, columns.kernel() - 1).is_some()
    }

    #[inline(always)]
    fn add<S: Simd<Number = T>>(&self, simd: S, taps: &RowTaps, start: usize, pixels: usize, totals: &mut [T]) {
        if taps.taps.is_empty() {
            return;
        }
        let source = self.source(S::LANES, taps, [0, self.registers - 1], start);
        macro_rules! cases {
            ($($count:literal)*) => {
                match (self.registers, pixels) {
                    $((1, $count) => if const { $count <= most_pixels::<S>(1) } {
                        source.add::<S, $count, 1>(simd, totals);
                    },
                    (2, $count) => if const { $count <= most_pixels::<S>(2) } {
                        source.add::<S, $count, 2>(simd, totals);
                    },)*
                    // Rows are cut into blocks of at most `most_pixels`.
                    _ => debug_assert!(false, "{pixels} pixels × {} registers", self.registers),
                }
            };
        }
        cases!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    fn source<'a>(&'a self, lanes: usize, taps: &'a RowTaps, registers: [usize; 2], start: usize) -> Source<'a, T> {
        let geometry = self.geometry;
        let skipped = taps.kernel_rows.start * geometry.columns().kernel() * lanes;
        let length = self.weights.len() / self.registers;
        Source {
            window: &self.window[start..],
            taps: &taps.taps,
            channels: taps.channels,
            channel: self.layout.channel(),
            weights: registers.map(|register| &self.weights[register * length..][skipped..length]),
            weights_per_channel: geometry.rows().kernel() * geometry.columns().kernel(),
            all_channels: geometry.input_channels_per_group(),
        }
    }

    /// Whether pixels in lanes are the better choice: short sums, and rows that fill their registers.
    fn in_lanes<S: Simd<Number = T>>(&self) -> bool {
        let width = self.columns.len();
        let taps = self.weights.len() / (self.registers * S::LANES);
        let all = width.div_ceil(S::LANES) * S::LANES;
        self.finite && width >= S::LANES && width * 16 >= all * 15 && taps <= SHORT_SUM
    }

    /// As [`Strip::write_row`], with pixels in lanes.
    #[inline(always)]
    fn write_pixels<S: Simd<Number = T>>(
        &self,
        simd: S,
        row: usize,
        taps: &RowTaps,
        destinations: &mut [&mut [MaybeUninit<T>]],
    ) {
        let (width, step) = (self.columns.len(), const { pixels::channels::<S>() });
        let vectors = width.div_ceil(S::LANES);
        let mut totals = [T::ZERO; pixels::MOST_TOTALS];
        let mut first = 0;
        while first < vectors {
            let count = match vectors - first {
                2 | 4 => 2,
                left => left.min(pixels::REGISTERS),
            };
            let columns = [0, 1, 2].map(|register| ((first + register) * S::LANES).min(width - S::LANES));
            for (block, destinations) in destinations.chunks_mut(step).enumerate() {
                let (register, lane) = (block * step / S::LANES, block * step % S::LANES);
                for (index, total) in totals.chunks_exact_mut(S::LANES).take(count * step).enumerate() {
                    let bias = self.bias.and_then(|bias| bias.get(block * step + index % step));
                    simd.store(simd.splat(bias.copied().unwrap_or(T::ZERO)), total, 0);
                }
                if !taps.taps.is_empty() {
                    let source = self.source(S::LANES, taps, [register; 2], 0);
                    if const { pixels::channels::<S>() == 8 } {
                        match count {
                            1 => source.add_pixels::<S, 8, 1>(simd, lane, columns, &mut totals),
                            2 => source.add_pixels::<S, 8, 2>(simd, lane, columns, &mut totals),
                            _ => source.add_pixels::<S, 8, 3>(simd, lane, columns, &mut totals),
                        }
                    } else {
                        match count {
                            1 => source.add_pixels::<S, 4, 1>(simd, lane, columns, &mut totals),
                            2 => source.add_pixels::<S, 4, 2>(simd, lane, columns, &mut totals),
                            _ => source.add_pixels::<S, 4, 3>(simd, lane, columns, &mut totals),
                        }
                    }
                }
                for (register, column) in columns[..count].iter().enumerate() {
                    let at = row * self.geometry.columns().output() + self.columns.start + column;
                    for (channel, destination) in destinations.iter_mut().enumerate() {
                        let sums = simd.load(&totals, (register * step + channel) * S::LANES);
                        simd.write(sums, destination, at);
                    }
                }
            }
            first += count;
        }
    }

    /// As [`Strip::add`], pixel by pixel and without the taps that read padding.
    fn add_present<S: Simd<Number = T>>(&self, simd: S, taps: &RowTaps, start: usize, pixels: usize, totals: &mut [T]) {
        let columns = self.geometry.columns();
        let (width, channel_taps) = (columns.kernel(), self.geometry.rows().kernel() * columns.kernel());
        let first_tap = taps.kernel_rows.start * width;
        let length = self.weights.len() / self.registers;
        for (index, total) in totals.chunks_mut(S::LANES).take(self.registers * pixels).enumerate() {
            let (register, pixel) = (index / pixels, start + index % pixels);
            let weights = &self.weights[register * length..];
            for channel in 0..self.geometry.input_channels_per_group() {
                let mut sum = simd.splat(T::ZERO);
                for (tap, offset) in taps.taps[..taps.kernel_rows.len() * width].iter().enumerate() {
                    if columns.input_position(self.columns.start + pixel, tap % width).is_some() {
                        let x = simd.splat(self.window[channel * self.layout.channel() + offset + pixel]);
                        sum = simd.mul_add(
                            x,
                            simd.load(weights, (channel * channel_taps + first_tap + tap) * S::LANES),
                            sum,
                        );
                    }
                }
                simd.store(simd.add(simd.load(total, 0), sum), total, 0);
            }
        }
    }
}

/// Writes pixels × channels as rows of pixels, from `at` on.
#[inline(always)]
fn write<S: Simd>(
    simd: S,
    pixels: usize,
    totals: &[S::Number],
    destinations: &mut [&mut [MaybeUninit<S::Number>]],
    at: usize,
) {
    for (register, destinations) in destinations.chunks_mut(S::LANES).enumerate() {
        let totals = &totals[register * pixels * S::LANES..][..pixels * S::LANES];
        let mut first = 0;
        while first < pixels {
            let mut square = [simd.splat(<S::Number as Element>::ZERO); MOST_LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && first + I < pixels {
                    square[I] = simd.load(totals, (first + I) * S::LANES);
                }
            });
            let square = transpose(simd, square);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I < destinations.len() {
                    simd.write_first(square[I], &mut destinations[I][at + first..at + pixels], 0);
                }
            });
            first += S::LANES;
        }
    }
}
