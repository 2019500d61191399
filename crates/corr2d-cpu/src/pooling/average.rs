//! Averages: sums divided by the elements of their window; and the way back.
//!
//! ```text
//! y[i, j]     = Σ over taps (a, b) of x[i·stride + a·dilation − top, j·stride + b·dilation − left] / n[i, j]
//! ∂L/∂x[r, c] = Σ over the windows (i, j) that hold (r, c) of ∂L/∂y[i, j] / n[i, j]
//! ```

use super::bands::{Band, for_each_band};
use super::columns::Columns;
use super::fold::{Sum, fold_windows};
use crate::buffer::with_room_for;
use crate::simd::{Kernel, Simd};
use crate::{Axis, Element, Error, Isa, PoolGeometry};

/// `output` = the average of each window. The slices are as long as the geometry says.
pub(super) fn forward<T: Element>(
    isa: Isa,
    geometry: &PoolGeometry,
    input: &[T],
    output: &mut [T],
) -> Result<(), Error> {
    fold_windows::<T, Sum>(isa, geometry, input, output)?;
    let divisors = Divisors::of(geometry);
    let shape = (geometry.rows().output(), geometry.columns().output());
    for_each_band(
        output,
        shape,
        1,
        || (),
        |(), band| {
            isa.run(Divide { divisors: &divisors, band });
            Ok(())
        },
    )
}

/// input_gradient = ∂L/∂input. The slices are as long as the geometry says.
pub(super) fn gradient<T: Element>(
    isa: Isa,
    geometry: &PoolGeometry,
    output_gradient: &[T],
    input_gradient: &mut [T],
) -> Result<(), Error> {
    let (rows, columns) = (*geometry.rows(), Columns::of(geometry.columns())?);
    let divisors = Divisors::of(geometry);
    let plane = rows.output() * columns.output;
    for_each_band(input_gradient, (rows.input(), columns.input), 1, Vec::new, |sums: &mut Vec<T>, band| {
        if sums.is_empty() {
            *sums = with_room_for(columns.output)?;
            sums.resize(columns.output, T::ZERO);
        }
        let output_gradient = &output_gradient[band.plane * plane..][..plane];
        isa.run(Spread { rows, columns: &columns, divisors: &divisors, output_gradient, band, sums });
        Ok(())
    })
}

/// The elements of each window: those of its rows times those of its columns.
struct Divisors<T> {
    rows: Vec<T>,
    columns: Vec<T>,
}

impl<T: Element> Divisors<T> {
    fn of(geometry: &PoolGeometry) -> Self {
        let (rows, columns) = geometry.divisors();
        let numbers = |counts: Vec<usize>| counts.into_iter().map(|count| T::from_f64(count as f64)).collect();
        Self { rows: numbers(rows), columns: numbers(columns) }
    }
}

struct Divide<'a, T> {
    divisors: &'a Divisors<T>,
    band: Band<'a, T>,
}

impl<T: Element> Kernel<T> for Divide<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _simd: S) {
        let Divisors { rows, columns } = self.divisors;
        let sums = self.band.rows.chunks_exact_mut(columns.len());
        for (sums, of_row) in sums.zip(&rows[self.band.first..]) {
            for (sum, of_column) in sums.iter_mut().zip(columns) {
                *sum = *sum / (*of_row * *of_column);
            }
        }
    }
}

struct Spread<'a, T> {
    rows: Axis,
    columns: &'a Columns,
    divisors: &'a Divisors<T>,
    /// The plane that the band is made from.
    output_gradient: &'a [T],
    band: Band<'a, T>,
    /// For each output of a row, what comes back to the row that is being written.
    sums: &'a mut [T],
}

impl<T: Element> Kernel<T> for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _simd: S) {
        let Self { rows, columns, divisors, output_gradient, band, sums } = self;
        let (length, width) = (columns.input, columns.output);
        for (index, gradient) in band.rows.chunks_exact_mut(length).enumerate() {
            sums.fill(T::ZERO);
            for output in rows.outputs_of_input(band.first + index) {
                let arriving = &output_gradient[output * width..][..width];
                let of_row = divisors.rows[output];
                for ((sum, arriving), of_column) in sums.iter_mut().zip(arriving).zip(&divisors.columns) {
                    *sum += *arriving / (of_row * *of_column);
                }
            }
            spread_row(columns, sums, gradient);
        }
    }
}

/// Adds what came back to the windows of a row to all that they hold.
#[inline(always)]
fn spread_row<T: Element>(columns: &Columns, sums: &[T], gradient: &mut [T]) {
    gradient.fill(T::ZERO);
    if columns.are_narrow() {
        for (sum, (first, count)) in sums.iter().zip(&columns.windows) {
            for gradient in gradient[*first..].iter_mut().step_by(columns.dilation).take(*count) {
                *gradient += *sum;
            }
        }
        return;
    }
    for tap in &columns.taps {
        let (sums, gradient) = (&sums[tap.outputs.clone()], &mut gradient[tap.first..]);
        match columns.stride {
            1 => add_to_every::<T, 1>(sums, gradient),
            2 => add_to_every::<T, 2>(sums, gradient),
            3 => add_to_every::<T, 3>(sums, gradient),
            stride => {
                for (gradient, sum) in gradient.iter_mut().step_by(stride).zip(sums) {
                    *gradient += *sum;
                }
            }
        }
    }
}

/// Adds to every `STRIDE`-th number.
#[inline(always)]
fn add_to_every<T: Element, const STRIDE: usize>(sums: &[T], gradient: &mut [T]) {
    let (blocks, rest) = gradient.as_chunks_mut::<STRIDE>();
    let (most, last) = sums.split_at(blocks.len().min(sums.len()));
    for (block, sum) in blocks.iter_mut().zip(most) {
        block[0] += *sum;
    }
    if let (Some(gradient), Some(sum)) = (rest.first_mut(), last.first()) {
        *gradient += *sum;
    }
}
