//! How each library lays a kernel on an image, a row a library, and what becomes of a kernel between two of them.
//!
//! For an output as large as the image a library has to settle three things: whether the kernel is turned by 180° first,
//! which of its weights lies on the pixel that is answered (the *anchor*), and what the image is beyond its rim. With the
//! anchor r, counted in the kernel as it is written, and along one axis:
//!
//! ```text
//! correlation  y[i] = Σ_a k[a] · x[i + a − r]
//! convolution  y[i] = Σ_a k[a] · x[i − a + r]
//! ```
//!
//! The second is the first with k turned, k′\[a] = k[n − 1 − a], and with the anchor r′ = n − 1 − r. That is the whole of a
//! conversion.

mod call;
mod lay;
mod table;

use corr2d_imaging::{Border, Margins};

pub use lay::lay;

/// Rows and columns of a kernel, or a place in it, counted from 0.
pub type Pair = (usize, usize);

/// Whether a library turns the kernel before it lays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The kernel lies as it is written.
    Correlation,
    /// The kernel is turned by 180°.
    Convolution,
}

/// The axes of the array in which a library keeps kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[w]`: one row.
    Row,
    /// `[h, w]`: one kernel.
    Matrix,
    /// `[O, I, h, w]`: output channels, input channels, rows, columns.
    Oihw,
    /// `[h, w, I, O]`.
    Hwio,
}

/// Which of n weights in a row lies on the pixel, unless something else is asked for. They differ for even n only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// ⌊n / 2⌋: after the middle of an even kernel.
    Half,
    /// ⌊(n − 1) / 2⌋: before it.
    HalfBelow,
    /// (n − 1) / 2: all four sides are padded alike, so an answer is as large as the image if n is odd on both axes and the same.
    Middle,
}

/// What the image is beyond its rim, unless something else is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rim {
    /// Zero.
    Zero,
    /// Mirrored, the pixel at the rim once.
    Reflect,
    /// Mirrored, the pixel at the rim twice.
    Symmetric,
}

/// The functions that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Library {
    OpenCv,
    NdimageCorrelate,
    NdimageConvolve,
    SignalCorrelate2d,
    SignalConvolve2d,
    SignalCorrelate,
    NumpyCorrelate,
    NumpyConvolve,
    PyTorch,
    TensorFlow,
    Candle,
    Corr2d,
}

/// How one function of one library lays a kernel.
///
/// ```
/// use chapter_convolution::convention::{Convention, Operation};
///
/// let scipy: Convention = "scipy.convolve2d".parse()?;
/// assert_eq!(scipy.operation, Operation::Convolution);
/// assert_eq!(scipy.anchor((3, 4)), (1, 1));
/// assert_eq!("opencv".parse::<Convention>()?.anchor((3, 4)), (1, 2));
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convention {
    /// The name on the command line.
    pub name: &'static str,
    /// The function as its users write it.
    pub function: &'static str,
    /// Whether the kernel is turned.
    pub operation: Operation,
    /// How kernels are kept.
    pub layout: Layout,
    /// Which weight lies on the pixel.
    pub centre: Centre,
    /// What lies beyond the rim.
    pub rim: Rim,
    library: Library,
}

impl Convention {
    /// The weight of a kernel of this size that lies on the pixel, unless something else is asked for. Where the library by
    /// itself has no answer as large as the image, see [`Convention::answers`], it is the one before the middle, as PyTorch's.
    ///
    /// ```
    /// use chapter_convolution::convention::Convention;
    ///
    /// assert_eq!("numpy.correlate".parse::<Convention>()?.anchor((1, 4)), (0, 2));
    /// assert_eq!("numpy.convolve".parse::<Convention>()?.anchor((1, 4)), (0, 1));
    /// # Ok::<(), String>(())
    /// ```
    pub fn anchor(&self, (height, width): Pair) -> Pair {
        let centre = |length: usize| match self.centre {
            Centre::Half => length / 2,
            Centre::HalfBelow | Centre::Middle => length.saturating_sub(1) / 2,
        };
        (centre(height), centre(width))
    }

    /// Whether the library by itself has an answer as large as the image to a kernel of this size.
    ///
    /// ```
    /// use chapter_convolution::convention::Convention;
    ///
    /// let answers = |name: &str, size| name.parse().map(|convention: Convention| convention.answers(size));
    /// assert_eq!((answers("candle", (3, 3))?, answers("pytorch", (4, 4))?), (true, true));
    /// assert_eq!((answers("candle", (4, 4))?, answers("candle", (1, 3))?), (false, false));
    /// # Ok::<(), String>(())
    /// ```
    pub fn answers(&self, (height, width): Pair) -> bool {
        self.centre != Centre::Middle || (height % 2 == 1 && height == width)
    }

