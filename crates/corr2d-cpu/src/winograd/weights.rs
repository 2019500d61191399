//! U = G w Gᵀ for all pairs of channels, in the order in which the products read it.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::Arc;

use super::Tile;
use super::forward::forward_moderate;
use super::transform::{F2, F4, LONGEST, Strided, Transform};
use crate::prepared::Kept;
use crate::simd::{Isa, Kernel, Simd, Window, WindowMut};
use crate::transpose::{MOST_LANES, transpose};
use crate::turned::{Kernels, Turned};
use crate::{Aligned, Element, Error, Geometry, Input, aligned, threads};

/// The taps of a kernel.
const TAPS: usize = 9;

/// The transformed weights of one geometry, for one tile and one instruction set. They can be kept between calls.
pub(super) struct Weights<T> {
    isa: Isa,
    tile: Tile,
    /// [group][output channels / lanes][point][input channel, and one more][lane]: the one more keeps the panels of a power of
    /// two apart in the cache.
    panels: Aligned<T>,
    /// The length of a [point][input channel, and one more][lane].
    block: usize,
    blocks_per_group: usize,
}

impl<T: Element> Weights<T> {
    /// Transforms weights that are all [`moderate`].
    pub(super) fn new(isa: Isa, tile: Tile, geometry: &Geometry, kernels: Kernels<'_, T>) -> Result<Self, Error> {
        match tile.of(geometry) {
            Tile::F2 => Self::transform::<F2>(isa, tile, geometry, kernels),
            Tile::Strided => Self::transform::<Strided>(isa, tile, geometry, kernels),
            Tile::F4 => Self::transform::<F4>(isa, tile, geometry, kernels),
        }
    }

    fn transform<F: Transform>(
        isa: Isa,
        tile: Tile,
        geometry: &Geometry,
        kernels: Kernels<'_, T>,
    ) -> Result<Self, Error> {
        let lanes = isa.run(Lanes(PhantomData::<T>));
        let channels = geometry.input_channels_per_group();
        let outputs = geometry.output_channels_per_group();
        let (block, blocks_per_group) = (F::POINTS * F::POINTS * (channels + 1) * lanes, outputs.div_ceil(lanes));
        let length = block.checked_mul(blocks_per_group * geometry.groups());
        let mut panels = aligned(length.ok_or(Error::OutOfMemory { bytes: usize::MAX })?)?;
        let fill = |(): &mut (), (index, panels): (usize, &mut [T])| {
            let (group, first) = (index / blocks_per_group, index % blocks_per_group * lanes);
            isa.run(Block::<T, F> {
                kernels,
                geometry,
                group,
                first,
                channels: 0..channels,
                panels,
                transform: PhantomData,
            });
        };
        threads::for_each(true, panels.chunks_mut(block).enumerate(), || (), fill);
        Ok(Self { isa, tile, panels, block, blocks_per_group })
    }

    /// The panels of some registers of output channels of a group, or of as many as there are.
    pub(super) fn panels(&self, group: usize, first: usize, count: usize) -> &[T] {
        let end = self.blocks_per_group.min(first + count);
        let start = group * self.blocks_per_group;
        &self.panels[(start + first) * self.block..(start + end) * self.block]
    }
}

/// Finds the output channels of a register.
pub(super) struct Lanes<T>(pub(super) PhantomData<T>);

impl<T: Element> Kernel<T> for Lanes<T> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> usize {
        S::LANES
    }
}

/// Transforms the weights of as many output channels as a register has lanes, or of the last few, for some input channels.
pub(super) struct Block<'a, T, F> {
    pub(super) kernels: Kernels<'a, T>,
    pub(super) geometry: &'a Geometry,
    pub(super) group: usize,
    /// The first output channel, counted within the group.
    pub(super) first: usize,
    pub(super) channels: Range<usize>,
    /// [point][input channel, and one more][lane].
    pub(super) panels: &'a mut [T],
    pub(super) transform: PhantomData<F>,
}

impl<T: Element, F: Transform> Kernel<T> for Block<'_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let Self { kernels, geometry, group, first, channels, panels, .. } = self;
        let (places, length) = (F::POINTS * F::POINTS, channels.len() * S::LANES);
        let panels = WindowMut::over(panels, 0, places, length + S::LANES, length);
        match kernels {
            Kernels::Given(weight) => {
                let (all, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
                let count = S::LANES.min(outputs - first);
                let weight = &weight[(group * outputs + first) * all * TAPS..][..count * all * TAPS];
                given::<T, F, S>(simd, weight, all * TAPS, channels, panels);
            }
            Kernels::Turned(weight) => turned::<T, F, S>(simd, &weight, [group, first], channels, panels),
        }
    }
}

