//! Everything that can go wrong here, in one enum: each message is one line, with what was found and what would do.

/// What a function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a picture, a kernel, a border, a range or a plot could not be had.
///
/// The message is whole: no cause hides in [`source`](std::error::Error::source), so that printing the error prints it all.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "each message names the fields of its variant")]
#[non_exhaustive]
pub enum Error {
    /// There is no such file.
    #[error("{path} does not exist: check the name and the folder")]
    NotFound { path: String },
    /// A folder stands where a file is needed.
    #[error("{path} is a folder: name a file")]
    IsFolder { path: String },
    /// The system refuses to read the file.
    #[error("{path} cannot be read: {cause}")]
    Unreadable { path: String, cause: std::io::Error },
    /// The file is longer than what is ever read into memory.
    #[error("{path} is longer than {limit}: no file larger than that is read")]
    FileTooLarge { path: String, limit: String },
    /// The file holds no byte.
    #[error("{path} is empty, 0 bytes: write or copy it again")]
    EmptyFile { path: String },
    /// The file to be written has no folder to stand in.
    #[error("{path} cannot be written, for there is no folder {folder}: create it first")]
    NoFolder { path: String, folder: String },
    /// The file exists and its permissions forbid writing.
    #[error("{path} is read-only: choose another name or make it writable")]
    ReadOnly { path: String },
    /// The system refuses to write the file.
    #[error("{path} cannot be written: {cause}")]
    Unwritable { path: String, cause: std::io::Error },
    /// Nothing can be written under a name that ends so.
    #[error("{path} ends in no known extension: use one of {known}")]
    UnknownExtension { path: String, known: String },

