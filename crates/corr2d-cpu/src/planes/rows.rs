//! Some rows of one output plane, or of two neighbours: block after block of rows, and along each block the parts of the kernel.

use std::mem::MaybeUninit;

use super::block::MOST_REGISTERS;
use super::parts::{MOST_ROWS, Parts};
use super::stretch::{Form, STRIP};
use super::sweep::{Sweep, Totals, asks};
use super::view::Padded;
use crate::input::Planes;
use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Geometry};

/// The rows of one task.
pub(super) struct Rows<'a, T> {
    pub(super) geometry: &'a Geometry,
    /// The planes of the group, and which group of which image it is.
    pub(super) planes: Planes<'a, T>,
    pub(super) group: usize,
    pub(super) parts: &'a Parts<T>,
    /// The output channel of the first plane.
    pub(super) channel: usize,
    pub(super) bias: Option<&'a [T]>,
    pub(super) first_row: usize,
    /// The same rows of one plane, or of it and the next one of its group.
    pub(super) outputs: Pair<'a, T>,
    pub(super) workspace: &'a mut Workspace<T>,
}

/// The rows of one output plane, and of the next.
pub(super) type Pair<'a, T> = (&'a mut [MaybeUninit<T>], Option<&'a mut [MaybeUninit<T>]>);

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
        let Workspace { padded, rim, totals } = self.workspace;
        let (output, next) = self.outputs;
        let height = output.len() / self.geometry.columns().output();
        let output_rows = self.first_row..self.first_row + height;
        let view = padded.view(simd, self.geometry, self.group, output_rows, self.planes);
        let bias_of = |channel: usize| self.bias.map_or(T::ZERO, |bias| bias[channel]);
        let (geometry, parts, channel, first_row) = (self.geometry, self.parts, self.channel, self.first_row);
        let asks = asks::<T>(geometry);
        if self.parts.len() > 1 {
            totals.reserve(if next.is_some() { 2 } else { 1 });
        }
        match next {
            // In blocks of eight rows and of four.
            Some(next) if const { pairs_fit::<S>() } && height >= 4 => {
                let bias = [bias_of(channel), bias_of(channel + 1)];
                let outputs = [output, next];
                let sweep = &mut Sweep { geometry, view, parts, channel, bias, first_row, outputs, asks, rim, totals };
                for (lines, registers) in runs(height, MOST_REGISTERS) {
                    match registers {
                        8 => all_parts::<S, 2, 8, PAIRED_ROWS>(simd, sweep, Form::Column, 0, lines),
                        _ => all_parts::<S, 2, 4, PAIRED_ROWS>(simd, sweep, Form::Column, 0, lines),
                    }
                }
            }
            mut next => {
                let outputs = [output];
                let bias = [bias_of(channel)];
                let sweep = &mut Sweep { geometry, view, parts, channel, bias, first_row, outputs, asks, rim, totals };
                loop {
                    plane(simd, sweep, height);
                    let Some(output) = next.take() else { break };
                    sweep.channel += 1;
                    sweep.bias = [bias_of(sweep.channel)];
                    sweep.outputs = [output];
                }
            }
        }
    }
}

/// The most rows of a kernel by which two planes are summed at once: with the sums their weights fit 32 registers.
const PAIRED_ROWS: usize = 5;

/// How many neighbouring planes are summed at once, so that a loaded register serves all: two where the registers suffice. 3 → 64
/// channels at 224×224 take 0.92 of the time so, 5×5 on 1 → 6 at 28×28 0.79. With sixteen registers, four rows of each plane, they
/// take as long as one after the other.
pub(super) fn planes_at_once<T: Element>(isa: Isa, geometry: &Geometry) -> usize {
    let rows = geometry.rows();
    let fits = rows.dilation() == 1 && (2..=PAIRED_ROWS).contains(&rows.kernel());
    if fits && isa.run::<T, _>(PairsFit) { 2 } else { 1 }
}

struct PairsFit;

