//! Which numbers of a row each output reads: worked out once for all rows, because divisions cost more than short rows.

use std::ops::Range;

use crate::buffer::with_room_for;
use crate::{Axis, Error};

/// Up to so many outputs a row goes output by output; more go tap by tap, each a loop along the row.
const NARROW: usize = 4;

/// The horizontal axis of a pooling, looked up.
pub(super) struct Columns {
    pub(super) input: usize,
    pub(super) output: usize,
    pub(super) stride: usize,
    pub(super) dilation: usize,
    /// Those that read anything.
    pub(super) taps: Vec<Tap>,
    /// For each output the first column that it reads, and how many.
    pub(super) windows: Vec<(usize, usize)>,
}

/// A tap, and the outputs that read the input through it, the first of them in column `first`.
pub(super) struct Tap {
    pub(super) first: usize,
    pub(super) outputs: Range<usize>,
}

impl Columns {
    pub(super) fn of(axis: &Axis) -> Result<Self, Error> {
        let tap = |tap: usize| {
            let outputs = axis.outputs_of_tap(tap);
            let first = axis.input_position(outputs.start, tap).filter(|_| !outputs.is_empty())?;
            Some(Tap { first, outputs })
        };
        let mut windows = with_room_for(axis.output())?;
        windows.extend((0..axis.output()).map(|output| {
            let taps = axis.taps_of_output(output);
            (axis.input_position(output, taps.start).unwrap_or(0), taps.len())
        }));
        Ok(Self {
            input: axis.input(),
            output: axis.output(),
            stride: axis.stride(),
            dilation: axis.dilation(),
            taps: (0..axis.kernel()).filter_map(tap).collect(),
            windows,
        })
    }

    /// Whether a row has too few outputs for loops along them.
    #[inline(always)]
    pub(super) fn are_narrow(&self) -> bool {
        self.output <= NARROW
    }
}
