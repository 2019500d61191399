//! The sizes of a transposed correlation: the input gradient of a correlation, with the larger image as its result.
//!
//! ```text
//! output = (input − 1) · stride − before − after + dilation · (kernel − 1) + output_padding + 1
//! ```
//!
//! A correlation of that output has `input` windows as long as the output padding is below the stride. PyTorch allows one
//! below the dilation too. Then the last rows or columns lie beyond the reach of every window: they are no part of the
//! correlation, and hold the bias alone.

use super::checks::{check_budget, check_groups, check_zeros};
use super::{DEFAULT_BYTE_BUDGET, EXTENT_LIMIT, Geometry, Sides, Size, dilated, sides};
use crate::{Conv2dOptions, ConvTranspose2dOptions, Error, Padding};

/// The sizes of one transposed correlation.
///
/// ```
/// use corr2d_cpu::{ConvTranspose2dOptions, Padding, Size, TransposedGeometry};
///
/// let padding = Padding::Explicit { top: 1, bottom: 1, left: 0, right: 2 };
/// let options = ConvTranspose2dOptions { stride: (2, 3), padding, output_padding: (1, 0), ..Default::default() };
/// let geometry = TransposedGeometry::new([1, 6, 5, 7], [6, 4, 3, 4], &options)?;
/// // (5 − 1) · 2 − 1 − 1 + (3 − 1) + 1 + 1 rows, (7 − 1) · 3 − 0 − 2 + (4 − 1) + 0 + 1 columns.
/// assert_eq!(geometry.output_shape(), [1, 4, 10, 20]);
/// // It is the input gradient of the correlation that makes [1, 6, 5, 7] of [1, 4, 10, 20].
/// assert_eq!(geometry.correlation().input_shape(), [1, 4, 10, 20]);
/// assert_eq!(geometry.correlation().output_shape(), [1, 6, 5, 7]);
/// assert_eq!(geometry.beyond(), Size { height: 0, width: 0 });
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransposedGeometry {
    correlation: Geometry,
    beyond: Size,
}

impl TransposedGeometry {
    /// The geometry of an input [N, C, H, W] under a weight [C, O / groups, h, w], with every tensor within
    /// [`DEFAULT_BYTE_BUDGET`](crate::DEFAULT_BYTE_BUDGET).
    ///
    /// ```
    /// use corr2d_cpu::{ConvTranspose2dOptions, TransposedGeometry};
    ///
    /// let options = ConvTranspose2dOptions { output_padding: (1, 0), ..Default::default() };
    /// let error = TransposedGeometry::new([1, 6, 5, 7], [6, 4, 3, 4], &options).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "output padding (1, 0) is too large: it must be below stride or dilation, so (0, 0) at most",
    /// );
    /// # Ok::<(), corr2d_cpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those about shapes: any [`Error`] that names neither an algorithm, a path, a length nor memory.
    pub fn new(input: [usize; 4], weight: [usize; 4], options: &ConvTranspose2dOptions) -> Result<Self, Error> {
        Self::with_byte_budget(input, weight, options, DEFAULT_BYTE_BUDGET)
    }

    /// As [`TransposedGeometry::new`], with a budget of the caller's: no tensor may need more than `budget` bytes at 8
    /// bytes an element.
    ///
    /// ```
    /// use corr2d_cpu::{ConvTranspose2dOptions, TransposedGeometry};
    ///
    /// let options = ConvTranspose2dOptions { stride: (10_000, 10_000), ..Default::default() };
    /// let error = TransposedGeometry::with_byte_budget([1, 1, 5, 7], [1, 1, 1, 1], &options, 1 << 20).unwrap_err();
    /// assert!(error.to_string().starts_with("output [1, 1, 40001, 60001] needs more than the budget"));
    /// ```
    ///
    /// # Errors
    /// As [`TransposedGeometry::new`].
    pub fn with_byte_budget(
        input: [usize; 4],
        weight: [usize; 4],
        options: &ConvTranspose2dOptions,
        budget: usize,
    ) -> Result<Self, Error> {
        let ConvTranspose2dOptions { stride, padding, output_padding, dilation, groups, algorithm } = *options;
        let of_correlation = Conv2dOptions { stride, padding, dilation, groups, algorithm };
        check_zeros(input, weight, &of_correlation)?;
        check_channels(input[1], weight, groups)?;
        check_output_padding(options)?;
        let request = |input, kernel, stride, dilation, sides, output_padding| Request {
            input,
            kernel,
            stride,
            dilation,
            sides,
            output_padding,
        };
        let (vertical, horizontal) = sides(padding);
        let rows = request(input[2], weight[2], stride.0, dilation.0, vertical, output_padding.0).solve("height")?;
        let columns =
            request(input[3], weight[3], stride.1, dilation.1, horizontal, output_padding.1).solve("width")?;
        check_budget("input", input, budget)?;
        check_budget("weight", weight, budget)?;
        // The groups divide the channels of the input, so these are no more than the weight has elements.
        let channels = weight[1] * groups;
        let output = [input[0], channels, rows.length + rows.beyond, columns.length + columns.beyond];
        check_budget("output", output, budget)?;

        let padding =
            Padding::Explicit { top: rows.before, bottom: rows.after, left: columns.before, right: columns.after };
        let reached = [input[0], channels, rows.length, columns.length];
        let options = Conv2dOptions { padding, ..of_correlation };
        let correlation = Geometry::with_byte_budget(reached, weight, &options, budget)?;
        Ok(Self { correlation, beyond: Size { height: rows.beyond, width: columns.beyond } })
    }

