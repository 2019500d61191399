//! Which algorithm for which shape: only this file and those under `plan/` choose.
//!
//! A [`Plan`] is made once for a geometry and can be used for any number of calls, also from several threads at once.

mod forward;
mod input_gradient;
mod weight_gradient;

use std::mem::MaybeUninit;
use std::sync::Arc;

pub(crate) use forward::suits_planes;

use crate::geometry::check;
use crate::prepared::Kept;
use crate::simd::{unwritten, written};
use crate::winograd::{self, Tile};
use crate::{Algorithm, Conv2dOptions, Element, Error, Geometry, Input, Isa, separable};

/// The algorithm that a plan runs.
///
/// The input gradient is a forward pass over the turned kernels, by any of these paths that suits them; where the stride is
/// larger than 1, one such pass for each class of positions.
///
/// ```
/// use corr2d_cpu::{Algorithm, Conv2dOptions, Path, Plan};
///
/// let forced = Conv2dOptions { algorithm: Algorithm::Reference, ..Default::default() };
/// assert_eq!(Plan::new([1, 1, 5, 7], [1, 1, 3, 2], &forced)?.path(), Path::Reference);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Path {
    /// [`reference`](mod@crate::reference).
    Reference,
    /// Sums along rows, blocked in registers, rows and channels in parallel: any geometry, on any machine.
    Direct,
    /// Sums over planes with pixels in lanes, for few channels; at a stride the output as `Direct`.
    Planes,
    /// Sums with images in lanes, for small pictures in large batches.
    Batch,
    /// Sums with output channels in lanes, over input channels or, for the weight gradient, over positions: for dense layers.
    Channels,
    /// Winograd's minimal filtering in tiles of 2×2, for 3×3 kernels at stride 1, dilated by 2 at most, or at stride 2
    /// without dilation, and its adjoint for the weight gradient.
    Winograd2,
    /// Winograd's minimal filtering along rows, two outputs at a time, for kernels of two columns and more a stride apart that are
    /// not dilated along rows, and its adjoint for the weight gradient.
    Pairs,
    /// A matrix product over unrolled windows, for any geometry; weight gradients as `Direct`.
    Gemm,
    /// Two passes, for kernels that are an outer product, of one input channel a group; weight gradients as `Direct`.
    Separable,
    /// Winograd in tiles of 4×4, at stride 1: faster, with an error that grows with the largest pixel near a window.
    Winograd4,
    /// Transforms down the columns and sums along the rows, for large kernels at stride 1 and dilation 1. Its error grows with the
    /// largest pixels near a window, that of a weight gradient with the norms of image and output gradient.
    Fft,
}

/// The four operations of one algorithm on one number type. They may rely on slices of the right length.
pub struct Operations<T> {
    /// Whether it can compute with these weights, for a geometry that suits it.
    pub(crate) accepts: fn(&Geometry, &[T]) -> bool,
    pub(crate) forward: Forward<T>,
    pub(crate) keep: Keep<T>,
    pub(crate) input_gradient: InputGradient<T>,
    pub(crate) weight_gradient: Gradient<T>,
    pub(crate) bias_gradient: Sum<T>,
}

