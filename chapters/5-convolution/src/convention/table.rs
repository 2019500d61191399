//! The table of conventions: the parser, `--help`, the lesson and the conversion read the same rows.

use std::str::FromStr;

use super::Centre::{self, Half, HalfBelow, Middle};
use super::Convention;
use super::Layout::{self, Hwio, Matrix, Oihw, Row};
use super::Library::{self, *};
use super::Operation::{self, Convolution, Correlation};
use super::Rim::{self, Reflect, Symmetric, Zero};

/// Each row was checked against its library: `tests/fixtures/conventions/make.py`.
const TABLE: [Convention; 12] = [
    row("opencv", "cv2.filter2D", OpenCv, Correlation, Matrix, Half, Reflect),
    row("ndimage.correlate", "scipy.ndimage.correlate", NdimageCorrelate, Correlation, Matrix, Half, Symmetric),
    row("ndimage.convolve", "scipy.ndimage.convolve", NdimageConvolve, Convolution, Matrix, Half, Symmetric),
    row("scipy.correlate2d", "scipy.signal.correlate2d", SignalCorrelate2d, Correlation, Matrix, HalfBelow, Zero),
    row("scipy.convolve2d", "scipy.signal.convolve2d", SignalConvolve2d, Convolution, Matrix, HalfBelow, Zero),
    row("scipy.correlate", "scipy.signal.correlate", SignalCorrelate, Correlation, Matrix, Half, Zero),
    row("numpy.correlate", "numpy.correlate", NumpyCorrelate, Correlation, Row, Half, Zero),
    row("numpy.convolve", "numpy.convolve", NumpyConvolve, Convolution, Row, HalfBelow, Zero),
    row("pytorch", "torch.nn.functional.conv2d", PyTorch, Correlation, Oihw, HalfBelow, Zero),
    row("tensorflow", "tf.nn.conv2d", TensorFlow, Correlation, Hwio, HalfBelow, Zero),
    row("candle", "Tensor::conv2d", Candle, Correlation, Oihw, Middle, Zero),
    row("corr2d", "corr2d::conv2d", Corr2d, Correlation, Oihw, HalfBelow, Zero),
];

/// Other names of libraries with one convention.
const ALIASES: [(&str, &str); 4] =
    [("cv2", "opencv"), ("torch", "pytorch"), ("tf", "tensorflow"), ("keras", "tensorflow")];

const fn row(
    name: &'static str,
    function: &'static str,
    library: Library,
    operation: Operation,
    layout: Layout,
    centre: Centre,
    rim: Rim,
) -> Convention {
    Convention { name, function, operation, layout, centre, rim, library }
}

impl Convention {
    /// Every convention, in the order of [`Convention::table`].
    ///
    /// ```
    /// assert_eq!(chapter_convolution::convention::Convention::all()[0].name, "opencv");
    /// ```
    pub fn all() -> &'static [Self] {
        &TABLE
    }

    /// Every convention, a line each, under these five headings.
    ///
    /// ```
    /// use chapter_convolution::convention::Convention;
    ///
    /// let table = Convention::table(["name", "lays", "kept as", "on the pixel", "rim"], ["as is", "turned"]);
    /// assert!(table.lines().any(|line| line.starts_with("scipy.convolve2d   turned")), "{table}");
    /// ```
    pub fn table(headings: [&str; 5], [as_it_is, turned]: [&str; 2]) -> String {
        let operation = |row: &Self| if row.operation == Correlation { as_it_is } else { turned };
        let rows = TABLE
            .iter()
            .map(|row| [row.name, operation(row), row.layout.axes(), row.centre.formula(), row.rim.border().name()]);
        let lines: Vec<[&str; 5]> = std::iter::once(headings).chain(rows).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let cell = |(column, cell): (usize, &&str)| format!("{cell:<width$}", width = width(column) + 2);
        let line =
            |cells: &[&str; 5]| cells.iter().enumerate().map(cell).collect::<String>().trim_end().to_owned() + "\n";
        lines.iter().map(line).collect()
    }
}

impl FromStr for Convention {
    type Err = String;

    /// Reads a name of [`Convention::table`], or `cv2`, `torch`, `tf` or `keras`; capitals do not matter.
    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.trim().to_lowercase();
        let name = ALIASES.iter().find(|(alias, _)| *alias == wanted).map_or(wanted.as_str(), |(_, name)| name);
        if let Some(row) = TABLE.iter().find(|row| row.name == name) {
            return Ok(*row);
        }
        let names = |rows: &mut dyn Iterator<Item = &Self>| rows.map(|row| row.name).collect::<Vec<_>>().join(", ");
        let siblings = |row: &&Self| row.name.split_once('.').is_some_and(|(library, _)| library == wanted);
        let narrowed = names(&mut TABLE.iter().filter(siblings));
        if narrowed.is_empty() {
            return Err(format!("no convention is named {text:?}: take one of {}", names(&mut TABLE.iter())));
        }
        Err(format!("{wanted} lays kernels in more than one way: take one of {narrowed}"))
    }
}
