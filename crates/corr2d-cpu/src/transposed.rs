//! The transposed correlation: the input gradient of a correlation under its own name, with a bias.
//!
//! ```text
//! y[n, o, i·stride + a·dilation − top, j·stride + b·dilation − left] += x[n, c, i, j] · w[c, o, a, b]
//! ```

use crate::geometry::check;
use crate::{ConvTranspose2dOptions, Element, Error, Plan, TransposedGeometry, threads, zeros};

/// Below so many elements a bias is added by one thread: waking others costs more than they save.
const SEQUENTIAL_ELEMENTS: usize = 100_000;

/// A transposed geometry and the plan of the correlation that it turns round.
///
/// ```
/// use corr2d_cpu::{ConvTranspose2dOptions, TransposedPlan};
///
/// // Each number lays the kernel over the result, two places further on.
/// let options = ConvTranspose2dOptions { stride: (1, 2), ..Default::default() };
/// let plan = TransposedPlan::new([1, 1, 1, 2], [1, 1, 1, 3], &options)?;
/// let y = plan.forward_new(&[1f32, 10.0], &[1.0, 2.0, 3.0], Some(&[100.0]))?;
/// assert_eq!(y, [101.0, 102.0, 113.0, 120.0, 130.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransposedPlan {
    geometry: TransposedGeometry,
    correlation: Plan,
}

impl TransposedPlan {
    /// The plan for an input [N, C, H, W] under a weight [C, O / groups, h, w].
    ///
    /// # Errors
    /// As [`TransposedGeometry::new`] and [`Plan::for_geometry`].
    pub fn new(input: [usize; 4], weight: [usize; 4], options: &ConvTranspose2dOptions) -> Result<Self, Error> {
        let geometry = TransposedGeometry::new(input, weight, options)?;
        let correlation = Plan::for_geometry(*geometry.correlation(), options.algorithm)?;
        Ok(Self { geometry, correlation })
    }

    /// The sizes this plan is for.
    pub fn geometry(&self) -> &TransposedGeometry {
        &self.geometry
    }

    /// The plan of the correlation whose input gradient this is.
    pub fn correlation(&self) -> &Plan {
        &self.correlation
    }

    /// The output [N, O, H', W'] of an `input` [N, C, H, W] under a `weight` [C, O / groups, h, w], plus `bias` \[O\].
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn forward_new<T: Element>(&self, input: &[T], weight: &[T], bias: Option<&[T]>) -> Result<Vec<T>, Error> {
        check("input", input, &self.geometry.input_shape())?;
        self.check_bias(bias)?;
        let mut output = self.with_rest(self.correlation.input_gradient_new(input, weight)?)?;
        self.add_bias(bias, &mut output);
        Ok(output)
    }

    /// As [`TransposedPlan::forward_new`], into a slice of the caller's. Where an output padding or a floor leaves rows or
    /// columns that no window reaches, what the others hold is computed apart and copied.
    ///
    /// ```
    /// use corr2d_cpu::{ConvTranspose2dOptions, TransposedPlan};
    ///
    /// let options = ConvTranspose2dOptions { stride: (1, 2), output_padding: (0, 1), ..Default::default() };
    /// let plan = TransposedPlan::new([1, 1, 1, 2], [1, 1, 1, 2], &options)?;
    /// let mut y = [0f32; 5];
    /// plan.forward(&[1.0, 10.0], &[1.0, 2.0], Some(&[100.0]), &mut y)?;
    /// assert_eq!(y, [101.0, 102.0, 110.0, 120.0, 100.0]);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::WrongLength`], [`Error::OutOfMemory`].
    pub fn forward<T: Element>(
        &self,
        input: &[T],
        weight: &[T],
        bias: Option<&[T]>,
        output: &mut [T],
    ) -> Result<(), Error> {
        check("input", input, &self.geometry.input_shape())?;
        check("output", output, &self.geometry.output_shape())?;
        self.check_bias(bias)?;
        if self.has_rest() {
            output.copy_from_slice(&self.with_rest(self.correlation.input_gradient_new(input, weight)?)?);
        } else {
            self.correlation.input_gradient(input, weight, output)?;
        }
        self.add_bias(bias, output);
        Ok(())
    }

    fn check_bias<T>(&self, bias: Option<&[T]>) -> Result<(), Error> {
        let [_, channels, ..] = self.geometry.output_shape();
        bias.map_or(Ok(()), |bias| check("bias", bias, &[channels]))
    }

    fn add_bias<T: Element>(&self, bias: Option<&[T]>, output: &mut [T]) {
        let [_, channels, height, width] = self.geometry.output_shape();
        let Some(bias) = bias else { return };
        let add = |(): &mut (), (index, plane): (usize, &mut [T])| T::add_to_all(plane, bias[index % channels]);
        let sharing = output.len() >= SEQUENTIAL_ELEMENTS;
        threads::for_each(sharing, output.chunks_mut(height * width).enumerate(), || (), add);
    }

    fn has_rest(&self) -> bool {
        let beyond = self.geometry.beyond();
        (beyond.height, beyond.width) != (0, 0)
    }

    /// The planes with the rows and columns that no window reaches.
    fn with_rest<T: Element>(&self, reached: Vec<T>) -> Result<Vec<T>, Error> {
        let (beyond, [_, _, height, width]) = (self.geometry.beyond(), self.geometry.output_shape());
        if !self.has_rest() {
            return Ok(reached);
        }
        let (rows, columns) = (height - beyond.height, width - beyond.width);
        let mut whole: Vec<T> = zeros(self.geometry.output_shape().iter().product())?;
        for (whole, reached) in whole.chunks_exact_mut(height * width).zip(reached.chunks_exact(rows * columns)) {
            for (whole, reached) in whole.chunks_exact_mut(width).zip(reached.chunks_exact(columns)) {
                whole[..columns].copy_from_slice(reached);
            }
        }
        Ok(whole)
    }
}