/// The weights in the form in which `forward` reads them, if that is worth keeping between calls.
type Keep<T> = fn(Isa, &Geometry, &[T]) -> Result<Option<Arc<dyn Kept<T>>>, Error>;
/// Writes every element of the output unless it fails.
type Forward<T> = fn(Isa, &Geometry, Input<'_, T>, &[T], Option<&[T]>, &mut [MaybeUninit<T>]) -> Result<(), Error>;
/// Writes every element of the gradient unless it fails.
type InputGradient<T> = fn(Isa, &Geometry, &[T], &[T], &mut [MaybeUninit<T>]) -> Result<(), Error>;
type Gradient<T> = fn(Isa, &Geometry, &[T], &[T], &mut [T]) -> Result<(), Error>;
type Sum<T> = fn(Isa, &Geometry, &[T], &mut [T]) -> Result<(), Error>;

/// A geometry and the algorithm chosen for it; the four operations of a correlation.
///
/// Every operation overwrites its result, whatever it held, and gives the same bits on every call and for every number
/// of threads that [share it](crate::threads). By one [`Path`] an image gives the same bits alone and in a batch, unless
/// others of an `f32` batch hold denormal numbers; which path [`Algorithm::Auto`] takes may depend on the size of the batch.
///
/// Nothing is flushed to zero. An `f32` call that meets numbers below the smallest normal one, 2⁻¹²⁶, or products below it,
/// is computed in `f64` and rounded once, in up to six times the time: on many processors it would take a hundred times as
/// long otherwise. A few thousand of its numbers are looked at to know. The textbook loops, bias gradients, and calls in
/// `f64` are left as they are.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Path, Plan};
///
/// let plan = Plan::new([1, 1, 2, 4], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// assert_eq!(plan.path(), Path::Planes);
///
/// // Left minus right: 1 where the brightness falls, −1 where it rises.
/// let mut edges = [0f64; 6];
/// plan.forward(&[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0], &[1.0, -1.0], None, &mut edges)?;
/// assert_eq!(edges, [0.0, 1.0, 0.0, 0.0, -1.0, 0.0]);
///
/// let mut weight_gradient = [0f64; 2];
/// plan.weight_gradient(&[1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0], &edges, &mut weight_gradient)?;
/// assert_eq!(weight_gradient, [1.0, -1.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Plan {
    geometry: Geometry,
    path: Path,
    input_gradient_path: Path,
    weight_gradient_path: Path,
    /// Whether a kernel that is an outer product may run as two passes instead.
    two_passes: bool,
    /// The same of the input gradient.
    input_gradient_two_passes: bool,
    isa: Isa,
}

impl Plan {
    /// The plan for an input [N, C, H, W] under a weight [O, C / groups, h, w].
    ///
    /// # Errors
    /// As [`Geometry::new`] and [`Plan::for_geometry`].
    pub fn new(input: [usize; 4], weight: [usize; 4], options: &Conv2dOptions) -> Result<Self, Error> {
        Self::for_geometry(Geometry::new(input, weight, options)?, options.algorithm)
    }

    /// The plan for a geometry that is known already.
    ///
    /// ```
    /// use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Plan};
    ///
    /// let geometry = Geometry::new([1, 1, 5, 7], [1, 1, 3, 2], &Conv2dOptions::default())?;
    /// let plan = Plan::for_geometry(geometry, Algorithm::Auto)?;
    /// assert_eq!(plan.geometry().output_shape(), [1, 1, 3, 6]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WinogradDoesNotSuit`], [`Error::FftDoesNotSuit`] and [`Error::SeparableDoesNotSuit`] for an algorithm that was
    /// forced and cannot compute the geometry.
    pub fn for_geometry(geometry: Geometry, algorithm: Algorithm) -> Result<Self, Error> {
        let path = forward::path(&geometry, algorithm)?;
        let two_passes = matches!(algorithm, Algorithm::Auto | Algorithm::Fast) && separable::pays(&geometry);
        let input_gradient_two_passes = input_gradient::two_passes(&geometry, algorithm);
        let (input_gradient_path, weight_gradient_path) = gradient_paths(&geometry, algorithm);
        Ok(Self {
            geometry,
            path,
            input_gradient_path,
            weight_gradient_path,
            two_passes,
            input_gradient_two_passes,
            isa: Isa::best(),
        })
    }

