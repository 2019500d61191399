//! One part of a kernel along some rows: line after line of blocks, from the left to the right; the only part along all lines of a
//! task, one of several along one line, before the next part goes along it.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{MOST_REGISTERS, add, add_column, splat};
use super::parts::{Part, Parts};
use super::stretch::{Form, Reads, STRIP, Stretch};
use super::view::View;
use crate::simd::{Places, Simd, Window, asks_ahead, unwritten};
use crate::{Element, Geometry};

/// From one row of totals to the next: a strip, or a register in a narrower output.
const TOTALS: usize = STRIP + 16;

/// The bytes of an output from which on its lines are asked for before they are written, where that pays ([`asks_ahead`]): those
/// of the next block of rows while one is summed, since a store waits for its line. On a Cascade Lake 12.8 MB under 3 → 64
/// channels take 3.0 ms instead of 3.5, lines of one row 0.92 for 1.00; but 2 to 5 MB of small planes up to 5 % longer.
const ASKED: usize = 6 << 20;

/// The bytes of an output from which on few taps are summed like any, where nothing is asked for ahead: more than a third-level
/// cache holds beside the input. On a Zen 5 2160×3840 then takes 1.9 ms under 3×3 instead of 2.2, for a reason not found: the
/// shorter loop waits longer for memory.
const OUTSIDE_CACHES: usize = 20 << 20;

/// Whether there is a loop of its own for kernels of one plane with so many rows and columns, their weights in registers: the usual
/// ones of up to nine taps. What a block of so few costs beside its sums counts: on a Zen 5 with AVX-512 every load of something
/// else delays those of pixels, and 1×2 takes 0.16 ms on 1080×1920 so, and not 0.21.
const fn are_few(rows: usize, columns: usize) -> bool {
    matches!((rows, columns), (1, 2 | 3 | 5 | 7) | (2 | 5 | 7, 1) | (2, 2) | (3, 1 | 3))
}

/// What all sweeps of a task share: some rows of one output plane, or of a few neighbouring ones that read the same.
pub(super) struct Sweep<'a, T, const OUTPUTS: usize> {
    pub(super) geometry: &'a Geometry,
    pub(super) view: View<'a, T>,
    pub(super) parts: &'a Parts<T>,
    /// The output channel of the first plane.
    pub(super) channel: usize,
    pub(super) bias: [T; OUTPUTS],
    /// The first of the rows that `outputs` hold.
    pub(super) first_row: usize,
    pub(super) outputs: [&'a mut [MaybeUninit<T>]; OUTPUTS],
    /// Whether its lines are asked for before they are written.
    pub(super) asks: bool,
    pub(super) rim: &'a mut Vec<T>,
    pub(super) totals: &'a mut Totals<T>,
}

/// The sums of the parts that are done. They are read here and written there, since blocks may overlap.
pub(super) struct Totals<T> {
    before: Vec<T>,
    after: Vec<T>,
}

impl<T: Element> Totals<T> {
    pub(super) fn new() -> Self {
        Self { before: Vec::new(), after: Vec::new() }
    }

    /// Room for the strips of a block of so many outputs.
    pub(super) fn reserve(&mut self, outputs: usize) {
        let length = self.before.len().max(outputs * MOST_REGISTERS * TOTALS);
        self.before.resize(length, T::ZERO);
        self.after.resize(length, T::ZERO);
    }
}

