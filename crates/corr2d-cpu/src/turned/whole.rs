//! The correlation of one class with its turned kernels, by any path.

use std::mem::MaybeUninit;
use std::sync::Arc;

use super::kernels::{Kernels, Turned};
use crate::prepared::Kept;
use crate::simd::Isa;
use crate::winograd::{self, Tile};
use crate::{Element, Error, Geometry, Input, Path, channels};

/// result = correlation of the output gradient with turned kernels, for a path that suits the geometry.
pub(super) fn forward<T: Element>(
    path: Path,
    isa: Isa,
    geometry: &Geometry,
    output_gradient: &[T],
    turned: Turned<'_, T>,
    result: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    let (kernels, output_gradient) = (Kernels::Turned(turned), Input::contiguous(geometry, output_gradient));
    match path {
        Path::Channels => channels::forward_kernels(isa, geometry, output_gradient, kernels, None, result),
        Path::Winograd2 => winograd::forward_kernels(isa, Tile::F2, geometry, output_gradient, kernels, None, result),
        Path::Winograd4 => winograd::forward_kernels(isa, Tile::F4, geometry, output_gradient, kernels, None, result),
        _ => {
            let weight = turned.copy()?;
            (T::operations(path).forward)(isa, geometry, output_gradient, &weight, None, result)
        }
    }
}

/// The kernels of a class, prepared once for several images or bands of rows.
pub(super) struct Repeated<T> {
    weight: Vec<T>,
    kept: Option<Arc<dyn Kept<T>>>,
}

impl<T: Element> Repeated<T> {
    pub(super) fn new(path: Path, isa: Isa, geometry: &Geometry, turned: Turned<'_, T>) -> Result<Self, Error> {
        if path == Path::Channels {
            return Ok(Self {
                weight: Vec::new(),
                kept: channels::keep_kernels(isa, geometry, Kernels::Turned(turned))?,
            });
        }
        let weight = turned.copy()?;
        let kept = (T::operations(path).keep)(isa, geometry, &weight)?;
        Ok(Self { weight, kept })
    }

    /// As [`forward`], with the kernels that were prepared.
    pub(super) fn forward(
        &self,
        path: Path,
        isa: Isa,
        geometry: &Geometry,
        output_gradient: &[T],
        result: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        let output_gradient = Input::contiguous(geometry, output_gradient);
        match &self.kept {
            Some(kept) => kept.forward(geometry, output_gradient, &self.weight, None, result),
            None => (T::operations(path).forward)(isa, geometry, output_gradient, &self.weight, None, result),
        }
    }
}
