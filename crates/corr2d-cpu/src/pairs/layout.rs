//! Where the sums and differences of pixels that some output rows read lie.
//!
//! ```text
//! v[channel][product of a kernel row][input row][pair of outputs]
//! ```
//!
//! Input rows a stride apart are neighbours, so that from one output row to the next every tap moves by one row; and rows follow
//! each other without a gap, so that the pairs of several output rows are one line.

use super::parts::{Parts, SUMS};
use crate::simd::Offsets;
use crate::transpose::MOST_LANES;
use crate::{Axis, Geometry};

/// The products that are summed in one run.
pub(super) const RUN: usize = 64;

/// The bytes of a cache line.
const LINE: usize = 64;

/// Room for what the last register of a plane writes too much, in numbers.
const SPARE: usize = MOST_LANES;

/// The layout for some output rows.
pub(super) struct Layout {
    /// The pairs of outputs of a row.
    pub(super) pairs: usize,
    /// For each phase of the vertical stride that a kernel row reads: how far from the first row of a window, and how many strides
    /// farther the last kernel row of it reads.
    phases: Vec<[usize; 2]>,
    /// The input rows of each of them.
    length: usize,
    /// From a product of a kernel row to the next.
    pub(super) plane: usize,
    /// From a channel to the next.
    pub(super) channel: usize,
}

impl Layout {
    pub(super) fn new(geometry: &Geometry, parts: &Parts, rows: usize) -> Self {
        let axis = geometry.rows();
        let pairs = pairs(geometry.columns());
        let phases = phases(axis);
        let length = rows.saturating_add((axis.dilated() - 1) / axis.stride());
        let numbers = phases.len().saturating_mul(length).saturating_mul(pairs).saturating_add(SPARE);
        // An odd number of lines of f32, so that planes do not share a few places of a cache.
        let line = LINE / size_of::<f32>();
        let plane = (numbers.div_ceil(line) | 1).saturating_mul(line);
        Self { pairs, phases, length, plane, channel: parts.products().saturating_mul(plane) }
    }

    /// All numbers of so many channels.
    pub(super) fn len(&self, channels: usize) -> usize {
        channels.saturating_mul(self.channel)
    }

    /// How many input rows there are.
    pub(super) fn input_rows_count(&self) -> usize {
        self.phases.len().saturating_mul(self.length)
    }

    /// The input rows in order, for output rows from `first` on; none where they lie in the padding, or where no window reads them: of
    /// a short band a row may be left over, and whether its pixels count must not depend on the bands.
    pub(super) fn input_rows(&self, axis: &Axis, first: usize) -> impl Iterator<Item = Option<usize>> {
        let (stride, begin, input, output) = (axis.stride(), axis.first_read(), axis.input(), axis.output());
        let row = move |[phase, farther]: [usize; 2], row: usize| {
            if row >= output + farther {
                return None;
            }
            (row * stride + phase).checked_add_signed(begin).filter(|row| *row < input)
        };
        self.phases.iter().flat_map(move |phase| (first..first + self.length).map(move |index| row(*phase, index)))
    }

    /// Where a kernel row reads for the first output row, in rows of a plane.
    fn row(&self, axis: &Axis, kernel_row: usize) -> usize {
        let reach = kernel_row * axis.dilation();
        let phase = self.phases.iter().position(|[phase, _]| *phase == reach % axis.stride()).unwrap_or(0);
        phase * self.length + reach / axis.stride()
    }

    /// Where the products of one of the four sums read, of so many channels: channel by channel, kernel row by kernel row.
    pub(super) fn offsets(&self, axis: &Axis, parts: &Parts, sum: usize, channels: usize) -> Vec<usize> {
        let (before, count) = (parts.before(sum), parts.of(sum).len());
        let mut offsets = Vec::with_capacity(channels * axis.kernel() * count);
        for channel in 0..channels {
            for kernel_row in 0..axis.kernel() {
                let row = channel * self.channel + self.row(axis, kernel_row) * self.pairs;
                offsets.extend((before..before + count).map(|product| row + product * self.plane));
            }
        }
        offsets
    }

    /// For each of the four sums where its products read, for as many channels as make a run.
    pub(super) fn taps(&self, geometry: &Geometry, parts: &Parts) -> [Taps; SUMS] {
        let axis = geometry.rows();
        std::array::from_fn(|sum| {
            let per_channel = axis.kernel() * parts.of(sum).len();
            let channels = (RUN / per_channel.max(1)).clamp(1, geometry.input_channels_per_group());
            Taps { channels, per_channel, offsets: Offsets::new(self.offsets(axis, parts, sum, channels)) }
        })
    }
}

/// Where the products of one sum read.
pub(super) struct Taps {
    /// The channels of a run.
    pub(super) channels: usize,
    /// The products of each.
    pub(super) per_channel: usize,
    pub(super) offsets: Offsets,
}

/// The pairs of outputs of a row; the last may be half.
pub(crate) fn pairs(columns: &Axis) -> usize {
    columns.output().div_ceil(2)
}

/// The phases of a stride that some tap reads, and how many strides farther the last of their taps reads.
fn phases(axis: &Axis) -> Vec<[usize; 2]> {
    let reach = |tap: usize| tap * axis.dilation();
    let mut phases: Vec<_> = (0..axis.kernel()).map(|tap| reach(tap) % axis.stride()).collect();
    phases.sort_unstable();
    phases.dedup();
    let farther = |phase: usize| {
        let last = (0..axis.kernel()).rev().find(|tap| reach(*tap) % axis.stride() == phase);
        [phase, last.map_or(0, |tap| reach(tap) / axis.stride())]
    };
    phases.into_iter().map(farther).collect()
}
