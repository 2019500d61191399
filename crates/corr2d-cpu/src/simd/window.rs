//! Rows of a plane that were checked together, so that each load from them need not be.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::Simd;

/// Some equally spaced rows of a slice, all of one length.
#[derive(Clone, Copy)]
pub(crate) struct Window<'a, T> {
    first: *const T,
    rows: usize,
    row_step: usize,
    length: usize,
    slice: PhantomData<&'a [T]>,
}

impl<'a, T> Window<'a, T> {
    /// `rows` rows of `length` numbers, the first of them at `start`, `row_step` numbers apart. Panics if they are not
    /// all in the slice.
    #[inline(always)]
    pub(crate) fn new(slice: &'a [T], start: usize, rows: usize, row_step: usize, length: usize) -> Self {
        let slice = &slice[start..];
        // Sides of images are below 2³¹, so the product does not wrap on 64 bits; on 32 it is checked.
        let end = rows.saturating_sub(1).checked_mul(row_step).and_then(|last| last.checked_add(length));
        assert!(end.is_some_and(|end| end <= slice.len()), "the window lies in the slice");
        Self { first: slice.as_ptr(), rows, row_step, length, slice: PhantomData }
    }

    /// A window as [`Window::new`] makes it for each of `planes` planes, `plane_step` numbers apart, and in each of them for
    /// every line up to `last_line`, `line_step` numbers apart. Panics if they are not all in the slice.
    #[inline(always)]
    pub(crate) fn grid(
        slice: &'a [T],
        start: usize,
        [rows, row_step, length]: [usize; 3],
        [planes, plane_step]: [usize; 2],
        [last_line, line_step]: [usize; 2],
    ) -> Grid<'a, T> {
        let last_plane = planes.saturating_sub(1).checked_mul(plane_step).and_then(|last| last.checked_add(start));
        let last = last_line.checked_mul(line_step).and_then(|line| line.checked_add(last_plane?));
        let first = Self::new(slice, start, rows, row_step, length);
        // If the last is in the slice, so are those before it.
        Self::new(slice, last.unwrap_or(usize::MAX), rows, row_step, length);
        Grid { first, planes, plane_step, last_line, line_step }
    }

    /// The rows from one on. Panics if there is none.
    #[inline(always)]
    pub(crate) fn skip_rows(&self, row: usize) -> Self {
        assert!(row < self.rows, "a row of the window");
        Self { first: self.first.wrapping_add(row * self.row_step), rows: self.rows - row, ..*self }
    }

    /// The register at an offset of a row. Panics if it does not lie in the window.
    #[inline(always)]
    pub(crate) fn load<S: Simd<Number = T>>(&self, simd: S, row: usize, offset: usize) -> S::Vector {
        assert!(row < self.rows && offset <= self.length && S::LANES <= self.length - offset, "in the window");
        // SAFETY: `new` found all rows in the slice, which this value borrows, and `LANES` numbers from the offset on lie in
        // the length of this one.
        unsafe { simd.load_from(self.first.wrapping_add(row * self.row_step + offset)) }
    }

    /// The registers at an offset of the first `rows` rows, from the top. Panics if they do not lie in the window.
    #[inline(always)]
    pub(crate) fn column<S: Simd<Number = T>>(&self, simd: S, offset: usize, rows: usize) -> Column<'a, S> {
        assert!(rows <= self.rows && offset <= self.length && S::LANES <= self.length - offset, "in the window");
        Column { simd, next: self.first.wrapping_add(offset), row_step: self.row_step, left: rows, slice: PhantomData }
    }

    /// Asks for the cache lines of the registers at an offset of some rows, which need not exist.
    #[inline(always)]
    pub(crate) fn prefetch<S: Simd<Number = T>>(&self, simd: S, offset: usize, rows: Range<usize>) {
        for row in rows {
            simd.prefetch_from(self.first.wrapping_add(row.wrapping_mul(self.row_step).wrapping_add(offset)));
        }
    }

    /// `count` columns as [`Window::column`] makes them, the first at an offset, `step` apart. Panics if they do not all lie in
    /// the window.
    #[inline(always)]
    pub(crate) fn columns<S: Simd<Number = T>>(
        &self,
        simd: S,
        offset: usize,
        step: usize,
        count: usize,
        rows: usize,
    ) -> Columns<'a, S> {
        let reach = count.saturating_sub(1).checked_mul(step).and_then(|reach| reach.checked_add(S::LANES));
        let fits = reach.is_some_and(|reach| offset <= self.length && reach <= self.length - offset);
        assert!(rows <= self.rows && fits, "in the window");
        let first = self.first.wrapping_add(offset);
        Columns { simd, first, step, count, row_step: self.row_step, rows, slice: PhantomData }
    }
}

