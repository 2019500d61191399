//! How an output is cut into tasks. It changes nothing in the results.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::MOST_PIXELS;
use super::pixels;
use super::task::Task;
use super::window::phases;
use crate::bands::{Band, bands};
use crate::transpose::MOST_LANES;
use crate::{Axis, Conv2dOptions, Geometry};

/// The elements of a window, so that it stays in a second-level cache beside the weights of a register: of 2¹⁴ to 2¹⁷, the
/// fastest or within 2 % of it on all rows of the benches with AVX-512.
const WINDOW: usize = 1 << 16;

/// The largest window of a block: 4 MiB in f64. Beyond lie absurd dilations.
const MOST_WINDOW: usize = 1 << 19;

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

/// Four tasks for each thread.
pub(super) fn wanted_tasks(threads: usize) -> usize {
    if threads == 1 { 1 } else { 4 * threads }
}

/// How an output is cut. It changes nothing in the results.
pub(super) struct Cut {
    pub(super) lanes: usize,
    /// The registers of a group's channels.
    pub(super) registers: usize,
    /// Output rows of a task.
    pub(super) rows: usize,
    /// Output columns of a window.
    pub(super) columns: usize,
    /// Registers of channels of a task, an even number or all.
    pub(super) registers_per_task: usize,
}

impl Cut {
    /// For so many threads, and weights that are packed already if `kept`.
    pub(super) fn new(geometry: &Geometry, lanes: usize, threads: usize, kept: bool) -> Self {
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
        let wanted = wanted_tasks(threads);
        let others = geometry.batch() * geometry.groups();
        // A task of all rows packs the weights of its channels itself, and finds them in a cache. Where the weights are more
        // than the windows that all tasks copy then, it is cut by channels alone, if that is even: 512 → 512 at 7×7 takes
        // 3.8 ms on one thread, and on two 2.1 so and 3.4 otherwise.
        let pairs = registers.div_ceil(2);
        let copied =
            window(geometry, height, width).saturating_mul(geometry.groups() * pairs.min(wanted.div_ceil(others)));
        let packs = !kept && geometry.batch() == 1 && rows == height && columns == width;
        let is_even = others * pairs >= 2 * threads || (others * pairs).is_multiple_of(threads);
        let by_channels = packs && is_even && copied <= geometry.weight_len();
        // Else first by fewer rows, then by fewer channels, which copies windows twice.
        while !by_channels && rows > 4 && others * height.div_ceil(rows) < wanted {
            rows = rows.div_ceil(2);
        }
        // Rows of tasks are as equal as they can be.
        rows = height.div_ceil(height.div_ceil(rows));
        let parts = wanted.div_ceil(others * height.div_ceil(rows));
        let registers_per_task = registers.div_ceil(parts).next_multiple_of(2);
        Self { lanes, registers, rows, columns, registers_per_task }
    }

    /// The output rows of a block.
    pub(super) fn rows_of(&self, geometry: &Geometry, block: usize) -> Range<usize> {
        let first = block * self.rows;
        first..geometry.rows().output().min(first + self.rows)
    }

    /// Whether one task alone uses each weight of one image, so that it had better pack them itself.
    pub(super) fn uses_weights_once(&self, geometry: &Geometry) -> bool {
        geometry.batch() == 1 && self.rows >= geometry.rows().output() && self.columns >= geometry.columns().output()
    }

    pub(super) fn tasks<'a, T>(&self, geometry: &Geometry, output: &'a mut [MaybeUninit<T>]) -> Vec<Task<'a, T>> {
        let task = |Band { image, group, first_channel, first_row, outputs }| Task {
            image,
            group,
            block: first_row / self.rows,
            register: first_channel / self.lanes,
            rows: outputs,
        };
        bands(geometry, [self.rows, self.registers_per_task * self.lanes], output).into_iter().map(task).collect()
    }
}

/// Whether each output reads the pixel at its own place alone.
pub(super) fn is_pointwise(geometry: &Geometry) -> bool {
    let alone =
        |axis: &Axis| (axis.kernel(), axis.stride(), axis.first_read()) == (1, 1, 0) && axis.output() == axis.input();
    alone(geometry.rows()) && alone(geometry.columns())
}

/// A layer of single pixels with as many rows joined as leave `rows` of them: long rows are copied faster.
pub(super) fn flat(geometry: &Geometry, rows: usize) -> Option<Geometry> {
    let [batch, channels, height, width] = geometry.input_shape();
    let weight = geometry.weight_shape();
    if !is_pointwise(geometry) {
        return None;
    }
    let joined = (1..=height).rev().find(|joined| height % joined == 0 && height / joined >= rows.min(height))?;
    let options = Conv2dOptions { groups: geometry.groups(), ..Default::default() };
    Geometry::new([batch, channels, height / joined, joined * width], weight, &options).ok()
}
