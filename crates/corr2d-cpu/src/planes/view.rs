//! The planes that a task reads.

use std::ops::Range;

use super::block::MOST_REGISTERS;
use crate::input::Planes;
use crate::simd::Simd;
use crate::transpose::MOST_LANES;
use crate::{Aligned, Element, Geometry, aligned};

/// The planes of one group of one image, or a padded copy of them.
#[derive(Clone, Copy)]
pub(super) struct View<'a, T> {
    planes: Planes<'a, T>,
    pub(super) height: usize,
    pub(super) width: usize,
    /// The row and the column that the first tap of the first output reads, negative in the padding.
    pub(super) first: (isize, isize),
}

/// The elements of padded planes that are copied as a whole: a tenth of a second-level cache.
const COPIED: usize = 1 << 14;

/// As many where several output channels read the copy, whole or the part for a band of rows: this, and kernels cut once a
/// call, took 3 → 64 channels at 224×224 from 2.65 ms to 1.92.
const COPIED_FOR_MANY: usize = 1 << 18;

/// As many where two or three do: eight rows of 64 channels at 224×224.
const COPIED_FOR_FEW: usize = 10 << 14;

/// A copy of small planes with their padding, kept for the next task on the same planes.
pub(super) struct Padded<T> {
    /// Which planes, and for which output rows.
    held: Option<(usize, Range<usize>)>,
    copy: Aligned<T>,
}

impl<T: Element> Padded<T> {
    pub(super) fn new() -> Self {
        Self { held: None, copy: Aligned::default() }
    }

    /// A view of the planes of a group for some output rows: of a copy in which no register reads padding, if that is small
    /// and some register would.
    #[inline(always)]
    pub(super) fn view<'a, S: Simd<Number = T>>(
        &'a mut self,
        simd: S,
        geometry: &Geometry,
        group: usize,
        output_rows: Range<usize>,
        planes: Planes<'a, T>,
    ) -> View<'a, T> {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let first = (rows.first_read(), columns.first_read());
        let plain = View { planes, height: rows.input(), width: columns.input(), first };
        let whole = 0..rows.output();
        let (band, most) = most_copied(geometry);
        let width = width(geometry, S::LANES);
        let channels = geometry.input_channels_per_group();
        let size = |rows: &Range<usize>| (height(geometry, rows.len()) * width).saturating_mul(channels);
        let fits = |rows: &Range<usize>| size(rows) <= most;
        let Some(rows) = [whole, output_rows].into_iter().take(if band { 2 } else { 1 }).find(fits) else {
            return plain;
        };

        let first = (first.0 + rows.start as isize, first.1);
        let height = height(geometry, rows.len());
        if inside(first.0, height, plain.height) && inside(first.1, width, plain.width) {
            return plain;
        }
        let (start, size) = (rows.start as isize, size(&rows));
        if self.held.as_ref() != Some(&(group, rows.clone())) {
            // Around other planes at the same rows lie the same zeros.
            let rim = !self.held.as_ref().is_some_and(|(_, held)| *held == rows);
            if self.copy.len() < size {
                self.held = None;
                // Without the room for it the planes are read as they lie.
                let Ok(copy) = aligned(size) else { return plain };
                self.copy = copy;
            }
            self.held = Some((group, rows));
            let copies = &mut self.copy[..size];
            plain.copy_padded(0..channels, first, [height, 1, width], rim, copies, &ByRegisters(simd));
        }
        let planes = Planes { elements: &self.copy[..size], plane_step: height * width, row_step: width };
        View { planes, height, width, first: (-start, 0) }
    }
}

/// The output rows of a task such that what it reads may be copied: all, or a band whose copy all output channels of a group
/// share.
pub(super) fn rows_of_band(geometry: &Geometry) -> usize {
    let all = geometry.rows().output();
    let (band, most) = most_copied(geometry);
    let fitting = most / geometry.input_channels_per_group() / width(geometry, MOST_LANES);
    let rows = (fitting + 1).saturating_sub(geometry.rows().dilated()) / MOST_REGISTERS * MOST_REGISTERS;
    let columns = geometry.columns();
    let padded = !inside(geometry.rows().first_read(), height(geometry, all), geometry.rows().input())
        || !inside(columns.first_read(), width(geometry, MOST_LANES), columns.input());
    if band && padded && rows > 0 && rows < all && geometry.rows().dilation() == 1 { rows } else { all }
}

/// Whether so many positions lie inside an axis of some length.
fn inside(first: isize, read: usize, length: usize) -> bool {
    first >= 0 && (first as usize).checked_add(read).is_some_and(|end| end <= length)
}

