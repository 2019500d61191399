//! What the caller may ask of a correlation.

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
    /// The fastest whose error is within that of direct summation: of each window, or for large kernels, where the FFT is
    /// many times faster, of the largest window nearby.
    #[default]
    Auto,
    /// The fastest there is.
    Fast,
    /// The textbook loops of [`reference`](mod@crate::reference).
    Reference,
    /// Direct summation along rows, blocked and parallel.
    Direct,
    /// A matrix product over unrolled windows, as most libraries compute it: to compare with. `Auto` never takes it.
    Gemm,
    /// Winograd's minimal filtering, for 3×3 kernels of stride 1.
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