/// Equally spaced columns of registers that were checked together.
#[derive(Clone, Copy)]
pub(crate) struct Columns<'a, S: Simd> {
    simd: S,
    first: *const S::Number,
    step: usize,
    count: usize,
    row_step: usize,
    rows: usize,
    slice: PhantomData<&'a [S::Number]>,
}

impl<'a, S: Simd> Columns<'a, S> {
    /// The first few of them. Panics if they are fewer, or have not so many rows.
    #[inline(always)]
    pub(crate) fn take(self, count: usize, rows: usize) -> Self {
        assert!(count <= self.count && rows <= self.rows, "columns of the window");
        Self { count, rows, ..self }
    }

    /// One of them. Panics if there is none.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> Column<'a, S> {
        assert!(index < self.count, "a column of the window");
        let next = self.first.wrapping_add(index * self.step);
        Column { simd: self.simd, next, row_step: self.row_step, left: self.rows, slice: PhantomData }
    }
}

/// Equal windows of several planes, and of several lines of each.
#[derive(Clone, Copy)]
pub(crate) struct Grid<'a, T> {
    first: Window<'a, T>,
    planes: usize,
    plane_step: usize,
    last_line: usize,
    line_step: usize,
}

impl<'a, T> Grid<'a, T> {
    /// `count` columns of each, `step` apart, for all offsets of the first of them up to `last`. Panics if they do not lie in the
    /// windows.
    #[inline(always)]
    pub(crate) fn columns<S: Simd<Number = T>>(
        &self,
        simd: S,
        last: usize,
        step: usize,
        count: usize,
        rows: usize,
    ) -> GridColumns<'a, S> {
        // Where the last of them lie, those before it do.
        let columns = Columns { first: self.first.first, ..self.first.columns(simd, last, step, count, rows) };
        let Self { planes, plane_step, last_line, line_step, .. } = *self;
        GridColumns { columns, last, planes, plane_step, last_line, line_step }
    }
}

/// Equally spaced columns of several planes and lines that were checked together for all places at which they may begin.
#[derive(Clone, Copy)]
pub(crate) struct GridColumns<'a, S: Simd> {
    columns: Columns<'a, S>,
    /// Where the first column may begin at most.
    last: usize,
    planes: usize,
    plane_step: usize,
    last_line: usize,
    line_step: usize,
}

impl<'a, S: Simd> GridColumns<'a, S> {
    /// Those of one plane and line at a place. Panics if they do not lie in its window.
    #[inline(always)]
    pub(crate) fn at(&self, plane: usize, line: usize, place: usize) -> Columns<'a, S> {
        assert!(plane < self.planes && line <= self.last_line && place <= self.last, "in a window of the grid");
        let first = plane * self.plane_step + line * self.line_step + place;
        Columns { first: self.columns.first.wrapping_add(first), ..self.columns }
    }
}

/// A column of registers, from the top or from the bottom. With a constant number of rows the compiler needs no counter.
pub(crate) struct Column<'a, S: Simd> {
    simd: S,
    next: *const S::Number,
    row_step: usize,
    left: usize,
    slice: PhantomData<&'a [S::Number]>,
}

impl<S: Simd> Column<'_, S> {
    /// The same registers from the bottom.
    #[inline(always)]
    pub(crate) fn upwards(self) -> Self {
        let last = self.next.wrapping_add(self.left.saturating_sub(1).wrapping_mul(self.row_step));
        Self { next: last, row_step: self.row_step.wrapping_neg(), ..self }
    }

    /// The register of the next row. Panics after the last.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> S::Vector {
        assert!(self.left > 0, "a row of the window");
        // SAFETY: `Window::new` found all rows in the slice, which this value borrows, `Window::grid` those of all planes and
        // lines, and `Window::column`, `columns` or `Grid::columns`, which allows `GridColumns::at` no more, that `LANES` numbers
        // from the offset on lie in the length of each; of those rows `left` are still to come.
        let vector = unsafe { self.simd.load_from(self.next) };
        // The pointer behind the last row is not used, so it may lie outside.
        self.next = self.next.wrapping_add(self.row_step);
        self.left -= 1;
        vector
    }
}

/// Numbers at fixed distances from a place that moves.
pub(crate) struct Taps<'a, T, const COUNT: usize> {
    slice: &'a [T],
    offsets: [usize; COUNT],
    /// The largest of the offsets.
    reach: usize,
}

impl<'a, T: Copy, const COUNT: usize> Taps<'a, T, COUNT> {
    #[inline(always)]
    pub(crate) fn new(slice: &'a [T], offsets: [usize; COUNT]) -> Self {
        let mut reach = 0;
        for offset in offsets {
            reach = reach.max(offset);
        }
        Self { slice, offsets, reach }
    }