    /// The correlation whose input gradient this is: its output has the shape of the input, and its input that of the
    /// output but for what lies [beyond](Self::beyond).
    pub fn correlation(&self) -> &Geometry {
        &self.correlation
    }

    /// The rows at the lower and the columns at the right end of the output that no window reaches; mostly none.
    pub fn beyond(&self) -> Size {
        self.beyond
    }

    /// [N, C, H, W].
    pub fn input_shape(&self) -> [usize; 4] {
        self.correlation.output_shape()
    }

    /// [C, O / groups, h, w].
    pub fn weight_shape(&self) -> [usize; 4] {
        self.correlation.weight_shape()
    }

    /// [N, O, H', W'].
    pub fn output_shape(&self) -> [usize; 4] {
        let [batch, channels, height, width] = self.correlation.input_shape();
        [batch, channels, height + self.beyond.height, width + self.beyond.width]
    }
}

/// One axis of what is asked for.
struct Request {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    sides: Sides,
    output_padding: usize,
}

/// One axis of the correlation that answers it.
struct Solution {
    /// The length of the correlation's input.
    length: usize,
    before: usize,
    after: usize,
    beyond: usize,
}

impl Request {
    fn solve(&self, name: &'static str) -> Result<Solution, Error> {
        let Self { input, kernel, stride, dilation, .. } = *self;
        let dilated = dilated(name, kernel, dilation)?;
        let (before, after, output_padding) = match self.sides {
            Sides::Given(before, after) => (before, after, self.output_padding),
            Sides::Same => {
                let total = dilated.saturating_sub(stride);
                (total / 2, total - total / 2, stride.saturating_sub(dilated))
            }
        };
        // What the windows reach before anything is cut off, and with what is added.
        let reach = (input - 1).checked_mul(stride).and_then(|last| last.checked_add(dilated));
        let whole = reach.and_then(|reach| reach.checked_add(output_padding)).filter(|whole| *whole <= EXTENT_LIMIT);
        let whole = whole.ok_or_else(|| {
            let what = format!("input {input} with stride {stride}, kernel {kernel} and dilation {dilation}");
            Error::ExtentTooLarge { what, axis: name, limit: EXTENT_LIMIT }
        })?;
        // An output padding below the stride is the rest that the windows of the correlation leave over; a larger one
        // first takes back what is cut off.
        let kept = if output_padding < stride { 0 } else { output_padding.min(after) };
        let rest = output_padding - kept;
        let beyond = if rest < stride { 0 } else { rest };
        let cut = before.checked_add(after - kept);
        let length = cut.and_then(|cut| (whole - kept - beyond).checked_sub(cut)).filter(|length| *length > 0);
        let reach = whole - output_padding;
        let length = length.ok_or(Error::TransposedTooSmall { axis: name, reach, before, after })?;
        Ok(Solution { length, before, after: after - kept, beyond })
    }
}

fn check_channels(input_channels: usize, weight: [usize; 4], groups: usize) -> Result<(), Error> {
    check_groups(groups, input_channels, "input")?;
    if weight[0] != input_channels {
        return Err(Error::TransposedChannelMismatch { found: weight[0], channels: input_channels });
    }
    Ok(())
}

fn check_output_padding(options: &ConvTranspose2dOptions) -> Result<(), Error> {
    let ConvTranspose2dOptions { stride, dilation, output_padding: found, .. } = *options;
    if options.padding == Padding::Same && found != (0, 0) {
        return Err(Error::OutputPaddingUnderSame { found });
    }
    let most = (stride.0.max(dilation.0) - 1, stride.1.max(dilation.1) - 1);
    if found.0 > most.0 || found.1 > most.1 {
        return Err(Error::OutputPaddingTooLarge { found, most });
    }
    Ok(())
}
