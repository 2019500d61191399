//! Kernels as source code: for NumPy, for OpenCV in C++, for C and for Rust.
//!
//! The comment above the numbers says what a bare array leaves open: which way is up, which weight lies on the pixel, and
//! what to do where a library convolves. Weights are `float32` where that holds them all exactly, `float64` otherwise, and
//! the digits are the fewest that read back to the same `f64`.

mod read;
mod write;

use super::Kernel;
use crate::error::Result;

/// A language that a kernel can be written in.
pub(super) struct Language {
    /// What an error calls it.
    name: &'static str,
    extensions: &'static [&'static str],
    /// What begins a comment that ends with its line.
    comment: &'static str,
    /// What begins and ends a comment, or a text that serves as one, over several lines.
    blocks: &'static [(&'static str, &'static str)],
    /// Whether the end of a line ends a statement, outside of brackets, as a semicolon does.
    line_ends_statement: bool,
    /// The words of which one in the code says that the numbers are `f32`.
    single: &'static [&'static str],
    /// How a kernel looks in this language, for whoever wrote something else.
    example: &'static str,
    write: fn(&Kernel, &str) -> String,
}

static LANGUAGES: [Language; 4] = [
    Language {
        name: "Python",
        extensions: &["py"],
        comment: "#",
        blocks: &[("\"\"\"", "\"\"\""), ("'''", "'''")],
        line_ends_statement: true,
        single: &["float32"],
        example: "kernel = [[1, 0, -1], [2, 0, -2]]",
        write: write::python,
    },
    Language {
        name: "C",
        extensions: &["c", "h"],
        comment: "//",
        blocks: &[("/*", "*/")],
        line_ends_statement: false,
        single: &["float"],
        example: "double kernel[2][3] = {{1, 0, -1}, {2, 0, -2}};",
        write: write::c,
    },
    Language {
        name: "C++",
        extensions: &["cpp", "hpp"],
        comment: "//",
        blocks: &[("/*", "*/")],
        line_ends_statement: false,
        single: &["float", "CV_32F"],
        example: "cv::Mat kernel = (cv::Mat_<double>(2, 3) << 1, 0, -1, 2, 0, -2);",
        write: write::opencv,
    },
    Language {
        name: "Rust",
        extensions: &["rs"],
        comment: "//",
        blocks: &[("/*", "*/")],
        line_ends_statement: false,
        single: &["f32"],
        example: "const KERNEL: [[f64; 3]; 2] = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0]];",
        write: write::rust,
    },
];

impl Language {
    /// The language of the files that end so.
    pub(super) fn of(extension: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.extensions.contains(&extension))
    }

    /// The whole file; the extension tells a header from a source.
    pub(super) fn write(&self, kernel: &Kernel, extension: &str) -> String {
        (self.write)(kernel, extension)
    }

    /// The kernel in a file that was written here, or looks as if it had been. `from` is the file's name.
    pub(super) fn read(&self, from: &str, text: &str) -> Result<Kernel> {
        read::kernel(self, from, text)
    }
}
