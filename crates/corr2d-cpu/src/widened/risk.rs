//! Whether a call of `f32` meets denormal numbers, or products of two numbers that are denormal: a look at some of them.
//!
//! A few thousand numbers of a call are looked at, evenly spread: all of the smallest calls, of the largest so few that it
//! costs a hundredth. If there is one in so many that the call would take five times as long, it is all but sure to be seen.

use super::convert::SMALLEST_NORMAL;
use crate::Input;
use crate::simd::{Isa, Kernel, Simd};

/// How many runs of numbers are looked at, at most; and of how many numbers each.
const RUNS: usize = 128;
const RUN: usize = 16;

/// One number in so many is looked at, unless there are too many of them.
const ONE_IN: usize = 8;

/// The extremes of the magnitudes, but for zeros: as bits, whose order is that of the numbers.
#[derive(Clone, Copy)]
struct Extremes {
    /// Less 1, so that a zero is the largest.
    smallest: u32,
    largest: u32,
}

/// Whether the products of the numbers of two operands, given in rows, are at risk.
pub(crate) fn risky(isa: Isa, [first, second]: [Rows<'_>; 2]) -> bool {
    let (first, second) = (isa.run(Look(first)), isa.run(Look(second)));
    let is_denormal = |extremes: Extremes| extremes.smallest < SMALLEST_NORMAL - 1;
    let number = |bits: u32| f64::from(f32::from_bits(bits));
    let smallest_product = |small: Extremes, large: Extremes| {
        small.smallest < u32::MAX && number(small.smallest + 1) * number(large.largest) < f64::from(f32::MIN_POSITIVE)
    };
    let both_count = first.largest > 0 && second.largest > 0;
    is_denormal(first)
        || is_denormal(second)
        || both_count && (smallest_product(first, second) || smallest_product(second, first))
}

/// Numbers in rows: an input, and its shape.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) input: Input<'a, f32>,
    pub(crate) shape: [usize; 4],
}

impl<'a> Rows<'a> {
    /// A slice as one row.
    pub(crate) fn of(numbers: &'a [f32]) -> Self {
        Self { input: Input::strided(numbers, [0; 3]), shape: [1, 1, 1, numbers.len()] }
    }
}

struct Look<'a>(Rows<'a>);

impl Kernel<f32> for Look<'_> {
    type Output = Extremes;

    #[inline(always)]
    fn run<S: Simd<Number = f32>>(self, _: S) -> Extremes {
        let Rows { input, shape: [batch, channels, height, width] } = self.0;
        let length = RUN.min(width);
        let (mut smallest, mut largest) = ([u32::MAX; RUN], [0; RUN]);
        let per_row = width.div_ceil(RUN).max(1);
        let all = batch * channels * height * per_row;
        let step = (all / RUNS).max(ONE_IN.min(all / 4)).max(1);
        let mut run = 0;
        while run < all && width > 0 {
            let (row, place) = (run / per_row, run % per_row * RUN);
            let (plane, row) = (row / height, row % height);
            let row = input.planes(plane / channels, plane % channels).row(0, row, width);
            let numbers = &row[place.min(width - length)..][..length];
            for ((number, smallest), largest) in numbers.iter().zip(&mut smallest).zip(&mut largest) {
                let magnitude = number.to_bits() & 0x7fff_ffff;
                *smallest = magnitude.wrapping_sub(1).min(*smallest);
                *largest = magnitude.max(*largest);
            }
            // Not always in the same column: an odd step on an even number of runs a row.
            run += step | 1;
        }
        let smallest = smallest.into_iter().fold(u32::MAX, u32::min);
        Extremes { smallest, largest: largest.into_iter().fold(0, u32::max) }
    }
}
