//! What a dilated kernel reads and writes together: every d-th row and every d-th column.
//!
//! A kernel of dilation d reads, for the outputs at places of one residue modulo d, the pixels of one residue. So the layer is
//! d·d layers of dilation 1, each on a picture of its own, and the tiles of each can save what those of a plain layer save.
//!
//! ```text
//! d = 2:   a b a b a b      the outputs a, b, c and d are four pictures,
//!          c d c d c d      and each reads one of four pictures in the input
//!          a b a b a b
//! ```

use std::mem::MaybeUninit;

use crate::channels::copy_phase;
use crate::simd::Simd;
use crate::{Axis, Geometry};

/// One of the pictures, in the output and in the input.
#[derive(Clone, Copy)]
pub(super) struct Lattice {
    pub(super) rows: Line,
    pub(super) columns: Line,
}

/// The places of one axis.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// The first output, and from one to the next, as from one pixel of a window to the next.
    first: usize,
    pub(super) step: usize,
    stride: usize,
    /// How many outputs there are.
    pub(super) outputs: usize,
    /// Where the first tap of output 0 of the axis reads.
    begin: isize,
}

/// All pictures of a geometry.
pub(super) fn lattices(geometry: &Geometry) -> impl Iterator<Item = Lattice> {
    let geometry = *geometry;
    (0..count(&geometry)).map(move |index| Lattice::nth(&geometry, index))
}

/// How many they are.
pub(super) fn count(geometry: &Geometry) -> usize {
    lines(geometry.rows()) * lines(geometry.columns())
}

fn lines(axis: &Axis) -> usize {
    axis.dilation().min(axis.output())
}

/// Whether there is but one, the image itself.
pub(super) fn is_plain(geometry: &Geometry) -> bool {
    geometry.rows().dilation() == 1 && geometry.columns().dilation() == 1
}

/// Whether the pixels of a row are picked one by one, and not by whole registers.
pub(super) fn gathers(geometry: &Geometry) -> bool {
    geometry.columns().dilation() > 2
}

/// Rows and columns of outputs of the largest.
pub(super) fn largest(geometry: &Geometry) -> [usize; 2] {
    [geometry.rows(), geometry.columns()].map(|axis| axis.output().div_ceil(axis.dilation()))
}

impl Lattice {
    pub(super) fn nth(geometry: &Geometry, index: usize) -> Self {
        let width = lines(geometry.columns());
        Self { rows: Line::new(geometry.rows(), index / width), columns: Line::new(geometry.columns(), index % width) }
    }
}

impl Line {
    fn new(axis: &Axis, first: usize) -> Self {
        let step = axis.dilation();
        let outputs = axis.output().saturating_sub(first).div_ceil(step);
        Self { first, step, stride: axis.stride(), outputs, begin: axis.first_read() }
    }

    /// The place of an output among all.
    #[inline(always)]
    pub(super) fn output(&self, index: usize) -> usize {
        index * self.step + self.first
    }

    /// Which input position the first tap of an output reads. Tiles ask beyond the last output too: far beyond the input is
    /// far enough.
    #[inline(always)]
    pub(super) fn input(&self, index: usize) -> isize {
        let place = index.saturating_mul(self.step).saturating_add(self.first).saturating_mul(self.stride);
        isize::try_from(place).unwrap_or(isize::MAX).saturating_add(self.begin)
    }

    /// Copies what outputs from `first` on read of a row by their first taps, with 0 for the padding.
    #[inline(always)]
    pub(super) fn gather<S: Simd>(&self, simd: S, row: &[S::Number], first: usize, copy: &mut [S::Number]) {
        let begin = self.input(first);
        let skipped = begin.min(0).unsigned_abs().div_ceil(self.step).min(copy.len());
        let start = begin.saturating_add_unsigned(skipped.saturating_mul(self.step)).max(0).unsigned_abs();
        let inside = row.len().saturating_sub(start).div_ceil(self.step).min(copy.len() - skipped);
        copy_phase(simd, self.step, row, &(skipped..skipped + inside, start), copy);
    }

    /// Writes the outputs from `first` on to a row of all outputs.
    #[inline(always)]
    pub(super) fn spread<T: Copy>(&self, numbers: &[T], first: usize, row: &mut [MaybeUninit<T>]) {
        let places = &mut row[self.output(first)..];
        match self.step {
            2 => spread::<T, 2>(numbers, places),
            3 => spread::<T, 3>(numbers, places),
            4 => spread::<T, 4>(numbers, places),
            step => places.iter_mut().step_by(step).zip(numbers).for_each(|(place, number)| {
                place.write(*number);
            }),
        }
    }
}

/// Writes each `STEP`th place, by blocks of a constant length.
#[inline(always)]
fn spread<T: Copy, const STEP: usize>(numbers: &[T], places: &mut [MaybeUninit<T>]) {
    let (blocks, rest) = places.as_chunks_mut::<STEP>();
    for (block, number) in blocks.iter_mut().zip(numbers) {
        block[0].write(*number);
    }
    // The last block may be short.
    if let (Some(place), Some(number)) = (rest.first_mut(), numbers.get(blocks.len())) {
        place.write(*number);
    }
}
