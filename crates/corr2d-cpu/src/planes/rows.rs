//! Some rows of one output plane: block after block of rows, and along each block the parts of the kernel.

use std::mem::MaybeUninit;

use super::block::MOST_REGISTERS;
use super::parts::{MOST_ROWS, Parts};
use super::sweep::{Form, STRIP, Sweep, Totals};
use super::view::Padded;
use crate::input::Planes;
use crate::simd::{Kernel, Simd};
use crate::{Element, Geometry};

/// The rows of one task.
pub(super) struct Rows<'a, T> {
    pub(super) geometry: &'a Geometry,
    /// The planes of the group, and which group of which image it is.
    pub(super) planes: Planes<'a, T>,
    pub(super) group: usize,
    pub(super) parts: &'a Parts<T>,
    /// The output channel, and its bias.
    pub(super) channel: usize,
    pub(super) bias: T,
    pub(super) first_row: usize,
    pub(super) output: &'a mut [MaybeUninit<T>],
    pub(super) workspace: &'a mut Workspace<T>,
}

/// What a thread keeps from one task to the next.
pub(super) struct Workspace<T> {
    padded: Padded<T>,
    /// What a block at the rim reads.
    rim: Vec<T>,
    totals: Totals<T>,
}

impl<T: Element> Workspace<T> {
    pub(super) fn new() -> Self {
        Self { padded: Padded::new(), rim: Vec::new(), totals: Totals::new() }
    }
}

impl<T: Element> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let Workspace { padded, rim, totals } = self.workspace;
        if self.parts.len() > 1 {
            totals.reserve();
        }
        let width = columns.output();
        let height = self.output.len() / width;
        let output_rows = self.first_row..self.first_row + height;
        let view = padded.view(self.geometry, S::LANES, self.group, output_rows, self.planes);
        let mut sweep = Sweep {
            geometry: self.geometry,
            view,
            parts: self.parts,
            channel: self.channel,
            bias: self.bias,
            first_row: self.first_row,
            output: self.output,
            rim,
            totals,
        };
        // Where the kernel has one row, the registers of a block lie in one row too.
        if rows.kernel() == 1 && width >= MOST_REGISTERS * S::LANES {
            for row in 0..height {
                all_parts::<S, 8, 1>(simd, &mut sweep, Form::Line, row);
            }
            return;
        }
        // Rows of one class modulo the dilation read rows of one class, each the next one of the last.
        let step = rows.dilation();
        for class in 0..step.min(height) {
            let count = (height - class).div_ceil(step);
            let mut done = 0;
            while done < count {
                let left = count - done;
                let registers = if const { S::ACCUMULATORS >= 8 } && count >= 8 && left > 4 {
                    8
                } else if count >= 4 {
                    4
                } else {
                    1
                };
                // The last block goes back to end with the rows: what it writes twice is the same.
                done = done.min(count - registers);
                let first = class + done * step;
                match registers {
                    8 if const { S::ACCUMULATORS >= 8 } => {
                        all_parts::<S, 8, MOST_ROWS>(simd, &mut sweep, Form::Column, first);
                    }
                    4 => all_parts::<S, 4, MOST_ROWS>(simd, &mut sweep, Form::Column, first),
                    _ => all_parts::<S, 1, MOST_ROWS>(simd, &mut sweep, Form::Column, first),
                }
                done += registers;
            }
        }
    }
}

/// Writes the rows of blocks of so many registers, the first of them at `row`. No part of the kernel has more than `ROWS`
/// rows; what could only serve longer ones is not compiled.
#[inline(always)]
fn all_parts<S: Simd, const REGISTERS: usize, const ROWS: usize>(
    simd: S,
    sweep: &mut Sweep<'_, S::Number>,
    form: Form,
    row: usize,
) {
    let width = sweep.geometry.columns().output();
    let parts = sweep.parts.len();
    let strip = if parts == 1 { width } else { STRIP.min(width) };
    for start in (0..width).step_by(strip) {
        let start = start.min(width - strip);
        for index in 0..parts {
            let span = start..start + strip;
            macro_rules! cases {
                ($($rows:literal)*) => {
                    match sweep.parts.get(index).rows {
                        $($rows if const { $rows <= ROWS } => {
                            sweep.run::<S, REGISTERS, $rows>(simd, form, row, index, span);
                        })*
                        rows => debug_assert!(false, "{rows} rows, at most {ROWS}"),
                    }
                };
            }
            cases!(1 2 3 4 5 6 7 8);
        }
    }
}
