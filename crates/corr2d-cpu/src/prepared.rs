//! Weights kept between calls, in the form in which a plan reads them.
//!
//! Many algorithms first bring the weights into an order, or a transform, of their own. For inference, where the weights
//! stay, that can be done once. The form depends on the shape of the weight, the groups, the stride and the instruction set,
//! but not on the size of the input: plans of other sizes share it.

use std::fmt;
use std::mem::MaybeUninit;
use std::sync::Arc;

use crate::geometry::check;
use crate::simd::{unwritten, written};
use crate::{Element, Error, Geometry, Input, Plan, zeros};

/// Weights in the form in which one algorithm reads them.
pub(crate) trait Kept<T>: Send + Sync {
    /// Writes every element of the output unless it fails. The weights as they were given are for what an algorithm
    /// leaves to another.
    fn forward(
        &self,
        geometry: &Geometry,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error>;
}

/// A plan with its weights: what [`Plan::forward`] does to the weights in each call is done once.
///
/// The results are those of the plan, bit for bit. Any number of threads may use it at once, and a clone shares its
/// memory: a copy of the weights, and beside it the weights in the order of the algorithm (as much again), or
/// transformed (1.8 times as much in tiles of 2×2, 4 times in tiles of 4×4, 1.3 to 2 times for outputs two by two).
///
/// ```
/// use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Plan};
///
/// let geometry = Geometry::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?;
/// let prepared = Plan::for_kept_weights(geometry, Algorithm::Auto)?.prepare(&[-1f32, 1.0])?;
/// assert_eq!(prepared.forward_new(&[1.0, 2.0, 4.0], None)?, [1.0, 2.0]);
/// assert_eq!(prepared.forward_new(&[4.0, 4.0, 1.0], Some(&[10.0]))?, [10.0, 7.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone)]
pub struct Prepared<T> {
    plan: Plan,
    weight: Arc<Vec<T>>,
    kept: Option<Arc<dyn Kept<T>>>,
}

impl Plan {
    /// This plan with weights [O, C / groups, h, w] that stay the same from call to call.
    ///
    /// Where the weights are kept, other algorithms pay than where they are not: make the plan with
    /// [`Plan::for_kept_weights`].
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn prepare<T: Element>(&self, weight: &[T]) -> Result<Prepared<T>, Error> {
        check("weight", weight, &self.geometry().weight_shape())?;
        let mut copy = zeros(weight.len())?;
        copy.copy_from_slice(weight);
        Prepared::new(*self, Arc::new(copy))
    }
}

impl<T: Element> Prepared<T> {
    fn new(plan: Plan, weight: Arc<Vec<T>>) -> Result<Self, Error> {
        let kept = (T::operations(plan.path()).keep)(plan.isa(), plan.geometry(), &weight)?;
        Ok(Self { plan, weight, kept })
    }

    /// The same weights for another plan, in most cases one for an input of another size.
    ///
    /// What has been prepared is shared if the plan has the same path, instruction set, weight shape, groups and stride.
    /// Otherwise only the copy of the weights is shared.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let plan = |width| Plan::new([1, 1, 1, width], [1, 1, 1, 2], &Conv2dOptions::default());
    /// let narrow = plan(3)?.prepare(&[-1f32, 1.0])?;
    /// let wide = narrow.for_plan(&plan(5)?)?;
    /// assert_eq!(wide.forward_new(&[1.0, 2.0, 4.0, 8.0, 9.0], None)?, [1.0, 2.0, 4.0, 1.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongLength`] for a plan whose weight has another number of elements, [`Error::OutOfMemory`].
    pub fn for_plan(&self, plan: &Plan) -> Result<Self, Error> {
        check("weight", &self.weight, &plan.geometry().weight_shape())?;
        let weight = Arc::clone(&self.weight);
        if layout(plan) == layout(&self.plan) {
            Ok(Self { plan: *plan, weight, kept: self.kept.clone() })
        } else {
            Self::new(*plan, weight)
        }
    }

    /// The plan that these weights were prepared for.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether the weights were prepared from these numbers, bit for bit.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Plan};
    ///
    /// let prepared = Plan::new([1, 1, 1, 3], [1, 1, 1, 2], &Conv2dOptions::default())?.prepare(&[0f32, 1.0])?;
    /// assert!(prepared.holds(&[0.0, 1.0]));
    /// assert!(!prepared.holds(&[-0.0, 1.0]));
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn holds(&self, weight: &[T]) -> bool {
        T::same_bits(&self.weight, weight)
    }

    /// As [`Plan::forward`], with the weights that are kept.
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn forward(&self, input: &[T], bias: Option<&[T]>, output: &mut [T]) -> Result<(), Error> {
        let geometry = self.plan.geometry();
        check("input", input, &geometry.input_shape())?;
        self.forward_strided(Input::contiguous(geometry, input), bias, output)
    }

    /// As [`Prepared::forward`], into new memory.
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn forward_new(&self, input: &[T], bias: Option<&[T]>) -> Result<Vec<T>, Error> {
        let geometry = self.plan.geometry();
        check("input", input, &geometry.input_shape())?;
        self.forward_strided_new(Input::contiguous(geometry, input), bias)
    }

    /// As [`Plan::forward_strided`], with the weights that are kept.
    ///
    /// # Errors
    /// As [`Plan::forward_strided`].
    pub fn forward_strided(&self, input: Input<'_, T>, bias: Option<&[T]>, output: &mut [T]) -> Result<(), Error> {
        check("output", output, &self.plan.geometry().output_shape())?;
        self.forward_unwritten(input, bias, unwritten(output))
    }

    /// As [`Prepared::forward_strided`], into new memory.
    ///
    /// # Errors
    /// As [`Prepared::forward_strided`].
    pub fn forward_strided_new(&self, input: Input<'_, T>, bias: Option<&[T]>) -> Result<Vec<T>, Error> {
        written(self.plan.geometry().output_len(), |output| self.forward_unwritten(input, bias, output))
    }

    fn forward_unwritten(
        &self,
        input: Input<'_, T>,
        bias: Option<&[T]>,
        output: &mut [MaybeUninit<T>],
    ) -> Result<(), Error> {
        let (plan, weight) = (&self.plan, &self.weight[..]);
        match &self.kept {
            Some(kept) => {
                plan.check_operands(&input, weight, bias)?;
                if let Some(result) = T::forward_widened(plan, input, weight, bias, output) {
                    return result;
                }
                kept.forward(plan.geometry(), input, weight, bias, output)
            }
            None => plan.forward_unwritten(input, weight, bias, output),
        }
    }
}

/// What the form of kept weights depends on.
fn layout(plan: &Plan) -> impl PartialEq {
    let geometry = plan.geometry();
    let strides = (geometry.rows().stride(), geometry.columns().stride());
    (plan.path(), plan.isa(), geometry.weight_shape(), geometry.groups(), strides)
}

impl<T> fmt::Debug for Prepared<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prepared").field("plan", &self.plan).finish_non_exhaustive()
    }
}