    /// As [`Plan::for_geometry`], for weights that [`Plan::prepare`] keeps between calls: transforms of the weights, which
    /// then cost nothing, pay for smaller images too.
    ///
    /// ```
    /// use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Padding, Path, Plan};
    ///
    /// let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    /// let geometry = Geometry::new([1, 512, 7, 7], [512, 512, 3, 3], &options)?;
    /// assert_eq!(Plan::for_geometry(geometry, Algorithm::Auto)?.path(), Path::Channels);
    /// assert_eq!(Plan::for_kept_weights(geometry, Algorithm::Auto)?.path(), Path::Winograd2);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Plan::for_geometry`].
    pub fn for_kept_weights(geometry: Geometry, algorithm: Algorithm) -> Result<Self, Error> {
        let plan = Self::for_geometry(geometry, algorithm)?;
        let in_direct_sums = matches!(plan.path, Path::Planes | Path::Channels | Path::Gemm);
        let path = match algorithm {
            Algorithm::Fast if winograd::pays_kept(Tile::F4, &geometry) => Path::Winograd4,
            Algorithm::Auto | Algorithm::Fast if winograd::pays_kept(Tile::F2, &geometry) => Path::Winograd2,
            Algorithm::Auto | Algorithm::Fast if in_direct_sums && forward::pairs_pay(&geometry, true) => Path::Pairs,
            _ => plan.path,
        };
        Ok(Self { path, ..plan })
    }

    /// The same plan on a path of the caller's choice.
    ///
    /// # Errors
    /// [`Error::PathDoesNotSuit`] when that path cannot compute this geometry.
    pub fn with_path(self, path: Path) -> Result<Self, Error> {
        if self.suits(path) {
            let input_gradient_path = input_gradient::forced(&self.geometry, path);
            let weight_gradient_path = weight_gradient::forced(&self.geometry, path);
            Ok(Self {
                path,
                input_gradient_path,
                weight_gradient_path,
                two_passes: false,
                input_gradient_two_passes: false,
                ..self
            })
        } else {
            Err(Error::PathDoesNotSuit { path })
        }
    }

    /// The paths that can compute this geometry, whatever the weights.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Path, Plan};
    ///
    /// let plan = Plan::new([1, 1, 9, 11], [1, 1, 3, 2], &Conv2dOptions::default())?;
    /// assert!(plan.paths().contains(&plan.path()));
    /// assert!(plan.with_path(Path::Direct).is_ok());
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn paths(&self) -> Vec<Path> {
        let direct = [Path::Reference, Path::Direct, Path::Planes, Path::Batch, Path::Channels, Path::Gemm];
        let fast = [Path::Winograd2, Path::Winograd4, Path::Pairs, Path::Fft];
        direct.into_iter().chain(fast).filter(|path| self.suits(*path)).collect()
    }

    fn suits(&self, path: Path) -> bool {
        // At a stride planes have a weight gradient alone.
        path == Path::Planes || forward::suits(&self.geometry, path)
    }

