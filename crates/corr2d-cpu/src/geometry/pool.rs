//! The sizes of a pooling: windows that move over each plane by itself.
//!
//! ```text
//! output = ⌊(before + input + after − dilated) / stride⌋ + 1
//! ```
//!
//! In ceil mode the quotient is rounded up, so that the last window may hang over the end; it counts if it begins in the
//! input or in the padding before it, as in PyTorch.

use std::ops::Range;

use super::checks::{check_budget, check_zero_sizes};
use super::{Axis, DEFAULT_BYTE_BUDGET, Geometry, Size, sides};
use crate::{Conv2dOptions, Error, Padding, Pool2dOptions};

/// The sizes of one pooling: what goes in, what comes out, and how the two are related along each axis.
///
/// Every window holds an element of the input at least, so that every maximum and every average is one of something.
///
/// ```
/// use corr2d_cpu::{Padding, Pool2dOptions, PoolGeometry};
///
/// let padding = Padding::Explicit { top: 1, bottom: 0, left: 0, right: 0 };
/// let options = Pool2dOptions { window: (3, 2), stride: Some((2, 2)), padding, ..Default::default() };
/// let geometry = PoolGeometry::new([2, 5, 9, 7], &options)?;
/// assert_eq!(geometry.output_shape(), [2, 5, 4, 3]);
/// let ceil = PoolGeometry::new([2, 5, 9, 7], &Pool2dOptions { ceil_mode: true, ..options })?;
/// assert_eq!(ceil.output_shape(), [2, 5, 5, 4]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolGeometry {
    batch: usize,
    channels: usize,
    rows: Axis,
    columns: Axis,
    count_include_pad: bool,
}

impl PoolGeometry {
    /// The geometry of an input [N, C, H, W], with every tensor within [`DEFAULT_BYTE_BUDGET`]. A batch of 0 is legal.
    ///
    /// ```
    /// use corr2d_cpu::{Padding, Pool2dOptions, PoolGeometry};
    ///
    /// let padding = Padding::Explicit { top: 2, bottom: 0, left: 0, right: 0 };
    /// let error = PoolGeometry::new([1, 1, 4, 6], &Pool2dOptions { padding, ..Default::default() }).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "window 0 along the height (counted from 0) lies wholly in the padding 2 and 0: take less padding or a larger \
    ///      window",
    /// );
    /// ```
    ///
    /// # Errors
    /// [`Error::Zero`], [`Error::ExtentTooLarge`], [`Error::WindowTooLarge`], [`Error::WindowInPadding`],
    /// [`Error::OverBudget`].
    pub fn new(input: [usize; 4], options: &Pool2dOptions) -> Result<Self, Error> {
        Self::with_byte_budget(input, options, DEFAULT_BYTE_BUDGET)
    }

    /// As [`PoolGeometry::new`], with a budget of the caller's: no tensor may need more than `budget` bytes at 8 bytes
    /// an element.
    ///
    /// ```
    /// use corr2d_cpu::{Pool2dOptions, PoolGeometry};
    ///
    /// let error = PoolGeometry::with_byte_budget([1, 1, 4, 6], &Pool2dOptions::default(), 100).unwrap_err();
    /// assert!(error.to_string().starts_with("input [1, 1, 4, 6] needs more than the budget"));
    /// ```
    ///
    /// # Errors
    /// As [`PoolGeometry::new`].
    pub fn with_byte_budget(input: [usize; 4], options: &Pool2dOptions, budget: usize) -> Result<Self, Error> {
        let Pool2dOptions { window, padding, dilation, ceil_mode, count_include_pad, .. } = *options;
        let stride = options.stride.unwrap_or(window);
        check_zero_sizes(&[
            ("a size of the input", &input[1..], format!("0 in {input:?}")),
            ("a size of the window", &[window.0, window.1], format!("{window:?}")),
            ("the stride", &[stride.0, stride.1], format!("{stride:?}")),
            ("the dilation", &[dilation.0, dilation.1], format!("{dilation:?}")),
        ])?;
        let (vertical, horizontal) = sides(padding);
        let [batch, channels, height, width] = input;
        let rows = Axis::new("height", height, window.0, stride.0, dilation.0, vertical)?.of_windows(ceil_mode);
        let columns = Axis::new("width", width, window.1, stride.1, dilation.1, horizontal)?.of_windows(ceil_mode);
        if rows.output == 0 || columns.output == 0 {
            return Err(Error::WindowTooLarge {
                window: Size { height: window.0, width: window.1 },
                dilated: Size { height: rows.dilated(), width: columns.dilated() },
                input: Size { height, width },
                padded: Size { height: rows.padded(), width: columns.padded() },
            });
        }
        rows.check_windows("height")?;
        columns.check_windows("width")?;
        let geometry = Self { batch, channels, rows, columns, count_include_pad };
        check_budget("input", input, budget)?;
        check_budget("output", geometry.output_shape(), budget)?;
        Ok(geometry)
    }

    /// The vertical axis; its kernel is the window.
    pub fn rows(&self) -> &Axis {
        &self.rows
    }

    /// The horizontal axis.
    pub fn columns(&self) -> &Axis {
        &self.columns
    }

    /// [N, C, H, W].
    pub fn input_shape(&self) -> [usize; 4] {
        [self.batch, self.channels, self.rows.input, self.columns.input]
    }

    /// [N, C, H', W'].
    pub fn output_shape(&self) -> [usize; 4] {
        [self.batch, self.channels, self.rows.output, self.columns.output]
    }

