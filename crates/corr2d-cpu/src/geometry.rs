//! Every size of a correlation, computed once.
//!
//! ```text
//! dilated = dilation · (kernel − 1) + 1
//! output  = ⌊(before + input + after − dilated) / stride⌋ + 1
//! ```
//!
//! [`Geometry::new`] checks all that can be wrong with shapes, before anything is allocated and with arithmetic that
//! cannot wrap; after it nothing about shapes can fail. No other file computes an output size, but for those beside this
//! one: `transposed` turns the formula round, `turned` has the correlations of an input gradient, and `pool` uses it for
//! windows that may hang over the end.

mod checks;
mod pool;
mod transposed;
mod turned;

use std::fmt;
use std::ops::Range;

pub(crate) use checks::check;
use checks::{check_budget, check_channels, check_zeros};
pub use pool::PoolGeometry;
pub use transposed::TransposedGeometry;
pub(crate) use turned::{Class, Taps, common_divisor};

use crate::{Conv2dOptions, Error, Padding};

/// The memory that one tensor of a correlation may need, counted at 8 bytes an element: 16 GiB, or on a machine of
/// 32 bits what its addresses reach.
pub const DEFAULT_BYTE_BUDGET: usize = if usize::BITS > 32 { (1u64 << 34) as usize } else { i32::MAX as usize };

/// The longest padded side, stride or dilated kernel. It keeps the product of any two of them below 2⁶³.
const EXTENT_LIMIT: usize = i32::MAX as usize;

/// Height and width, printed as `3×5`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say all there is")]
pub struct Size {
    pub height: usize,
    pub width: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}×{}", self.height, self.width)
    }
}

/// The sizes of one correlation: what goes in, what comes out, and how the two are related along each axis.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, Size};
///
/// let options = Conv2dOptions { stride: (2, 1), ..Default::default() };
/// let geometry = Geometry::new([1, 3, 9, 8], [16, 3, 3, 2], &options)?;
/// assert_eq!(geometry.output_size(), Size { height: 4, width: 7 });
/// assert_eq!(geometry.output_shape(), [1, 16, 4, 7]);
/// assert_eq!((geometry.batch(), geometry.groups()), (1, 1));
/// assert_eq!((geometry.input_channels(), geometry.output_channels()), (3, 16));
/// assert_eq!(geometry.input_len(), 3 * 9 * 8);
/// assert_eq!(geometry.multiplications(), (16 * 4 * 7 * 3 * 3 * 2) as f64);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    batch: usize,
    input_channels: usize,
    output_channels: usize,
    groups: usize,
    rows: Axis,
    columns: Axis,
}

impl Geometry {
    /// The geometry of an input [N, C, H, W] under a weight [O, C / groups, h, w], with every tensor within
    /// [`DEFAULT_BYTE_BUDGET`].
    ///
    /// A batch of 0 is legal and gives an output of 0; every other size must be at least 1.
    ///
    /// # Errors
    /// Those about shapes: any [`Error`] that names neither an algorithm, a path, a length nor memory.
    pub fn new(input: [usize; 4], weight: [usize; 4], options: &Conv2dOptions) -> Result<Self, Error> {
        Self::with_byte_budget(input, weight, options, DEFAULT_BYTE_BUDGET)
    }

