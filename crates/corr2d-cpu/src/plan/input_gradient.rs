//! Which algorithm for the input gradient: that of a forward pass over the turned kernels.

use std::mem::MaybeUninit;

use super::forward::{self, direct_path, suits};
use super::{Path, Plan};
use crate::geometry::check;
use crate::simd::{unwritten, written};
use crate::{Algorithm, Element, Error, Geometry, separable};

/// The path that an algorithm takes: the one that it takes for a forward pass like the largest class of the input's
/// positions, if it suits all of them. The rest is for `direct`.
pub(super) fn path(geometry: &Geometry, algorithm: Algorithm) -> Path {
    let classes: Vec<_> = classes(geometry).collect();
    let size = |class: &&Geometry| class.weight_len();
    let Some(largest) = classes.iter().max_by_key(size) else { return Path::Direct };
    let suits_all = |path: &Path| classes.iter().all(|class| suits(class, *path));
    let wanted = match forward::path(largest, algorithm) {
        // On one thread of a Zen 5 images in lanes took 0.4 to 1.7 times as long at strides with AVX-512, and 0.6 to 4 times with
        // AVX2: the results of each class are turned back before they are brought together.
        Ok(Path::Batch) if geometry.turned().is_none() => forward::path(&largest.with_batch(1), algorithm),
        path => path,
    };
    wanted.ok().filter(suits_all).or(Some(direct_path(largest)).filter(suits_all)).unwrap_or(Path::Direct)
}

/// A path of the caller's choice, if it suits.
pub(super) fn forced(geometry: &Geometry, path: Path) -> Path {
    if suits_input_gradient(geometry, path) { path } else { Path::Direct }
}

/// Whether an input gradient that is free to choose may run as two passes.
pub(super) fn two_passes(geometry: &Geometry, algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Auto | Algorithm::Fast)
        && geometry.turned().is_some_and(|turned| separable::pays(&turned))
}

fn suits_input_gradient(geometry: &Geometry, path: Path) -> bool {
    matches!(path, Path::Reference | Path::Direct) || classes(geometry).all(|class| suits(&class, path))
}

/// The forward correlations that make up the input gradient.
fn classes(geometry: &Geometry) -> impl Iterator<Item = Geometry> {
    let columns: Vec<_> = geometry.columns().classes().flatten().collect();
    let rows = geometry.rows().classes().flatten();
    rows.flat_map(move |rows| columns.iter().map(|columns| geometry.of_class(&rows, columns)).collect::<Vec<_>>())
}

impl Plan {
    /// The algorithm of [`Plan::input_gradient`].
    pub fn input_gradient_path(&self) -> Path {
        self.input_gradient_path
    }

    /// The paths that can compute the input gradient, whatever the weights.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Path, Plan};
    ///
    /// // At stride 2 the rows of the input fall into two classes, each with a denser kernel at stride 1.
    /// let options = Conv2dOptions { stride: (2, 2), ..Default::default() };
    /// let plan = Plan::new([1, 1, 9, 11], [1, 1, 3, 3], &options)?;
    /// assert_eq!(plan.with_path(Path::Planes)?.path(), Path::Planes);
    /// assert!(plan.input_gradient_paths().contains(&Path::Planes));
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn input_gradient_paths(&self) -> Vec<Path> {
        let all = [
            Path::Reference,
            Path::Direct,
            Path::Planes,
            Path::Batch,
            Path::Channels,
            Path::Gemm,
            Path::Winograd2,
            Path::Winograd4,
            Path::Pairs,
            Path::Fft,
        ];
        all.into_iter().filter(|path| suits_input_gradient(&self.geometry, *path)).collect()
    }

    /// The same plan with the input gradient on a path of the caller's choice.
    ///
    /// # Errors
    /// [`Error::PathDoesNotSuit`] when that path cannot compute it.
    pub fn with_input_gradient_path(self, path: Path) -> Result<Self, Error> {
        match suits_input_gradient(&self.geometry, path) {
            true => Ok(Self { input_gradient_path: path, input_gradient_two_passes: false, ..self }),
            false => Err(Error::PathDoesNotSuit { path }),
        }
    }

    /// The path that computes the input gradient with these weights, as [`Plan::path_for`].
    pub fn input_gradient_path_for<T: Element>(&self, weight: &[T]) -> Path {
        let two_passes = self.input_gradient_two_passes || self.input_gradient_path == Path::Separable;
        // Turning a kernel changes nothing in whether it is an outer product.
        let accepts = || {
            weight.len() == self.geometry.weight_len()
                && (T::operations(Path::Separable).accepts)(&self.geometry, weight)
        };
        match self.input_gradient_path {
            _ if two_passes && accepts() => Path::Separable,
            Path::Separable => path(&self.geometry, Algorithm::Direct),
            path => path,
        }
    }

    /// `input_gradient` [N, C, H, W] = ∂L/∂input, from `output_gradient` [N, O, H', W'] = ∂L/∂output.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let plan = Plan::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
    /// let mut gradient = [0f32; 3];
    /// plan.input_gradient(&[1.0, 10.0], &[2.0, 3.0], &mut gradient)?;
    /// assert_eq!(gradient, [2.0, 23.0, 30.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn input_gradient<T: Element>(
        &self,
        output_gradient: &[T],
        weight: &[T],
        input_gradient: &mut [T],
    ) -> Result<(), Error> {
        check("input gradient", input_gradient, &self.geometry.input_shape())?;
        self.input_gradient_unwritten(output_gradient, weight, unwritten(input_gradient))
    }

    /// As [`Plan::input_gradient`], into new memory.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let plan = Plan::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
    /// assert_eq!(plan.input_gradient_new(&[1f32, 10.0], &[2.0, 3.0])?, [2.0, 23.0, 30.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Plan::input_gradient`].
    pub fn input_gradient_new<T: Element>(&self, output_gradient: &[T], weight: &[T]) -> Result<Vec<T>, Error> {
        let write = |gradient: &mut [MaybeUninit<T>]| self.input_gradient_unwritten(output_gradient, weight, gradient);
        written(self.geometry.input_len(), write)
    }

    fn input_gradient_unwritten<T: Element>(
        &self,
        output_gradient: &[T],
        weight: &[T],
        input_gradient: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        let geometry = &self.geometry;
        check("output gradient", output_gradient, &geometry.output_shape())?;
        check("weight", weight, &geometry.weight_shape())?;
        if let Some(result) = T::input_gradient_widened(self, output_gradient, weight, input_gradient) {
            return result;
        }
        let run = |path, gradient: &mut _| {
            (T::operations(path).input_gradient)(self.isa, geometry, output_gradient, weight, gradient)
        };
        match run(self.input_gradient_path_for(weight), input_gradient) {
            // A kernel that is an outer product to within its roundings may not be one when it is turned.
            Err(Error::NotAnOuterProduct { .. }) => run(path(geometry, Algorithm::Direct), input_gradient),
            result => result,
        }
    }
}
