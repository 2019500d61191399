//! The table of conventions: the parser, `--help`, the lesson and the conversion read the same rows.

use std::str::FromStr;

use super::{Centre, Convention, Layout, Library, Operation, Rim};

/// A row that differs from another in little says so.
const fn row(name: &'static str, function: &'static str, library: Library) -> Convention {
    Convention {
        name,
        function,
        operation: Operation::Correlation,
        layout: Layout::Matrix,
        centre: Centre::Half,
        rim: Rim::Zero,
        aliases: &[],
        library,
    }
}

/// Each row was checked against its library: `tests/fixtures/conventions/make.py`.
const TABLE: [Convention; 12] = {
    use Library::*;
    const LAYER: Convention = Convention { layout: Layout::Oihw, centre: Centre::HalfBelow, ..row("", "", Corr2d) };
    const TURNED: Convention =
        Convention { operation: Operation::Convolution, centre: Centre::HalfBelow, ..row("", "", Corr2d) };
    [
        Convention { rim: Rim::Reflect, aliases: &["cv2"], ..row("opencv", "cv2.filter2D", OpenCv) },
        Convention { rim: Rim::Symmetric, ..row("ndimage.correlate", "scipy.ndimage.correlate", NdimageCorrelate) },
        Convention {
            rim: Rim::Symmetric,
            operation: Operation::Convolution,
            ..row("ndimage.convolve", "scipy.ndimage.convolve", NdimageConvolve)
        },
        Convention {
            centre: Centre::HalfBelow,
            ..row("scipy.correlate2d", "scipy.signal.correlate2d", SignalCorrelate2d)
        },
        Convention {
            name: "scipy.convolve2d",
            function: "scipy.signal.convolve2d",
            library: SignalConvolve2d,
            ..TURNED
        },
        row("scipy.correlate", "scipy.signal.correlate", SignalCorrelate),
        Convention { layout: Layout::Row, ..row("numpy.correlate", "numpy.correlate", NumpyCorrelate) },
        Convention {
            name: "numpy.convolve",
            function: "numpy.convolve",
            library: NumpyConvolve,
            layout: Layout::Row,
            ..TURNED
        },
        Convention {
            name: "pytorch",
            function: "torch.nn.functional.conv2d",
            library: PyTorch,
            aliases: &["torch"],
            ..LAYER
        },
        Convention {
            name: "tensorflow",
            function: "tf.nn.conv2d",
            library: TensorFlow,
            layout: Layout::Hwio,
            aliases: &["tf", "keras"],
            ..LAYER
        },
        Convention { name: "candle", function: "Tensor::conv2d", library: Candle, ..LAYER },
        Convention { name: "corr2d", function: "corr2d::conv2d", ..LAYER },
    ]
};

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
        let operation = |row: &Self| if row.operation == Operation::Correlation { as_it_is } else { turned };
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
        let known = |row: &&Self| row.name == wanted || row.aliases.contains(&wanted.as_str());
        if let Some(row) = TABLE.iter().find(known) {
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