impl<T: Element, const OUTPUTS: usize> Sweep<'_, T, OUTPUTS> {
    /// Writes the blocks that begin in some lines, of which line 0 is row `row`, by the only part of a kernel.
    #[inline(always)]
    pub(super) fn run_only<S: Simd<Number = T>, const REGISTERS: usize, const TAPS: usize>(
        &mut self,
        simd: S,
        form: Form,
        row: usize,
        lines: [usize; 2],
    ) {
        let part = self.parts.get(0);
        let span = 0..self.geometry.columns().output();
        let first_row = self.first_row + row;
        let reads = Reads::new::<S>(self.geometry, self.view, part, form, [REGISTERS, TAPS], first_row, &span);
        // The loop of few taps asks for nothing ahead.
        let few = part.channels == 1 && !many::<T>(self.geometry, OUTSIDE_CACHES) && !self.asks;
        if few && reads.length >= reads.across {
            macro_rules! few {
                ($($columns:literal)*) => {
                    match part.columns {
                        $($columns if const { OUTPUTS == 1 && REGISTERS > 1 && are_few(TAPS, $columns) } => {
                            return self.few_taps::<S, REGISTERS, TAPS, $columns>(simd, form, row, lines, part, &reads);
                        })*
                        _ => {}
                    }
                };
            }
            few!(1 2 3 5 7);
        }
        self.any_taps::<S, REGISTERS, TAPS, true>(simd, form, row, lines, 0, 0, &reads);
    }

    /// Sums part `index` of several for some columns of the block that begins in a line, of which line 0 is row `row`, and writes
    /// the outputs if it is the last.
    #[inline(always)]
    pub(super) fn run_part<S: Simd<Number = T>, const REGISTERS: usize, const TAPS: usize>(
        &mut self,
        simd: S,
        form: Form,
        row: usize,
        line: usize,
        index: usize,
        span: Range<usize>,
    ) {
        debug_assert!(OUTPUTS == 1 || form == Form::Column, "a row of totals a register");
        let part = self.parts.get(index);
        let first_row = self.first_row + row;
        let reads = Reads::new::<S>(self.geometry, self.view, part, form, [REGISTERS, TAPS], first_row, &span);
        self.any_taps::<S, REGISTERS, TAPS, false>(simd, form, row, [line; 2], index, span.start, &reads);
    }

    /// A kernel of one plane and few taps, for outputs at least as wide as a block, so that no lane has to be left out.
    #[inline(always)]
    fn few_taps<S: Simd<Number = T>, const REGISTERS: usize, const TAPS: usize, const COLUMNS: usize>(
        &mut self,
        simd: S,
        form: Form,
        row: usize,
        lines: [usize; 2],
        part: Part,
        reads: &Reads<'_, T>,
    ) {
        let taps = self.parts.taps::<TAPS>(part, self.channel);
        let mut weights = [[simd.splat(T::ZERO); TAPS]; COLUMNS];
        unroll!(B in [0 1 2 3 4 5 6] {
            if const { B < COLUMNS } {
                weights[B] = splat(simd, &taps[B]);
            }
        });
        let initial = [[simd.splat(self.bias[0]); REGISTERS]];
        let columns = self.geometry.columns();
        let line_step = form.rows_of_line(self.geometry) * columns.output();
        let next = form.lines_of_block(REGISTERS);
        for [first, last_line] in together(reads, lines, next) {
            let start = row * columns.output() + first * line_step;
            let mut at = 0;
            while at < reads.length {
                // The last block goes back to end with the row: what is written twice is the same.
                at = at.min(reads.length - reads.across);
                let Stretch { end, windows } = reads.stretch::<S>([first, last_line], at, self.rim);
                let last = end - at - reads.across;
                let read = windows.columns(simd, last, columns.dilation(), COLUMNS, const { REGISTERS + TAPS - 1 });
                let lines = [last_line - first, line_step];
                let row_step = form.step::<S>(line_step);
                let output = &mut *self.outputs[0];
                let mut write =
                    Places::<S, REGISTERS, true>::new(simd, output, start + at, row_step, lines, last, S::LANES);
                let mut line = 0;
                loop {
                    let mut place = 0;
                    loop {
                        let window = read.at(0, line, place);
                        let mut sums = initial;
                        unroll!(B in [0 1 2 3 4 5 6] {
                            if const { B < COLUMNS } {
                                sums = add_column(simd, [weights[B]], window.at(B), sums);
                            }
                        });
                        write.write(line, place, sums[0]);
                        if place == last {
                            break;
                        }
                        place = (place + reads.across).min(last);
                    }
                    if line == lines[0] {
                        break;
                    }
                    line = (line + next).min(lines[0]);
                }
                at = end;
            }
        }
    }

    /// Any part of a kernel: the `ONLY` one, or one of several.
    #[inline(always)]
    #[expect(clippy::too_many_arguments, reason = "what `run_part` has")]
    fn any_taps<S: Simd<Number = T>, const REGISTERS: usize, const TAPS: usize, const ONLY: bool>(
        &mut self,
        simd: S,
        form: Form,
        row: usize,
        lines: [usize; 2],
        index: usize,
        start: usize,
        reads: &Reads<'_, T>,
    ) {
        let columns = self.geometry.columns();
        let part = self.parts.get(index);
        let mut taps = [self.parts.taps::<TAPS>(part, self.channel); OUTPUTS];
        unroll!(O in [1] {
            if const { O < OUTPUTS } {
                taps[O] = self.parts.taps::<TAPS>(part, self.channel + O);
            }
        });
        let (begins, ends) = (ONLY || index == 0, ONLY || index + 1 == self.parts.len());
        let asks = ends && self.asks;
        let bias = if begins { self.bias } else { [T::ZERO; OUTPUTS] };
        let mut initial = [[simd.splat(bias[0]); REGISTERS]; OUTPUTS];
        unroll!(O in [1] {
            if const { O < OUTPUTS } {
                initial[O] = [simd.splat(bias[O]); REGISTERS];
            }
        });

        let Reads { length, across, .. } = *reads;
        // Those of one output behind those of the other.
        let all = const { (OUTPUTS - 1) * MOST_REGISTERS + REGISTERS };
        let totals_step = form.step::<S>(TOTALS);
        let Totals { before, after } = &mut *self.totals;
        let before = (!begins).then(|| Window::new(before, 0, all, totals_step, TOTALS + S::LANES - across));
        let line_step = form.rows_of_line(self.geometry) * columns.output();
        let next = form.lines_of_block(REGISTERS);
        for [first, last_line] in together(reads, lines, next) {
            let start = row * columns.output() + first * line_step + start;
            let mut at = 0;
            while at < length {
                at = at.min(length.saturating_sub(across));
                let Stretch { end, windows } = reads.stretch::<S>([first, last_line], at, self.rim);
                let last = (end - at).saturating_sub(across);
                let read =
                    windows.columns(simd, last, columns.dilation(), part.columns, const { REGISTERS + TAPS - 1 });
                // Of a narrower output as many lanes as it has.
                let lanes = length.min(S::LANES);
                let lines = [last_line - first, line_step];
                let mut write: [_; OUTPUTS] = std::array::from_fn(|_| Places::<S, REGISTERS, false>::none(simd));
                if ends {
                    let row_step = form.step::<S>(line_step);
                    for (write, output) in write.iter_mut().zip(&mut self.outputs) {
                        *write = Places::new(simd, output, start + at, row_step, lines, last, lanes);
                    }
                } else {
                    let totals = unwritten(after).chunks_exact_mut(MOST_REGISTERS * TOTALS);
                    for (write, totals) in write.iter_mut().zip(totals) {
                        *write = Places::new(simd, totals, at, totals_step, [0, 0], last, S::LANES);
                    }
                }
                let mut line = 0;
                loop {
                    let mut place = 0;
                    loop {
                        unroll!(O in [0 1] {
                            if const { O < OUTPUTS } && asks {
                                write[O].prefetch_next(line, place);
                            }
                        });
                        let mut sums = initial;
                        let mut left = taps;
                        for plane in 0..part.channels {
                            let window = read.at(plane, line, place);
                            sums = add(simd, left.map(|taps| &taps[..part.columns]), window, sums);
                            left = left.map(|taps| &taps[part.columns..]);
                        }
                        unroll!(O in [0 1] {
                            if const { O < OUTPUTS } {
                                if let Some(before) = &before {
                                    let mut totals =
                                        before.skip_rows(O * MOST_REGISTERS).column(simd, at + place, REGISTERS);
                                    unroll!(R in [0 1 2 3 4 5 6 7] {
                                        if const { R < REGISTERS } {
                                            sums[O][R] = simd.add(totals.next(), sums[O][R]);
                                        }
                                    });
                                }
                                write[O].write(line, place, sums[O]);
                            }
                        });
                        if place == last {
                            break;
                        }
                        place = (place + across).min(last);
                    }
                    // One of several parts goes along one line.
                    if !ONLY || line == lines[0] {
                        break;
                    }
                    line = (line + next).min(lines[0]);
                }
                at = end;
            }
        }
        if !ends {
            std::mem::swap(&mut self.totals.before, &mut self.totals.after);
        }
    }
}

/// The lines in which blocks begin, `next` lines from one to the next, as the first and the last of those that one stretch serves:
/// all together where none reads padding, or else each by itself. The last block goes back to end with the lines.
#[inline(always)]
fn together<T: Element>(
    reads: &Reads<'_, T>,
    [first, last]: [usize; 2],
    next: usize,
) -> impl Iterator<Item = [usize; 2]> {
    let all = first < last && reads.is_plain(first, last);
    let mut line = Some(first);
    std::iter::from_fn(move || {
        let first = line?;
        let end = if all { last } else { first };
        line = (end < last).then(|| (end + next).min(last));
        Some([first, end])
    })
}

/// Whether the lines of an output of this geometry are asked for before they are written.
pub(super) fn asks<T>(geometry: &Geometry) -> bool {
    // Fewer would stay in a cache from one call to the next.
    many::<T>(geometry, ASKED) && asks_ahead()
}

/// Whether an output of this geometry has so many bytes.
fn many<T>(geometry: &Geometry, bytes: usize) -> bool {
    geometry.output_len().saturating_mul(size_of::<T>()) >= bytes
}
