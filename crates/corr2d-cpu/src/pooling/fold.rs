//! Windows folded into one number each: along the rows first, then down the columns.
//!
//! ```text
//! h[r, j] = x[r, j·stride − left] ∘ x[r, j·stride + dilation − left] ∘ …
//! y[i, j] = h[i·stride − top, j] ∘ h[i·stride + dilation − top, j] ∘ …
//! ```
//!
//! Windows that share a row share its h. The order is that of the rows, so that of equal maxima the first stays.

use std::marker::PhantomData;

use super::bands::{Band, for_each_band};
use super::columns::Columns;
use crate::buffer::with_room_for;
use crate::simd::{Kernel, Simd};
use crate::{Axis, Element, Error, Isa, PoolGeometry};

/// How two numbers become one.
pub(super) trait Fold<T>: Send + Sync {
    /// What no number becomes.
    fn empty() -> T;
    fn fold(sum: T, number: T) -> T;
}

/// The greater of two numbers: the first of equal ones, and NaN whatever the other is.
pub(super) struct Greater;

impl<T: Element> Fold<T> for Greater {
    #[inline(always)]
    fn empty() -> T {
        T::from_f64(f64::NEG_INFINITY)
    }

    #[inline(always)]
    #[allow(clippy::eq_op, reason = "NaN is the number that differs from itself")]
    fn fold(greatest: T, number: T) -> T {
        // As two choices, which registers have instructions for.
        let greater = if number > greatest { number } else { greatest };
        if number != number { number } else { greater }
    }
}

pub(super) struct Sum;

impl<T: Element> Fold<T> for Sum {
    #[inline(always)]
    fn empty() -> T {
        T::ZERO
    }

    #[inline(always)]
    fn fold(sum: T, number: T) -> T {
        sum + number
    }
}

/// Whether a number takes the place of the greatest so far: NaN always does.
#[inline(always)]
#[allow(clippy::eq_op, reason = "NaN is the number that differs from itself")]
pub(super) fn is_greater<T: Element>(number: T, greatest: T) -> bool {
    (number > greatest) | (number != number)
}

/// `output` = the largest number of each window. The slices are as long as the geometry says.
pub(super) fn max<T: Element>(isa: Isa, geometry: &PoolGeometry, input: &[T], output: &mut [T]) -> Result<(), Error> {
    fold_windows::<T, Greater>(isa, geometry, input, output)
}

/// `output` = each window folded.
pub(super) fn fold_windows<T: Element, F: Fold<T>>(
    isa: Isa,
    geometry: &PoolGeometry,
    input: &[T],
    output: &mut [T],
) -> Result<(), Error> {
    let (rows, columns) = (geometry.rows(), Columns::of(geometry.columns())?);
    let read = (geometry.input_len() / output.len().max(1)).max(1);
    let plane = rows.input() * columns.input;
    for_each_band(output, (rows.output(), columns.output), read, Scratch::new, |scratch, band| {
        let input = &input[band.plane * plane..][..plane];
        scratch.make_room(rows, columns.output, &band)?;
        isa.run(FoldBand { rows: *rows, columns: &columns, input, band, scratch, fold: PhantomData::<F> });
        Ok(())
    })
}

/// The folded rows that a band shares.
struct Scratch<T> {
    /// Row by row from `first` on.
    folded: Vec<T>,
    /// Which of them have been folded already.
    done: Vec<bool>,
    first: usize,
}

impl<T: Element> Scratch<T> {
    fn new() -> Self {
        Self { folded: Vec::new(), done: Vec::new(), first: 0 }
    }

    fn make_room(&mut self, rows: &Axis, width: usize, band: &Band<'_, T>) -> Result<(), Error> {
        let (first, count) = rows_read(rows, band.first, band.rows.len() / width);
        self.first = first;
        let length = count * width;
        if self.folded.capacity() < length {
            self.folded = with_room_for(length)?;
        }
        self.folded.resize(length, T::ZERO);
        self.done.clear();
        self.done.resize(count, false);
        Ok(())
    }
}

/// The first input row that some outputs read, and how many follow up to the last.
pub(super) fn rows_read(rows: &Axis, first_output: usize, outputs: usize) -> (usize, usize) {
    let place =
        |output: usize, tap: usize| (output * rows.stride() + tap * rows.dilation()).saturating_sub(rows.before());
    let first = place(first_output, 0).min(rows.input() - 1);
    let end = place(first_output + outputs - 1, rows.kernel() - 1).min(rows.input() - 1) + 1;
    (first, end - first)
}

struct FoldBand<'a, T, F> {
    rows: Axis,
    columns: &'a Columns,
    /// The plane that the band is made from.
    input: &'a [T],
    band: Band<'a, T>,
    scratch: &'a mut Scratch<T>,
    fold: PhantomData<F>,
}

impl<T: Element, F: Fold<T>> Kernel<T> for FoldBand<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _simd: S) {
        let Self { rows, columns, input, band, scratch, .. } = self;
        let (length, width) = (columns.input, columns.output);
        for (index, output) in band.rows.chunks_exact_mut(width).enumerate() {
            output.fill(F::empty());
            let place = (band.first + index) * rows.stride();
            for tap in rows.taps_of_output(band.first + index) {
                let row = place + tap * rows.dilation() - rows.before();
                let folded = &mut scratch.folded[(row - scratch.first) * width..][..width];
                if !scratch.done[row - scratch.first] {
                    scratch.done[row - scratch.first] = true;
                    fold_row::<T, F>(columns, &input[row * length..][..length], folded);
                }
                for (output, folded) in output.iter_mut().zip(&*folded) {
                    *output = F::fold(*output, *folded);
                }
            }
        }
    }
}

/// Folds the windows of one row.
#[inline(always)]
fn fold_row<T: Element, F: Fold<T>>(columns: &Columns, row: &[T], folded: &mut [T]) {
    if columns.are_narrow() {
        for (folded, (first, count)) in folded.iter_mut().zip(&columns.windows) {
            let window = row[*first..].iter().step_by(columns.dilation).take(*count);
            *folded = window.fold(F::empty(), |sum, number| F::fold(sum, *number));
        }
        return;
    }
    folded.fill(F::empty());
    for tap in &columns.taps {
        let (source, folded) = (&row[tap.first..], &mut folded[tap.outputs.clone()]);
        match columns.stride {
            1 => fold_every::<T, F, 1>(source, folded),
            2 => fold_every::<T, F, 2>(source, folded),
            3 => fold_every::<T, F, 3>(source, folded),
            stride => {
                for (folded, number) in folded.iter_mut().zip(source.iter().step_by(stride)) {
                    *folded = F::fold(*folded, *number);
                }
            }
        }
    }
}

/// Every `STRIDE`-th number, one to each output. A constant, so that the compiler finds its shuffles.
#[inline(always)]
fn fold_every<T: Element, F: Fold<T>, const STRIDE: usize>(source: &[T], folded: &mut [T]) {
    let (blocks, rest) = source.as_chunks::<STRIDE>();
    let whole = blocks.len().min(folded.len());
    let (most, last) = folded.split_at_mut(whole);
    for (folded, block) in most.iter_mut().zip(blocks) {
        *folded = F::fold(*folded, block[0]);
    }
    // The last output may read the first number of a block that the row cuts off.
    if let (Some(folded), Some(number)) = (last.first_mut(), rest.first()) {
        *folded = F::fold(*folded, *number);
    }
}