/// Whether bands of rows may be copied, and the elements of a copy at most.
fn most_copied(geometry: &Geometry) -> (bool, usize) {
    match geometry.output_channels_per_group() {
        1 => (false, COPIED),
        2 | 3 => (true, COPIED_FOR_FEW),
        _ => (true, COPIED_FOR_MANY),
    }
}

/// The input rows that so many output rows read.
fn height(geometry: &Geometry, output_rows: usize) -> usize {
    output_rows - 1 + geometry.rows().dilated()
}

/// The input columns that whole registers read.
fn width(geometry: &Geometry, lanes: usize) -> usize {
    geometry.columns().output().max(lanes) - 1 + geometry.columns().dilated()
}

/// How a row is copied: a trait and no closure, which would be compiled without the kernel's instructions.
trait CopyRow<T> {
    fn copy(&self, from: &[T], to: &mut [T]);
}

/// By the registers of an instruction set.
struct ByRegisters<S>(S);

impl<S: Simd> CopyRow<S::Number> for ByRegisters<S> {
    #[inline(always)]
    fn copy(&self, from: &[S::Number], to: &mut [S::Number]) {
        copy_whole(self.0, from, to);
    }
}

/// By the system's function, where registers are not known.
struct ByCall;

impl<T: Copy> CopyRow<T> for ByCall {
    #[inline(always)]
    fn copy(&self, from: &[T], to: &mut [T]) {
        to.copy_from_slice(from);
    }
}

/// Copies a row, by whole registers if it has as many numbers. On a Zen 5 with AVX2 5×5 on 1 → 6 channels at 28×28 took 0.77 ms so
/// and 0.86 by the system's function, in one build of each; depthwise planes of 56×56 as long either way.
#[inline(always)]
pub(super) fn copy_whole<S: Simd>(simd: S, from: &[S::Number], to: &mut [S::Number]) {
    let Some(last) = from.len().checked_sub(S::LANES) else { return to.copy_from_slice(from) };
    let mut at = 0;
    loop {
        simd.store(simd.load(from, at), to, at);
        if at == last {
            break;
        }
        // The last register goes back to end with the row.
        at = (at + S::LANES).min(last);
    }
}

impl<'a, T: Element> View<'a, T> {
    /// The planes from one channel on.
    #[inline(always)]
    pub(super) fn planes_from(&self, channel: usize) -> &'a [T] {
        self.planes.from(channel)
    }

    /// From one plane to the next.
    #[inline(always)]
    pub(super) fn plane_step(&self) -> usize {
        self.planes.plane_step
    }

    /// From one row to the next.
    #[inline(always)]
    pub(super) fn row_step(&self) -> usize {
        self.planes.row_step
    }

    /// Copies rows of `width` numbers of some channels from a corner on, with 0 for the padding, unless that is there.
    #[inline(always)]
    fn copy_padded(
        &self,
        channels: Range<usize>,
        corner: (isize, isize),
        [rows, row_step, width]: [usize; 3],
        rim: bool,
        copies: &mut [T],
        rows_by: &impl CopyRow<T>,
    ) {
        let begin = corner.1.min(0).unsigned_abs().min(width);
        let from = corner.1.max(0) as usize;
        let end = begin + self.width.saturating_sub(from).min(width - begin);
        for (channel, copies) in channels.zip(copies.chunks_exact_mut(rows * width)) {
            for (index, copy) in copies.chunks_exact_mut(width).enumerate() {
                let row = corner.0.wrapping_add_unsigned(index * row_step);
                let inside = row >= 0 && row < self.height as isize && begin < end;
                if inside {
                    let row = self.planes.row(channel, row as usize, self.width);
                    rows_by.copy(&row[from..][..end - begin], &mut copy[begin..end]);
                }
                if rim {
                    let (begin, end) = if inside { (begin, end) } else { (width, width) };
                    copy[..begin].fill(T::ZERO);
                    copy[end..].fill(T::ZERO);
                }
            }
        }
    }

    /// A copy of `rows` rows of `width` numbers of some channels from a corner on, which may lie in the padding.
    #[inline(never)]
    pub(super) fn rim<'w>(
        &self,
        channels: Range<usize>,
        corner: (isize, isize),
        rows: usize,
        row_step: usize,
        width: usize,
        rim: &'w mut Vec<T>,
    ) -> &'w [T] {
        rim.resize(channels.len() * rows * width, T::ZERO);
        self.copy_padded(channels, corner, [rows, row_step, width], true, rim, &ByCall);
        rim
    }
}
