//! From pixels to spectra: a transform down each column, of two runs of rows at once.
//!
//! The transform is linear and so are all steps after it, so one run of rows can be the real part and another the
//! imaginary part of one column of complex numbers.

use super::butterfly::{Complex, MOST};
use super::length::Length;
use super::spectrum::{Layout, Place, TURN_AFTER, later_steps, turned_and_transformed};
use crate::Element;
use crate::simd::{Kernel, Simd};

/// What is transformed: two runs of rows of a plane, both from one column on.
#[derive(Clone, Copy)]
pub(super) struct Pixels<'a, T> {
    pub(super) plane: &'a [T],
    pub(super) height: usize,
    pub(super) width: usize,
    /// From one row of the plane to the next.
    pub(super) row_step: usize,
    /// Where each run begins, above or below the plane where it reads padding, and how many rows it has.
    pub(super) runs: [(isize, usize); 2],
    pub(super) first_column: isize,
}

/// Transforms as many columns as the layout has. Returns the sum of the squares of all pixels.
pub(super) struct Forwards<'a, T> {
    pub(super) length: &'a Length<T>,
    pub(super) pixels: Pixels<'a, T>,
    pub(super) columns: usize,
    pub(super) spectrum: &'a mut [T],
}

impl<T: Element> Kernel<T> for Forwards<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) -> T {
        let layout = Layout::new(self.columns, S::LANES);
        let Some(step) = self.length.steps.first() else { return T::ZERO };
        let mut squares = [simd.splat(T::ZERO); 2];
        let Self { pixels, spectrum, .. } = self;
        for n in 0..step.apart {
            let place = Place { layout, first: n, apart: step.apart, factors: step.factors(n) };
            match step.radix {
                2 => first_step::<S, 2>(simd, place, &pixels, spectrum, &mut squares),
                3 => first_step::<S, 3>(simd, place, &pixels, spectrum, &mut squares),
                4 => first_step::<S, 4>(simd, place, &pixels, spectrum, &mut squares),
                _ => first_step::<S, 8>(simd, place, &pixels, spectrum, &mut squares),
            }
        }
        later_steps::<S, TURN_AFTER>(simd, &self.length.steps, layout, spectrum);
        let mut lanes = [T::ZERO; 16];
        simd.store(simd.add(squares[0], squares[1]), &mut lanes, 0);
        lanes.iter().fold(T::ZERO, |sum, square| sum + *square)
    }
}

/// The first step at one place, from the plane to the spectrum.
#[inline(always)]
fn first_step<S: Simd, const RADIX: usize>(
    simd: S,
    place: Place<'_, S::Number>,
    pixels: &Pixels<'_, S::Number>,
    spectrum: &mut [S::Number],
    squares: &mut [S::Vector; 2],
) {
    let factors = place.splat::<S, RADIX, TURN_AFTER>(simd);
    let mut rows = [[&[][..]; 2]; MOST];
    for (k, rows) in rows.iter_mut().enumerate().take(RADIX) {
        *rows = [0, 1].map(|run| pixels.row(run, place.first + k * place.apart));
    }
    // The rows that the next place reads.
    let mut next = [[&[][..]; 2]; MOST];
    if place.first + 1 < place.apart {
        for (k, next) in next.iter_mut().enumerate().take(RADIX) {
            *next = [0, 1].map(|run| pixels.row(run, place.first + 1 + k * place.apart));
        }
    }
    let zero = simd.splat(S::Number::ZERO);
    let mut sums = *squares;
    for register in 0..place.layout.registers {
        let column = pixels.first_column + (register * S::LANES) as isize;
        let inside = column >= 0 && column as usize + S::LANES <= pixels.width;
        let mut z = [Complex { re: zero, im: zero }; MOST];
        unroll!(K in [0 1 2 3 4 5 6 7] {
            if const { K < RADIX } {
                simd.prefetch(next[K][0], column as usize);
                simd.prefetch(next[K][1], column as usize);
                let (re, im) = (read(simd, rows[K][0], column, inside), read(simd, rows[K][1], column, inside));
                sums = [simd.mul_add(re, re, sums[0]), simd.mul_add(im, im, sums[1])];
                z[K] = Complex { re, im };
            }
        });
        let z = turned_and_transformed::<S, RADIX, TURN_AFTER>(simd, z, &factors);
        place.write::<S, RADIX>(simd, z, spectrum, register);
    }
    *squares = sums;
}

/// A register of a row, or of nothing.
#[inline(always)]
fn read<S: Simd>(simd: S, row: &[S::Number], column: isize, inside: bool) -> S::Vector {
    if row.is_empty() {
        simd.splat(S::Number::ZERO)
    } else if inside {
        simd.load(row, column as usize)
    } else {
        simd.load_within(row, column)
    }
}

impl<'a, T> Pixels<'a, T> {
    /// A row of a run, empty where it is padding or behind the run.
    #[inline(always)]
    fn row(&self, run: usize, index: usize) -> &'a [T] {
        let (first, count) = self.runs[run];
        let row = first + index as isize;
        if index >= count || row < 0 || row as usize >= self.height {
            return &[];
        }
        &self.plane[row as usize * self.row_step..][..self.width]
    }
}