    /// As [`Geometry::new`], with a budget of the caller's: no tensor may need more than `budget` bytes at 8 bytes an
    /// element.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Geometry, Padding};
    ///
    /// // One pixel can ask for gigabytes.
    /// let far = 100_000;
    /// let padding = Padding::Explicit { top: far, bottom: far, left: far, right: far };
    /// let options = Conv2dOptions { padding, ..Default::default() };
    /// let error = Geometry::with_byte_budget([1, 1, 1, 1], [1, 1, 1, 1], &options, 1 << 20).unwrap_err();
    /// assert!(error.to_string().starts_with("output [1, 1, 200001, 200001] needs more than the budget"));
    /// ```
    ///
    /// # Errors
    /// As [`Geometry::new`].
    pub fn with_byte_budget(
        input: [usize; 4],
        weight: [usize; 4],
        options: &Conv2dOptions,
        budget: usize,
    ) -> Result<Self, Error> {
        check_zeros(input, weight, options)?;
        let [batch, input_channels, input_height, input_width] = input;
        let [output_channels, _, kernel_height, kernel_width] = weight;
        check_channels(input_channels, weight, options.groups)?;

        let (vertical, horizontal) = sides(options.padding);
        let (stride, dilation) = (options.stride, options.dilation);
        let rows = Axis::new("height", input_height, kernel_height, stride.0, dilation.0, vertical)?;
        let columns = Axis::new("width", input_width, kernel_width, stride.1, dilation.1, horizontal)?;
        if rows.dilated() > rows.padded() || columns.dilated() > columns.padded() {
            return Err(Error::KernelTooLarge {
                kernel: Size { height: kernel_height, width: kernel_width },
                dilated: Size { height: rows.dilated(), width: columns.dilated() },
                input: Size { height: input_height, width: input_width },
                padded: Size { height: rows.padded(), width: columns.padded() },
            });
        }

        let geometry = Self { batch, input_channels, output_channels, groups: options.groups, rows, columns };
        check_budget("input", input, budget)?;
        check_budget("weight", weight, budget)?;
        check_budget("output", geometry.output_shape(), budget)?;
        Ok(geometry)
    }

    /// The same for so many images.
    pub(crate) fn with_batch(&self, batch: usize) -> Self {
        Self { batch, ..*self }
    }

    /// The correlation that gives some rows of the output of so many images, and the input rows that it reads; each window
    /// reads at least one.
    pub(crate) fn band(&self, batch: usize, outputs: Range<usize>) -> (Self, Range<usize>) {
        let (axis, inputs) = self.rows.part(outputs);
        (Self { batch, rows: axis, ..*self }, inputs)
    }

    /// How many images are correlated at once.
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// The channels of an input.
    pub fn input_channels(&self) -> usize {
        self.input_channels
    }

    /// The channels of an output.
    pub fn output_channels(&self) -> usize {
        self.output_channels
    }

    /// Into how many independent parts the channels are cut.
    pub fn groups(&self) -> usize {
        self.groups
    }

    /// The input channels that one group reads.
    pub fn input_channels_per_group(&self) -> usize {
        self.input_channels / self.groups
    }

    /// The output channels that one group writes.
    pub fn output_channels_per_group(&self) -> usize {
        self.output_channels / self.groups
    }

    /// The vertical axis.
    pub fn rows(&self) -> &Axis {
        &self.rows
    }

    /// The horizontal axis.
    pub fn columns(&self) -> &Axis {
        &self.columns
    }

    /// Height and width of the output.
    pub fn output_size(&self) -> Size {
        Size { height: self.rows.output, width: self.columns.output }
    }

    /// [N, C, H, W].
    pub fn input_shape(&self) -> [usize; 4] {
        [self.batch, self.input_channels, self.rows.input, self.columns.input]
    }

    /// [O, C / groups, h, w].
    pub fn weight_shape(&self) -> [usize; 4] {
        [self.output_channels, self.input_channels_per_group(), self.rows.kernel, self.columns.kernel]
    }

    /// [N, O, H', W'].
    pub fn output_shape(&self) -> [usize; 4] {
        [self.batch, self.output_channels, self.rows.output, self.columns.output]
    }

    /// The elements of the input; within the budget, so the product cannot wrap.
    pub fn input_len(&self) -> usize {
        self.input_shape().iter().product()
    }

    /// The elements of the weight.
    pub fn weight_len(&self) -> usize {
        self.weight_shape().iter().product()
    }

    /// The elements of the output.
    pub fn output_len(&self) -> usize {
        self.output_shape().iter().product()
    }

