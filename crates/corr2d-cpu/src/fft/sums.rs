//! The sums along rows, which are left when the columns have been transformed: for each frequency
//!
//! ```text
//! Y[j] = Σ over b of X[j + b] · conj W[b]
//! ```

use super::cut::MOST_COLUMNS;
use super::spectrum::Layout;
use crate::Element;
use crate::simd::{Column, Kernel, Simd, Window};

/// Sums the products of one part of a kernel. What is written has its real and its imaginary part exchanged.
pub(super) struct Sums<'a, T> {
    /// Where the spectra of the pixels and of the outputs begin: one place if their layouts are one and the kernel has no more
    /// columns than are summed at once.
    pub(super) buffer: &'a mut [T],
    pub(super) x: usize,
    pub(super) y: usize,
    /// How many columns their layouts have.
    pub(super) stored: usize,
    pub(super) stored_outputs: usize,
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

/// The most columns of a kernel whose products are summed before they are added to the outputs, so that roundings of one sign
/// do not add up along a row.
const RUN: usize = 128;
const _: () = assert!(MOST_COLUMNS <= RUN);

/// How many blocks of so few registers are summed apart, each from some of the columns of the kernel, so that a sum need not
/// wait for its last product.
const fn sets(accumulators: usize, registers: usize) -> usize {
    let most = if accumulators / 2 < MOST_REGISTERS { accumulators / 2 } else { MOST_REGISTERS };
    if registers < most { most / registers } else { 1 }
}

impl<T: Element> Kernel<T> for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let (layout, taps) = (Layout::new(self.stored, S::LANES), Layout::new(self.taps, S::LANES));
        let outputs = Layout::new(self.stored_outputs, S::LANES);
        let registers = self.columns.div_ceil(S::LANES);
        let blocks = registers.div_ceil((S::ACCUMULATORS / 2).min(MOST_REGISTERS));
        let size = registers.div_ceil(blocks);
        for frequency in 0..self.length {
            let row = &self.kernel[frequency * taps.row..][..taps.row];
            let (re, im) = (&row[..self.taps], &row[taps.part..][..self.taps]);
            for first in (0..registers).step_by(size) {
                for run in (0..self.taps).step_by(RUN) {
                    let taps = run..self.taps.min(run + RUN);
                    let (re, im) = (&re[taps.clone()], &im[taps]);
                    let place = (frequency, first, run);
                    match size.min(registers - first) {
                        1 => self.block::<S, 1>(simd, [layout, outputs], place, re, im),
                        2 => self.block::<S, 2>(simd, [layout, outputs], place, re, im),
                        3 => self.block::<S, 3>(simd, [layout, outputs], place, re, im),
                        4 => self.block::<S, 4>(simd, [layout, outputs], place, re, im),
                        5 => self.block::<S, 5>(simd, [layout, outputs], place, re, im),
                        _ => self.block::<S, 6>(simd, [layout, outputs], place, re, im),
                    }
                }
            }
        }
    }
}

impl<T: Element> Sums<'_, T> {
    /// Some neighbouring registers of one frequency, from one column of the kernel on.
    #[inline(always)]
    fn block<S: Simd<Number = T>, const REGISTERS: usize>(
        &mut self,
        simd: S,
        [layout, outputs]: [Layout; 2],
        (frequency, first, run): (usize, usize, usize),
        kernel_re: &[T],
        kernel_im: &[T],
    ) {
        let zero = simd.splat(T::ZERO);
        let (mut re, mut im) = ([[zero; REGISTERS]; MOST_REGISTERS], [[zero; REGISTERS]; MOST_REGISTERS]);
        let taps = kernel_re.len();
        let kernel_im = &kernel_im[..taps];
        let start = self.x + frequency * layout.row + first * S::LANES + run;
        let x_re = Window::new(self.buffer, start, REGISTERS, S::LANES, S::LANES - 1 + taps);
        let x_im = Window::new(self.buffer, start + layout.part, REGISTERS, S::LANES, S::LANES - 1 + taps);
        let (x_re, x_im) = (x_re.columns(simd, 0, 1, taps, REGISTERS), x_im.columns(simd, 0, 1, taps, REGISTERS));
        let count = const { sets(S::ACCUMULATORS, REGISTERS) };
        let whole = if count > 1 { taps / count * count } else { 0 };
        for b in (0..whole).step_by(count) {
            unroll!(SET in [0 1 2 3 4 5] {
                if const { SET < sets(S::ACCUMULATORS, REGISTERS) } {
                    let w = [kernel_re[b + SET], kernel_im[b + SET]];
                    add(simd, x_re.at(b + SET), x_im.at(b + SET), w, &mut re[SET], &mut im[SET]);
                }
            });
        }
        for b in whole..taps {
            add(simd, x_re.at(b), x_im.at(b), [kernel_re[b], kernel_im[b]], &mut re[0], &mut im[0]);
        }
        let (mut all_re, mut all_im) = (re[0], im[0]);
        unroll!(SET in [1 2 3 4 5] {
            if const { SET < sets(S::ACCUMULATORS, REGISTERS) } {
                unroll!(R in [0 1 2 3 4 5] {
                    if const { R < REGISTERS } {
                        all_re[R] = simd.add(all_re[R], re[SET][R]);
                        all_im[R] = simd.add(all_im[R], im[SET][R]);
                    }
                });
            }
        });
        let start = self.y + frequency * outputs.row + first * S::LANES;
        let y = &mut self.buffer[start..][..outputs.part + REGISTERS * S::LANES];
        unroll!(R in [0 1 2 3 4 5] {
            if const { R < REGISTERS } {
                let (first, second) = (R * S::LANES, outputs.part + R * S::LANES);
                if self.add || run > 0 {
                    all_im[R] = simd.add(simd.load(y, first), all_im[R]);
                    all_re[R] = simd.add(simd.load(y, second), all_re[R]);
                }
                simd.store(all_im[R], y, first);
                simd.store(all_re[R], y, second);
            }
        });
    }
}

/// Adds the products of one column of the kernel.
#[inline(always)]
fn add<S: Simd, const REGISTERS: usize>(
    simd: S,
    mut x_re: Column<'_, S>,
    mut x_im: Column<'_, S>,
    [w_re, w_im]: [S::Number; 2],
    re: &mut [S::Vector; REGISTERS],
    im: &mut [S::Vector; REGISTERS],
) {
    let (w_re, w_im) = (simd.splat(w_re), simd.splat(w_im));
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
