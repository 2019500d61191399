//! The sums and differences of pixels.

use super::layout::Layout;
use super::parts::{Part, Parts, SUMS};
use crate::channels::every;
use crate::input::Planes;
use crate::simd::{Simd, Window, WindowMut};
use crate::transpose::MOST_LANES;
use crate::winograd::overflow_scale;
use crate::{Axis, Element, Geometry};

/// Where the pixels of a part lie in lines, and its products in a channel of `v`.
struct Place {
    /// How many taps it has.
    taps: usize,
    /// Where the first pair reads each of the pixels that two outputs read, in the lines of a row.
    pixels: [usize; 4],
    /// For each sum which of the products of a kernel row.
    products: [usize; SUMS],
}

/// How the rows of a plane are split into lines: each has the pixels that all pairs read at one place of their windows.
pub(super) struct Lines {
    /// How many: two strides.
    step: usize,
    length: usize,
    parts: Vec<Place>,
}

impl Lines {
    pub(super) fn new(columns: &Axis, parts: &Parts, pairs: usize) -> Self {
        let step = 2 * columns.stride();
        // Registers that begin before the end of the pairs reach at most so far.
        let length =
            (pairs.next_multiple_of(MOST_LANES) + parts.reach(columns.stride()) / step).next_multiple_of(MOST_LANES);
        let place = |(part, index): (Part, [usize; SUMS])| {
            let pixels = std::array::from_fn(|index| {
                let column = part.first + index.min(part.taps) * columns.stride();
                column % step * length + column / step
            });
            Place { taps: part.taps, pixels, products: std::array::from_fn(|sum| parts.before(sum) + index[sum]) }
        };
        Self { step, length, parts: parts.indices().map(place).collect() }
    }

    /// All numbers of so many rows.
    pub(super) fn len(&self, rows: usize) -> usize {
        rows.saturating_mul(self.row())
    }

    fn row(&self) -> usize {
        self.step * self.length
    }