    /// The multiplications of a direct sum over all windows, as a float because it may exceed 64 bits.
    pub fn multiplications(&self) -> f64 {
        self.output_len() as f64 * (self.weight_len() / self.output_channels) as f64
    }
}

/// One axis of a correlation: its sizes, and which input position a tap of an output reads.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, Padding};
///
/// let padding = Padding::Explicit { top: 2, bottom: 1, left: 0, right: 0 };
/// let options = Conv2dOptions { stride: (2, 1), dilation: (3, 1), padding, ..Default::default() };
/// let geometry = Geometry::new([1, 1, 10, 4], [1, 1, 3, 2], &options)?;
/// let rows = geometry.rows();
/// assert_eq!((rows.input(), rows.kernel(), rows.stride(), rows.dilation()), (10, 3, 2, 3));
/// assert_eq!((rows.before(), rows.after(), rows.padded()), (2, 1, 13));
/// // Three taps, three apart, reach over seven rows; (13 − 7) / 2 + 1 windows fit.
/// assert_eq!((rows.dilated(), rows.output()), (7, 4));
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Axis {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    before: usize,
    /// The first of the input positions that the first window reads, where there is no padding before it.
    skipped: usize,
    after: usize,
    output: usize,
}

/// The padding of one axis before its size is known.
#[derive(Clone, Copy)]
enum Sides {
    Same,
    Given(usize, usize),
}

impl Axis {
    fn new(
        name: &'static str,
        input: usize,
        kernel: usize,
        stride: usize,
        dilation: usize,
        sides: Sides,
    ) -> Result<Self, Error> {
        let too_large = |what: String| Error::ExtentTooLarge { what, axis: name, limit: EXTENT_LIMIT };
        let within = |extent: &usize| *extent <= EXTENT_LIMIT;
        if stride > EXTENT_LIMIT {
            return Err(too_large(format!("stride {stride}")));
        }
        let dilated = dilated(name, kernel, dilation)?;
        let (before, after) = match sides {
            Sides::Given(before, after) => (before, after),
            Sides::Same => {
                // ((⌈input / stride⌉ − 1) · stride < input, so nothing here can wrap.
                let total = ((input.div_ceil(stride) - 1) * stride).saturating_add(dilated).saturating_sub(input);
                (total / 2, total - total / 2)
            }
        };
        let padded = before.checked_add(after).and_then(|padding| padding.checked_add(input)).filter(within);
        let padded = padded.ok_or_else(|| too_large(format!("input {input} with padding {before} and {after}")))?;
        // A kernel that does not fit is reported by the caller, who knows both axes.
        let output = padded.checked_sub(dilated).map_or(0, |room| room / stride + 1);
        Ok(Self { input, kernel, stride, dilation, before, skipped: 0, after, output })
    }

    /// The axis of some outputs, and the input positions that they read.
    fn part(&self, outputs: Range<usize>) -> (Self, Range<usize>) {
        let first = (outputs.start * self.stride) as isize - self.before as isize;
        let end = first + ((outputs.len() - 1) * self.stride + self.dilated()) as isize;
        let inputs = first.max(0).unsigned_abs()..self.input.min(end.max(0).unsigned_abs());
        let (before, after) = (first.min(0).unsigned_abs(), (end - self.input as isize).max(0).unsigned_abs());
        (Self { input: inputs.len(), before, after, output: outputs.len(), ..*self }, inputs)
    }

    /// The length of the input.
    pub fn input(&self) -> usize {
        self.input
    }

    /// The taps of the kernel.
    pub fn kernel(&self) -> usize {
        self.kernel
    }

    /// The distance from one window to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The distance from one tap to the next.
    pub fn dilation(&self) -> usize {
        self.dilation
    }

    /// The padding above, or on the left.
    pub fn before(&self) -> usize {
        self.before
    }

    /// The padding below, or on the right.
    pub fn after(&self) -> usize {
        self.after
    }

    /// The length of the output.
    pub fn output(&self) -> usize {
        self.output
    }

