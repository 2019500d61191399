//! Rows of a plane that were checked together, so that each load from them need not be.

use std::marker::PhantomData;

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

    /// A register from a row, at an offset in it. Panics if it does not lie in the window; with constants for rows and
    /// one offset for many rows, the compiler checks once.
    #[inline(always)]
    pub(crate) fn load<S: Simd<Number = T>>(&self, simd: S, row: usize, offset: usize) -> S::Vector {
        assert!(row < self.rows && offset <= self.length && S::LANES <= self.length - offset, "in the window");
        // SAFETY: `new` found all rows in the slice, which this value borrows; the row is one of them, and `LANES`
        // numbers from the offset on lie in its length.
        unsafe { simd.load_from(self.first.add(row * self.row_step + offset)) }
    }
}
