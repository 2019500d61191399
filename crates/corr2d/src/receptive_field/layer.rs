//! The layers that a network is made of, as far as they decide what an output sees.

use std::fmt;

/// A layer. Channels, groups and weights have no influence on what an output sees, so it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// The image. Every network begins with one.
    Input,
    /// A convolution, depthwise ones included.
    Convolution(Window),
    /// The largest number of each window. Which of its pixels that is depends on the image; each of them can be it.
    MaxPooling(Window),
    /// The average of each window.
    AveragePooling(Window),
    /// The turned-round convolution that enlarges, with rows and columns added at the end.
    TransposedConvolution {
        /// The convolution whose turn it is. Its kernel must be as long as its stride at least, its dilation 1.
        window: Window,
        /// Rows and columns added at the bottom and on the right.
        output_padding: (usize, usize),
    },
    /// Every pixel becomes several.
    Upsampling {
        /// How many, down and across.
        factor: (usize, usize),
        /// What they are.
        interpolation: Interpolation,
    },
    /// Zeros around the map, as a layer of its own.
    Padding(Sides),
    /// Rows and columns taken away.
    Cropping(Sides),
    /// Each output from the input at the same place: an activation, a normalisation with constants, a dropout.
    ElementWise,
    /// Several maps of one size, place by place. A map of 1×1 goes with any size.
    Combination(Combination),
    /// Several maps of one size, channels behind channels.
    Concatenation,
    /// One output that sees everything: global pooling, a fully connected layer.
    Global,
}

impl Layer {
    /// Its window, if it has one.
    ///
    /// ```
    /// use corr2d::receptive_field::{Combination, Layer, Window};
    /// assert_eq!(Layer::MaxPooling(Window::new(2)).window(), Some(Window::new(2)));
    /// assert_eq!(Layer::Combination(Combination::Sum).window(), None);
    /// ```
    pub fn window(&self) -> Option<Window> {
        match *self {
            Self::Convolution(window)
            | Self::MaxPooling(window)
            | Self::AveragePooling(window)
            | Self::TransposedConvolution { window, .. } => Some(window),
            _ => None,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input => formatter.write_str("input"),
            Self::Convolution(window) => write!(formatter, "conv {window}"),
            Self::MaxPooling(window) => write!(formatter, "max {window}"),
            Self::AveragePooling(window) => write!(formatter, "average {window}"),
            Self::TransposedConvolution { window, .. } => write!(formatter, "transposed {window}"),
            Self::Upsampling { factor, .. } => write!(formatter, "upsample {}", times(*factor)),
            Self::Padding(_) => formatter.write_str("pad"),
            Self::Cropping(_) => formatter.write_str("crop"),
            Self::ElementWise => formatter.write_str("element-wise"),
            Self::Combination(combination) => combination.fmt(formatter),
            Self::Concatenation => formatter.write_str("concat"),
            Self::Global => formatter.write_str("global"),
        }
    }
}

/// What is made of the numbers at one place of several maps.
///
/// ```
/// use corr2d::receptive_field::Combination;
/// assert_eq!([Combination::Sum, Combination::Product].map(|made| made.to_string()), ["add", "multiply"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is called what it is")]
pub enum Combination {
    Sum,
    Difference,
    Product,
    Quotient,
    Maximum,
    Minimum,
    Mean,
    Power,
    /// One of them, as a further map says.
    Choice,
}

impl fmt::Display for Combination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Sum => "add",
            Self::Difference => "subtract",
            Self::Product => "multiply",
            Self::Quotient => "divide",
            Self::Maximum => "maximum",
            Self::Minimum => "minimum",
            Self::Mean => "mean",
            Self::Power => "power",
            Self::Choice => "choose",
        })
    }
}

/// The window of a convolution or a pooling; pairs are (height, width).
///
/// ```
/// use corr2d::receptive_field::{Same, Window};
///
/// let window = Window::new((3, 5)).stride(2).same(Same::TensorFlow);
/// assert_eq!((window.kernel, window.stride), ((3, 5), (2, 2)));
/// assert_eq!(window.to_string(), "3×5/2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The kernel.
    pub kernel: (usize, usize),
    /// How far the window moves from one output to the next.
    pub stride: (usize, usize),
    /// The distance between neighbouring taps.
    pub dilation: (usize, usize),
    /// The zeros around the map.
    pub padding: WindowPadding,
    /// Whether a pooling's last window may hang over the end.
    pub ceil_mode: bool,
}

