//! Copies of what a strip and a segment read, with zeros for what is not there: padding, and what a whole register or block
//! has too much.

use std::ops::Range;

use super::cut::{Cut, Segment};
use crate::channels::{copy_phase, part};
use crate::{Element, Geometry};

/// Copies some rows of planes from `top` on, which may lie in the padding: of each row the phases that some tap reads.
#[inline(always)]
pub(super) fn copy_input<T: Element>(
    geometry: &Geometry,
    cut: &Cut,
    segment: &Segment,
    planes: &[T],
    top: isize,
    rows: usize,
    windows: &mut [T],
) {
    let (height, columns) = (geometry.rows().input(), geometry.columns());
    let width = columns.input();
    let of_phase = |phase: &usize| part(columns, *phase, segment.columns.start, segment.phase);
    let parts: Vec<_> = cut.phases.iter().map(of_phase).collect();
    let row_length = cut.phases.len() * segment.phase;
    for (plane, window) in planes.chunks_exact(height * width).zip(windows.chunks_exact_mut(rows * row_length)) {
        for (index, copy) in window.chunks_exact_mut(row_length).enumerate() {
            let row = top.wrapping_add_unsigned(index);
            if row < 0 || row >= height as isize {
                copy.fill(T::ZERO);
                continue;
            }
            let row = &plane[row as usize * width..][..width];
            for (part, copy) in parts.iter().zip(copy.chunks_exact_mut(segment.phase)) {
                copy_phase(columns.stride(), row, part, copy);
            }
        }
    }
}

/// Copies some columns of rows of an output plane into longer rows, and fills what is behind them.
#[inline(always)]
pub(super) fn copy_gradient<T: Element>(rows: &[T], width: usize, columns: Range<usize>, length: usize, copy: &mut [T]) {
    let existing = rows.len() / width * length;
    for (row, copy) in rows.chunks_exact(width).zip(copy.chunks_exact_mut(length)) {
        let (copy, rest) = copy.split_at_mut(columns.len());
        copy.copy_from_slice(&row[columns.clone()]);
        rest.fill(T::ZERO);
    }
    copy[existing..].fill(T::ZERO);
}
