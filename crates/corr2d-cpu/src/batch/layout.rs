//! Where a pixel lies when images are in lanes.
//!
//! ```text
//! pixels[channel][row][phase][column][lane] = x[n + lane, channel, row, column · stride + phase − left], 0 in the padding
//! ```
//!
//! Neighbouring outputs read neighbouring registers, whatever the stride. Rows of padding are not there: no sum reads them.

use std::ops::Range;

use super::block::KernelRows;
use crate::transpose::MOST_LANES;
use crate::{Axis, Geometry};

/// The registers of a group's channels, of its outputs, and of all weights, at most: 2 MiB of each. Also the taps of all output
/// columns, which are listed in blocks.
const MOST_REGISTERS: usize = 1 << 15;

/// The most output columns and taps of a row, so that no sum along a row is longer than a run.
const MOST_COLUMNS: usize = 64;

/// Whether the pictures of a geometry are small enough.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let columns = geometry.columns();
    registers(geometry) <= MOST_REGISTERS && columns.output().max(columns.kernel()) <= MOST_COLUMNS
}

/// Whether the batch fills four fifths of its registers or more, and the pictures are small enough to stay in a second-level
/// cache.
pub(crate) fn fills_lanes(geometry: &Geometry) -> bool {
    // Whatever the instruction set, so that the path is the same.
    let fills = 5 * geometry.batch() >= 4 * geometry.batch().next_multiple_of(MOST_LANES);
    geometry.batch() >= MOST_LANES && fills && suits(geometry) && registers(geometry) <= MOST_REGISTERS / 2
}

/// The most of what [`MOST_REGISTERS`] limits.
fn registers(geometry: &Geometry) -> usize {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let plane = rows.input().saturating_mul(read(columns).next_multiple_of(columns.stride()));
    // A batch of 0 images may have planes of any size.
    let output_plane = rows.output().saturating_mul(columns.output());
    let taps = rows.kernel().saturating_mul(columns.kernel()).saturating_mul(columns.output());
    let pixels = plane.saturating_mul(geometry.input_channels_per_group());
    let outputs = output_plane.saturating_mul(geometry.output_channels_per_group());
    pixels.max(outputs).max(geometry.weight_len()).max(taps)
}

/// The columns that are read, those in the padding too.
fn read(columns: &Axis) -> usize {
    (columns.output() - 1).saturating_mul(columns.stride()).saturating_add(columns.dilated())
}

/// The places of pixels, counted in registers.
pub(super) struct Layout {
    stride: usize,
    /// The length of a phase.
    phase: usize,
    /// From one row to the next.
    pub(super) row: usize,
    /// From one channel to the next.
    pub(super) channel: usize,
    /// The columns of the input that are read, and where the first of them lies among all that are read.
    pub(super) columns: Range<usize>,
    pub(super) first: usize,
}

impl Layout {
    pub(super) fn new(geometry: &Geometry) -> Self {
        let columns = geometry.columns();
        let (stride, read, first) = (columns.stride(), read(columns), columns.first_read());
        let phase = read.div_ceil(stride);
        let row = stride * phase;
        let begin = first.max(0) as usize;
        let end = columns.input().min(read.saturating_add_signed(first));
        let first = first.min(0).unsigned_abs();
        Self { stride, phase, row, channel: geometry.rows().input() * row, columns: begin..end.max(begin), first }
    }

    /// Where a column lies in a row, counted with the padding.
    pub(super) fn place(&self, column: usize) -> usize {
        column % self.stride * self.phase + column / self.stride
    }

    /// Where a tap reads for the first output, from the row on that the first tap reads.
    pub(super) fn tap(&self, geometry: &Geometry, a: usize, b: usize) -> usize {
        a * geometry.rows().dilation() * self.row + self.place(b * geometry.columns().dilation())
    }
}

/// The rows of the kernel through which an output row reads the input.
pub(super) fn taps_of_row(rows: &Axis, output: usize) -> KernelRows {
    let mut inside = (0..rows.kernel()).filter_map(|tap| Some((tap, rows.input_position(output, tap)?)));
    let (rows_inside, input_row) = match inside.next() {
        Some((tap, row)) => (tap..tap + 1 + inside.count(), row),
        None => (0..0, 0),
    };
    KernelRows { rows: rows_inside, input_row, dilation: rows.dilation() }
}

/// The taps through which some of these output columns read the input, from the first to the last of them: where the input is
/// narrower than a stride, some in between may read padding alone.
pub(super) fn taps_of_columns(columns: &Axis, outputs: Range<usize>) -> Range<usize> {
    let reads = |tap: &usize| {
        let inside = columns.outputs_of_tap(*tap);
        !inside.is_empty() && inside.start < outputs.end && outputs.start < inside.end
    };
    let first = (0..columns.kernel()).find(reads);
    let last = (0..columns.kernel()).rev().find(reads);
    first.zip(last).map_or(0..0, |(first, last)| first..last + 1)
}