    /// The first bytes belong to no picture format that is read here.
    #[error("{path} is not a picture that can be read: it starts with {start}, and none of {known} does")]
    NotAPicture { path: String, start: String, known: &'static str },
    /// The picture stops before its last pixel.
    #[error("{path} is cut short: the {format} data stop after {bytes} bytes, before the last pixel; copy it again")]
    Truncated { path: String, format: &'static str, bytes: usize },
    /// The bytes break the rules of their own format.
    #[error("{path} is damaged {format} data: {cause}")]
    Damaged { path: String, format: &'static str, cause: String },
    /// A layout of pixels that would have to be guessed at.
    #[error("{path} holds {found}: convert it to grey or RGB of 8 or 16 bits, for example with an image editor")]
    UnsupportedPixels { path: String, found: String },
    /// A picture without a pixel.
    #[error("{path} is {width}×{height} pixels (width × height): both must be at least 1")]
    NoPixels { path: String, width: usize, height: usize },
    /// The header announces more pixels than the budget allows.
    #[error(
        "{path} is {width}×{height} pixels (width × height), {needed} as numbers, over the limit of {limit}: scale it down"
    )]
    TooManyPixels { path: String, width: usize, height: usize, needed: String, limit: String },
    /// The tensor is not shaped like a picture.
    #[error("a picture is [H, W], [1, H, W] (grey) or [3, H, W] (RGB), each at least 1, not {shape:?}")]
    PictureShape { shape: Vec<usize> },
    /// The alpha channel does not cover the picture.
    #[error("the alpha channel is {alpha:?} and the picture {pixels:?}: both need one height and one width")]
    AlphaShape { alpha: Vec<usize>, pixels: Vec<usize> },
    /// Numbers that are no brightness.
    #[error(
        "{outside} of {total} values lie outside 0..1, from {low} to {high}: bring them there with a range (signed, abs, minmax or clamp)"
    )]
    OutsideUnit { outside: usize, total: usize, low: f32, high: f32 },
    /// The picture has something that the format cannot hold, and dropping it in silence would lose it.
    #[error("{path}: {format} holds no {lacks}: {instead}")]
    FormatLacks { path: String, format: &'static str, lacks: &'static str, instead: &'static str },
    /// NaN or infinity where a number is needed.
    #[error("{what}: {nan} NaN and {infinite} infinite of {total} values: only finite numbers can be shown or stored")]
    NotFinite { what: String, nan: usize, infinite: usize, total: usize },

    /// An array file that breaks its format or holds what is not read.
    #[error("{path} cannot be read as {format}: {cause}")]
    Array { path: String, format: &'static str, cause: String },

    /// No kernel has this name.
    #[error("no kernel is named {name:?}{near}: numbers go as \"1,-1\" or \"1,2;3,4\", files end in {files}")]
    UnknownKernel { name: String, near: String, files: String },
    /// The parameter of a named kernel cannot be used.
    #[error("{kernel} cannot take {found:?}: {would}")]
    KernelParameter { kernel: String, found: String, would: String },
    /// A row is shorter or longer than the first one.
    #[error("{from}: row {row} has length {found} and row 1 has length {expected}: all rows need one length")]
    RaggedRow { from: String, row: usize, found: usize, expected: usize },
    /// A text that should be a number is not one.
    #[error("{from}: row {row}, number {column} is {text:?}, not a finite number such as 0.5 or -1e-3")]
    NotANumber { from: String, row: usize, column: usize, text: String },
    /// A kernel without a weight.
    #[error("{from} holds no number: a kernel needs at least one, as in \"1,-1\"")]
    EmptyKernel { from: String },
    /// A kernel with more weights than any filter here would use.
    #[error("{from} is {height}×{width}, {} weights, over the limit of {limit}: use a smaller kernel", height.saturating_mul(*width))]
    KernelTooLarge { from: String, height: usize, width: usize, limit: usize },
    /// The array in the file is not a kernel.
    #[error("{from} has shape {shape:?}: a kernel is [w], [h, w] or [1, 1, h, w]")]
    KernelShape { from: String, shape: Vec<usize> },
    /// Values that do not fill height × width.
    #[error("{from}: {found} values cannot fill {height}×{width}, which needs {}", height.saturating_mul(*width))]
    KernelCount { from: String, found: usize, height: usize, width: usize },
    /// Several tensors and none with a telling name.
    #[error("{path} holds {count} tensors and none named kernel or weight: found {names}")]
    WhichTensor { path: String, count: usize, names: String },

    /// A word that is none of the allowed ones.
    #[error("no {what} is named {name:?}{near}: use one of {known}")]
    UnknownName { what: &'static str, name: String, near: String, known: String },
    /// A tensor without the axes that the operation needs.
    #[error("{what} needs {expected}, not {shape:?}")]
    Shape { what: &'static str, expected: &'static str, shape: Vec<usize> },
    /// A border made of pixels that do not exist.
    #[error(
        "an image of {height}×{width} (height × width) has no pixel to make a {border} border of: use zero or a larger image"
    )]
    NothingToRepeat { border: &'static str, height: usize, width: usize },
    /// The image with its border would not fit the budget.
    #[error("the image with its border needs {needed}, over the limit of {limit}: use a smaller image or kernel")]
    PaddedTooLarge { needed: String, limit: String },
    /// The drawing library refused.
    #[error("the plot {title:?} cannot be drawn: {cause}")]
    Plot { title: String, cause: String },
    /// A convolution failed.
    #[error(transparent)]
    Corr2d(#[from] corr2d::Error),
    /// A tensor operation failed.
    #[error("{}", candle_line(.0))]
    Candle(candle_core::Error),
}

impl From<candle_core::Error> for Error {
    fn from(cause: candle_core::Error) -> Self {
        Self::Candle(cause)
    }
}

impl Error {
    /// What the system said, where reading or writing failed: a broken pipe, say, which a command line forgives.
    ///
    /// ```
    /// let error = corr2d_imaging::Picture::load("no-such-folder", &candle_core::Device::Cpu).err();
    /// assert_eq!(error.and_then(|error| error.io_kind()), Some(std::io::ErrorKind::NotFound));
    /// ```
    #[must_use]
    pub fn io_kind(&self) -> Option<std::io::ErrorKind> {
        match self {
            Self::NotFound { .. } | Self::NoFolder { .. } => Some(std::io::ErrorKind::NotFound),
            Self::Unreadable { cause, .. } | Self::Unwritable { cause, .. } => Some(cause.kind()),
            _ => None,
        }
    }
}

/// A count of bytes for people: "3.0 GiB".
pub(crate) fn bytes(count: u128) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} bytes") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// What candle said, without the backtrace that it appends under `RUST_BACKTRACE`.
pub(crate) fn candle_line(cause: &candle_core::Error) -> String {
    match cause {
        candle_core::Error::WithBacktrace { inner, .. } => candle_line(inner),
        other => one_line(other),
    }
}

/// A message of another library, kept to one line.
pub(crate) fn one_line(cause: impl std::fmt::Display) -> String {
    cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