    /// The reach of the kernel: dilation · (kernel − 1) + 1.
    pub fn dilated(&self) -> usize {
        self.dilation * (self.kernel - 1) + 1
    }

    /// The length of the input with its padding.
    pub fn padded(&self) -> usize {
        self.before + self.input + self.after
    }

    /// Where the first tap of the first output reads: negative in the padding.
    pub(crate) fn first_read(&self) -> isize {
        self.skipped as isize - self.before as isize
    }

    /// The input position that a tap of an output reads: output · stride + tap · dilation − before; `None` in the
    /// padding.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Geometry, Padding};
    ///
    /// let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    /// let geometry = Geometry::new([1, 1, 4, 5], [1, 1, 3, 3], &options)?;
    /// assert_eq!(geometry.rows().input_position(0, 0), None);
    /// assert_eq!(geometry.rows().input_position(0, 1), Some(0));
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn input_position(&self, output: usize, tap: usize) -> Option<usize> {
        let padded = output.checked_mul(self.stride)?.checked_add(tap.checked_mul(self.dilation)?)?;
        (padded + self.skipped).checked_sub(self.before).filter(|position| *position < self.input)
    }

    /// The output that reads an input position through a tap: (input + before − tap · dilation) / stride, if that is
    /// an output.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Geometry};
    ///
    /// let options = Conv2dOptions { stride: (2, 1), ..Default::default() };
    /// let geometry = Geometry::new([1, 1, 7, 5], [1, 1, 3, 2], &options)?;
    /// // Row 4 is the first of window 2 and the last of window 1, and no window begins at row 3.
    /// assert_eq!(geometry.rows().output_position(4, 0), Some(2));
    /// assert_eq!(geometry.rows().output_position(4, 2), Some(1));
    /// assert_eq!(geometry.rows().output_position(3, 0), None);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn output_position(&self, input: usize, tap: usize) -> Option<usize> {
        let reach = tap.checked_mul(self.dilation)?.checked_add(self.skipped)?;
        let distance = input.checked_add(self.before)?.checked_sub(reach)?;
        (distance % self.stride == 0).then_some(distance / self.stride).filter(|position| *position < self.output)
    }

    /// The outputs for which a tap reads the input and not the padding.
    ///
    /// ```
    /// use corr2d_cpu::{Conv2dOptions, Geometry, Padding};
    ///
    /// let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    /// let geometry = Geometry::new([1, 1, 4, 5], [1, 1, 3, 3], &options)?;
    /// assert_eq!(geometry.rows().outputs_of_tap(0), 1..4);
    /// assert_eq!(geometry.rows().outputs_of_tap(2), 0..3);
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    pub fn outputs_of_tap(&self, tap: usize) -> Range<usize> {
        let reach = tap.saturating_mul(self.dilation).saturating_add(self.skipped);
        let first = self.before.saturating_sub(reach).div_ceil(self.stride);
        let end = (self.before + self.input).saturating_sub(reach).div_ceil(self.stride).min(self.output);
        first.min(end)..end
    }
}

/// The reach of a kernel: dilation · (kernel − 1) + 1.
fn dilated(axis: &'static str, kernel: usize, dilation: usize) -> Result<usize, Error> {
    let dilated = (kernel - 1).checked_mul(dilation).and_then(|reach| reach.checked_add(1));
    dilated.filter(|reach| *reach <= EXTENT_LIMIT).ok_or_else(|| Error::ExtentTooLarge {
        what: format!("kernel {kernel} with dilation {dilation}"),
        axis,
        limit: EXTENT_LIMIT,
    })
}

fn sides(padding: Padding) -> (Sides, Sides) {
    match padding {
        Padding::Valid => (Sides::Given(0, 0), Sides::Given(0, 0)),
        Padding::Same => (Sides::Same, Sides::Same),
        Padding::Explicit { top, bottom, left, right } => (Sides::Given(top, bottom), Sides::Given(left, right)),
    }
}
