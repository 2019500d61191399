//! The best kernel, and how well the images determine it.

use super::cholesky::Cholesky;
use super::lanczos::largest_eigenvalue;
use super::moments::Moments;
use super::nonnegative::best_nonnegative;
use super::quadratic::{Quadratic, product};
use super::smallest::Thin;
use super::terms::Terms;
use crate::error::Result;

/// The kernel and the bias of the least squared error.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::least_squares::{Fit, Moments, Terms};
///
/// // On its side, the lesson's image has one colour in each window: of [1, −1] and [0, 0] nothing can tell.
/// let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu)?.t()?.contiguous()?;
/// let target = corr2d::corr2d(&image, &Tensor::new(&[[3f32, -1.]], &Device::Cpu)?)?;
/// let mut moments = Moments::new((1, 2), (0.5, 0.5))?;
/// moments.add(&image, &target)?;
/// let fit = Fit::of(&moments, &Terms::default())?;
/// assert_eq!((fit.rank, fit.unknowns, fit.condition), (1, 2, f64::INFINITY));
/// // Of all kernels that explain the target, the one with the smallest taps.
/// assert!(fit.unexplained < 1e-12 && fit.kernel.iter().all(|tap| (tap - 1.0).abs() < 1e-12));
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Fit {
    /// Height and width of the kernel.
    pub size: (usize, usize),
    /// Its taps, row by row.
    pub kernel: Vec<f64>,
    /// What is added to each output.
    pub bias: f64,
    /// The share of the target's variance that is left unexplained.
    pub unexplained: f64,
    /// How many numbers were sought: fewer than taps where some have to be the same or sum to 1.
    pub unknowns: usize,
    /// How many of them the images determine, which is no more than there are windows beside the bias; the rest is chosen so
    /// that the taps are small.
    pub rank: usize,
    /// The largest eigenvalue of the equations by the smallest: the error of the target that a kernel shows least is magnified
    /// by the root of it against the one that it shows most. Infinite if some unknowns are not determined.
    pub condition: f64,
    /// What the unexplained rest, if it is noise, makes of the most uncertain tap: its standard error. `None` if some unknowns
    /// are not determined, or if there are no more windows than unknowns.
    pub tap_error: Option<f64>,
}

impl Fit {
    /// The best kernel that keeps `terms`.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Fit, Moments, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 2.], [2., 0., 0., 5.]], &Device::Cpu)?;
    /// let mut moments = Moments::new((1, 2), (0.5, 0.5))?;
    /// moments.add(&image, &Tensor::new(&[[1f32, 2., 0.], [3., 1., 7.]], &Device::Cpu)?)?;
    /// let fit = Fit::of(&moments, &Terms { sum_one: true, ..Terms::default() })?;
    /// assert!((fit.kernel.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Quadratic::of`].
    pub fn of(moments: &Moments, terms: &Terms) -> Result<Self> {
        let quadratic = Quadratic::of(moments, terms)?;
        let best = best(&quadratic);
        let (kernel, bias) = match terms.nonnegative {
            true => Self::kernel_and_bias(moments, terms)?,
            false => quadratic.kernel(&best.unknowns),
        };
        let unexplained = moments.unexplained(&kernel, bias)?;
        let unknowns = quadratic.unknowns();
        let (condition, spread) = best.certainty(&quadratic);
        let freedom = moments.windows.saturating_sub(unknowns + usize::from(terms.bias));
        let tap_error = spread.filter(|_| freedom > 0).map(|spread| (unexplained * spread / freedom as f64).sqrt());
        Ok(Self { size: moments.kernel, kernel, bias, unexplained, unknowns, rank: best.rank, condition, tap_error })
    }

    /// The best kernel and bias alone, which are quicker to have where many are compared.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::least_squares::{Fit, Moments, Terms};
    ///
    /// let image = Tensor::new(&[[1f32, 1., 0., 2.], [2., 0., 0., 5.]], &Device::Cpu)?;
    /// let mut moments = Moments::new((1, 2), (0.5, 0.5))?;
    /// moments.add(&image, &Tensor::new(&[[1f32, 2., 0.], [3., 1., 7.]], &Device::Cpu)?)?;
    /// let fit = Fit::of(&moments, &Terms::default())?;
    /// assert_eq!(Fit::kernel_and_bias(&moments, &Terms::default())?, (fit.kernel, fit.bias));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Quadratic::of`].
    pub fn kernel_and_bias(moments: &Moments, terms: &Terms) -> Result<(Vec<f64>, f64)> {
        if terms.nonnegative {
            let tied = Quadratic::tied(moments, terms)?;
            return Ok(tied.kernel(&best_nonnegative(&tied, terms.sum_one)));
        }
        let quadratic = Quadratic::of(moments, terms)?;
        Ok(quadratic.kernel(&best(&quadratic).unknowns))
    }
}

/// Where a quadratic is smallest.
pub(super) struct Best {
    pub(super) unknowns: Vec<f64>,
    rank: usize,
    inverse: Inverse,
}

/// What the matrix of a quadratic is solved with.
enum Inverse {
    Whole(Cholesky),
    /// Of a matrix that has no inverse.
    Smallest(Thin),
}

/// The smallest loss; of several points that have it, the one nearest to 0.
pub(super) fn best(quadratic: &Quadratic) -> Best {
    let may_be_determined = quadratic.unknowns() <= quadratic.most_rank;
    if let Some(factor) = may_be_determined.then(|| Cholesky::of(&quadratic.matrix)).flatten() {
        let unknowns = factor.solve(&quadratic.slope);
        return Best { rank: unknowns.len(), unknowns, inverse: Inverse::Whole(factor) };
    }
    let factor = Thin::of(&quadratic.matrix, quadratic.most_rank);
    Best { unknowns: factor.solve(&quadratic.slope), rank: factor.rank(), inverse: Inverse::Smallest(factor) }
}

impl Best {
    /// The largest eigenvalue, and the smallest that is not 0.
    fn extreme_eigenvalues(&self, quadratic: &Quadratic) -> (f64, f64) {
        let size = quadratic.unknowns();
        if self.rank == 0 {
            return (0.0, 0.0);
        }
        let largest = largest_eigenvalue(size, |vector| product(&quadratic.matrix, vector));
        let of_inverse = largest_eigenvalue(size, |vector| match &self.inverse {
            Inverse::Whole(factor) => factor.solve(vector),
            Inverse::Smallest(factor) => factor.solve(vector),
        });
        (largest, of_inverse.recip())
    }

    /// The condition of the equations, and the largest variance of a tap for a variance of 1 in the target.
    fn certainty(&self, quadratic: &Quadratic) -> (f64, Option<f64>) {
        let Inverse::Whole(factor) = &self.inverse else { return (f64::INFINITY, None) };
        let (largest, smallest) = self.extreme_eigenvalues(quadratic);
        let condition = if quadratic.unknowns() == 0 { 1.0 } else { largest / smallest };
        (condition.max(1.0), Some(quadratic.spread(|axis| factor.forwards(axis))))
    }
}

/// The largest eigenvalue of the matrix of a quadratic, and the smallest that is not 0; both are 0 if all are.
pub(super) fn extreme_eigenvalues(quadratic: &Quadratic) -> (f64, f64) {
    best(quadratic).extreme_eigenvalues(quadratic)
}
