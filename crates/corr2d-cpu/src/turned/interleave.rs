//! The results of the classes of columns, brought into rows of the input gradient.
//!
//! ```text
//! row[ρ + s·j] = class ρ[j], or 0 where no tap reaches the class
//! ```

use std::mem::MaybeUninit;

use crate::Element;
use crate::simd::{Kernel, Simd};

/// Writes every `row_step`th row of a plane, from its first on.
pub(super) struct Interleave<'a, T> {
    /// For each class of columns its rows in the same plane, one after another.
    pub(super) classes: &'a [Option<&'a [T]>],
    /// As many rows.
    pub(super) rows: usize,
    /// The first of the rows, and what follows to the end of the last.
    pub(super) plane: &'a mut [MaybeUninit<T>],
    pub(super) width: usize,
    pub(super) row_step: usize,
}

impl<T: Element> Kernel<T> for Interleave<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let stride = self.classes.len();
        for (index, row) in self.plane.chunks_mut(self.row_step * self.width).enumerate().take(self.rows) {
            let row = &mut row[..self.width];
            let of_class = |class: usize| {
                let length = (self.width - class).div_ceil(stride);
                self.classes[class].map(|rows| &rows[index * length..][..length])
            };
            match stride {
                2 => pairs(simd, of_class(0), of_class(1), row),
                _ => (0..stride).for_each(|class| every(of_class(class), class, stride, row)),
            }
        }
    }
}

/// Two classes: registers of both, interleaved.
#[inline(always)]
fn pairs<S: Simd>(simd: S, even: Option<&[S::Number]>, odd: Option<&[S::Number]>, row: &mut [MaybeUninit<S::Number>]) {
    let whole = row.len() / (2 * S::LANES) * S::LANES;
    let load = |class: Option<&[S::Number]>, at: usize| match class {
        Some(class) => simd.load(class, at),
        None => simd.splat(S::Number::ZERO),
    };
    for at in (0..whole).step_by(S::LANES) {
        let (first, second) = simd.interleave(load(even, at), load(odd, at));
        simd.write(first, row, 2 * at);
        simd.write(second, row, 2 * at + S::LANES);
    }
    every(even.map(|even| &even[whole..]), 2 * whole, 2, row);
    every(odd.map(|odd| &odd[whole..]), 2 * whole + 1, 2, row);
}

#[inline(always)]
fn every<T: Element>(class: Option<&[T]>, first: usize, stride: usize, row: &mut [MaybeUninit<T>]) {
    let places = row.iter_mut().skip(first).step_by(stride);
    match class {
        Some(class) => places.zip(class).for_each(|(place, number)| {
            place.write(*number);
        }),
        None => places.for_each(|place| {
            place.write(T::ZERO);
        }),
    }
}
