//! The length of a transform, its steps and their factors.
//!
//! A transform of length n = r·m is r times shorter after one step: for each of the m places, r numbers that lie m apart
//! are transformed and turned, and what follows is r transforms of length m. Nothing is ever put back into order: the
//! spectra of image and kernel come out in the same disorder, and the inverse takes the same steps backwards.

use std::f64::consts::TAU;

use crate::Element;

/// The lengths in use: powers of two and their multiples of 3, 9 and 27, none of them much longer than the one before.
pub(super) const LENGTHS: [usize; 20] =
    [8, 12, 16, 24, 32, 36, 48, 64, 72, 96, 108, 128, 144, 192, 216, 256, 288, 384, 432, 512];

/// The longest of [`LENGTHS`].
pub(super) const LONGEST: usize = 512;

/// One length, with the steps of its transform.
pub(super) struct Length<T> {
    pub(super) steps: Vec<Step<T>>,
}

/// One step: `radix` numbers, `apart` from each other, are transformed and turned.
pub(super) struct Step<T> {
    pub(super) radix: usize,
    pub(super) apart: usize,
    /// exp(−2πi·n·q / (radix · apart)) as (re, im) for the place n and 1 ≤ q < radix: [n][q − 1].
    factors: Vec<[T; 2]>,
}

impl<T: Element> Length<T> {
    /// The steps of a length. Radix 8 is for sets of at least 32 registers.
    pub(super) fn new(length: usize, with_eight: bool) -> Self {
        let mut steps = Vec::new();
        let mut left = length;
        while left > 1 {
            let radix = match left {
                _ if with_eight && left.is_multiple_of(8) && left != 16 => 8,
                _ if left.is_multiple_of(4) => 4,
                _ if left.is_multiple_of(3) => 3,
                _ => 2,
            };
            steps.push(Step::new(radix, left / radix));
            left /= radix;
        }
        Self { steps }
    }
}

impl<T: Element> Step<T> {
    fn new(radix: usize, apart: usize) -> Self {
        let factor = |n: usize, q: usize| {
            let (sin, cos) = (-TAU * (n * q) as f64 / (radix * apart) as f64).sin_cos();
            [T::from_f64(cos), T::from_f64(sin)]
        };
        let factors = (0..apart).flat_map(|n| (1..radix).map(move |q| factor(n, q))).collect();
        Self { radix, apart, factors }
    }

    /// The factors of a place; those of place 0 are all 1.
    #[inline(always)]
    pub(super) fn factors(&self, place: usize) -> &[[T; 2]] {
        &self.factors[place * (self.radix - 1)..][..self.radix - 1]
    }
}
