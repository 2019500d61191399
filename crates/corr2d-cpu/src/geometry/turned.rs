//! The input gradient's sizes: it is a forward correlation of the output gradient with the kernel turned by 180 degrees.
//!
//! Along an axis with stride s and dilation d the input positions fall into s classes ρ, each with every s-th position
//! ρ + s·t. The taps a that reach a class satisfy a·d ≡ ρ + before (mod s): they are a₀, a₀ + s/D, a₀ + 2·s/D, … with
//! D = gcd(s, d), `count` of them, and position t reads through them the outputs
//!
//! ```text
//! i = t + (ρ + before − a₀·d) / s − m·d/D        m = 0 … count − 1
//! ```
//!
//! Read backwards, from m = count − 1, that is a forward correlation at stride 1 with dilation d/D. Its padding before may
//! be negative: such an axis skips what nothing reads. With a stride of 1 there is one class.

use std::ops::Range;

use super::{Axis, Geometry};

/// Some equally spaced taps of one axis of a kernel, read backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taps {
    first: usize,
    step: usize,
    count: usize,
}

impl Taps {
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The tap of the kernel that is tap `turned` here.
    pub(crate) fn tap(&self, turned: usize) -> usize {
        self.first + (self.count - 1 - turned) * self.step
    }

    /// Which tap here a tap of the kernel is.
    pub(crate) fn turned(&self, tap: usize) -> Option<usize> {
        let distance = tap.checked_sub(self.first).filter(|distance| distance.is_multiple_of(self.step))?;
        (self.count - 1).checked_sub(distance / self.step)
    }
}

/// One class of an axis: the correlation that gives its positions, and through which taps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    pub(crate) axis: Axis,
    pub(crate) taps: Taps,
}

impl Axis {
    /// The classes of the input positions, by their rest modulo the stride; `None` for one that no tap reaches.
    pub(crate) fn classes(&self) -> impl Iterator<Item = Option<Class>> {
        (0..self.stride.min(self.input)).map(|residue| self.class(residue))
    }

    fn class(&self, residue: usize) -> Option<Class> {
        let padded = residue + self.before;
        let reaches = |tap: &usize| padded % self.stride == tap * self.dilation % self.stride;
        let first = (0..self.kernel.min(self.stride)).find(reaches)?;
        let divisor = common_divisor(self.stride, self.dilation);
        let (step, dilation) = (self.stride / divisor, self.dilation / divisor);
        let count = (self.kernel - first).div_ceil(step);
        let shift = (padded as isize - (first * self.dilation) as isize) / self.stride as isize;
        let first_read = shift - ((count - 1) * dilation) as isize;

        let output = self.class_len(residue);
        let last_read = first_read + (output - 1 + (count - 1) * dilation) as isize;
        let axis = Axis {
            input: self.output,
            kernel: count,
            stride: 1,
            dilation,
            before: first_read.min(0).unsigned_abs(),
            skipped: first_read.max(0).unsigned_abs(),
            after: (last_read + 1 - self.output as isize).max(0).unsigned_abs(),
            output,
        };
        Some(Class { axis, taps: Taps { first, step, count } })
    }

    /// The positions of a class.
    pub(crate) fn class_len(&self, residue: usize) -> usize {
        (self.input - residue).div_ceil(self.stride)
    }

    /// The same for some outputs, at stride 1.
    pub(crate) fn with_outputs(&self, outputs: Range<usize>) -> Self {
        let first_read = self.first_read() + outputs.start as isize;
        Self {
            before: first_read.min(0).unsigned_abs(),
            skipped: first_read.max(0).unsigned_abs(),
            after: self.after.saturating_sub(self.output - outputs.end),
            output: outputs.len(),
            ..*self
        }
    }
}

impl Geometry {
    /// The correlation of ∂L/∂output with the turned kernel that gives ∂L/∂input, where both strides are 1.
    ///
    /// The weight is [C, O / groups, h, w], each kernel turned by 180 degrees and the channels of a group swapped.
    pub(crate) fn turned(&self) -> Option<Self> {
        match (self.rows.stride, self.columns.stride) {
            (1, 1) => Some(self.of_class(&self.rows.class(0)?, &self.columns.class(0)?)),
            _ => None,
        }
    }

    /// The correlation that gives the input gradient at the positions of a class.
    pub(crate) fn of_class(&self, rows: &Class, columns: &Class) -> Self {
        Self {
            batch: self.batch,
            input_channels: self.output_channels,
            output_channels: self.input_channels,
            groups: self.groups,
            rows: rows.axis,
            columns: columns.axis,
        }
    }

    /// The same on a padded copy of the input, which begins at a row and a column of it and holds all that is read.
    pub(crate) fn on_copy(&self, corner: (isize, isize), size: (usize, usize)) -> Self {
        let axis = |axis: &Axis, corner: isize, input: usize| Axis {
            input,
            before: 0,
            skipped: (axis.first_read() - corner).max(0).unsigned_abs(),
            after: 0,
            ..*axis
        };
        Self { rows: axis(&self.rows, corner.0, size.0), columns: axis(&self.columns, corner.1, size.1), ..*self }
    }

    /// The same for another batch and some rows of the output, at stride 1.
    pub(crate) fn with_part(&self, batch: usize, rows: Range<usize>) -> Self {
        Self { batch, rows: self.rows.with_outputs(rows), ..*self }
    }
}

/// The greatest number that divides both.
pub(crate) fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