    /// Whether a kernel of this convention is turned by 180° on its way to another.
    ///
    /// ```
    /// use chapter_convolution::convention::Convention;
    ///
    /// let of = |name: &str| name.parse::<Convention>();
    /// assert!(of("scipy.convolve2d")?.turns_to(&of("pytorch")?));
    /// assert!(!of("opencv")?.turns_to(&of("pytorch")?));
    /// # Ok::<(), String>(())
    /// ```
    pub fn turns_to(&self, other: &Self) -> bool {
        self.operation != other.operation
    }

    /// The rows and columns that the image needs around it, so that the anchor meets every pixel once.
    ///
    /// ```
    /// use chapter_convolution::convention::Convention;
    ///
    /// let margins = "pytorch".parse::<Convention>()?.margins((3, 4), (1, 2));
    /// assert_eq!((margins.top, margins.bottom, margins.left, margins.right), (1, 1, 2, 1));
    /// # Ok::<(), String>(())
    /// ```
    pub fn margins(&self, size: Pair, anchor: Pair) -> Margins {
        let (row, column) = match self.operation {
            Operation::Correlation => anchor,
            Operation::Convolution => opposite(size, anchor),
        };
        let (below, beside) = opposite(size, (row, column));
        Margins { top: row, bottom: below, left: column, right: beside }
    }

    /// The lines of code, of the library's own language, that lay a kernel of a size so that `anchor` meets every pixel and
    /// the image goes on beyond its rim as `rim` says. What they find is called `answer`.
    ///
    /// ```
    /// use chapter_convolution::convention::{Convention, Rim};
    ///
    /// let opencv: Convention = "opencv".parse()?;
    /// assert_eq!(opencv.call((3, 4), (1, 2), Rim::Reflect), "answer = cv2.filter2D(image, cv2.CV_32F, kernel)");
    /// assert_eq!(
    ///     opencv.call((3, 4), (0, 3), Rim::Zero),
    ///     "answer = cv2.filter2D(image, cv2.CV_32F, kernel, anchor=(3, 0),\n                      \
    ///      borderType=cv2.BORDER_CONSTANT)",
    /// );
    /// # Ok::<(), String>(())
    /// ```
    pub fn call(&self, size: Pair, anchor: Pair, rim: Rim) -> String {
        call::lines(self, size, anchor, rim)
    }
}

/// The place opposite to another through the middle of a kernel: where the kernel's turn by 180° takes it.
///
/// ```
/// assert_eq!(chapter_convolution::convention::opposite((3, 4), (0, 1)), (2, 2));
/// ```
pub fn opposite((height, width): Pair, (row, column): Pair) -> Pair {
    ((height - 1).saturating_sub(row), (width - 1).saturating_sub(column))
}

impl Layout {
    /// The axes as they are written.
    ///
    /// ```
    /// assert_eq!(chapter_convolution::convention::Layout::Hwio.axes(), "[h, w, I, O]");
    /// ```
    pub fn axes(self) -> &'static str {
        match self {
            Self::Row => "[w]",
            Self::Matrix => "[h, w]",
            Self::Oihw => "[O, I, h, w]",
            Self::Hwio => "[h, w, I, O]",
        }
    }
}

impl Centre {
    /// The formula of the weight that lies on the pixel, of n.
    ///
    /// ```
    /// assert_eq!(chapter_convolution::convention::Centre::Half.formula(), "⌊n / 2⌋");
    /// ```
    pub fn formula(self) -> &'static str {
        match self {
            Self::Half => "⌊n / 2⌋",
            Self::HalfBelow => "⌊(n − 1) / 2⌋",
            Self::Middle => "(n − 1) / 2",
        }
    }
}

impl Rim {
    /// The border that it is.
    ///
    /// ```
    /// use chapter_convolution::convention::Rim;
    ///
    /// assert_eq!(Rim::Symmetric.border().name(), "symmetric");
    /// ```
    pub fn border(self) -> Border {
        match self {
            Self::Zero => Border::Zero,
            Self::Reflect => Border::Reflect,
            Self::Symmetric => Border::Symmetric,
        }
    }
}
