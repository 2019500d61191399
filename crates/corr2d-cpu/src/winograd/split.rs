//! The pixels of one plane that a chunk reads, split so that those at one place of all patches lie one after another.

use super::chunk::Layout;
use super::transform::{LONGEST, Transform};
use super::weights::overflow_scale;
use crate::Element;
use crate::input::Planes;
use crate::simd::{Simd, WindowMut};

/// What a chunk reads of the planes.
#[derive(Clone, Copy)]
pub(super) struct Picture<'a, T> {
    pub(super) planes: Planes<'a, T>,
    /// Height and width of a plane.
    pub(super) size: [usize; 2],
    /// The first row and column, in the padding if negative.
    pub(super) first: [isize; 2],
    /// From a row to the next.
    pub(super) step: usize,
}

impl<'a, T> Picture<'a, T> {
    /// A row of the chunk, if it is in the plane.
    #[inline(always)]
    pub(super) fn row(&self, channel: usize, index: usize) -> Option<&'a [T]> {
        let row = self.first[0].wrapping_add_unsigned(index * self.step);
        let [height, width] = self.size;
        (0 <= row && row < height as isize).then(|| self.planes.row(channel, row as usize, width))
    }
}

/// The rows that a chunk reads of one plane, with zeros for their padding, every `DILATION`th pixel, split by rows modulo a step
/// and by the column in the patch.
#[inline(always)]
pub(super) fn split<S: Simd, F: Transform, const DILATION: usize>(
    simd: S,
    layout: Layout,
    picture: Picture<'_, S::Number>,
    channel: usize,
    phases: &mut [S::Number],
    checks: &mut [S::Vector; LONGEST],
) {
    let zero = simd.splat(S::Number::ZERO);
    let scale = simd.splat(overflow_scale::<S::Number>());
    // 0 times a product that overflowed, or that is no number, is no number.
    let check = |numbers, sum| simd.mul_add(simd.mul(numbers, scale), zero, sum);
    let mut phases = WindowMut::over(phases, 0, F::STEP * F::PIXELS, layout.phase, layout.phase);
    // Columns outside and rows inside, so that the lanes beyond the rim are found once. The last first: what it writes too
    // much is the beginning of the next row.
    for column in (0..layout.columns).step_by(S::LANES).rev() {
        let start = picture.first[1] + (column * F::STEP * DILATION) as isize;
        for index in 0..layout.pixel_rows::<F>() {
            let (mut here, mut next) = ([zero; 4], [zero; 4]);
            if let Some(row) = picture.row(channel, index) {
                // Behind the last channel there may be none, however far apart they are said to be.
                let ahead = picture.planes.plane_step.wrapping_add_signed(start);
                for register in 0..F::STEP * DILATION {
                    simd.prefetch(row, ahead.wrapping_add(register * S::LANES));
                }
                here = modulo::<S, F, DILATION>(simd, row, start);
                next = modulo::<S, F, DILATION>(simd, row, start + (F::STEP * DILATION) as isize);
            }
            let phase = index % F::STEP * F::PIXELS;
            let place = index / F::STEP * layout.columns + column;
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::STEP {
                    checks[J] = check(here[J % 4], checks[J]);
                    phases.store(simd, phase + J, place, here[J % 4]);
                } else if J < F::PIXELS {
                    // The others of these are here too.
                    if column + S::LANES == layout.columns {
                        checks[J] = check(next[J % F::STEP % 4], checks[J]);
                    }
                    phases.store(simd, phase + J, place, next[J % F::STEP % 4]);
                }
            });
        }
    }
}

/// Every `DILATION`th pixel of a row from `start` on, as many as the registers of a step hold, split by their place in it.
#[inline(always)]
fn modulo<S: Simd, F: Transform, const DILATION: usize>(simd: S, row: &[S::Number], start: isize) -> [S::Vector; 4] {
    let next = (DILATION * S::LANES) as isize;
    let first = register::<S, DILATION>(simd, row, start);
    let (even, odd) = simd.unzip(first, register::<S, DILATION>(simd, row, start + next));
    if F::STEP == 2 {
        return [even, odd, even, odd];
    }
    let third = register::<S, DILATION>(simd, row, start + 2 * next);
    let (more_even, more_odd) = simd.unzip(third, register::<S, DILATION>(simd, row, start + 3 * next));
    let (zero, two) = simd.unzip(even, more_even);
    let (one, three) = simd.unzip(odd, more_odd);
    [zero, one, two, three]
}

/// Every `DILATION`th pixel of a row from `start` on. A function, since a closure may be compiled without the kernel's instructions.
#[inline(always)]
fn register<S: Simd, const DILATION: usize>(simd: S, row: &[S::Number], start: isize) -> S::Vector {
    const { assert!(DILATION == 1 || DILATION == 2) };
    let numbers = simd.load_within(row, start);
    if DILATION == 1 {
        return numbers;
    }
    simd.unzip(numbers, simd.load_within(row, start + S::LANES as isize)).0
}
