//! What the caller may ask of a correlation, of a transposed one, and of a pooling.

use std::fmt;

/// Stride, padding, dilation, groups and algorithm of a correlation.
///
/// Pairs are (height, width), here as everywhere. The default is stride 1, no padding, dilation 1, one group and
/// [`Algorithm::Auto`].
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Padding};
///
/// let halves_the_height = Conv2dOptions { stride: (2, 1), padding: Padding::Same, ..Default::default() };
/// assert_eq!(halves_the_height.dilation, (1, 1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Conv2dOptions {
    /// How far the window moves from one output to the next, in pixels: (down, right).
    pub stride: (usize, usize),
    /// What surrounds the input.
    pub padding: Padding,
    /// The distance between neighbouring kernel taps, in pixels; 1 is a dense kernel.
    pub dilation: (usize, usize),
    /// Into how many independent parts the channels are cut; as many as channels is depthwise.
    pub groups: usize,
    /// Which algorithm computes the result.
    pub algorithm: Algorithm,
}

impl Default for Conv2dOptions {
    fn default() -> Self {
        Self { stride: (1, 1), padding: Padding::Valid, dilation: (1, 1), groups: 1, algorithm: Algorithm::Auto }
    }
}

/// Stride, padding, dilation, groups and algorithm of a transposed correlation.
///
/// It is the gradient of a correlation by its input, and its options are those of that correlation: a stride s spreads
/// the input, so that it makes the result about s times as large, and padding is cut off the result. Pairs are (height,
/// width). The default is stride 1, no padding, dilation 1, one group and [`Algorithm::Auto`].
///
/// ```
/// use corr2d_cpu::{ConvTranspose2dOptions, TransposedGeometry};
///
/// let doubles = ConvTranspose2dOptions { stride: (2, 2), ..Default::default() };
/// let geometry = TransposedGeometry::new([1, 8, 10, 15], [8, 4, 2, 2], &doubles)?;
/// assert_eq!(geometry.output_shape(), [1, 4, 20, 30]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConvTranspose2dOptions {
    /// How far apart two neighbours of the input lie in the result: (down, right).
    pub stride: (usize, usize),
    /// What is cut off the sides of the result; `Same` leaves stride · height rows and stride · width columns, which is
    /// what TensorFlow's transposed layers do under that name.
    pub padding: Padding,
    /// Rows added below and columns added on the right of the result, where a stride leaves its size open. Each is less
    /// than the stride or the dilation of its axis, and 0 under `Same`.
    pub output_padding: (usize, usize),
    /// The distance between neighbouring kernel taps in the result.
    pub dilation: (usize, usize),
    /// Into how many independent parts the channels are cut.
    pub groups: usize,
    /// Which algorithm computes the result.
    pub algorithm: Algorithm,
}

impl Default for ConvTranspose2dOptions {
    fn default() -> Self {
        let Conv2dOptions { stride, padding, dilation, groups, algorithm } = Conv2dOptions::default();
        Self { stride, padding, output_padding: (0, 0), dilation, groups, algorithm }
    }
}

/// Window, stride and padding of a pooling.
///
/// Pairs are (height, width). The default is a window of 2×2 that moves by its own size, without padding.
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, PoolGeometry};
///
/// let options = Pool2dOptions { window: (3, 2), ..Default::default() };
/// assert_eq!(PoolGeometry::new([1, 4, 10, 9], &options)?.output_shape(), [1, 4, 3, 4]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pool2dOptions {
    /// The rows and columns of a window.
    pub window: (usize, usize),
    /// How far the window moves from one output to the next; `None` by its own size.
    pub stride: Option<(usize, usize)>,
    /// What surrounds the input. A maximum never takes it; an average counts it as zeros if `count_include_pad` says so.
    pub padding: Padding,
    /// The distance between neighbouring elements of a window; 1 is a dense window.
    pub dilation: (usize, usize),
    /// Whether a window that hangs over the lower or the right end counts too, as long as it begins inside of the input
    /// or the padding before it. Else what no whole window covers is left out.
    pub ceil_mode: bool,
    /// Whether an average is divided by the elements of its window that lie in the padding too. PyTorch's default is true,
    /// ONNX's false; TensorFlow's `SAME` is `Padding::Same` and false. No matter to a maximum.
    pub count_include_pad: bool,
}

impl Default for Pool2dOptions {
    fn default() -> Self {
        Self {
            window: (2, 2),
            stride: None,
            padding: Padding::Valid,
            dilation: (1, 1),
            ceil_mode: false,
            count_include_pad: true,
        }
    }
}

/// How many rows and columns of nothing surround the input.
///
/// ```
/// use corr2d_cpu::{Conv2dOptions, Geometry, Padding};
///
/// // An even kernel cannot be centred: the extra row goes to the bottom, the extra column to the right.
/// let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
/// let geometry = Geometry::new([1, 1, 5, 7], [1, 1, 2, 4], &options)?;
/// assert_eq!((geometry.rows().before(), geometry.rows().after()), (0, 1));
/// assert_eq!((geometry.columns().before(), geometry.columns().after()), (1, 2));
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// None: only windows that lie wholly inside the input.
    Valid,
    /// As much as makes the output ⌈input / stride⌉ long; an odd one goes to the bottom and the right
    /// (ONNX's `SAME_UPPER`, TensorFlow's and JAX's `'SAME'`).
    Same,
    /// So many rows above and below, so many columns left and right.
    #[allow(missing_docs, reason = "the names of the sides say all there is")]
    Explicit { top: usize, bottom: usize, left: usize, right: usize },
}

/// Which algorithm computes a correlation.
///
/// `Auto` is right for everyone; the rest force one path, for tests, benches and whoever wants it. Forcing one that
/// cannot compute a correlation is an [`Error`](crate::Error) that says why, never a silent replacement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// The fastest whose error is within that of direct summation: of each window; for wide kernels and strides, whose outputs
    /// are computed two by two, of the largest products of three neighbouring pixels and weights; for large kernels, where the
    /// FFT is many times faster, of the largest window nearby, and for their weight gradient of the norms of image and output
    /// gradient; for the weight gradient of wide 3×3 layers, of the largest of the nine sums of a kernel, and for that of wide
    /// kernels, of three neighbours.
    #[default]
    Auto,
    /// The fastest there is.
    Fast,
    /// The textbook loops of [`reference`](mod@crate::reference).
    Reference,
    /// Direct summation along rows, blocked and parallel.
    Direct,
    /// A matrix product over unrolled windows, as most libraries compute it: to compare with. `Auto` takes it for short sums
    /// under strides.
    Gemm,
    /// Winograd's minimal filtering, for 3×3 kernels at stride 1, dilated by 2 at most, or at stride 2 without
    /// dilation.
    Winograd,
    /// Products in the frequency domain, for large kernels of stride 1 and dilation 1.
    Fft,
    /// Two passes, for kernels that are an outer product.
    Separable,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, formatter)
    }
}