    /// The elements of the input; within the budget, so the product cannot wrap.
    pub fn input_len(&self) -> usize {
        self.input_shape().iter().product()
    }

    /// The elements of the output.
    pub fn output_len(&self) -> usize {
        self.output_shape().iter().product()
    }

    /// The correlation with a kernel of ones whose outputs are the sums of the windows: every plane is an image of one
    /// channel.
    ///
    /// ```
    /// use corr2d_cpu::{Pool2dOptions, PoolGeometry};
    ///
    /// let options = Pool2dOptions { window: (3, 2), ceil_mode: true, ..Default::default() };
    /// let sums = PoolGeometry::new([2, 5, 10, 8], &options)?.correlation()?;
    /// assert_eq!((sums.input_shape(), sums.output_shape()), ([10, 1, 10, 8], [10, 1, 4, 4]));
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::ExtentTooLarge`] for windows that hang over the end too far.
    pub fn correlation(&self) -> Result<Geometry, Error> {
        // As much padding after the input as the last window reaches.
        let after = |axis: &Axis| {
            let reach = (axis.output - 1) * axis.stride + axis.dilated();
            reach.saturating_sub(axis.before + axis.input)
        };
        let (rows, columns) = (&self.rows, &self.columns);
        let padding =
            Padding::Explicit { top: rows.before, bottom: after(rows), left: columns.before, right: after(columns) };
        let (stride, dilation) = ((rows.stride, columns.stride), (rows.dilation, columns.dilation));
        let options = Conv2dOptions { stride, padding, dilation, ..Default::default() };
        let planes = [self.batch * self.channels, 1, rows.input, columns.input];
        Geometry::with_byte_budget(planes, [1, 1, rows.kernel, columns.kernel], &options, usize::MAX)
    }

    /// By what the average of a row of windows is divided, times that of its column: the elements of each window along
    /// either axis, for all outputs of that axis.
    ///
    /// ```
    /// use corr2d_cpu::{Padding, Pool2dOptions, PoolGeometry};
    ///
    /// let padding = Padding::Explicit { top: 1, bottom: 1, left: 0, right: 0 };
    /// let options = Pool2dOptions { window: (3, 2), stride: Some((1, 2)), padding, ..Default::default() };
    /// let without = Pool2dOptions { count_include_pad: false, ..options };
    /// assert_eq!(PoolGeometry::new([1, 1, 3, 4], &options)?.divisors(), (vec![3, 3, 3], vec![2, 2]));
    /// assert_eq!(PoolGeometry::new([1, 1, 3, 4], &without)?.divisors(), (vec![2, 3, 2], vec![2, 2]));
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn divisors(&self) -> (Vec<usize>, Vec<usize>) {
        let of = |axis: &Axis| (0..axis.output).map(|output| axis.counted(output, self.count_include_pad)).collect();
        (of(&self.rows), of(&self.columns))
    }
}

impl Axis {
    /// The same axis with the windows of a pooling.
    fn of_windows(self, ceil_mode: bool) -> Self {
        if !ceil_mode {
            return self;
        }
        let room = (self.padded() + (self.stride - 1)).checked_sub(self.dilated());
        let output = room.map_or(0, |room| room / self.stride + 1);
        // A window that would begin behind the input does not count.
        let begins_inside = (self.before + self.input).div_ceil(self.stride);
        Self { output: output.min(begins_inside), ..self }
    }

    /// Whether every window holds an element of the input.
    fn check_windows(&self, name: &'static str) -> Result<(), Error> {
        let (before, after) = (self.before, self.after);
        // One that begins in the input holds its first element. One that begins before it must reach it, the first with the
        // longest way; and if the input is shorter than the dilation, must not step over it, which repeats after as many.
        let looked_at = if self.input >= self.dilation { 1 } else { self.dilation };
        let in_front = 0..before.div_ceil(self.stride).min(looked_at);
        let behind = (before + self.input).div_ceil(self.stride);
        let mut windows = in_front.chain([behind]).filter(|output| *output < self.output);
        match windows.find(|output| self.counted(*output, false) == 0) {
            Some(index) => Err(Error::WindowInPadding { index, axis: name, before, after }),
            None => Ok(()),
        }
    }

    /// The elements of a window that lie in the input, or also in the padding.
    fn counted(&self, output: usize, with_padding: bool) -> usize {
        if with_padding {
            return self.taps_in_front(output, self.padded());
        }
        self.taps_of_output(output).len()
    }

    /// The taps through which an output reads the input and not the padding.
    pub(crate) fn taps_of_output(&self, output: usize) -> Range<usize> {
        self.taps_in_front(output, self.before)..self.taps_in_front(output, self.before + self.input)
    }

    /// How many taps of an output lie in front of a place, counted from the first element of the padding.
    fn taps_in_front(&self, output: usize, place: usize) -> usize {
        place.saturating_sub(output * self.stride).div_ceil(self.dilation).min(self.kernel)
    }

    /// The outputs that read an input position, in order.
    pub(crate) fn outputs_of_input(self, input: usize) -> impl Iterator<Item = usize> {
        let place = input + self.before;
        let first = (place + 1).saturating_sub(self.dilated()).div_ceil(self.stride);
        let end = (place / self.stride + 1).min(self.output);
        // A dense window leaves nothing out.
        (first..end).filter(move |output| (place - output * self.stride).is_multiple_of(self.dilation))
    }
}
