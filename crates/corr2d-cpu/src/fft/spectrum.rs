//! Where spectra lie: for each frequency the real parts of all columns, then the imaginary parts.

use std::ops::Range;

use super::butterfly::{self, Complex, MOST, times};
use super::length::Step;
use crate::Element;
use crate::simd::Simd;

/// The layout of a spectrum: `length` rows of `registers` registers for each of the two parts.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    pub(super) registers: usize,
    /// From the real to the imaginary part of a row.
    pub(super) part: usize,
    /// From row to row: an odd number of registers, so that rows do not share a few lines of the first-level cache.
    pub(super) row: usize,
}

impl Layout {
    /// Rows of at least `columns` numbers.
    #[inline(always)]
    pub(super) fn new(columns: usize, lanes: usize) -> Self {
        let registers = columns.div_ceil(lanes);
        Self { registers, part: registers * lanes, row: (2 * registers + 1) * lanes }
    }
}

/// One step at one place: numbers that lie `apart` rows from each other, the first of them in row `first`.
#[derive(Clone, Copy)]
pub(super) struct Place<'a, T> {
    pub(super) layout: Layout,
    pub(super) first: usize,
    pub(super) apart: usize,
    pub(super) factors: &'a [[T; 2]],
}

/// What a step does with its factors.
pub(super) const NOTHING: u8 = 0;
/// The numbers are turned after they are transformed: forwards.
pub(super) const TURN_AFTER: u8 = 1;
/// The numbers are turned before: backwards.
pub(super) const TURN_BEFORE: u8 = 2;

impl<T: Element> Place<'_, T> {
    /// The factors in all lanes.
    #[inline(always)]
    pub(super) fn splat<S: Simd<Number = T>, const RADIX: usize, const TURN: u8>(
        &self,
        simd: S,
    ) -> [Complex<S::Vector>; MOST] {
        let mut factors = [Complex { re: simd.splat(T::ZERO), im: simd.splat(T::ZERO) }; MOST];
        if const { TURN != NOTHING } {
            let given = &self.factors[..const { RADIX - 1 }];
            unroll!(Q in [1 2 3 4 5 6 7] {
                if const { Q < RADIX } {
                    factors[Q] = Complex { re: simd.splat(given[Q - 1][0]), im: simd.splat(given[Q - 1][1]) };
                }
            });
        }
        factors
    }

    /// The numbers of a register.
    #[inline(always)]
    pub(super) fn read<S: Simd<Number = T>, const RADIX: usize>(
        &self,
        simd: S,
        spectrum: &[T],
        register: usize,
    ) -> [Complex<S::Vector>; MOST] {
        let mut z = [Complex { re: simd.splat(T::ZERO), im: simd.splat(T::ZERO) }; MOST];
        unroll!(K in [0 1 2 3 4 5 6 7] {
            if const { K < RADIX } {
                let start = (self.first + K * self.apart) * self.layout.row + register * S::LANES;
                z[K] = Complex { re: simd.load(spectrum, start), im: simd.load(spectrum, start + self.layout.part) };
            }
        });
        z
    }

    /// The opposite of [`Place::read`].
    #[inline(always)]
    pub(super) fn write<S: Simd<Number = T>, const RADIX: usize>(
        &self,
        simd: S,
        z: [Complex<S::Vector>; MOST],
        spectrum: &mut [T],
        register: usize,
    ) {
        unroll!(K in [0 1 2 3 4 5 6 7] {
            if const { K < RADIX } {
                let start = (self.first + K * self.apart) * self.layout.row + register * S::LANES;
                simd.store(z[K].re, spectrum, start);
                simd.store(z[K].im, spectrum, start + self.layout.part);
            }
        });
    }

    /// The step for some registers, in place.
    #[inline(always)]
    fn run<S: Simd<Number = T>, const RADIX: usize, const TURN: u8>(
        &self,
        simd: S,
        spectrum: &mut [T],
        registers: Range<usize>,
    ) {
        let factors = self.splat::<S, RADIX, TURN>(simd);
        for register in registers {
            let z = self.read::<S, RADIX>(simd, spectrum, register);
            let z = turned_and_transformed::<S, RADIX, TURN>(simd, z, &factors);
            self.write::<S, RADIX>(simd, z, spectrum, register);
        }
    }
}

