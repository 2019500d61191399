//! The weights of all registers, packed once and read by many tasks, or by many calls.

use std::mem::MaybeUninit;
use std::sync::Arc;

use super::forward::forward_packed;
use super::pack::Pack;
use crate::prepared::Kept;
use crate::simd::{Isa, Kernel, Simd};
use crate::turned::Kernels;
use crate::{Aligned, Element, Error, Geometry, Input, aligned, threads};

/// All weights, register by register. They depend on the shape of the weight, the groups and the instruction set alone.
pub(super) struct Packed<T> {
    isa: Isa,
    /// [group][output channels / lanes][c, a, b][lane].
    pub(super) weights: Aligned<T>,
    /// For each register whether all of its weights are finite.
    pub(super) finite: Vec<bool>,
}

impl<T: Element> Packed<T> {
    pub(super) fn new(isa: Isa, geometry: &Geometry, kernels: Kernels<'_, T>, sharing: bool) -> Result<Self, Error> {
        let lanes = isa.run::<T, _>(Lanes);
        let per_group = geometry.output_channels_per_group().div_ceil(lanes);
        let length = geometry.weight_len() / geometry.output_channels() * lanes;
        let registers = geometry.groups() * per_group;
        let mut weights = aligned(registers.checked_mul(length).ok_or(Error::OutOfMemory { bytes: usize::MAX })?)?;
        let mut finite = vec![false; registers];
        let pack = |(): &mut (), (index, (packed, finite)): (usize, (&mut [T], &mut bool))| {
            let (group, register) = (index / per_group, index % per_group);
            *finite = isa.run(Pack { geometry, kernels, group, register, packed });
        };
        threads::for_each(sharing, weights.chunks_mut(length).zip(&mut finite).enumerate(), || (), pack);
        Ok(Self { isa, weights, finite })
    }
}

/// The packed weights, to be kept between calls.
pub(crate) fn keep<T: Element>(isa: Isa, geometry: &Geometry, weight: &[T]) -> Result<Option<Arc<dyn Kept<T>>>, Error> {
    keep_kernels(isa, geometry, Kernels::Given(weight))
}

/// As [`keep`], with weights that may be turned while they are packed.
pub(crate) fn keep_kernels<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    kernels: Kernels<'_, T>,
) -> Result<Option<Arc<dyn Kept<T>>>, Error> {
    Ok(Some(Arc::new(Packed::new(isa, geometry, kernels, true)?)))
}

impl<T: Element> Kept<T> for Packed<T> {
    fn forward(
        &self,
        geometry: &Geometry,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        forward_packed(self.isa, geometry, input, Kernels::Given(weight), Some(self), bias, output)
    }
}

/// The lanes of an instruction set.
pub(super) struct Lanes;

impl<T: Element> Kernel<T> for Lanes {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> usize {
        S::LANES
    }
}