    /// The path that computes with these weights: where the plan was free to choose, a kernel that is an outer product runs
    /// as two passes.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Path, Plan};
    ///
    /// let plan = Plan::new([1, 1, 200, 300], [1, 1, 9, 11], &Conv2dOptions::default())?;
    /// let mut weight = [1f32; 99];
    /// assert_eq!(plan.path_for(&weight), Path::Separable);
    /// weight[50] = 2.0;
    /// assert_eq!(plan.path_for(&weight), Path::Planes);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn path_for<T: Element>(&self, weight: &[T]) -> Path {
        let two_passes = self.two_passes && weight.len() == self.geometry.weight_len();
        match two_passes && (T::operations(Path::Separable).accepts)(&self.geometry, weight) {
            true => Path::Separable,
            false => self.path,
        }
    }

    /// The same plan with an instruction set of the caller's choice.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// The instruction set this plan uses, where its path has a choice.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// The sizes this plan is for.
    pub fn geometry(&self) -> &Geometry {
        &self.geometry
    }

    /// The algorithm this plan runs.
    pub fn path(&self) -> Path {
        self.path
    }

    /// `output` [N, O, H', W'] = the correlation of `input` [N, C, H, W] with `weight` [O, C / groups, h, w], plus `bias`
    /// \[O\].
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`], and [`Error::NotAnOuterProduct`] where two passes were forced.
    pub fn forward<T: Element>(
        &self,
        input: &[T],
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [T],
    ) -> Result<(), Error> {
        check("input", input, &self.geometry.input_shape())?;
        self.forward_strided(Input::contiguous(&self.geometry, input), weight, bias, output)
    }

    /// As [`Plan::forward`], into new memory.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let plan = Plan::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
    /// assert_eq!(plan.forward_new(&[1f32, 2.0, 4.0], &[-1.0, 1.0], Some(&[10.0]))?, [11.0, 12.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Plan::forward`].
    pub fn forward_new<T: Element>(&self, input: &[T], weight: &[T], bias: Option<&[T]>) -> Result<Vec<T>, Error> {
        check("input", input, &self.geometry.input_shape())?;
        self.forward_strided_new(Input::contiguous(&self.geometry, input), weight, bias)
    }

    /// As [`Plan::forward`], of an input that need not lie in one piece. The results are the same, bit for bit, and nothing
    /// is copied first (but for the textbook loops).
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Input, Plan};
    ///
    /// // One row, read as two images of one channel: a step of 0 repeats it.
    /// let plan = Plan::new([2, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
    /// let mut output = [0f64; 4];
    /// plan.forward_strided(Input::strided(&[1.0, 2.0, 4.0], [0, 3, 3]), &[-1.0, 1.0], None, &mut output)?;
    /// assert_eq!(output, [1.0, 2.0, 1.0, 2.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Plan::forward`], and [`Error::InputTooShort`] for a slice that ends before the input does.
    pub fn forward_strided<T: Element>(
        &self,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [T],
    ) -> Result<(), Error> {
        check("output", output, &self.geometry.output_shape())?;
        self.forward_unwritten(input, weight, bias, unwritten(output))
    }

    /// As [`Plan::forward_strided`], into new memory.
    ///
    /// # Errors
    /// As [`Plan::forward_strided`].
    pub fn forward_strided_new<T: Element>(
        &self,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
    ) -> Result<Vec<T>, Error> {
        written(self.geometry.output_len(), |output| self.forward_unwritten(input, weight, bias, output))
    }

    pub(crate) fn forward_unwritten<T: Element>(
        &self,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        self.check_operands(&input, weight, bias)?;
        if let Some(result) = T::forward_widened(self, input, weight, bias, output) {
            return result;
        }
        (T::operations(self.path_for(weight)).forward)(self.isa, &self.geometry, input, weight, bias, output)
    }

    /// The same plan for a part of what it computes, in a wider number type: there a kernel that was an outer product to
    /// within roundings is none.
    pub(crate) fn for_part(&self, geometry: Geometry) -> Self {
        let path = if self.path == Path::Separable { forward::direct_path(&geometry) } else { self.path };
        Self { geometry, path, ..*self }
    }

    /// What every forward pass asks of its slices.
    pub(crate) fn check_operands<T: Element>(
        &self,
        input: &Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
    ) -> Result<(), Error> {
        let geometry = &self.geometry;
        input.check(geometry)?;
        check("weight", weight, &geometry.weight_shape())?;
        match bias {
            Some(bias) => check("bias", bias, &[geometry.output_channels()]),
            None => Ok(()),
        }
    }

    /// `bias_gradient` \[O\] = ∂L/∂bias: `output_gradient` [N, O, H', W'] summed over batch and positions.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let plan = Plan::new([1, 1, 1, 3], [2, 1, 1, 2], &Conv2dOptions::default())?;
    /// let mut gradient = [0f32; 2];
    /// plan.bias_gradient(&[1.0, 10.0, 2.0, 20.0], &mut gradient)?;
    /// assert_eq!(gradient, [11.0, 22.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongLength`].
    pub fn bias_gradient<T: Element>(&self, output_gradient: &[T], bias_gradient: &mut [T]) -> Result<(), Error> {
        let geometry = &self.geometry;
        check("output gradient", output_gradient, &geometry.output_shape())?;
        check("bias gradient", bias_gradient, &[geometry.output_channels()])?;
        (T::operations(self.path).bias_gradient)(self.isa, geometry, output_gradient, bias_gradient)
    }
}

/// Which algorithms compute the input gradient and the weight gradient of a forward pass.
fn gradient_paths(geometry: &Geometry, algorithm: Algorithm) -> (Path, Path) {
    match algorithm {
        Algorithm::Reference => (Path::Reference, Path::Reference),
        _ => (input_gradient::path(geometry, algorithm), weight_gradient::path(geometry, algorithm)),
    }
}
