//! All classes of the input gradient: at stride 1 the one there is, where it belongs; else a few rows or images at a time.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::copied::{self, Copied};
use super::interleave::Interleave;
use super::kernels::Turned;
use super::whole::{Repeated, forward};
use crate::geometry::Class;
use crate::simd::{Isa, written};
use crate::{Element, Error, Geometry, Path, planes, threads};

/// The results of a part that wait to be written, in bytes: about a second-level cache.
const WAITING: usize = 1 << 20;

/// Below so many elements one thread interleaves rows, and writes all parts.
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
    /// Writes some rows of every class, and then the next; or as many parts at once as there are threads.
    fn run(&self, x: &mut [MaybeUninit<T>]) -> Result<(), Error> {
        let geometry = self.geometry;
        let height = geometry.rows().class_len(0);
        let waiting = WAITING / size_of::<T>() / geometry.input_channels() / geometry.columns().input();
        let copied = Copied::<T>::rows(geometry, &self.rows, &self.columns);
        let shared = self.shares_copies() && copied > 0;
        let at_once = if shared { waiting.min(copied) } else { waiting };
        let images_at_once = (at_once / height).min(geometry.batch()).max(1);
        let threads = match shared && geometry.input_len() >= SEQUENTIAL {
            true => threads::count(),
            false => 1,
        };
        let rows_at_once = match at_once.clamp(1, height) {
            // A part is copied by one thread, and its sums are few: parts enough for all.
            rows if threads > 1 && images_at_once == 1 => {
                rows.min(height.div_ceil(2 * threads).next_multiple_of(copied::ROWS))
            }
            rows => rows,
        };

        let repeated = geometry.batch() > images_at_once || height > rows_at_once;
        let of_rows = |rows: &Option<Class>| self.classes(rows.as_ref(), repeated);
        let classes = self.rows.iter().map(of_rows).collect::<Result<Vec<_>, Error>>()?;
        let one = geometry.with_batch(1);
        let gradients = self.output_gradient.chunks(images_at_once * one.output_len());
        for (gradient, x) in gradients.zip(x.chunks_mut(images_at_once * one.input_len())) {
            for first in (0..height).step_by(threads * rows_at_once) {
                let run = |(): &mut (), part| self.write(&classes, gradient, shared, part);
                // Never more than threads, since each has a copy and results of its own.
                let parts = self.parts(first..height.min(first + threads * rows_at_once), rows_at_once, x);
                threads::try_for_each(threads > 1, parts, || Ok(()), run)?;
            }
        }
        Ok(())
    }

    /// Some rows of the classes of some images, so many a part.
    fn parts<'x>(&self, rows: Range<usize>, at_once: usize, x: &'x mut [MaybeUninit<T>]) -> Vec<Part<'x, T>> {
        let (height, width) = (self.geometry.rows().input(), self.geometry.columns().input());
        let row = self.geometry.rows().stride() * width;
        let planes = x.chunks_mut(height * width);
        let part =
            |first| Part { rows: first..rows.end.min(first + at_once), planes: Vec::with_capacity(planes.len()) };
        let mut parts: Vec<_> = rows.clone().step_by(at_once).map(part).collect();
        for plane in planes {
            let plane = &mut plane[rows.start * row..(rows.end * row).min(height * width)];
            for (part, rows) in parts.iter_mut().zip(plane.chunks_mut(at_once * row)) {
                part.planes.push(rows);
            }
        }
        parts
    }

    /// Writes one part from all classes.
    fn write(
        &self,
        classes: &[Vec<Option<OfClass<'_, T>>>],
        gradient: &[T],
        shared: bool,
        mut part: Part<'_, T>,
    ) -> Result<(), Error> {
        let geometry = self.geometry;
        let images = gradient.len() / geometry.with_batch(1).output_len();
        let copied = match shared {
            true => Some(Copied::new(geometry, &self.rows, &self.columns, images, part.rows.clone(), gradient)?),
            false => None,
        };
        for (residue, classes) in classes.iter().enumerate() {
            let rows = part.rows.start..part.rows.end.min(geometry.rows().class_len(residue));
            if rows.is_empty() {
                continue;
            }
            let results = classes.iter().map(|class| match class {
                Some(class) => self.part(class, images, rows.clone(), gradient, copied.as_ref()).map(Some),
                None => Ok(None),
            });
            self.interleave(&results.collect::<Result<Vec<_>, Error>>()?, residue, rows.len(), &mut part.planes);
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

    /// Writes the rows of one residue from the results of the classes of columns.
    fn interleave(
        &self,
        results: &[Option<Vec<T>>],
        residue: usize,
        rows: usize,
        planes: &mut [&mut [MaybeUninit<T>]],
    ) {
        let (row_step, columns) = (self.geometry.rows().stride(), self.geometry.columns());
        let width = columns.input();
        let elements = planes.len() * rows * width;
        let write = |(): &mut (), (index, plane): (usize, &mut &mut [MaybeUninit<T>])| {
            let of_plane = |class: usize| {
                let length = rows * columns.class_len(class);
                results[class].as_deref().map(|result| &result[index * length..][..length])
            };
            let classes: Vec<_> = (0..results.len()).map(of_plane).collect();
            let plane = &mut plane[residue * width..];
            self.isa.run(Interleave { classes: &classes, rows, plane, width, row_step });
        };
        threads::for_each(elements >= SEQUENTIAL, planes.iter_mut().enumerate(), || (), write);
    }
}

/// Some rows of all classes, and where they belong in each plane of some images.
struct Part<'a, T> {
    rows: Range<usize>,
    planes: Vec<&'a mut [MaybeUninit<T>]>,
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