/// Of weights that lie one after another, [output channel][input channel][tap], an output channel every `step` numbers.
#[inline(always)]
fn given<T: Element, F: Transform, S: Simd<Number = T>>(
    simd: S,
    weight: &[T],
    step: usize,
    channels: Range<usize>,
    mut panels: WindowMut<'_, T>,
) {
    let whole = (weight.len() == S::LANES * step).then(|| Window::new(weight, 0, S::LANES, step, step));
    // The taps of `LANES` channels, with output channels in lanes: nine squares.
    let mut taps = [simd.splat(T::ZERO); TAPS * MOST_LANES];
    for first in channels.clone().step_by(S::LANES) {
        for square in 0..TAPS {
            let mut numbers = [simd.splat(T::ZERO); MOST_LANES];
            let start = first * TAPS + square * S::LANES;
            match whole {
                Some(weight) if start + S::LANES <= step => {
                    unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                        if I < S::LANES {
                            numbers[I] = weight.load(simd, I, start);
                        }
                    });
                }
                _ => {
                    for (numbers, weight) in numbers.iter_mut().zip(weight.chunks_exact(step)) {
                        *numbers = simd.load_within(weight, start as isize);
                    }
                }
            }
            let numbers = transpose(simd, numbers);
            let taps = &mut taps[square * S::LANES..][..S::LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if I < S::LANES {
                    taps[I] = numbers[I];
                }
            });
        }
        for channel in first..channels.end.min(first + S::LANES) {
            kernel::<T, F, S>(simd, &taps[(channel - first) * TAPS..][..TAPS], channel - channels.start, &mut panels);
        }
    }
}

/// Of weights that are to be turned, those of a group from one output channel on: all nine taps are there, in the opposite
/// order.
#[inline(always)]
fn turned<T: Element, F: Transform, S: Simd<Number = T>>(
    simd: S,
    weight: &Turned<'_, T>,
    [group, first]: [usize; 2],
    channels: Range<usize>,
    mut panels: WindowMut<'_, T>,
) {
    /// How many channels ahead weights are asked for.
    const AHEAD: usize = 4;
    let places = weight.places();
    let mut taps = [simd.splat(T::ZERO); TAPS];
    for channel in channels.clone() {
        if channel + AHEAD < channels.end {
            weight.prefetch(simd, group, first, channel + AHEAD);
        }
        for (block, places) in places.chunks(S::LANES).enumerate() {
            let square = weight.square(simd, group, first, channel, block * S::LANES);
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && let Some(Some(place)) = places.get(I) {
                    taps[*place] = square[I];
                }
            });
        }
        kernel::<T, F, S>(simd, &taps, channel - channels.start, &mut panels);
    }
}

/// G w Gᵀ of one input channel.
#[inline(always)]
fn kernel<T: Element, F: Transform, S: Simd<Number = T>>(
    simd: S,
    w: &[S::Vector],
    channel: usize,
    panels: &mut WindowMut<'_, T>,
) {
    let mut columns = [[simd.splat(T::ZERO); 3]; LONGEST];
    unroll!(J in [0 1 2] {
        let column = F::weight(simd, [w[J], w[3 + J], w[6 + J]]);
        unroll!(I in [0 1 2 3 4 5] { columns[I][J] = column[I]; });
    });
    unroll!(I in [0 1 2 3 4 5] {
        if I < F::POINTS {
            let row = F::weight(simd, columns[I]);
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::POINTS {
                    panels.store(simd, I * F::POINTS + J, channel * S::LANES, row[J]);
                }
            });
        }
    });
}

/// The transformed weights, to be kept between calls, unless a transform would spread one of them.
pub(crate) fn keep<T: Element>(
    isa: Isa,
    tile: Tile,
    geometry: &Geometry,
    weight: &[T],
) -> Result<Option<Arc<dyn Kept<T>>>, Error> {
    match moderate(weight) {
        true => Ok(Some(Arc::new(Weights::new(isa, tile, geometry, Kernels::Given(weight))?))),
        false => Ok(None),
    }
}

impl<T: Element> Kept<T> for Weights<T> {
    fn forward(
        &self,
        geometry: &Geometry,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        forward_moderate(self.isa, self.tile, Some(self), geometry, input, Kernels::Given(weight), bias, output)
    }
}

/// Whether all numbers are finite and so far from the largest that no sum of products of theirs overflows: below 2⁵⁰ in
/// f32, 2⁵⁰⁰ in f64.
pub(crate) fn moderate<T: Element>(numbers: &[T]) -> bool {
    let scale = overflow_scale::<T>();
    // 0 times a product that overflowed, or that is no number, is no number. Eight sums, so that they need not wait for
    // one another.
    let mut checks = [T::ZERO; 8];
    let (blocks, rest) = numbers.as_chunks::<8>();
    for block in blocks {
        for (check, number) in checks.iter_mut().zip(block) {
            *check += *number * scale * T::ZERO;
        }
    }
    for number in rest {
        checks[0] += *number * scale * T::ZERO;
    }
    checks.iter().all(|check| *check == T::ZERO)
}

/// What makes a number overflow that is not moderate.
pub(crate) fn overflow_scale<T: Element>() -> T {
    T::from_f64(if size_of::<T>() == 4 { 2f64.powi(128 - 50) } else { 2f64.powi(1024 - 500) })
}
