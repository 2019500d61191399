//! The kernel of one output channel, cut into parts.

use crate::{Element, Geometry};

/// The most kernel rows of a part.
pub(super) const MOST_ROWS: usize = 8;

/// The most kernel columns of a part, so that a sum of more than 128 products is made of shorter ones.
const MOST_COLUMNS: usize = 16;

/// All parts, in the order in which they are summed.
pub(super) struct Parts<T> {
    parts: Vec<Part>,
    /// Part by part, [column][row].
    weights: Vec<T>,
}

/// Where a part lies in the kernel.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) channel: usize,
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    /// Where its weights begin.
    start: usize,
}

impl<T: Element> Parts<T> {
    pub(super) fn new() -> Self {
        Self { parts: Vec::new(), weights: Vec::new() }
    }

    /// Cuts the weights [C / groups, h, w] of an output channel.
    pub(super) fn cut(&mut self, geometry: &Geometry, kernel: &[T]) {
        let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
        self.parts.clear();
        self.weights.clear();
        for (channel, kernel) in kernel.chunks_exact(height * width).enumerate() {
            for row in (0..height).step_by(MOST_ROWS) {
                for column in (0..width).step_by(MOST_COLUMNS) {
                    let (rows, columns) = ((height - row).min(MOST_ROWS), (width - column).min(MOST_COLUMNS));
                    self.parts.push(Part { channel, row, rows, column, columns, start: self.weights.len() });
                    for b in column..column + columns {
                        self.weights.extend((row..row + rows).map(|a| kernel[a * width + b]));
                    }
                }
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    #[inline(always)]
    pub(super) fn get(&self, index: usize) -> Part {
        self.parts[index]
    }

    /// The weights of a part of `ROWS` rows, column by column.
    #[inline(always)]
    pub(super) fn taps<const ROWS: usize>(&self, part: Part) -> &[[T; ROWS]] {
        self.weights[part.start..][..part.columns * ROWS].as_chunks().0
    }
}