    /// Writes what the output rows of a layout from `first` on read of so many planes. Returns whether all pixels are moderate.
    #[inline(always)]
    pub(super) fn fill<S: Simd>(
        &self,
        simd: S,
        geometry: &Geometry,
        layout: &Layout,
        (planes, channels): (Planes<'_, S::Number>, usize),
        first: usize,
        lines: &mut [S::Number],
        v: &mut [S::Number],
    ) -> bool {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let products = layout.channel / layout.plane;
        let mut check = simd.splat(S::Number::ZERO);
        for channel in 0..channels {
            // All rows first: a register that is loaded across two which were just stored has to wait for both.
            for (row, lines) in layout.input_rows(rows, first).zip(lines.chunks_exact_mut(self.row())) {
                match row {
                    Some(row) => {
                        let row = planes.row(channel, row, columns.input());
                        check = self.split(simd, row, columns.first_read(), lines, check);
                    }
                    None => lines.fill(S::Number::ZERO),
                }
            }
            let v = WindowMut::over(&mut v[channel * layout.channel..], 0, products, layout.plane, layout.plane);
            self.combine(simd, layout, lines, v);
        }
        let mut numbers = [S::Number::ZERO; MOST_LANES];
        simd.store(check, &mut numbers, 0);
        numbers.iter().all(|number| *number == S::Number::ZERO)
    }

    /// The pixels of a row by their places, with zeros outside. Returns the check with theirs: 0, or not a number where a pixel is
    /// none or would overflow.
    #[inline(always)]
    fn split<S: Simd>(
        &self,
        simd: S,
        row: &[S::Number],
        start: isize,
        lines: &mut [S::Number],
        mut check: S::Vector,
    ) -> S::Vector {
        let (scale, zero) = (simd.splat(overflow_scale::<S::Number>()), simd.splat(S::Number::ZERO));
        match self.step {
            2 | 4 | 8 => {
                let mut to = WindowMut::over(lines, 0, self.step, self.length, self.length);
                for at in (0..self.length).step_by(S::LANES) {
                    let mut pixels = [zero; 8];
                    unroll!(I in [0 1 2 3 4 5 6 7] {
                        if I < self.step {
                            pixels[I] = simd.load_within(row, start + (at * self.step + I * S::LANES) as isize);
                            check = simd.mul_add(simd.mul(pixels[I], scale), zero, check);
                        }
                    });
                    let [a, b, c, d, e, f, g, h] = pixels;
                    match self.step {
                        2 => {
                            let (even, odd) = simd.unzip(a, b);
                            to.store(simd, 0, at, even);
                            to.store(simd, 1, at, odd);
                        }
                        4 => {
                            let numbers = fourths(simd, [a, b, c, d]);
                            unroll!(I in [0 1 2 3] { to.store(simd, I, at, numbers[I]); });
                        }
                        _ => {
                            let (first, second) = (fourths(simd, [a, b, c, d]), fourths(simd, [e, f, g, h]));
                            unroll!(I in [0 1 2 3] {
                                let (even, odd) = simd.unzip(first[I], second[I]);
                                to.store(simd, I, at, even);
                                to.store(simd, I + 4, at, odd);
                            });
                        }
                    }
                }
            }
            _ => {
                for (place, line) in lines.chunks_exact_mut(self.length).enumerate() {
                    part(row, start + place as isize, self.step, line);
                    for at in (0..self.length).step_by(S::LANES) {
                        check = simd.mul_add(simd.mul(simd.load(line, at), scale), zero, check);
                    }
                }
            }
        }
        check
    }

    /// What all parts of all rows multiply. Registers hang over the end of a row, where the next one is written later.
    #[inline(always)]
    fn combine<S: Simd>(&self, simd: S, layout: &Layout, lines: &[S::Number], mut v: WindowMut<'_, S::Number>) {
        let rows = lines.len() / self.row();
        let lines = Window::new(lines, 0, rows, self.row(), self.row());
        for Place { taps, pixels, products } in &self.parts {
            let ([a, b, c, d], [first, second, third, fourth]) = (*pixels, *products);
            macro_rules! each {
                ($($pixel:ident $at:ident),*; $($product:ident = $number:expr),*) => {
                    for row in 0..rows {
                        for at in (0..layout.pairs).step_by(S::LANES) {
                            $(let $pixel = lines.load(simd, row, $at + at);)*
                            $(v.store(simd, $product, row * layout.pairs + at, $number);)*
                        }
                    }
                };
            }
            match taps {
                1 => each!(x0 a, x1 b; first = x0, fourth = x1),
                2 => each!(x0 a, x1 b, x2 c; first = simd.sub(x0, x1), second = x1, fourth = simd.sub(x2, x1)),
                _ => each!(
                    x0 a, x1 b, x2 c, x3 d;
                    first = simd.sub(x0, x2),
                    second = simd.add(x1, x2),
                    third = simd.sub(x2, x1),
                    fourth = simd.sub(x3, x1)
                ),
            }
        }
    }
}

/// Every fourth lane of four registers, from the first to the fourth.
#[inline(always)]
fn fourths<S: Simd>(simd: S, [a, b, c, d]: [S::Vector; 4]) -> [S::Vector; 4] {
    let ((even, odd), (more_even, more_odd)) = (simd.unzip(a, b), simd.unzip(c, d));
    let ((zero, two), (one, three)) = (simd.unzip(even, more_even), simd.unzip(odd, more_odd));
    [zero, one, two, three]
}

/// Every `step`th pixel of a row from `start` on, with zeros outside the row.
#[inline(always)]
fn part<T: Element>(row: &[T], start: isize, step: usize, line: &mut [T]) {
    let before = if start < 0 { start.unsigned_abs().div_ceil(step) } else { 0 }.min(line.len());
    line[..before].fill(T::ZERO);
    let line = &mut line[before..];
    let begin = (start + (before * step) as isize) as usize;
    let inside = row.len().saturating_sub(begin).div_ceil(step).min(line.len());
    let (line, behind) = line.split_at_mut(inside);
    behind.fill(T::ZERO);
    match step {
        _ if inside == 0 => {}
        6 => every::<_, 6>(&row[begin..], line),
        _ => line.iter_mut().zip(row[begin..].iter().step_by(step)).for_each(|(to, pixel)| *to = *pixel),
    }
}
