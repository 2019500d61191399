//! The windows, unrolled: a row for each tap, a column for each output pixel.

use std::ops::Range;

use super::block::PIXELS;
use crate::channels::every;
use crate::input::Planes;
use crate::{Axis, Element, Geometry};

/// Writes what some taps (c, a, b) of a group read for some output pixels (i, j), both counted row by row. What lies
/// beyond the last pixel is left as it is.
#[inline(always)]
pub(super) fn unroll<T: Element>(
    geometry: &Geometry,
    planes: Planes<'_, T>,
    taps: Range<usize>,
    pixels: Range<usize>,
    unrolled: &mut [[T; PIXELS]],
) {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let kernel = rows.kernel() * columns.kernel();
    let (first_row, first_column) = (pixels.start / columns.output(), pixels.start % columns.output());
    for (tap, copy) in taps.zip(unrolled) {
        let (a, b) = (tap % kernel / columns.kernel(), tap % columns.kernel());
        let inside = columns.outputs_of_tap(b);
        let mut rest = &mut copy[..pixels.len()];
        let (mut i, mut j) = (first_row, first_column);
        while !rest.is_empty() {
            let count = rest.len().min(columns.output() - j);
            let (copy, behind) = rest.split_at_mut(count);
            match rows.input_position(i, a) {
                Some(row) => part(columns, planes.row(tap / kernel, row, columns.input()), b, &inside, j, copy),
                None => copy.fill(T::ZERO),
            }
            (i, j, rest) = (i + 1, 0, behind);
        }
    }
}

/// What tap `b` reads of one row for the outputs from `first` on, those `inside` of the image and 0 for the others.
#[inline(always)]
fn part<T: Element>(columns: &Axis, row: &[T], b: usize, inside: &Range<usize>, first: usize, copy: &mut [T]) {
    let start = inside.start.saturating_sub(first).min(copy.len());
    let end = inside.end.saturating_sub(first).clamp(start, copy.len());
    copy[..start].fill(T::ZERO);
    copy[end..].fill(T::ZERO);
    let copy = &mut copy[start..end];
    if copy.is_empty() {
        return;
    }
    let read = (first + start) * columns.stride() + b * columns.dilation();
    // Not in the padding, so the sum is not negative.
    let row = &row[read.wrapping_add_signed(columns.first_read())..];
    match columns.stride() {
        1 => copy.copy_from_slice(&row[..copy.len()]),
        2 => every::<T, 2>(row, copy),
        3 => every::<T, 3>(row, copy),
        4 => every::<T, 4>(row, copy),
        step => copy.iter_mut().zip(row.iter().step_by(step)).for_each(|(to, x)| *to = *x),
    }
}
