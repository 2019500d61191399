//! From spectra to outputs: the steps of the transform backwards, with the real and the imaginary part exchanged.
//!
//! On exchanged numbers the inverse of a transform is the transform itself, but for a factor.

use std::mem::MaybeUninit;

use super::length::Length;
use super::spectrum::{Layout, Place, TURN_BEFORE, later_steps, turned_and_transformed};
use crate::Element;
use crate::simd::{Kernel, Simd};

/// A row of outputs.
pub(super) type Row<'a, T> = &'a mut [MaybeUninit<T>];

/// Writes the outputs of a spectrum whose parts are exchanged. The spectrum is lost.
pub(super) struct Backwards<'a, 'o, T> {
    pub(super) length: &'a Length<T>,
    pub(super) spectrum: &'a mut [T],
    /// How many columns its layout has, and how many a row of outputs.
    pub(super) stored: usize,
    pub(super) columns: usize,
    pub(super) bias: T,
    /// The rows of the real part, and those of the imaginary part: the first of the transform, as many as there are.
    pub(super) runs: [&'a mut [Row<'o, T>]; 2],
}

impl<T: Element> Kernel<T> for Backwards<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let layout = Layout { registers: self.columns.div_ceil(S::LANES), ..Layout::new(self.stored, S::LANES) };
        let Some(step) = self.length.steps.first() else { return };
        later_steps::<S, TURN_BEFORE>(simd, &self.length.steps, layout, self.spectrum);
        for n in 0..step.apart {
            let place = Place { layout, first: n, apart: step.apart, factors: step.factors(n) };
            match step.radix {
                2 => self.last_step::<S, 2>(simd, place),
                3 => self.last_step::<S, 3>(simd, place),
                4 => self.last_step::<S, 4>(simd, place),
                _ => self.last_step::<S, 8>(simd, place),
            }
        }
    }
}

impl<T: Element> Backwards<'_, '_, T> {
    /// The last step at one place, from the spectrum to the outputs.
    #[inline(always)]
    fn last_step<S: Simd<Number = T>, const RADIX: usize>(&mut self, simd: S, place: Place<'_, T>) {
        let factors = place.splat::<S, RADIX, TURN_BEFORE>(simd);
        let scale = simd.splat(T::from_f64(1.0 / (RADIX * place.apart) as f64));
        let bias = simd.splat(self.bias);
        for register in 0..place.layout.registers {
            let z = place.read::<S, RADIX>(simd, self.spectrum, register);
            let z = turned_and_transformed::<S, RADIX, TURN_BEFORE>(simd, z, &factors);
            unroll!(K in [0 1 2 3 4 5 6 7] {
                if const { K < RADIX } {
                    let (row, start) = (place.first + K * place.apart, register * S::LANES);
                    // The row that the next place writes. What it holds need not be right.
                    for rows in &self.runs {
                        if let Some(next) = rows.get(row + 1) {
                            simd.prefetch(next, start);
                        }
                    }
                    // The parts are exchanged.
                    if let Some(row) = self.runs[0].get_mut(row) {
                        write(simd, simd.mul_add(z[K].im, scale, bias), row, start);
                    }
                    if let Some(row) = self.runs[1].get_mut(row) {
                        write(simd, simd.mul_add(z[K].re, scale, bias), row, start);
                    }
                }
            });
        }
    }
}

/// As many lanes as the row has.
#[inline(always)]
fn write<S: Simd>(simd: S, vector: S::Vector, row: &mut [MaybeUninit<S::Number>], start: usize) {
    if start + S::LANES <= row.len() {
        simd.write(vector, row, start);
    } else {
        simd.write_first(vector, row, start);
    }
}
