//! Maxima and averages of windows, plane by plane, and their gradients.
//!
//! ```text
//! maximum: y[i, j] = max over taps (a, b) of x[i·stride + a·dilation − top, j·stride + b·dilation − left]
//! average: y[i, j] = Σ over the same / their number
//! ```
//!
//! What lies in the padding is absent: it is no maximum and adds nothing, though an average may count it. Both are taken
//! along the rows first and then down the columns, so that rows which several windows share are read once, and every
//! loop runs along a row.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `bands` | a tensor cut into neighbouring rows that have one writer each |
//! | `columns` | which numbers of a row each output reads, worked out once |
//! | `fold` | windows folded into one number: the greater of two, or their sum |
//! | `positions` | where each maximum stands, by which its gradient goes back |
//! | `average` | the sums divided, and the way back |

mod average;
mod bands;
mod columns;
mod fold;
mod positions;

pub use positions::MaxPositions;

use crate::geometry::check;
use crate::{Element, Error, Isa, Pool2dOptions, PoolGeometry};

/// What is compiled for each number type. The operations may rely on slices of the right length.
pub struct Operations<T> {
    max: Fold<T>,
    positions: Find<T>,
    gather: Move<T>,
    scatter: Move<T>,
    average: Fold<T>,
    average_gradient: Fold<T>,
}

type Fold<T> = fn(Isa, &PoolGeometry, &[T], &mut [T]) -> Result<(), Error>;
type Find<T> = fn(Isa, &PoolGeometry, &[T], &mut [u32]) -> Result<(), Error>;
type Move<T> = fn(&PoolGeometry, &[u32], &[T], &mut [T]);

impl<T: Element> Operations<T> {
    pub(crate) const fn new() -> Self {
        Self {
            max: fold::max,
            positions: positions::find,
            gather: positions::gather,
            scatter: positions::scatter,
            average: average::forward,
            average_gradient: average::gradient,
        }
    }
}

/// A pooling of checked sizes.
///
/// Every operation overwrites its result, whatever it held, and gives the same bits on every call and for every number
/// of threads that [share it](crate::threads).
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, Pooling};
///
/// let pooling = Pooling::new([1, 1, 2, 4], &Pool2dOptions::default())?;
/// let x = [1f32, 2.0, 0.0, 5.0, 3.0, 2.0, 5.0, 1.0];
/// let mut y = [0.0; 2];
/// pooling.max(&x, &mut y)?;
/// assert_eq!(y, [3.0, 5.0]);
/// pooling.average(&x, &mut y)?;
/// assert_eq!(y, [2.0, 2.75]);
///
/// // The gradient of a maximum goes to where it stands; of two fives the first in row order is meant.
/// let mut gradient = [0.0; 8];
/// pooling.max_positions(&x)?.scatter(&[10.0, 20.0], &mut gradient)?;
/// assert_eq!(gradient, [0.0, 0.0, 0.0, 20.0, 10.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pooling {
    geometry: PoolGeometry,
    isa: Isa,
}

impl Pooling {
    /// The pooling of an input [N, C, H, W].
    ///
    /// # Errors
    /// As [`PoolGeometry::new`].
    pub fn new(input: [usize; 4], options: &Pool2dOptions) -> Result<Self, Error> {
        Ok(Self::for_geometry(PoolGeometry::new(input, options)?))
    }

    /// The pooling of a geometry that is known already.
    ///
    /// ```
    /// use corr2d_cpu::{Pool2dOptions, PoolGeometry, Pooling};
    ///
    /// let geometry = PoolGeometry::new([1, 3, 6, 9], &Pool2dOptions::default())?;
    /// assert_eq!(Pooling::for_geometry(geometry).geometry(), &geometry);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    #[must_use]
    pub fn for_geometry(geometry: PoolGeometry) -> Self {
        Self { geometry, isa: Isa::best() }
    }

    /// The same pooling with an instruction set of the caller's choice.
    #[must_use]
    pub fn with_isa(self, isa: Isa) -> Self {
        Self { isa, ..self }
    }

    /// The sizes that this pooling is for.
    pub fn geometry(&self) -> &PoolGeometry {
        &self.geometry
    }

    /// `output` [N, C, H', W'] = the largest number of each window of `input` [N, C, H, W]. A window that holds a NaN
    /// gives NaN.
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn max<T: Element>(&self, input: &[T], output: &mut [T]) -> Result<(), Error> {
        self.check_forward(input, output)?;
        (T::poolings().max)(self.isa, &self.geometry, input, output)
    }

    /// Where the largest number of each window stands: of several the first in row order, of several NaN the last, as
    /// PyTorch has it.
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`], and [`Error::OverBudget`] for planes of more than 2³² elements.
    pub fn max_positions<T: Element>(&self, input: &[T]) -> Result<MaxPositions, Error> {
        check("input", input, &self.geometry.input_shape())?;
        MaxPositions::find(self.geometry, |positions| {
            (T::poolings().positions)(self.isa, &self.geometry, input, positions)
        })
    }

    /// `output` [N, C, H', W'] = the average of each window of `input` [N, C, H, W].
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn average<T: Element>(&self, input: &[T], output: &mut [T]) -> Result<(), Error> {
        self.check_forward(input, output)?;
        (T::poolings().average)(self.isa, &self.geometry, input, output)
    }

    /// `input_gradient` [N, C, H, W] = ∂L/∂input of [`Pooling::average`], from `output_gradient` [N, C, H', W'] =
    /// ∂L/∂output.
    ///
    /// ```
    /// use corr2d_cpu::{Pool2dOptions, Pooling};
    ///
    /// let options = Pool2dOptions { window: (1, 2), stride: Some((1, 1)), ..Default::default() };
    /// let mut gradient = [0f64; 3];
    /// Pooling::new([1, 1, 1, 3], &options)?.average_gradient(&[2.0, 20.0], &mut gradient)?;
    /// assert_eq!(gradient, [1.0, 11.0, 10.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn average_gradient<T: Element>(&self, output_gradient: &[T], input_gradient: &mut [T]) -> Result<(), Error> {
        check("output gradient", output_gradient, &self.geometry.output_shape())?;
        check("input gradient", input_gradient, &self.geometry.input_shape())?;
        (T::poolings().average_gradient)(self.isa, &self.geometry, output_gradient, input_gradient)
    }

    fn check_forward<T>(&self, input: &[T], output: &[T]) -> Result<(), Error> {
        check("input", input, &self.geometry.input_shape())?;
        check("output", output, &self.geometry.output_shape())
    }
}
