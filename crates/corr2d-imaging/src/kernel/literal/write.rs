//! The files, comment and all.

use std::fmt::Write;

use super::super::Kernel;

/// More of a name than this would hide the numbers below it.
const NAME_LETTERS: usize = 60;

/// How a language names an element of an array: by its row and its column.
type Index = fn(row: &str, column: &str) -> String;

/// Python, for NumPy, SciPy and OpenCV.
pub(super) fn python(kernel: &Kernel, _: &str) -> String {
    let number = if kernel.is_single() { "float32" } else { "float64" };
    let even = if kernel.height().is_multiple_of(2) || kernel.width().is_multiple_of(2) {
        "Of a kernel with an even side, mode=\"same\" of correlate2d takes another anchor.\n"
    } else {
        ""
    };
    let calls = format!(
        "\
On an array x of floats, whole windows only, or with the mirror image of x beyond its edge:
    scipy.signal.correlate2d(x, kernel, mode=\"valid\")
    scipy.ndimage.correlate(x, kernel, mode=\"mirror\")
    cv2.filter2D(x.astype(kernel.dtype), -1, kernel)
{even}"
    );
    let turned = "scipy.signal.convolve2d(x, kernel[::-1, ::-1], mode=\"valid\")";
    let index: Index = |row, column| format!("[{row}, {column}]");
    let comment = commented("#", &[&convention(kernel, "kernel", index), &calls, &for_convolution(turned)]);
    let rows = rows(kernel, "", |row| format!("        [{row}],\n"));
    format!("{comment}\nimport numpy as np\n\nkernel = np.array(\n    [\n{rows}    ],\n    dtype=np.{number},\n)\n")
}

/// C, as a source that others link to or a header that they include.
pub(super) fn c(kernel: &Kernel, extension: &str) -> String {
    let (number, suffix) = if kernel.is_single() { ("float", "f") } else { ("double", "") };
    let turned = turned_by_index(kernel, "kernel");
    let comment = commented("//", &[&convention(kernel, "kernel", brackets), &for_convolution(&turned)]);
    let (once, own) = if extension == "h" { ("#pragma once\n\n", "static ") } else { ("", "") };
    let (height, width) = (kernel.height(), kernel.width());
    let rows = rows(kernel, suffix, |row| format!("    {{{row}}},\n"));
    format!("{comment}\n{once}{own}const {number} kernel[{height}][{width}] = {{\n{rows}}};\n")
}

/// C++, as a matrix of OpenCV.
pub(super) fn opencv(kernel: &Kernel, extension: &str) -> String {
    let (number, suffix) = if kernel.is_single() { ("float", "f") } else { ("double", "") };
    let calls = "\
On a picture x of CV_32F or CV_64F (with 8 bits, answers below 0 and above 255 are cut off):
    cv::filter2D(x, y, -1, kernel);
";
    let turned = "cv::flip(kernel, turned, -1);";
    let index: Index = |row, column| format!("({row}, {column})");
    let comment = commented("//", &[&convention(kernel, "kernel", index), calls, &for_convolution(turned)]);
    let once = if extension == "hpp" { "#pragma once\n\n" } else { "" };
    let (height, width) = (kernel.height(), kernel.width());
    let rows = rows(kernel, suffix, |row| format!("    {row},\n"));
    let numbers = rows.trim_end_matches(",\n");
    format!(
        "{comment}\n{once}#include <opencv2/core.hpp>\n\n\
         const cv::Mat kernel = (cv::Mat_<{number}>({height}, {width}) <<\n{numbers});\n"
    )
}

/// Rust, as a constant.
pub(super) fn rust(kernel: &Kernel, _: &str) -> String {
    let number = if kernel.is_single() { "f32" } else { "f64" };
    let turned = turned_by_index(kernel, "KERNEL");
    let comment = commented("//", &[&convention(kernel, "KERNEL", brackets), &for_convolution(&turned)]);
    let (height, width) = (kernel.height(), kernel.width());
    let rows = rows(kernel, "", |row| format!("    [{row}],\n"));
    format!(
        "{comment}\n#[allow(clippy::approx_constant, clippy::excessive_precision)]\n\
         pub const KERNEL: [[{number}; {width}]; {height}] = [\n{rows}];\n"
    )
}

fn brackets(row: &str, column: &str) -> String {
    format!("[{row}][{column}]")
}

/// What the numbers mean.
fn convention(kernel: &Kernel, array: &str, index: Index) -> String {
    let name = kernel.name().chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let name: String = name.take(NAME_LETTERS).collect();
    let (height, width) = (kernel.height(), kernel.width());
    let (row, column) = kernel.anchor();
    let back = |index: &str, by: usize| if by == 0 { index.to_string() } else { format!("{index} - {by}") };
    format!(
        "The kernel \"{name}\", {height} x {width}: rows from top to bottom, columns from left to right.
For cross-correlation, which lays it on the picture as it stands:
    y{} = sum over a, b of {array}{} * x{}
The anchor, {array}{}, lies on the pixel that is answered.\n",
        index("i", "j"),
        index("a", "b"),
        index(&back("i + a", row), &back("j + b", column)),
        index(&row.to_string(), &column.to_string()),
    )
}

fn for_convolution(turned: &str) -> String {
    format!(
        "A convolution turns its kernel by 180 degrees. To correlate with it, hand the kernel over turned:\n    {turned}\n"
    )
}

/// The turned kernel where no expression turns an array.
fn turned_by_index(kernel: &Kernel, array: &str) -> String {
    format!("turned[a][b] = {array}[{} - a][{} - b]", kernel.height() - 1, kernel.width() - 1)
}

/// A comment of several texts, with an empty line between them.
fn commented(mark: &str, texts: &[&str]) -> String {
    let mut comment = String::new();
    for line in texts.join("\n").lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(comment, "{}", format!("{mark} {line}").trim_end());
    }
    comment
}

/// Each row in its frame, the numbers one under the other.
fn rows(kernel: &Kernel, suffix: &str, frame: impl Fn(&str) -> String) -> String {
    // Debug keeps the point or the exponent that makes it a floating-point number in all of the languages.
    let cells: Vec<String> = kernel.values().iter().map(|value| format!("{value:?}{suffix}")).collect();
    let widest = cells.iter().map(String::len).max().unwrap_or_default();
    let line = |row: &[String]| row.iter().map(|cell| format!("{cell:>widest$}")).collect::<Vec<_>>().join(", ");
    cells.chunks(kernel.width()).map(|row| frame(&line(row))).collect()
}
