//! Everything that can be wrong with a call: what was found, and what would do.

use crate::Size;

/// Why a correlation or a pooling cannot be computed.
///
/// Each message is one line that names the figures.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry};
///
/// let error = Geometry::new([1, 1, 3, 4], [1, 1, 5, 2], &Conv2dOptions::default()).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "kernel 5×2 is larger than the input 3×4: take a smaller kernel or pad the input",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A kernel, spread by its dilation, does not fit into the padded input.
    #[error(
        "{} is larger than {}: take a smaller kernel or pad the input",
        spread("kernel", kernel, dilated),
        padding(input, padded)
    )]
    KernelTooLarge {
        /// The kernel as given.
        kernel: Size,
        /// The kernel with its dilation.
        dilated: Size,
        /// The input as given.
        input: Size,
        /// The input with its padding.
        padded: Size,
    },
    /// A size, stride, dilation or number of groups is 0.
    #[error("{what} is {found}: it must be at least 1")]
    Zero {
        /// What is zero.
        what: &'static str,
        /// The whole of it, as given.
        found: String,
    },
    /// The groups do not divide the channels.
    #[error("{groups} groups do not divide {}: take a divisor of {channels}", count(*channels, &format!("{which} channel")))]
    GroupsDoNotDivide {
        /// The groups asked for.
        groups: usize,
        /// The channels that they should divide.
        channels: usize,
        /// "input" or "output".
        which: &'static str,
    },
    /// The weight was made for another number of input channels.
    #[error(
        "weight is for {} a group, but an input of {} in {} needs {wanted}",
        count(*found, "input channel"), count(*channels, "channel"), count(*groups, "group")
    )]
    ChannelMismatch {
        /// Input channels of the weight.
        found: usize,
        /// Channels of the input.
        channels: usize,
        /// The groups asked for.
        groups: usize,
        /// channels / groups.
        wanted: usize,
    },
    /// The weight of a transposed correlation was made for another number of input channels.
    #[error(
        "weight is for {}, but the input has {channels}: a transposed weight is [C, O / groups, h, w]",
        count(*found, "input channel")
    )]
    TransposedChannelMismatch {
        /// Input channels of the weight.
        found: usize,
        /// Channels of the input.
        channels: usize,
    },
    /// The padding of a transposed correlation leaves nothing of its result.
    #[error(
        "padding {before} and {after} cuts off all of the {axis} {reach} that the windows reach: take less padding"
    )]
    TransposedTooSmall {
        /// "height" or "width".
        axis: &'static str,
        /// The length of the result without padding.
        reach: usize,
        /// What is cut off above, or on the left.
        before: usize,
        /// What is cut off below, or on the right.
        after: usize,
    },
    /// More is added to the result of a transposed correlation than a stride or dilation leaves open.
    #[error("output padding {found:?} is too large: it must be below stride or dilation, so {most:?} at most")]
    OutputPaddingTooLarge {
        /// The output padding asked for: (down, right).
        found: (usize, usize),
        /// The largest that is allowed.
        most: (usize, usize),
    },
    /// An output padding beside `Same`, which says how large the result is.
    #[error(
        "output padding {found:?} has no place under Same, whose result is stride times the input: take (0, 0) or Explicit padding"
    )]
    OutputPaddingUnderSame {
        /// The output padding asked for: (down, right).
        found: (usize, usize),
    },
    /// A window of a pooling, spread by its dilation, does not fit into the padded input.
    #[error(
        "{} is larger than {}: take a smaller window or pad the input",
        spread("window", window, dilated),
        padding(input, padded)
    )]
    WindowTooLarge {
        /// The window as given.
        window: Size,
        /// The window with its dilation.
        dilated: Size,
        /// The input as given.
        input: Size,
        /// The input with its padding.
        padded: Size,
    },
    /// A window of a pooling holds nothing of the input.
    #[error(
        "window {index} along the {axis} (counted from 0) lies wholly in the padding {before} and {after}: take less padding or a larger window"
    )]
    WindowInPadding {
        /// Which window, counted from 0.
        index: usize,
        /// "height" or "width".
        axis: &'static str,
        /// The padding above, or on the left.
        before: usize,
        /// The padding below, or on the right.
        after: usize,
    },
    /// A height, width, stride or reach of a kernel is beyond what a picture can have.
    #[error("{what} is too large: {axis} may reach {limit} at most")]
    ExtentTooLarge {
        /// What is too large, with its figures.
        what: String,
        /// "height" or "width".
        axis: &'static str,
        /// The largest that is allowed.
        limit: usize,
    },
    /// A tensor would need more memory than the byte budget allows.
    #[error("{what} {shape:?} needs more than the budget of {budget} bytes (8 an element): take smaller pieces")]
    OverBudget {
        /// "input", "weight" or "output".
        what: &'static str,
        /// Its shape.
        shape: [usize; 4],
        /// The budget in bytes.
        budget: usize,
    },
    /// A slice does not have the length of its shape.
    #[error("{what} holds {found} elements, but its shape {shape:?} has {wanted}")]
    WrongLength {
        /// Which slice.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that the geometry asks for.
        wanted: usize,
        /// The shape that the geometry asks for.
        shape: Vec<usize>,
    },
    /// The slice of a strided input ends before the input does.
    #[error(
        "the input holds {found} elements, too few for the shape {shape:?} with {} from one image, {} from one channel and {} \
         from one row to the next",
        steps[0], steps[1], steps[2]
    )]
    InputTooShort {
        /// The elements from the first of the input on.
        found: usize,
        /// The shape of the input.
        shape: [usize; 4],
        /// The distances from one image, one channel and one row to the next.
        steps: [usize; 3],
    },
    /// Winograd was forced on a correlation that it cannot compute.
    #[error(
        "Winograd is for a 3×3 kernel at stride 1×1, dilated by 2 at most, or at 2×2 without dilation, and up to 7281 input \
         channels a group, but this has a {kernel} kernel with stride {stride}, dilation {dilation} and {channels}: take Auto"
    )]
    WinogradDoesNotSuit {
        /// The kernel.
        kernel: Size,
        /// The stride.
        stride: Size,
        /// The dilation.
        dilation: Size,
        /// The input channels of a group.
        channels: usize,
    },
    /// The FFT was forced on a correlation that it cannot compute.
    #[error("Fft is for stride 1×1 and dilation 1×1, but this has stride {stride} and dilation {dilation}: take Auto")]
    FftDoesNotSuit {
        /// The stride.
        stride: Size,
        /// The dilation.
        dilation: Size,
    },
    /// Two passes were forced on a correlation that they cannot compute, whatever the weights.
    #[error(
        "Separable is for one input channel a group, stride 1×1 and dilation 1×1, but this has {channels}, stride {stride} \
         and dilation {dilation}: take Auto"
    )]
    SeparableDoesNotSuit {
        /// The stride.
        stride: Size,
        /// The dilation.
        dilation: Size,
        /// The input channels of a group.
        channels: usize,
    },
    /// Two passes were forced on a kernel that is no outer product.
    #[error("the kernel of output channel {channel} is no outer product of a column and a row: take Auto")]
    NotAnOuterProduct {
        /// The first such output channel, counted from 0.
        channel: usize,
    },
    /// A path was forced that cannot compute the geometry.
    #[error(
        "path {path:?} cannot compute this geometry: take one of Plan::paths, for an input gradient Plan::input_gradient_paths"
    )]
    PathDoesNotSuit {
        /// The path asked for.
        path: crate::Path,
    },
    /// The allocator refused.
    #[error("the machine has no {bytes} bytes left for the result: take smaller pieces")]
    OutOfMemory {
        /// The bytes asked for.
        bytes: usize,
    },
}

fn count(number: usize, of_what: &str) -> String {
    format!("{number} {of_what}{}", if number == 1 { "" } else { "s" })
}

fn spread(what: &str, size: &Size, dilated: &Size) -> String {
    if size == dilated { format!("{what} {size}") } else { format!("{what} {size}, dilated to {dilated},") }
}

fn padding(input: &Size, padded: &Size) -> String {
    if input == padded { format!("the input {input}") } else { format!("the input {input}, padded to {padded}") }
}
