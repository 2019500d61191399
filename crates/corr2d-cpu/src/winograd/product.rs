//! Y\[ξ\] = V\[ξ\] · U\[ξ\]: tiles times channels, with output channels in lanes.
//!
//! A block of tiles by one or two registers of channels is summed at once, so that a loaded register of U serves up to
//! twelve tiles. Channels are summed in runs, each started from zero, so that the error of a long sum grows with the
//! length of a run.

use crate::Element;
use crate::simd::{Kernel, Simd, Window, WindowMut, spaced};

/// The input channels that are summed without a pause.
pub(super) const RUN: usize = 64;

/// How many input channels ahead U is fetched. Where a third-level cache holds it, few tiles leave no time to wait for it:
/// 512 channels at 7×7 take 1.48 ms instead of 1.82. The processor's own guesses end with each page, which is as long.
const AHEAD: usize = 64;

/// A number of tiles, cut into blocks that fill the registers, and one of those that are left.
#[derive(Clone, Copy)]
pub(super) struct Tiles {
    count: usize,
    /// Tiles in a block.
    size: usize,
    /// Whether a block is two registers wide.
    pub(super) pairs: bool,
}

impl Tiles {
    /// The blocks that suit a set of registers.
    #[inline(always)]
    pub(super) fn new<S: Simd>(count: usize) -> Self {
        // One register of sums a tile and one of U, or two and two with one more for the pixel.
        let most = match S::ACCUMULATORS {
            16.. => 12,
            8.. => 6,
            _ => 4,
        };
        Self { count, size: most, pairs: S::ACCUMULATORS >= 8 }
    }

    pub(super) fn count(self) -> usize {
        self.count
    }
}

/// Writes one or two registers of output channels for each tile, from [channel][tile] and [channel][lane].
///
/// It is a kernel of its own so that its many block sizes are compiled once and not for each transform.
pub(super) struct Product<'a, T> {
    pub(super) tiles: Tiles,
    pub(super) v: &'a [T],
    pub(super) u: &'a [T],
    pub(super) second_u: Option<&'a [T]>,
    pub(super) y: &'a mut [T],
    /// From a tile of `y` to the next.
    pub(super) y_stride: usize,
    pub(super) second_y: &'a mut [T],
    /// Whether these are the first channels, so that nothing is added to.
    pub(super) first: bool,
}

impl<T: Element> Kernel<T> for Product<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let Tiles { count, size, .. } = self.tiles;
        let run = RUN * S::LANES;
        for (index, u) in self.u.chunks(run).enumerate() {
            let second_u = self.second_u.map_or(&[][..], |second| &second[index * run..][..u.len()]);
            let v = &self.v[index * RUN * count..];
            let sums = Sums { v, stride: count, u, second_u, y_stride: self.y_stride, first: self.first && index == 0 };
            // As many blocks of one size as there are, and one of the tiles that are left.
            let rest = count % size;
            for (first, size, blocks) in [(0, size, count / size), (count - rest, rest, 1)] {
                if size * blocks == 0 {
                    continue;
                }
                let y = &mut self.y[first * self.y_stride..];
                if second_u.is_empty() {
                    sums.one(simd, size, first, blocks, y);
                } else {
                    sums.two(simd, size, first, blocks, y, &mut self.second_y[first * self.y_stride..]);
                }
            }
        }
    }
}

/// The sums of some blocks over one run of channels.
struct Sums<'a, T> {
    v: &'a [T],
    /// From a channel of `v` to the next.
    stride: usize,
    u: &'a [T],
    second_u: &'a [T],
    y_stride: usize,
    /// Whether this run is the first, so that nothing is added to.
    first: bool,
}

macro_rules! sized {
    ($self:ident.$block:ident($size:expr; $($size_literal:literal)*) $arguments:tt) => {
        match $size {
            $( $size_literal => sized!(@call $self, $block, $size_literal, $arguments), )*
            _ => debug_assert!(false, "`Tiles` makes no other blocks"),
        }
    };
    (@call $self:ident, $block:ident, $size:literal, ($($argument:expr),*)) => {
        $self.$block::<S, $size>($($argument),*)
    };
}