impl Window {
    /// A window of one size, or of (height, width), with stride 1, dilation 1 and no padding.
    ///
    /// ```
    /// use corr2d::receptive_field::Window;
    /// assert_eq!(Window::new(3), Window::new((3, 3)));
    /// ```
    pub fn new(kernel: impl Pair) -> Self {
        let padding = WindowPadding::Explicit(Sides::default());
        Self { kernel: kernel.pair(), stride: (1, 1), dilation: (1, 1), padding, ceil_mode: false }
    }

    /// The same with a stride.
    ///
    /// ```
    /// use corr2d::receptive_field::Window;
    /// assert_eq!(Window::new(3).stride((2, 1)).stride, (2, 1));
    /// ```
    #[must_use]
    pub fn stride(self, stride: impl Pair) -> Self {
        Self { stride: stride.pair(), ..self }
    }

    /// The same with a dilation.
    ///
    /// ```
    /// use corr2d::receptive_field::Window;
    /// assert_eq!(Window::new(3).dilation(4).dilation, (4, 4));
    /// ```
    #[must_use]
    pub fn dilation(self, dilation: impl Pair) -> Self {
        Self { dilation: dilation.pair(), ..self }
    }

    /// The same with as many zeros above as below, and on the left as on the right.
    ///
    /// ```
    /// use corr2d::receptive_field::{Sides, Window, WindowPadding};
    /// let sides = Sides { top: 1, bottom: 1, left: 2, right: 2 };
    /// assert_eq!(Window::new(3).padding((1, 2)).padding, WindowPadding::Explicit(sides));
    /// ```
    #[must_use]
    pub fn padding(self, padding: impl Pair) -> Self {
        let (vertical, horizontal) = padding.pair();
        let sides = Sides { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
        Self { padding: WindowPadding::Explicit(sides), ..self }
    }

    /// The same with a padding that a framework calls 'same'.
    ///
    /// ```
    /// use corr2d::receptive_field::{Same, Window, WindowPadding};
    /// assert_eq!(Window::new(3).same(Same::PyTorch).padding, WindowPadding::Same(Same::PyTorch));
    /// ```
    #[must_use]
    pub fn same(self, same: Same) -> Self {
        Self { padding: WindowPadding::Same(same), ..self }
    }
}

/// `3×5/2`: the kernel, the stride after a slash, and a dilation after a d.
impl fmt::Display for Window {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&times(self.kernel))?;
        let of = |mark, pair: (usize, usize)| match pair {
            (1, 1) => String::new(),
            (height, width) if height == width => format!("{mark}{height}"),
            pair => format!("{mark}{}", times(pair)),
        };
        write!(formatter, "{}{}", of('/', self.stride), of('d', self.dilation))
    }
}

fn times((height, width): (usize, usize)) -> String {
    format!("{height}×{width}")
}

/// A number for both axes, or one for each: (height, width).
pub trait Pair {
    /// Both numbers.
    ///
    /// ```
    /// use corr2d::receptive_field::Pair;
    /// assert_eq!((3.pair(), (3, 5).pair()), ((3, 3), (3, 5)));
    /// ```
    fn pair(self) -> (usize, usize);
}

impl Pair for usize {
    fn pair(self) -> (usize, usize) {
        (self, self)
    }
}

impl Pair for (usize, usize) {
    fn pair(self) -> (usize, usize) {
        self
    }
}

/// The zeros around a map under a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowPadding {
    /// So many on each side.
    Explicit(Sides),
    /// As many as a framework's 'same' asks for.
    Same(Same),
}

/// A number for each side of a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names of the sides say all there is")]
pub struct Sides {
    pub top: usize,
    pub bottom: usize,
    pub left: usize,
    pub right: usize,
}

/// What 'same' means. All three give an output of ⌈input / stride⌉.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Same {
    /// TensorFlow's, JAX's and ONNX's SAME_UPPER: max((⌈input / stride⌉ − 1) · stride + dilated kernel − input, 0) zeros, the
    /// odd one at the bottom and on the right. With a stride they depend on the size of the input.
    TensorFlow,
    /// PyTorch's: dilation · (kernel − 1) zeros, the odd one at the bottom and on the right; a stride is an error.
    PyTorch,
    /// ONNX's SAME_LOWER: as TensorFlow's, the odd one at the top and on the left.
    Lower,
}

/// What stands between the pixels of a map that is enlarged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interpolation {
    /// The nearest pixel.
    Nearest,
    /// A mixture of the two nearest along each axis, with the centres of the corner pixels half a pixel inside the corners
    /// (PyTorch's `align_corners=False`, ONNX's `half_pixel`).
    Bilinear,
}
