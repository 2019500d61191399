//! What a chunk of output positions reads, copied with its padding so that a tap is one offset for all of them.
//!
//! ```text
//! copy[c][n][row phase][i][column phase][j] = x[n, c, (first + i) · stride + phase − before, …], 0 in the padding
//! ```
//!
//! A tap (a, b) reads row phase (a · dilation) mod stride from i = (a · dilation) / stride on, and likewise its column: for
//! neighbouring outputs neighbouring numbers, whatever the stride.

use super::window::{copy_phase, part, phases};
use crate::simd::Simd;
use crate::{Axis, Element, Geometry};

/// What keeps channels of a power of two apart in the cache.
const APART: usize = 16;

/// One axis of a copy.
pub(super) struct Side {
    phases: Vec<usize>,
    /// The length of a phase.
    length: usize,
    /// For each tap, where the first output reads: phase and place.
    taps: Vec<(usize, usize)>,
}

impl Side {
    fn new(axis: &Axis, outputs: usize) -> Self {
        let (phases, length) = phases(axis, outputs);
        let place = |tap: usize| {
            let reach = tap * axis.dilation();
            let phase = phases.iter().position(|phase| *phase == reach % axis.stride());
            (phase.unwrap_or(0), reach / axis.stride())
        };
        let taps = (0..axis.kernel()).map(place).collect();
        Self { phases, length, taps }
    }

    fn all(&self) -> usize {
        self.phases.len().saturating_mul(self.length)
    }
}

/// Where the pixels of some images × output rows × output columns lie in a copy.
pub(super) struct Layout {
    rows: Side,
    columns: Side,
    images: usize,
}

impl Layout {
    pub(super) fn new(geometry: &Geometry, [images, rows, columns]: [usize; 3]) -> Self {
        Self { rows: Side::new(geometry.rows(), rows), columns: Side::new(geometry.columns(), columns), images }
    }

    /// From one row of outputs to the next.
    pub(super) fn row(&self) -> usize {
        self.columns.all()
    }

    /// From one image to the next.
    pub(super) fn image(&self) -> usize {
        self.rows.all().saturating_mul(self.row())
    }

    /// From one channel to the next.
    pub(super) fn channel(&self) -> usize {
        let channel = self.image().saturating_mul(self.images);
        if channel % 128 < APART { channel.saturating_add(APART) } else { channel }
    }

    /// Where each tap of a channel reads.
    pub(super) fn taps(&self) -> impl Iterator<Item = usize> {
        self.rows.taps.iter().flat_map(move |(phase, row)| {
            let row = (phase * self.rows.length + row) * self.row();
            self.columns.taps.iter().map(move |(phase, column)| row + phase * self.columns.length + column)
        })
    }

    /// Copies the channels of one image for the outputs from a row and a column on. `copied` begins at that image.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(
        &self,
        simd: S,
        geometry: &Geometry,
        planes: &[S::Number],
        [first_row, first_column]: [usize; 2],
        copied: &mut [S::Number],
    ) {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let (width, plane) = (columns.input(), rows.input() * columns.input());
        let parts = |axis: &Axis, side: &Side, first: usize| -> Vec<_> {
            side.phases.iter().map(|phase| part(axis, *phase, first, side.length)).collect()
        };
        let row_parts = parts(rows, &self.rows, first_row);
        let column_parts = parts(columns, &self.columns, first_column);
        for (index, plane) in planes.chunks_exact(plane).enumerate() {
            let copied = &mut copied[index * self.channel()..][..self.image()];
            let phases = copied.chunks_exact_mut(self.rows.length * self.row());
            for ((inside, first), copied) in row_parts.iter().zip(phases) {
                for (index, copied) in copied.chunks_exact_mut(self.row()).enumerate() {
                    if !inside.contains(&index) {
                        copied.fill(S::Number::ZERO);
                        continue;
                    }
                    let row = first + (index - inside.start) * rows.stride();
                    let row = &plane[row * width..][..width];
                    for (part, copied) in column_parts.iter().zip(copied.chunks_exact_mut(self.columns.length)) {
                        copy_phase(simd, columns.stride(), row, part, copied);
                    }
                }
            }
        }
    }
}