    /// So many numbers of each tap from a place on. Panics if they are not all in the slice.
    #[inline(always)]
    pub(crate) fn at(&self, start: usize, length: usize) -> TapsAt<'a, T, COUNT> {
        let end = self.reach.checked_add(start).and_then(|last| last.checked_add(length));
        assert!(end.is_some_and(|end| end <= self.slice.len()), "the taps lie in the slice");
        const { assert!(COUNT <= 12) };
        let mut firsts = [self.slice.as_ptr(); COUNT];
        unroll!(K in [0 1 2 3 4 5 6 7 8 9 10 11] {
            if const { K < COUNT } {
                firsts[K] = self.slice.as_ptr().wrapping_add(start + self.offsets[K]);
            }
        });
        TapsAt { firsts, length, slice: PhantomData }
    }
}

/// Some numbers of each tap, from one place on.
pub(crate) struct TapsAt<'a, T, const COUNT: usize> {
    firsts: [*const T; COUNT],
    length: usize,
    slice: PhantomData<&'a [T]>,
}

impl<T: Copy, const COUNT: usize> TapsAt<'_, T, COUNT> {
    /// One number of one tap. Panics if there is none.
    #[inline(always)]
    pub(crate) fn get(&self, tap: usize, position: usize) -> T {
        assert!(position < self.length, "a position of the taps");
        // SAFETY: `Taps::at` found `length` numbers of the tap that reaches farthest, and so of each, in the slice, which this
        // value borrows; `position` is below `length`.
        unsafe { *self.firsts[tap].add(position) }
    }
}

/// Distances from a place that is not known yet, in an order of their own.
pub(crate) struct Offsets {
    offsets: Vec<usize>,
    /// For each of them the largest up to and with it.
    reaches: Vec<usize>,
}

impl Offsets {
    pub(crate) fn new(offsets: Vec<usize>) -> Self {
        let mut reach = 0;
        let farther = |offset: &usize| {
            reach = reach.max(*offset);
            reach
        };
        let reaches = offsets.iter().map(farther).collect();
        Self { offsets, reaches }
    }

    pub(crate) fn as_slice(&self) -> &[usize] {
        &self.offsets
    }

    /// `length` numbers at each of some offsets from the first of `slice`. Panics if they are not all in it.
    ///
    /// The iterator is a slice's own, so that a loop over it and over others of this kind has one counter for all.
    #[inline(always)]
    pub(crate) fn of<'a, T>(
        &'a self,
        slice: &'a [T],
        some: Range<usize>,
        length: usize,
    ) -> impl Iterator<Item = Pick<'a, T>> {
        let reach = if some.is_empty() { 0 } else { self.reaches[some.end - 1] };
        assert!(reach.checked_add(length).is_some_and(|end| end <= slice.len()), "the numbers lie in the slice");
        let first = slice.as_ptr();
        self.offsets[some].iter().map(move |offset| Pick {
            first: first.wrapping_add(*offset),
            length,
            slice: PhantomData,
        })
    }
}

/// `length` numbers at every `step`th place of a slice, `count` times. Panics if they are not all in it.
#[inline(always)]
pub(crate) fn spaced<T>(slice: &[T], step: usize, count: usize, length: usize) -> impl Iterator<Item = Pick<'_, T>> {
    let end = count.saturating_sub(1).checked_mul(step).and_then(|last| last.checked_add(length));
    assert!(end.is_some_and(|end| end <= slice.len()), "the numbers lie in the slice");
    let first = slice.as_ptr();
    (0..count).map(move |index| Pick { first: first.wrapping_add(index * step), length, slice: PhantomData })
}

/// A few numbers that were checked together with others.
pub(crate) struct Pick<'a, T> {
    first: *const T,
    length: usize,
    slice: PhantomData<&'a [T]>,
}

impl<T: Copy> Pick<'_, T> {
    /// One of them. Panics if there is none.
    #[inline(always)]
    pub(crate) fn get(&self, position: usize) -> T {
        assert!(position < self.length, "a number of the pick");
        // SAFETY: `Offsets::of` found `length` numbers from the largest of the offsets on, and so from this one, in the
        // slice, which this value borrows, and `spaced` those of the last place; `position` is below `length`.
        unsafe { *self.first.add(position) }
    }

    /// A register of them. Panics if they are not all there.
    #[inline(always)]
    pub(crate) fn load<S: Simd<Number = T>>(&self, simd: S, position: usize) -> S::Vector {
        assert!(position <= self.length && S::LANES <= self.length - position, "numbers of the pick");
        // SAFETY: as in `get`; the last of them is below `length`.
        unsafe { simd.load_from(self.first.add(position)) }
    }
}

/// Some equally spaced rows of a slice that is written.
pub(crate) struct WindowMut<'a, T> {
    first: *mut T,
    rows: usize,
    row_step: usize,
    length: usize,
    slice: PhantomData<&'a mut [T]>,
}

