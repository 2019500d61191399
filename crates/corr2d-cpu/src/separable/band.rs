//! Both passes on a band: as many output rows as a register has lanes, or fewer at the bottom.

use std::mem::MaybeUninit;

use super::factors::Factors;
use super::square::square;
use crate::input::Planes;
use crate::simd::{Kernel, Simd, Window};
use crate::transpose::{MOST_LANES, transpose};
use crate::{Element, Geometry, aligned_in};

/// Some rows and columns of one output plane.
pub(super) struct Band<'a, 'b, T> {
    pub(super) geometry: &'a Geometry,
    /// The input plane, the first of these.
    pub(super) plane: Planes<'a, T>,
    pub(super) factors: &'a Factors<T>,
    pub(super) bias: T,
    /// The first output row, and the first output column.
    pub(super) first: (usize, usize),
    /// Each row, from that column on: so many columns are written.
    pub(super) rows: &'a mut [&'b mut [MaybeUninit<T>]],
    pub(super) workspace: &'a mut Workspace<T>,
}

/// What a thread keeps from one band to the next.
pub(super) struct Workspace<T> {
    /// The rows that a band at the rim reads.
    rim: Vec<T>,
    /// The results of the first pass, [column][row], from the beginning of a cache line on: a 31×31 kernel on an image took 1.4 ms or
    /// 2.0, as the allocator happened to place them.
    turned: Vec<T>,
}

impl<T> Workspace<T> {
    pub(super) fn new() -> Self {
        Self { rim: Vec::new(), turned: Vec::new() }
    }
}

impl<T: Element> Kernel<T> for Band<'_, '_, T> {
    /// Whether all sums of the first pass were finite; if not, nothing is written.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> bool {
        self.first_pass(simd) && {
            self.second_pass(simd);
            true
        }
    }
}

impl<T: Element> Band<'_, '_, T> {
    /// t of the columns that the second pass reads.
    #[inline(always)]
    fn first_pass<S: Simd<Number = T>>(&mut self, simd: S) -> bool {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        // The columns of t, the first of them in the padding if negative.
        let first = self.first.1 as isize + columns.first_read();
        let count = self.columns_read::<S>();
        let begin = first.min(0).unsigned_abs().min(count);
        let end = (columns.input() as isize - first).clamp(begin as isize, count as isize) as usize;
        let Workspace { rim, turned } = &mut *self.workspace;
        let turned = aligned_in(turned, count * S::LANES);
        turned[..begin * S::LANES].fill(T::ZERO);
        turned[end * S::LANES..].fill(T::ZERO);
        if begin == end {
            return true;
        }

        // The rows that it reads: of the plane, or copied where some lie in the padding.
        let input = first.max(0) as usize..first.max(0) as usize + (end - begin);
        let top = self.first.0 as isize + rows.first_read();
        let read = S::LANES + rows.kernel() - 1;
        let inside = top >= 0 && top as usize + read <= rows.input() && input.len() >= S::LANES;
        let (source, start, step) = if inside {
            (self.plane.elements, top as usize * self.plane.row_step + input.start, self.plane.row_step)
        } else {
            let step = input.len().max(S::LANES);
            rim.clear();
            rim.resize(read * step, T::ZERO);
            for (index, copy) in rim.chunks_exact_mut(step).enumerate() {
                let row = top.wrapping_add_unsigned(index);
                if row >= 0 && row < rows.input() as isize {
                    let row = self.plane.row(0, row as usize, columns.input());
                    copy[..input.len()].copy_from_slice(&row[input.clone()]);
                }
            }
            (&rim[..], 0, step)
        };
        let window = Window::new(source, start, read, step, input.len().max(S::LANES));

        let zero = simd.splat(T::ZERO);
        let mut check = zero;
        let mut at = 0;
        while at < input.len() {
            // The last register goes back to end with the row.
            at = at.min(input.len().saturating_sub(S::LANES));
            let square = square(simd, &self.factors.vertical, &window, 0, at);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } {
                    // 0 times a number that is not finite is no number.
                    check = simd.mul_add(square[I], zero, check);
                }
            });
            let square = transpose(simd, square);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && at + I < input.len() {
                    simd.store(square[I], turned, (begin + at + I) * S::LANES);
                }
            });
            at += S::LANES;
        }
        let mut lanes = [T::ZERO; MOST_LANES];
        simd.store(check, &mut lanes, 0);
        lanes == [T::ZERO; MOST_LANES]
    }

    /// How many columns of t the second pass reads.
    #[inline(always)]
    fn columns_read<S: Simd>(&self) -> usize {
        self.rows.first().map_or(0, |row| row.len()).max(S::LANES) + self.geometry.columns().kernel() - 1
    }

    /// y of t.
    #[inline(always)]
    fn second_pass<S: Simd<Number = T>>(&mut self, simd: S) {
        let width = self.rows.first().map_or(0, |row| row.len());
        let bias = simd.splat(self.bias);
        let count = self.columns_read::<S>();
        let turned = aligned_in(&mut self.workspace.turned, count * S::LANES);
        let window = Window::new(turned, 0, count, S::LANES, S::LANES);
        let mut at = 0;
        while at < width {
            at = at.min(width.saturating_sub(S::LANES));
            let square = transpose(simd, square(simd, &self.factors.horizontal, &window, at, 0));
            unroll!(R in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { R < S::LANES } && let Some(row) = self.rows.get_mut(R) {
                    simd.write_first(simd.add(square[R], bias), row, at);
                }
            });
            at += S::LANES;
        }
    }
}