impl<T: Element> Kernel<T> for PairsFit {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> bool {
        pairs_fit::<S>()
    }
}

/// Whether the registers hold eight sums of two planes, and their weights.
const fn pairs_fit<S: Simd>() -> bool {
    S::ACCUMULATORS >= 16
}

/// The lines in which blocks begin, first and last: of eight registers, if `most` allows them, and of four or of one where fewer
/// lines are left; and how many registers they have. The last block of a run may begin before the one ahead of it has ended,
/// to end with the lines: what it writes twice is the same.
fn runs(lines: usize, most: usize) -> impl Iterator<Item = ([usize; 2], usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let left = lines - done;
        let registers = match lines {
            8.. if most == 8 && left > 4 => 8,
            4.. => 4,
            _ => 1,
        };
        let first = done.min(lines - registers);
        // Blocks of eight leave up to four lines to one of four.
        let rest = if registers == 8 && left % 8 <= 4 { left % 8 } else { 0 };
        done = lines - rest;
        (left > 0).then(|| ([first, done - registers], registers))
    })
}

/// The rows of one plane.
#[inline(always)]
fn plane<S: Simd>(simd: S, sweep: &mut Sweep<'_, S::Number, 1>, height: usize) {
    let (rows, width) = (sweep.geometry.rows(), sweep.geometry.columns().output());
    // Where the kernel has one row, the registers of a block lie in one row too.
    if rows.kernel() == 1 && width >= MOST_REGISTERS * S::LANES {
        all_parts::<S, 1, 8, 1>(simd, sweep, Form::Line, 0, [0, height - 1]);
        return;
    }
    // Rows of one class modulo the dilation read rows of one class, each the next one of the last.
    let step = rows.dilation();
    for class in 0..step.min(height) {
        for (lines, registers) in runs((height - class).div_ceil(step), S::ACCUMULATORS.min(MOST_REGISTERS)) {
            match registers {
                8 if const { S::ACCUMULATORS >= 8 } => {
                    all_parts::<S, 1, 8, MOST_ROWS>(simd, sweep, Form::Column, class, lines);
                }
                4 => all_parts::<S, 1, 4, MOST_ROWS>(simd, sweep, Form::Column, class, lines),
                _ => all_parts::<S, 1, 1, MOST_ROWS>(simd, sweep, Form::Column, class, lines),
            }
        }
    }
}

/// Writes the rows of blocks of so many registers that begin in some lines, of which line 0 is row `row`. No part of the kernel
/// has more than `ROWS` rows; what could only serve longer ones is not compiled.
#[inline(always)]
fn all_parts<S: Simd, const OUTPUTS: usize, const REGISTERS: usize, const ROWS: usize>(
    simd: S,
    sweep: &mut Sweep<'_, S::Number, OUTPUTS>,
    form: Form,
    row: usize,
    [first, last]: [usize; 2],
) {
    macro_rules! by_rows {
        ([$($rows:literal)*] $part:expr, $run:ident, $arguments:tt) => {
            match $part.rows {
                $($rows if const { $rows <= ROWS } => sweep.$run::<S, REGISTERS, $rows> $arguments,)*
                rows => debug_assert!(false, "{rows} rows, at most {ROWS}"),
            }
        };
    }
    let parts = sweep.parts.len();
    if parts == 1 {
        return by_rows!([1 2 3 4 5 6 7 8] sweep.parts.get(0), run_only, (simd, form, row, [first, last]));
    }
    let width = sweep.geometry.columns().output();
    let strip = STRIP.min(width);
    let mut line = first;
    loop {
        for start in (0..width).step_by(strip) {
            let start = start.min(width - strip);
            for index in 0..parts {
                let span = start..start + strip;
                by_rows!([1 2 3 4 5 6 7 8] sweep.parts.get(index), run_part, (simd, form, row, line, index, span));
            }
        }
        if line == last {
            break;
        }
        line = (line + form.lines_of_block(REGISTERS)).min(last);
    }
}
