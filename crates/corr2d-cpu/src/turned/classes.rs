//! All classes of the input gradient: at stride 1 the one there is, where it belongs; else a few rows or images at a time.

use std::mem::MaybeUninit;
use std::ops::Range;

use rayon::prelude::*;

use super::copied::Copied;
use super::interleave::Interleave;
use super::kernels::Turned;
use super::whole::{Repeated, forward};
use crate::geometry::Class;
use crate::simd::{Isa, written};
use crate::{Element, Error, Geometry, Path, planes};

/// The results that wait to be written, in bytes: about a second-level cache.
const WAITING: usize = 1 << 20;

/// Below so many elements rows are interleaved on one thread.
const SEQUENTIAL: usize = 1 << 16;

/// input_gradient = ∂L/∂input, by a path that suits every class.
pub(crate) fn input_gradient<T: Element>(
    path: Path,
    isa: Isa,
    geometry: &Geometry,
    output_gradient: &[T],
    weight: &[T],
    input_gradient: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    let rows: Vec<_> = geometry.rows().classes().collect();
    let columns: Vec<_> = geometry.columns().classes().collect();
    if let (Some(turned), [Some(rows)], [Some(columns)]) = (geometry.turned(), &rows[..], &columns[..]) {
        let kernels = Turned::new(geometry, weight, rows, columns);
        return forward(path, isa, &turned, output_gradient, kernels, input_gradient);
    }
    Call { path, isa, geometry, output_gradient, weight, rows, columns }.run(input_gradient)
}

struct Call<'a, T> {
    path: Path,
    isa: Isa,
    geometry: &'a Geometry,
    output_gradient: &'a [T],
    weight: &'a [T],
    /// The classes of rows and of columns.
    rows: Vec<Option<Class>>,
    columns: Vec<Option<Class>>,
}

impl<T: Element> Call<'_, T> {
    /// Writes some rows of every class, and then the next.
    fn run(&self, x: &mut [MaybeUninit<T>]) -> Result<(), Error> {
        let geometry = self.geometry;
        let height = geometry.rows().class_len(0);
        let waiting = WAITING / size_of::<T>() / geometry.input_channels() / geometry.columns().input();
        let copied = Copied::<T>::rows(geometry, &self.rows, &self.columns);
        let shared = self.shares_copies() && copied > 0;
        let at_once = if shared { waiting.min(copied) } else { waiting };
        let (images_at_once, rows_at_once) = ((at_once / height).max(1), at_once.clamp(1, height));

        let repeated = geometry.batch() > images_at_once || height > rows_at_once;
        let of_rows = |rows: &Option<Class>| self.classes(rows.as_ref(), repeated);
        let classes = self.rows.iter().map(of_rows).collect::<Result<Vec<_>, Error>>()?;
        let one = geometry.with_batch(1);
        let gradients = self.output_gradient.chunks(images_at_once * one.output_len());
        for (gradient, x) in gradients.zip(x.chunks_mut(images_at_once * one.input_len())) {
            let images = gradient.len() / one.output_len();
            for first in (0..height).step_by(rows_at_once) {
                let part = first..height.min(first + rows_at_once);
                let copied = match shared {
                    true => Some(Copied::new(geometry, &self.rows, &self.columns, images, part.clone(), gradient)?),
                    false => None,
                };
                for (residue, classes) in classes.iter().enumerate() {
                    let part = first..part.end.min(geometry.rows().class_len(residue));
                    if part.is_empty() {
                        continue;
                    }
                    let results = classes.iter().map(|class| match class {
                        Some(class) => self.part(class, images, part.clone(), gradient, copied.as_ref()).map(Some),
                        None => Ok(None),
                    });
                    self.interleave(&results.collect::<Result<Vec<_>, Error>>()?, residue, part, x);
                }
            }
        }
        Ok(())
    }

    /// Whether all classes read one padded copy: where pixels are in lanes, and zeros may stand for the padding.
    fn shares_copies(&self) -> bool {
        let classes = self.rows.iter().flatten().count() * self.columns.iter().flatten().count();
        self.path == Path::Planes && classes > 1 && planes::suits(self.weight)
    }

    fn classes(&self, rows: Option<&Class>, repeated: bool) -> Result<Vec<Option<OfClass<'_, T>>>, Error> {
        let of_columns = |columns: &Option<Class>| match (rows, columns) {
            (Some(rows), Some(columns)) => self.class(rows, columns, repeated).map(Some),
            _ => Ok(None),
        };
        self.columns.iter().map(of_columns).collect()
    }

    fn class(&self, rows: &Class, columns: &Class, repeated: bool) -> Result<OfClass<'_, T>, Error> {
        let geometry = self.geometry.of_class(rows, columns);
        let turned = Turned::new(self.geometry, self.weight, rows, columns);
        let kernels = match repeated {
            true => OfClassKernels::Repeated(Repeated::new(self.path, self.isa, &geometry, turned)?),
            false => OfClassKernels::Once(turned),
        };
        Ok(OfClass { geometry, kernels })
    }

    /// Some rows of some images of a class.
    fn part(
        &self,
        class: &OfClass<'_, T>,
        images: usize,
        rows: Range<usize>,
        gradient: &[T],
        copied: Option<&Copied<T>>,
    ) -> Result<Vec<T>, Error> {
        let geometry = class.geometry.with_part(images, rows);
        let (geometry, gradient) = match copied {
            Some(copied) => (copied.geometry(&geometry), copied.numbers()),
            None => (geometry, gradient),
        };
        written(geometry.output_len(), |result| match &class.kernels {
            OfClassKernels::Once(turned) => forward(self.path, self.isa, &geometry, gradient, *turned, result),
            OfClassKernels::Repeated(kernels) => kernels.forward(self.path, self.isa, &geometry, gradient, result),
        })
    }

    /// Writes rows of some images from the results of the classes of columns.
    fn interleave(&self, results: &[Option<Vec<T>>], residue: usize, part: Range<usize>, x: &mut [MaybeUninit<T>]) {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let width = columns.input();
        let write = |(index, plane): (usize, &mut [MaybeUninit<T>])| {
            let of_plane = |class: usize| {
                let length = part.len() * columns.class_len(class);
                results[class].as_deref().map(|result| &result[index * length..][..length])
            };
            let classes: Vec<_> = (0..results.len()).map(of_plane).collect();
            let plane = &mut plane[(residue + part.start * rows.stride()) * width..];
            self.isa.run(Interleave { classes: &classes, rows: part.len(), plane, width, row_step: rows.stride() });
        };
        let plane = rows.input() * width;
        if x.len() < SEQUENTIAL || rayon::current_num_threads() == 1 {
            x.chunks_mut(plane).enumerate().for_each(write);
        } else {
            x.par_chunks_mut(plane).enumerate().for_each(write);
        }
    }
}

/// A class of rows and columns.
struct OfClass<'a, T> {
    geometry: Geometry,
    kernels: OfClassKernels<'a, T>,
}

enum OfClassKernels<'a, T> {
    /// For one correlation.
    Once(Turned<'a, T>),
    /// For several.
    Repeated(Repeated<T>),
}