impl<'a, T> WindowMut<'a, T> {
    /// As [`Window::new`], over numbers that are written.
    #[inline(always)]
    pub(crate) fn over(slice: &'a mut [T], start: usize, rows: usize, row_step: usize, length: usize) -> Self {
        let slice = &mut slice[start..];
        let end = rows.saturating_sub(1).checked_mul(row_step).and_then(|last| last.checked_add(length));
        assert!(end.is_some_and(|end| end <= slice.len()), "the window lies in the slice");
        Self { first: slice.as_mut_ptr(), rows, row_step, length, slice: PhantomData }
    }

    /// Writes a register at an offset of a row. Panics if it does not lie in the window.
    #[inline(always)]
    pub(crate) fn store<S: Simd<Number = T>>(&mut self, simd: S, row: usize, offset: usize, vector: S::Vector) {
        assert!(row < self.rows && offset <= self.length && S::LANES <= self.length - offset, "in the window");
        // SAFETY: `over` found all rows in the slice, which this value borrows, and `LANES` numbers from the
        // offset on lie in the length of this one.
        unsafe { simd.store_to(vector, self.first.wrapping_add(row * self.row_step + offset)) }
    }
}

/// Where columns of `ROWS` registers are written, on lines that were checked together for all places.
pub(crate) struct Places<'a, S: Simd, const ROWS: usize, const WHOLE: bool> {
    simd: S,
    first: *mut S::Number,
    row_step: usize,
    /// The last place.
    last: usize,
    last_line: usize,
    line_step: usize,
    /// The lanes that are written: all, if they are `WHOLE`.
    lanes: usize,
    slice: PhantomData<&'a mut [S::Number]>,
}

impl<S: Simd, const ROWS: usize> Places<'_, S, ROWS, false> {
    /// No place.
    #[inline(always)]
    pub(crate) fn none(simd: S) -> Self {
        let first = std::ptr::null_mut();
        Self { simd, first, row_step: 0, last: 0, last_line: 0, line_step: 0, lanes: 0, slice: PhantomData }
    }
}

impl<'a, S: Simd, const ROWS: usize, const WHOLE: bool> Places<'a, S, ROWS, WHOLE> {
    /// Columns whose rows are `row_step` numbers apart, the first of them at `start`; on each line up to `last_line`, `line_step`
    /// numbers apart, at all places up to `last`; of each register so many `lanes`. Panics if they are not all in the slice.
    #[inline(always)]
    pub(crate) fn new(
        simd: S,
        slice: &'a mut [MaybeUninit<S::Number>],
        start: usize,
        row_step: usize,
        [last_line, line_step]: [usize; 2],
        last: usize,
        lanes: usize,
    ) -> Self {
        assert!(lanes == S::LANES || lanes < S::LANES && !WHOLE, "lanes of a register");
        let slice = &mut slice[start..];
        let last_row = const { ROWS - 1 }.checked_mul(row_step);
        let end = last_line.checked_mul(line_step).and_then(|line| line.checked_add(last_row?));
        let end = end.and_then(|row| row.checked_add(last)?.checked_add(lanes));
        assert!(end.is_some_and(|end| end <= slice.len()), "the places lie in the slice");
        Self { simd, first: slice.as_mut_ptr().cast(), row_step, last, last_line, line_step, lanes, slice: PhantomData }
    }

    /// Writes a column at a place of a line. Panics if there is no such place.
    #[inline(always)]
    pub(crate) fn write(&mut self, line: usize, place: usize, column: [S::Vector; ROWS]) {
        assert!(line <= self.last_line && place <= self.last, "a place of a line");
        const { assert!(ROWS <= 8) };
        let mut next = self.first.wrapping_add(line * self.line_step + place);
        assert!(WHOLE || self.lanes > 0, "some lanes");
        unroll!(R in [0 1 2 3 4 5 6 7] {
            if const { R < ROWS } {
                // SAFETY: `new` found `lanes` numbers of the last row at the last place of the last line in the slice, which this
                // value borrows, and so those of row R at this place, which begin no later; `none` has no lanes and panics.
                unsafe {
                    if WHOLE || self.lanes == S::LANES {
                        self.simd.store_to(column[R], next);
                    } else {
                        self.simd.store_lanes_to(column[R], 0..self.lanes, next);
                    }
                }
                next = next.wrapping_add(self.row_step);
            }
        });
    }

    /// Asks for the cache lines of the column that follows that at a place, `ROWS` rows on, which need not exist.
    #[inline(always)]
    pub(crate) fn prefetch_next(&self, line: usize, place: usize) {
        let first = self.first.wrapping_add(line * self.line_step + place);
        for row in ROWS..2 * ROWS {
            self.simd.prefetch_to_write(first.wrapping_add(row.wrapping_mul(self.row_step)));
        }
    }
}
