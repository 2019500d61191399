//! Arrays of four: what the compiler makes of them on any machine.

use std::marker::PhantomData;
use std::ops::Range;

use super::{Simd, lanes_within};
use crate::Element;

#[derive(Clone, Copy)]
pub(super) struct Scalar<T>(PhantomData<T>);

impl<T> Scalar<T> {
    pub(super) fn new() -> Self {
        Self(PhantomData)
    }
}

const LANES: usize = 4;

impl<T: Element> Simd for Scalar<T> {
    type Number = T;
    type Vector = [T; LANES];
    const LANES: usize = LANES;
    const ACCUMULATORS: usize = 4;

    #[inline(always)]
    fn splat(self, number: T) -> [T; LANES] {
        [number; LANES]
    }

    #[inline(always)]
    fn load(self, source: &[T], start: usize) -> [T; LANES] {
        let mut vector = [T::ZERO; LANES];
        vector.copy_from_slice(&source[start..start + LANES]);
        vector
    }

    #[inline(always)]
    unsafe fn load_from(self, start: *const T) -> [T; LANES] {
        // SAFETY: the caller promises `LANES` numbers from `start` on; an array of numbers is aligned as they are.
        unsafe { *start.cast::<[T; LANES]>() }
    }

    #[inline(always)]
    fn load_within(self, source: &[T], start: isize) -> [T; LANES] {
        let mut vector = [T::ZERO; LANES];
        let (first, end) = lanes_within(start, LANES, source.len());
        for (lane, number) in vector.iter_mut().enumerate().take(end).skip(first) {
            *number = source[start.wrapping_add_unsigned(lane) as usize];
        }
        vector
    }

    #[inline(always)]
    unsafe fn store_to(self, vector: [T; LANES], start: *mut T) {
        // SAFETY: the caller promises room for `LANES` numbers; an array of numbers is aligned as they are.
        unsafe { *start.cast::<[T; LANES]>() = vector }
    }

    #[inline(always)]
    unsafe fn store_lanes_to(self, vector: [T; LANES], lanes: Range<usize>, start: *mut T) {
        let numbers = &vector[lanes.clone()];
        // SAFETY: the caller promises room for these lanes.
        unsafe { start.wrapping_add(lanes.start).copy_from_nonoverlapping(numbers.as_ptr(), numbers.len()) }
    }

    #[inline(always)]
    fn mul_add(self, a: [T; LANES], b: [T; LANES], c: [T; LANES]) -> [T; LANES] {
        // Two roundings: a fused operation that the machine lacks is a slow call.
        std::array::from_fn(|lane| a[lane] * b[lane] + c[lane])
    }

    #[inline(always)]
    fn neg_mul_add(self, a: [T; LANES], b: [T; LANES], c: [T; LANES]) -> [T; LANES] {
        std::array::from_fn(|lane| c[lane] - a[lane] * b[lane])
    }

    #[inline(always)]
    fn add(self, a: [T; LANES], b: [T; LANES]) -> [T; LANES] {
        std::array::from_fn(|lane| a[lane] + b[lane])
    }

    #[inline(always)]
    fn sub(self, a: [T; LANES], b: [T; LANES]) -> [T; LANES] {
        std::array::from_fn(|lane| a[lane] - b[lane])
    }

    #[inline(always)]
    fn mul(self, a: [T; LANES], b: [T; LANES]) -> [T; LANES] {
        std::array::from_fn(|lane| a[lane] * b[lane])
    }

    #[inline(always)]
    fn interleave(self, a: [T; LANES], b: [T; LANES]) -> ([T; LANES], [T; LANES]) {
        let lane = |lane: usize| if lane.is_multiple_of(2) { a[lane / 2] } else { b[lane / 2] };
        (std::array::from_fn(lane), std::array::from_fn(|index| lane(LANES + index)))
    }

    #[inline(always)]
    fn unzip(self, a: [T; LANES], b: [T; LANES]) -> ([T; LANES], [T; LANES]) {
        let place = |place: usize| if place < LANES { a[place] } else { b[place - LANES] };
        (std::array::from_fn(|lane| place(2 * lane)), std::array::from_fn(|lane| place(2 * lane + 1)))
    }
}
