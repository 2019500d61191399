//! The sums along rows, which are left when the columns have been transformed: for each frequency
//!
//! ```text
//! Y[j] = Σ over b of X[j + b] · conj W[b]
//! ```

use super::spectrum::Layout;
use crate::Element;
use crate::simd::{Kernel, Simd, Window};

/// Sums the products of one part of a kernel. What is written has its real and its imaginary part exchanged.
pub(super) struct Sums<'a, T> {
    /// Where the spectra of the pixels and of the outputs begin, which may be one place.
    pub(super) buffer: &'a mut [T],
    pub(super) x: usize,
    pub(super) y: usize,
    /// How many columns their layout has.
    pub(super) stored: usize,
    /// The columns to compute.
    pub(super) columns: usize,
    /// The spectrum of the kernel, and its columns.
    pub(super) kernel: &'a [T],
    pub(super) taps: usize,
    /// How many frequencies there are.
    pub(super) length: usize,
    /// Whether to add to the outputs.
    pub(super) add: bool,
}

/// The most registers of a block.
const MOST_REGISTERS: usize = 6;

impl<T: Element> Kernel<T> for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let (layout, taps) = (Layout::new(self.stored, S::LANES), Layout::new(self.taps, S::LANES));
        let registers = self.columns.div_ceil(S::LANES);
        let blocks = registers.div_ceil((S::ACCUMULATORS / 2).min(MOST_REGISTERS));
        let size = registers.div_ceil(blocks);
        for frequency in 0..self.length {
            let row = &self.kernel[frequency * taps.row..][..taps.row];
            let (re, im) = (&row[..self.taps], &row[taps.part..][..self.taps]);
            let row = frequency * layout.row;
            for first in (0..registers).step_by(size) {
                match size.min(registers - first) {
                    1 => self.block::<S, 1>(simd, layout, row, first, re, im),
                    2 => self.block::<S, 2>(simd, layout, row, first, re, im),
                    3 => self.block::<S, 3>(simd, layout, row, first, re, im),
                    4 => self.block::<S, 4>(simd, layout, row, first, re, im),
                    5 => self.block::<S, 5>(simd, layout, row, first, re, im),
                    _ => self.block::<S, 6>(simd, layout, row, first, re, im),
                }
            }
        }
    }
}

impl<T: Element> Sums<'_, T> {
    /// Some neighbouring registers of one frequency.
    #[inline(always)]
    fn block<S: Simd<Number = T>, const REGISTERS: usize>(
        &mut self,
        simd: S,
        layout: Layout,
        row: usize,
        first: usize,
        kernel_re: &[T],
        kernel_im: &[T],
    ) {
        let zero = simd.splat(T::ZERO);
        let (mut re, mut im) = ([zero; REGISTERS], [zero; REGISTERS]);
        let reach = S::LANES - 1 + kernel_re.len();
        let start = self.x + row + first * S::LANES;
        let x_re = Window::new(self.buffer, start, REGISTERS, S::LANES, reach);
        let x_im = Window::new(self.buffer, start + layout.part, REGISTERS, S::LANES, reach);
        for (b, (w_re, w_im)) in kernel_re.iter().zip(kernel_im).enumerate() {
            let (w_re, w_im) = (simd.splat(*w_re), simd.splat(*w_im));
            let (mut x_re, mut x_im) = (x_re.column(simd, b, REGISTERS), x_im.column(simd, b, REGISTERS));
            unroll!(R in [0 1 2 3 4 5] {
                if const { R < REGISTERS } {
                    let (x_re, x_im) = (x_re.next(), x_im.next());
                    re[R] = simd.mul_add(x_re, w_re, re[R]);
                    im[R] = simd.mul_add(x_im, w_re, im[R]);
                    re[R] = simd.mul_add(x_im, w_im, re[R]);
                    im[R] = simd.neg_mul_add(x_re, w_im, im[R]);
                }
            });
        }
        let start = self.y + row + first * S::LANES;
        let y = &mut self.buffer[start..][..layout.part + REGISTERS * S::LANES];
        unroll!(R in [0 1 2 3 4 5] {
            if const { R < REGISTERS } {
                let (first, second) = (R * S::LANES, layout.part + R * S::LANES);
                if self.add {
                    im[R] = simd.add(simd.load(y, first), im[R]);
                    re[R] = simd.add(simd.load(y, second), re[R]);
                }
                simd.store(im[R], y, first);
                simd.store(re[R], y, second);
            }
        });
    }
}
