//! The sums of a few taps × a few registers of output channels, over positions.
//!
//! At each position up to four registers of ∂L/∂y are loaded, and each tap's number of x is spread over a register that
//! serves them all: a processor that multiplies as often as it loads is kept busy.

use crate::Element;
use crate::simd::{Kernel, Simd, Taps};

/// The products that a lane sums in registers before they are added to the sum.
pub(crate) const RUN: usize = 64;

/// The taps that are summed at once.
pub(crate) const fn taps_at_once<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 8 { 6 } else { 2 }
}

/// The most registers of channels that are summed at once: with [`taps_at_once`] the sums stay in registers.
pub(crate) const fn registers_at_once<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 4 } else { 2 }
}

/// At most [`RUN`] positions whose pixels lie side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    /// Where a tap at 0 reads for the first of them.
    pub(crate) x: usize,
    /// The first of them in the panel.
    pub(crate) position: usize,
    pub(crate) length: usize,
}

/// sums[tap][register · lanes + lane] = or += Σ over stretches, positions of x[tap + position] · panel[position][…].
///
/// It is a kernel of its own so that it is compiled once and not by each algorithm.
pub(crate) struct Products<'a, T> {
    pub(crate) x: &'a [T],
    /// Where each tap reads: a multiple of [`taps_at_once`].
    pub(crate) taps: &'a [usize],
    pub(crate) stretches: &'a [Stretch],
    pub(crate) panel: &'a [T],
    /// Those of a position of the panel, at most [`registers_at_once`].
    pub(crate) registers: usize,
    /// Whether the sums are added to.
    pub(crate) add: bool,
    pub(crate) sums: &'a mut [T],
}

impl<T: Element> Kernel<T> for Products<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        if const { taps_at_once::<S>() == 2 } {
            match self.registers {
                1 => self.blocks::<S, 2, 1>(simd),
                _ => self.blocks::<S, 2, 2>(simd),
            }
        } else if const { registers_at_once::<S>() == 2 } {
            match self.registers {
                1 => self.blocks::<S, 6, 1>(simd),
                _ => self.blocks::<S, 6, 2>(simd),
            }
        } else {
            match self.registers {
                // Six sums would wait for one another.
                1 => {
                    let (taps, sums) = (self.taps, self.sums);
                    let doubled = taps.len() / 12 * 12;
                    let (sums, rest) = sums.split_at_mut(doubled * S::LANES);
                    Products { taps: &taps[..doubled], sums, ..self }.blocks::<S, 12, 1>(simd);
                    Products { taps: &taps[doubled..], sums: rest, ..self }.blocks::<S, 6, 1>(simd);
                }
                2 => self.blocks::<S, 6, 2>(simd),
                3 => self.blocks::<S, 6, 3>(simd),
                _ => self.blocks::<S, 6, 4>(simd),
            }
        }
    }
}

impl<T: Element> Products<'_, T> {
    #[inline(always)]
    fn blocks<S: Simd<Number = T>, const TAPS: usize, const REGISTERS: usize>(self, simd: S) {
        const { assert!(TAPS <= 12 && REGISTERS <= 4) };
        let width = REGISTERS * S::LANES;
        for (taps, totals) in self.taps.chunks_exact(TAPS).zip(self.sums.chunks_exact_mut(TAPS * width)) {
            let mut offsets = [0; TAPS];
            offsets.copy_from_slice(taps);
            let taps = Taps::new(self.x, offsets);
            let mut sums = [[simd.splat(T::ZERO); TAPS]; REGISTERS];
            let (mut add, mut summed) = (self.add, 0);
            for stretch in self.stretches {
                let length = stretch.length;
                if summed + length > RUN {
                    flush::<S, TAPS, REGISTERS>(simd, totals, add, &mut sums);
                    (add, summed) = (true, 0);
                }
                summed += length;
                let x = taps.at(stretch.x, length);
                let panel = self.panel[stretch.position * width..].chunks_exact(width);
                for (position, g) in (0..length).zip(panel) {
                    let mut gradients = [simd.splat(T::ZERO); REGISTERS];
                    unroll!(R in [0 1 2 3] {
                        if const { R < REGISTERS } {
                            gradients[R] = simd.load(g, R * S::LANES);
                        }
                    });
                    unroll!(K in [0 1 2 3 4 5 6 7 8 9 10 11] {
                        if const { K < TAPS } {
                            let pixel = simd.splat(x.get(K, position));
                            unroll!(R in [0 1 2 3] {
                                if const { R < REGISTERS } {
                                    sums[R][K] = simd.mul_add(pixel, gradients[R], sums[R][K]);
                                }
                            });
                        }
                    });
                }
            }
            flush::<S, TAPS, REGISTERS>(simd, totals, add, &mut sums);
        }
    }
}

/// totals = or += what the registers hold; they hold 0 then.
#[inline(always)]
fn flush<S: Simd, const TAPS: usize, const REGISTERS: usize>(
    simd: S,
    totals: &mut [S::Number],
    add: bool,
    sums: &mut [[S::Vector; TAPS]; REGISTERS],
) {
    let totals = &mut totals[..TAPS * REGISTERS * S::LANES];
    let zero = simd.splat(S::Number::ZERO);
    unroll!(K in [0 1 2 3 4 5 6 7 8 9 10 11] {
        if const { K < TAPS } {
            unroll!(R in [0 1 2 3] {
                if const { R < REGISTERS } {
                    let at = (K * REGISTERS + R) * S::LANES;
                    let sum = if add { simd.add(simd.load(totals, at), sums[R][K]) } else { sums[R][K] };
                    simd.store(sum, totals, at);
                    sums[R][K] = zero;
                }
            });
        }
    });
}
