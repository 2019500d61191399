//! Stretches of blocks: windows of the planes themselves, or of a copy where a block reads padding.

use std::ops::Range;

use super::parts::Part;
use super::view::View;
use crate::simd::{Grid, Simd, Window};
use crate::{Element, Geometry};

/// The most columns that several parts go over one after another, and the most that are copied at once: what is read and
/// summed stays in a second-level cache. So far from a power of two that its rows do not share a few lines of the first.
pub(super) const STRIP: usize = 960;

/// How the registers of a block lie.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In neighbouring output rows, or in neighbours of one class modulo the dilation.
    Column,
    /// Side by side in one row.
    Line,
}

impl Form {
    /// From one line of outputs to the next in which a block may begin, in rows.
    #[inline(always)]
    pub(super) fn rows_of_line(self, geometry: &Geometry) -> usize {
        if self == Self::Line { 1 } else { geometry.rows().dilation() }
    }

    /// From one line in which blocks begin to the next, in lines.
    #[inline(always)]
    pub(super) fn lines_of_block(self, registers: usize) -> usize {
        if self == Self::Line { 1 } else { registers }
    }

    /// From one register of a block to the next, where lines are so far apart.
    #[inline(always)]
    pub(super) fn step<S: Simd>(self, line: usize) -> usize {
        if self == Self::Line { S::LANES } else { line }
    }
}

/// What blocks of one form read for one part of a kernel.
pub(super) struct Reads<'a, T> {
    view: View<'a, T>,
    part: Part,
    form: Form,
    /// Where the first tap of the first output of line 0 reads, in the padding if negative or beyond the plane.
    row: isize,
    column: isize,
    /// From one line to the next, and from one row that a block reads to the next.
    rows_of_line: usize,
    dilation: usize,
    /// The rows that a block reads, and how far its last tap lies to the right of its first.
    rows: usize,
    reach: usize,
    /// The rows of a window: one for each register of a block and one for each tap but the first.
    window_rows: usize,
    /// The outputs of a line.
    pub(super) length: usize,
    /// Those that a block computes.
    pub(super) across: usize,
}

/// Neighbouring blocks on some lines: where they end, and their windows, those of the first block at offset 0.
pub(super) struct Stretch<'w, T> {
    pub(super) end: usize,
    pub(super) windows: Grid<'w, T>,
}

impl<'a, T: Element> Reads<'a, T> {
    /// Those of blocks of `registers` registers under a part of `taps` rows, for the outputs of `span` of some lines, the first of
    /// them in output row `row`.
    #[inline(always)]
    pub(super) fn new<S: Simd<Number = T>>(
        geometry: &Geometry,
        view: View<'a, T>,
        part: Part,
        form: Form,
        [registers, taps]: [usize; 2],
        row: usize,
        span: &Range<usize>,
    ) -> Self {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        Self {
            view,
            part,
            form,
            row: (row + part.row * rows.dilation()) as isize + view.first.0,
            column: (span.start + part.column * columns.dilation()) as isize + view.first.1,
            rows_of_line: form.rows_of_line(geometry),
            dilation: rows.dilation(),
            rows: form.lines_of_block(registers) + taps - 1,
            reach: (part.columns - 1) * columns.dilation(),
            window_rows: registers + taps - 1,
            length: span.len(),
            across: if form == Form::Line { registers * S::LANES } else { S::LANES },
        }
    }

    /// Whether no block that begins in one of some lines reads padding, so that one stretch serves them all.
    #[inline(always)]
    pub(super) fn is_plain(&self, first_line: usize, last_line: usize) -> bool {
        let inside = self.inside(first_line, last_line);
        inside.start == 0 && self.length.saturating_sub(self.across) < inside.end
    }

    /// The stretch of the block at `at` in each of some lines, more than one only where all is plain.
    #[inline(always)]
    pub(super) fn stretch<'w, S: Simd<Number = T>>(
        &self,
        [first_line, last_line]: [usize; 2],
        at: usize,
        rim: &'w mut Vec<T>,
    ) -> Stretch<'w, T>
    where
        'a: 'w,
    {
        let Self { view, part, form, rows, reach, window_rows, length, across, dilation, .. } = *self;
        let row = self.row_of(first_line);
        let column = self.column.wrapping_add_unsigned(at);
        // The last register of a block lies to the right of the first.
        let behind_first = across - S::LANES;
        let inside = self.inside(first_line, last_line);
        if inside.contains(&at) {
            let end = length.max(across).min(inside.end - 1 + across);
            let start = row as usize * view.row_step() + column as usize;
            let row_step = form.step::<S>(dilation * view.row_step());
            let shape = [window_rows, row_step, end - at - behind_first + reach];
            let lines = [last_line - first_line, self.rows_of_line * view.row_step()];
            let windows =
                Window::grid(view.planes_from(part.channel), start, shape, [part.channels, view.plane_step()], lines);
            Stretch { end, windows }
        } else {
            debug_assert_eq!(first_line, last_line, "lines that read padding");
            // To the next block that reads no padding, or as far as a strip goes.
            let end = if inside.is_empty() { length.max(across).min(at + STRIP) } else { at + across };
            let width = end - at + reach;
            let channels = part.channel..part.channel + part.channels;
            let rim = view.rim(channels, (row, column), rows, dilation, width, rim);
            let shape = [window_rows, form.step::<S>(width), width - behind_first];
            Stretch { end, windows: Window::grid(rim, 0, shape, [part.channels, rows * width], [0, 0]) }
        }
    }

    /// The row that the first tap of a line reads.
    #[inline(always)]
    fn row_of(&self, line: usize) -> isize {
        self.row.wrapping_add_unsigned(line * self.rows_of_line)
    }

    /// At which outputs a block may begin that reads no padding, in whichever of some lines.
    #[inline(always)]
    fn inside(&self, first_line: usize, last_line: usize) -> Range<usize> {
        let last = self.row_of(last_line).wrapping_add_unsigned((self.rows - 1) * self.dilation);
        let outside = self.row_of(first_line) < 0 || last >= self.view.height as isize;
        if outside || aliased::<T>(self.dilation * self.view.row_step(), self.rows) {
            return 0..0;
        }
        let width = (self.across + self.reach) as isize;
        let end = (self.view.width as isize - self.column).saturating_sub(width) + 1;
        self.column.min(0).unsigned_abs()..end.max(0) as usize
    }
}

/// Whether so many rows, so far apart, would share too few lines of a first-level cache, where a multiple of 4 KiB is the
/// same place: a pixel of 7×7 on a width of 2048 takes 1.8 times as long as on 1920, with a
/// copy 1.35 times.
fn aliased<T>(step: usize, rows: usize) -> bool {
    rows > 12 && (step * size_of::<T>()).is_multiple_of(4096)
}
