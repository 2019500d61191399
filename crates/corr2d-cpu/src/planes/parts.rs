//! The kernels of all output channels, cut into parts.

use crate::buffer::with_room_for;
use crate::{Element, Error, Geometry};

/// The most kernel rows of a part.
pub(super) const MOST_ROWS: usize = 8;

/// The products of a part of several planes, at most.
const RUN: usize = 64;

/// The most kernel columns of a part, so that a sum of more than 128 products is made of shorter ones.
const MOST_COLUMNS: usize = 16;

/// All parts, in the order in which they are summed.
pub(super) struct Parts<T> {
    parts: Vec<Part>,
    /// For each output channel part by part, [channel][column][row].
    weights: Vec<T>,
    /// The weights of an output channel.
    per_output: usize,
}

/// Where a part lies in the kernel.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// The first of its channels, and how many they are.
    pub(super) channel: usize,
    pub(super) channels: usize,
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    /// Where its weights begin among those of an output channel.
    start: usize,
}

impl<T: Element> Parts<T> {
    /// Cuts the weights [O, C / groups, h, w].
    pub(super) fn new(geometry: &Geometry, weight: &[T]) -> Result<Self, Error> {
        let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
        let (taps, inputs) = (height * width, geometry.input_channels_per_group());
        // As many whole planes as make a run.
        let channels = (RUN / taps).max(1);
        let mut parts = Vec::new();
        let mut start = 0;
        for channel in (0..inputs).step_by(channels) {
            let channels = channels.min(inputs - channel);
            for row in (0..height).step_by(MOST_ROWS) {
                for column in (0..width).step_by(MOST_COLUMNS) {
                    let (rows, columns) = ((height - row).min(MOST_ROWS), (width - column).min(MOST_COLUMNS));
                    parts.push(Part { channel, channels, row, rows, column, columns, start });
                    start += channels * rows * columns;
                }
            }
        }
        let mut weights = with_room_for(weight.len())?;
        for kernels in weight.chunks_exact(inputs * taps) {
            for part in &parts {
                for kernel in kernels.chunks_exact(taps).skip(part.channel).take(part.channels) {
                    for b in part.column..part.column + part.columns {
                        weights.extend((part.row..part.row + part.rows).map(|a| kernel[a * width + b]));
                    }
                }
            }
        }
        Ok(Self { parts, weights, per_output: inputs * taps })
    }

    pub(super) fn len(&self) -> usize {
        self.parts.len()
    }

    #[inline(always)]
    pub(super) fn get(&self, index: usize) -> Part {
        self.parts[index]
    }

    /// The weights of a part of `ROWS` rows for an output channel, channel by channel and column by column.
    #[inline(always)]
    pub(super) fn taps<const ROWS: usize>(&self, part: Part, output_channel: usize) -> &[[T; ROWS]] {
        self.weights[output_channel * self.per_output + part.start..][..part.channels * part.columns * ROWS]
            .as_chunks()
            .0
    }
}
