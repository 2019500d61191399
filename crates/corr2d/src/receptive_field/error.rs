//! What can be wrong with a network, in one line each.

/// The result of everything about receptive fields that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a network, or what an output of it sees, cannot be had.
///
/// ```
/// use corr2d::receptive_field::{Layer, Network, Window};
///
/// let mut network = Network::new("too small");
/// network.layer("stem", Layer::Convolution(Window::new(7)), &[network.input()])?;
/// assert_eq!(
///     network.fields((5, 9)).unwrap_err().to_string(),
///     "layer stem: kernel 7×7 is larger than the input 5×9: take a smaller kernel or pad the input",
/// );
/// # Ok::<(), corr2d::receptive_field::Error>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two layers have one name.
    #[error("two layers are called {name}: give one of them another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A layer takes another number of maps.
    #[error("layer {layer}: {kind} takes {wanted}, but has {found}")]
    InputCount {
        /// The name of the layer.
        layer: String,
        /// What it does.
        kind: String,
        /// How many inputs it needs.
        wanted: &'static str,
        /// How many it has.
        found: usize,
    },
    /// A node of another network.
    #[error("node {index} is none of the {nodes} of this network")]
    NoSuchNode {
        /// The number of the node.
        index: usize,
        /// How many there are.
        nodes: usize,
    },
    /// The sizes of a layer do not fit.
    #[error("layer {layer}: {cause}")]
    Sizes {
        /// The name of the layer.
        layer: String,
        /// What does not fit.
        cause: corr2d_cpu::Error,
    },
    /// Maps that meet differ in size.
    #[error("layer {layer}: its inputs are {}×{} and {}×{}, and must have one size: pad or crop one of them", .first.0, .first.1, .other.0, .other.1)]
    SizesDiffer {
        /// The name of the layer.
        layer: String,
        /// The size of its first input.
        first: (usize, usize),
        /// The size of another.
        other: (usize, usize),
    },
    /// PyTorch knows 'same' only for windows that move one place at a time.
    #[error("layer {layer}: PyTorch's 'same' has no stride, here it is {stride:?}: give the padding in numbers")]
    SameWithStride {
        /// The name of the layer.
        layer: String,
        /// Its stride.
        stride: (usize, usize),
    },
    /// A transposed convolution with outputs that see nothing, or with holes in what they see.
    #[error(
        "layer {layer}: a transposed convolution of {window} leaves holes; its kernel must be as long as its stride at least, its dilation 1"
    )]
    Holes {
        /// The name of the layer.
        layer: String,
        /// Its window.
        window: String,
    },
    /// More is cropped than there is.
    #[error("layer {layer}: nothing is left of {}×{} after the cropping", .size.0, .size.1)]
    NothingLeft {
        /// The name of the layer.
        layer: String,
        /// The size of its input.
        size: (usize, usize),
    },
    /// Numbers beyond all pictures.
    #[error("layer {layer}: {what} is beyond all pictures; sides of {limit} pixels are the largest")]
    TooLarge {
        /// The name of the layer.
        layer: String,
        /// What is too large.
        what: &'static str,
        /// The longest side.
        limit: usize,
    },
    /// An output that the layer does not have.
    #[error("layer {layer} has no output at row {}, column {}: its map is {}×{}, counted from 0", .output.0, .output.1, .size.0, .size.1)]
    NoSuchOutput {
        /// The name of the layer.
        layer: String,
        /// The output asked for.
        output: (usize, usize),
        /// The size of its map.
        size: (usize, usize),
    },
    /// A real network that no machine would hold.
    #[error(
        "the gradient of layer {layer} needs {needed:.1} GiB for maps and weights, and {most:.0} GiB are the most: take a smaller image, smaller kernels or an earlier layer"
    )]
    TooMuchMemory {
        /// The name of the layer.
        layer: String,
        /// What it needs, in GiB.
        needed: f64,
        /// The most that is taken.
        most: f64,
    },
    /// A measurement of nothing.
    #[error("an effective field is measured over 1 draw of the weights at least")]
    NoDraws,
    /// The real network could not be built or differentiated.
    #[error(transparent)]
    Tensor(#[from] crate::Error),
}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Self::Tensor(error.into())
    }
}