/// One step in registers.
#[inline(always)]
pub(super) fn turned_and_transformed<S: Simd, const RADIX: usize, const TURN: u8>(
    simd: S,
    mut z: [Complex<S::Vector>; MOST],
    factors: &[Complex<S::Vector>; MOST],
) -> [Complex<S::Vector>; MOST] {
    if const { TURN == TURN_BEFORE } {
        z = all_turned::<S, RADIX>(simd, z, factors);
    }
    butterfly::transform::<S, RADIX>(simd, &mut z);
    if const { TURN == TURN_AFTER } {
        z = all_turned::<S, RADIX>(simd, z, factors);
    }
    z
}

#[inline(always)]
fn all_turned<S: Simd, const RADIX: usize>(
    simd: S,
    mut z: [Complex<S::Vector>; MOST],
    factors: &[Complex<S::Vector>; MOST],
) -> [Complex<S::Vector>; MOST] {
    unroll!(Q in [1 2 3 4 5 6 7] {
        if const { Q < RADIX } {
            z[Q] = times(simd, z[Q], factors[Q]);
        }
    });
    z
}

/// What the steps after the first may keep in a first-level cache, in bytes.
const CACHED_BYTES: usize = 16 << 10;

/// All steps but the first, in place: forwards with `TURN_AFTER`, or backwards with `TURN_BEFORE`.
#[inline(always)]
pub(super) fn later_steps<S: Simd, const TURN: u8>(
    simd: S,
    steps: &[Step<S::Number>],
    layout: Layout,
    spectrum: &mut [S::Number],
) {
    let Some((first, later)) = steps.split_first() else { return };
    let most = CACHED_BYTES / (2 * first.apart * S::LANES * size_of::<S::Number>());
    for block in 0..first.radix {
        let block = block * first.apart..(block + 1) * first.apart;
        for register in (0..layout.registers).step_by(most.max(1)) {
            let registers = register..layout.registers.min(register + most.max(1));
            for index in 0..later.len() {
                let step = &later[if const { TURN == TURN_BEFORE } { later.len() - 1 - index } else { index }];
                in_place::<S, TURN>(simd, step, layout, spectrum, block.clone(), registers.clone());
            }
        }
    }
}

/// One step of all transforms in some rows.
#[inline(always)]
fn in_place<S: Simd, const TURN: u8>(
    simd: S,
    step: &Step<S::Number>,
    layout: Layout,
    spectrum: &mut [S::Number],
    rows: Range<usize>,
    registers: Range<usize>,
) {
    for start in rows.step_by(step.radix * step.apart) {
        for n in 0..step.apart {
            let place = Place { layout, first: start + n, apart: step.apart, factors: step.factors(n) };
            let registers = registers.clone();
            match (step.radix, n) {
                (2, 0) => place.run::<S, 2, NOTHING>(simd, spectrum, registers),
                (3, 0) => place.run::<S, 3, NOTHING>(simd, spectrum, registers),
                (4, 0) => place.run::<S, 4, NOTHING>(simd, spectrum, registers),
                (_, 0) => place.run::<S, 8, NOTHING>(simd, spectrum, registers),
                (2, _) => place.run::<S, 2, TURN>(simd, spectrum, registers),
                (3, _) => place.run::<S, 3, TURN>(simd, spectrum, registers),
                (4, _) => place.run::<S, 4, TURN>(simd, spectrum, registers),
                _ => place.run::<S, 8, TURN>(simd, spectrum, registers),
            }
        }
    }
}
