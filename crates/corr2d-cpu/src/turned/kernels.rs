//! Weights as a forward pass reads them, or as an input gradient does: turned, with the channels of a group swapped.
//!
//! ```text
//! turned[c, o, a, b] = w[o, c, rows.tap(a), columns.tap(b)]
//! ```
//!
//! A turned copy of a large layer costs as much time as its gradient, so what packs or transforms weights turns them on the
//! way: the taps of neighbouring input channels follow one another in w, and a square of them is transposed in registers.

use std::borrow::Cow;

use crate::buffer::with_room_for;
use crate::geometry::{Class, Taps};
use crate::simd::Simd;
use crate::transpose::{MOST_LANES, transpose};
use crate::{Element, Error, Geometry};

/// Weights in the order [O, C / groups, h, w] of a correlation.
#[derive(Clone, Copy)]
pub(crate) enum Kernels<'a, T> {
    /// They are in that order.
    Given(&'a [T]),
    /// They are those of the correlation whose input gradient is computed.
    Turned(Turned<'a, T>),
}

impl<'a, T: Element> Kernels<'a, T> {
    /// In that order.
    pub(crate) fn given(&self) -> Result<Cow<'a, [T]>, Error> {
        match self {
            Self::Given(weight) => Ok(Cow::Borrowed(weight)),
            Self::Turned(turned) => Ok(Cow::Owned(turned.copy()?)),
        }
    }

    /// As they lie in memory.
    pub(crate) fn numbers(&self) -> &'a [T] {
        match self {
            Self::Given(weight) => weight,
            Self::Turned(turned) => turned.weight,
        }
    }
}

/// The weights [O, C / groups, h, w] of a correlation, of which one class of the input gradient reads some taps.
#[derive(Clone, Copy)]
pub(crate) struct Turned<'a, T> {
    weight: &'a [T],
    /// C / groups.
    inputs: usize,
    /// O / groups.
    outputs: usize,
    kernel: (usize, usize),
    rows: Taps,
    columns: Taps,
}

impl<'a, T: Element> Turned<'a, T> {
    /// `geometry` is that of the forward pass.
    pub(crate) fn new(geometry: &Geometry, weight: &'a [T], rows: &Class, columns: &Class) -> Self {
        Self {
            weight,
            inputs: geometry.input_channels_per_group(),
            outputs: geometry.output_channels_per_group(),
            kernel: (geometry.rows().kernel(), geometry.columns().kernel()),
            rows: rows.taps,
            columns: columns.taps,
        }
    }

    /// O / groups: the channels that are summed.
    pub(crate) fn channels(&self) -> usize {
        self.outputs
    }

    /// The taps of one pair of channels in w.
    pub(crate) fn taps(&self) -> usize {
        self.kernel.0 * self.kernel.1
    }

    /// The taps of a pair of channels that the class reads.
    pub(crate) fn taps_read(&self) -> usize {
        self.rows.count() * self.columns.count()
    }

    /// For each tap in w which one it is for the class.
    pub(crate) fn places(&self) -> Vec<Option<usize>> {
        let place = |tap: usize| {
            let row = self.rows.turned(tap / self.kernel.1)?;
            Some(row * self.columns.count() + self.columns.turned(tap % self.kernel.1)?)
        };
        (0..self.taps()).map(place).collect()
    }

    /// The weights of output channel `o` of a group and of `count` input channels from `first` on: [channel][tap].
    #[inline(always)]
    fn start(&self, group: usize, first: usize, o: usize) -> usize {
        ((group * self.outputs + o) * self.inputs + first) * self.taps()
    }

    /// Some taps of one output channel, from `tap` on, with input channels from `first` on in lanes. What lies behind the
    /// last tap is unspecified, what lies behind the last channel is 0.
    #[inline(always)]
    pub(crate) fn square<S: Simd<Number = T>>(
        &self,
        simd: S,
        group: usize,
        first: usize,
        o: usize,
        tap: usize,
    ) -> [S::Vector; MOST_LANES] {
        let (start, taps) = (self.start(group, first, o), self.taps());
        let count = S::LANES.min(self.inputs - first);
        let mut square = [simd.splat(T::ZERO); MOST_LANES];
        if taps == 1 {
            square[0] = simd.load_within(&self.weight[start..start + count], 0);
            return square;
        }
        let end = start + tap + (S::LANES - 1) * taps + S::LANES;
        if count == S::LANES && end <= self.weight.len() {
            let weight = &self.weight[start + tap..end];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } {
                    square[I] = simd.load(weight, I * taps);
                }
            });
        } else {
            for (channel, row) in square.iter_mut().enumerate().take(count) {
                *row = simd.load_within(&self.weight[start + channel * taps..][..taps], tap as isize);
            }
        }
        transpose(simd, square)
    }

    /// Asks for the weights that [`Turned::square`] reads, before they are needed.
    #[inline(always)]
    pub(crate) fn prefetch<S: Simd<Number = T>>(&self, simd: S, group: usize, first: usize, o: usize) {
        let start = self.start(group, first, o);
        let line = 64 / size_of::<T>();
        for ahead in (0..S::LANES * self.taps()).step_by(line) {
            simd.prefetch(self.weight, start + ahead);
        }
    }

    /// A turned copy: [C, O / groups, rows, columns].
    pub(crate) fn copy(&self) -> Result<Vec<T>, Error> {
        /// So many input channels are written side by side.
        const STREAMS: usize = 16;
        let (read, taps) = (self.taps_read(), self.taps());
        let group_len = self.inputs * self.outputs;
        let mut copy = with_room_for(self.weight.len() / taps * read)?;
        copy.resize(self.weight.len() / taps * read, T::ZERO);
        let order: Vec<usize> = (0..self.rows.count())
            .flat_map(|a| (0..self.columns.count()).map(move |b| (a, b)))
            .map(|(a, b)| self.rows.tap(a) * self.kernel.1 + self.columns.tap(b))
            .collect();
        let groups = self.weight.chunks_exact(group_len * taps).zip(copy.chunks_exact_mut(group_len * read));
        for (weight, copy) in groups {
            for first in (0..self.inputs).step_by(STREAMS) {
                for (o, weight) in weight.chunks_exact(self.inputs * taps).enumerate() {
                    for c in first..self.inputs.min(first + STREAMS) {
                        let kernel = &weight[c * taps..][..taps];
                        let turned = &mut copy[(c * self.outputs + o) * read..][..read];
                        for (to, tap) in turned.iter_mut().zip(&order) {
                            *to = kernel[*tap];
                        }
                    }
                }
            }
        }
        Ok(copy)
    }
}