impl<T: Element> Sums<'_, T> {
    /// Blocks of `tiles` tiles, the first of which has the tile `first`, that of the first row of `y`.
    #[inline(always)]
    fn one<S: Simd<Number = T>>(&self, simd: S, tiles: usize, first: usize, blocks: usize, y: &mut [T]) {
        sized!(self.narrow(tiles; 1 2 3 4 5 6 7 8 9 10 11 12)(simd, first, blocks, y))
    }

    /// As [`Self::one`], of two registers of channels.
    #[inline(always)]
    fn two<S: Simd<Number = T>>(
        &self,
        simd: S,
        tiles: usize,
        first: usize,
        blocks: usize,
        y: &mut [T],
        second_y: &mut [T],
    ) {
        sized!(self.wide(tiles; 1 2 3 4 5 6 7 8 9 10 11 12)(simd, first, blocks, y, second_y))
    }

    #[inline(always)]
    fn narrow<S: Simd<Number = T>, const TILES: usize>(&self, simd: S, first: usize, blocks: usize, y: &mut [T]) {
        let channels = self.u.len() / S::LANES;
        for block in 0..blocks {
            let mut sums = [simd.splat(T::ZERO); TILES];
            let pixels = spaced(&self.v[first + block * TILES..], self.stride, channels, TILES);
            for (v, u) in pixels.zip(self.u.chunks_exact(S::LANES)) {
                simd.prefetch(u, AHEAD * S::LANES);
                let u = simd.load(u, 0);
                unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11] {
                    if I < TILES {
                        sums[I] = simd.mul_add(simd.splat(v.get(I)), u, sums[I]);
                    }
                });
            }
            self.keep(simd, sums, &mut y[block * TILES * self.y_stride..]);
        }
    }

    #[inline(always)]
    fn wide<S: Simd<Number = T>, const TILES: usize>(
        &self,
        simd: S,
        first: usize,
        blocks: usize,
        y: &mut [T],
        second_y: &mut [T],
    ) {
        let channels = self.u.len() / S::LANES;
        for block in 0..blocks {
            let (mut sums, mut second) = ([simd.splat(T::ZERO); TILES], [simd.splat(T::ZERO); TILES]);
            let pixels = spaced(&self.v[first + block * TILES..], self.stride, channels, TILES);
            let panels = self.u.chunks_exact(S::LANES).zip(self.second_u.chunks_exact(S::LANES));
            for (v, (u, second_u)) in pixels.zip(panels) {
                simd.prefetch(u, AHEAD * S::LANES);
                simd.prefetch(second_u, AHEAD * S::LANES);
                let (u, second_u) = (simd.load(u, 0), simd.load(second_u, 0));
                unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11] {
                    if I < TILES {
                        let pixel = simd.splat(v.get(I));
                        sums[I] = simd.mul_add(pixel, u, sums[I]);
                        second[I] = simd.mul_add(pixel, second_u, second[I]);
                    }
                });
            }
            self.keep(simd, sums, &mut y[block * TILES * self.y_stride..]);
            self.keep(simd, second, &mut second_y[block * TILES * self.y_stride..]);
        }
    }

    #[inline(always)]
    fn keep<S: Simd<Number = T>, const TILES: usize>(&self, simd: S, mut sums: [S::Vector; TILES], y: &mut [T]) {
        if !self.first {
            let y = Window::new(y, 0, TILES, self.y_stride, S::LANES);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11] {
                if I < TILES {
                    sums[I] = simd.add(y.load(simd, I, 0), sums[I]);
                }
            });
        }
        let mut y = WindowMut::over(y, 0, TILES, self.y_stride, S::LANES);
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11] {
            if I < TILES {
                y.store(simd, I, 0, sums[I]);
            }
        });
    }
}
