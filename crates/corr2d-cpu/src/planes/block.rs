//! The sums of one block: a few rows of one register each.

use crate::Element;
use crate::simd::{Simd, Window};

/// The most kernel rows that are summed in one band.
const BAND: usize = 8;

/// The most output rows of a block.
pub(super) const MOST_ROWS: usize = 8;

/// After so many products what has been summed is added to the total, if more are to come: a long sum of numbers of one
/// sign is then off by fewer roundings.
const RUN: usize = 64;

/// What a block reads: the input planes of its group, and the weights of its output channel.
pub(super) struct Source<'a, T> {
    pub(super) planes: &'a [T],
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) weights: &'a [T],
    pub(super) kernel: (usize, usize),
    pub(super) dilation: (usize, usize),
}

/// Where the first tap of the first row of a block reads: in the padding if negative or beyond the image.
#[derive(Clone, Copy)]
pub(super) struct Corner {
    pub(super) row: isize,
    pub(super) column: isize,
}

impl<T: Element> Source<'_, T> {
    /// `ROWS` registers of sums. At the rim of the image, where some taps read padding, what the block reads is copied
    /// to `scratch` first, with zeros around it.
    #[inline(always)]
    pub(super) fn sums<S: Simd<Number = T>, const ROWS: usize>(
        &self,
        simd: S,
        initial: T,
        corner: Corner,
        scratch: &mut Vec<T>,
    ) -> [S::Vector; ROWS] {
        let mut sums = [simd.splat(initial); ROWS];
        let mut totals = None;
        let mut summed = 0;
        let (taps, plane) = (self.kernel.0 * self.kernel.1, self.height * self.width);
        for channel in 0..self.channels {
            let plane = &self.planes[channel * plane..][..plane];
            let weights = &self.weights[channel * taps..][..taps];
            let mut first = 0;
            while first < self.kernel.0 {
                if summed >= RUN {
                    totals = Some(added(simd, totals, sums));
                    sums = [simd.splat(T::ZERO); ROWS];
                    summed = 0;
                }
                let rows = (self.kernel.0 - first).min(BAND);
                let window = self.window(plane, corner, first, ROWS + rows - 1, S::LANES, scratch);
                let band = Band { window, weights: &weights[first * self.kernel.1..], source: self };
                sums = match rows {
                    1 => band.add::<S, ROWS, 1>(simd, sums),
                    2 => band.add::<S, ROWS, 2>(simd, sums),
                    3 => band.add::<S, ROWS, 3>(simd, sums),
                    4 => band.add::<S, ROWS, 4>(simd, sums),
                    5 => band.add::<S, ROWS, 5>(simd, sums),
                    6 => band.add::<S, ROWS, 6>(simd, sums),
                    7 => band.add::<S, ROWS, 7>(simd, sums),
                    _ => band.add::<S, ROWS, 8>(simd, sums),
                };
                first += BAND;
                summed += rows * self.kernel.1;
            }
        }
        match totals {
            Some(_) => added(simd, totals, sums),
            None => sums,
        }
    }

    /// The input rows that a block reads through the kernel rows from `first` on.
    #[inline(always)]
    fn window<'w>(
        &self,
        plane: &'w [T],
        corner: Corner,
        first: usize,
        rows: usize,
        lanes: usize,
        scratch: &'w mut Vec<T>,
    ) -> Window<'w, T> {
        let length = (self.kernel.1 - 1) * self.dilation.1 + lanes;
        let row = corner.row.wrapping_add_unsigned(first * self.dilation.0);
        let last = row.wrapping_add_unsigned((rows - 1) * self.dilation.0);
        let end = corner.column.wrapping_add_unsigned(length);
        if row >= 0 && corner.column >= 0 && last < self.height as isize && end <= self.width as isize {
            let start = row as usize * self.width + corner.column as usize;
            return Window::new(plane, start, rows, self.dilation.0 * self.width, length);
        }
        self.copy_rim(plane, Corner { row, ..corner }, rows, length, scratch);
        Window::new(scratch, 0, rows, length, length)
    }

    /// Copies `rows` rows of `length` numbers to `scratch`, with zeros for what lies in the padding.
    #[cold]
    #[inline(never)]
    fn copy_rim(&self, plane: &[T], corner: Corner, rows: usize, length: usize, scratch: &mut Vec<T>) {
        scratch.clear();
        scratch.resize(rows * length, T::ZERO);
        let before = corner.column.min(0).unsigned_abs().min(length);
        let from = corner.column.max(0) as usize;
        let count = self.width.saturating_sub(from).min(length - before);
        for (index, copy) in scratch.chunks_mut(length).enumerate() {
            let row = corner.row.wrapping_add_unsigned(index * self.dilation.0);
            if row >= 0 && row < self.height as isize && count > 0 {
                let source = &plane[row as usize * self.width + from..][..count];
                copy[before..before + count].copy_from_slice(source);
            }
        }
    }
}

/// totals + sums, where there are totals yet.
#[inline(always)]
fn added<S: Simd, const ROWS: usize>(
    simd: S,
    totals: Option<[S::Vector; ROWS]>,
    mut sums: [S::Vector; ROWS],
) -> [S::Vector; ROWS] {
    if let Some(totals) = totals {
        for (sum, total) in sums.iter_mut().zip(totals) {
            *sum = simd.add(*sum, total);
        }
    }
    sums
}

/// Some rows of the kernel on one plane.
struct Band<'a, T> {
    window: Window<'a, T>,
    /// From the first of the rows on.
    weights: &'a [T],
    source: &'a Source<'a, T>,
}

impl<T: Element> Band<'_, T> {
    #[inline(always)]
    fn add<S: Simd<Number = T>, const ROWS: usize, const TAPS: usize>(
        &self,
        simd: S,
        mut sums: [S::Vector; ROWS],
    ) -> [S::Vector; ROWS] {
        let width = self.source.kernel.1;
        for b in 0..width {
            let offset = b * self.source.dilation.1;
            let mut weights = [simd.splat(T::ZERO); TAPS];
            for (a, weight) in weights.iter_mut().enumerate() {
                *weight = simd.splat(self.weights[a * width + b]);
            }
            // Input row I serves output row R through kernel row I − R.
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14] {
                if I < ROWS + TAPS - 1 {
                    let x = self.window.load(simd, I, offset);
                    unroll!(R in [0 1 2 3 4 5 6 7] {
                        if R < ROWS && I.wrapping_sub(R) < TAPS {
                            sums[R] = simd.mul_add(x, weights[I.wrapping_sub(R)], sums[R]);
                        }
                    });
                }
            });
        }
        sums
    }
}
