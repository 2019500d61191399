//! The field of one output over the image, as SVG.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use corr2d::receptive_field::{Gaussian, Region};
use corr2d_imaging::Picture;

/// The longer side of the drawing.
const SIDE: f64 = 720.0;

/// What is drawn.
pub(crate) struct Shown<'a> {
    /// Height and width of the image.
    pub(crate) image: (usize, usize),
    pub(crate) region: Region,
    /// The bell of what counts of it.
    pub(crate) gaussian: Option<&'a Gaussian>,
}

/// Refuses a name that is no drawing's, before anything is computed.
pub(crate) fn check_name(path: Option<&Path>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    ensure!(is_svg, "--plot writes SVG: {} must end in .svg", path.display());
    Ok(())
}

/// The image, the rectangle of the field around its centre, and within it the ellipse of two standard deviations.
pub(crate) fn svg(shown: &Shown<'_>, photograph: Option<&Picture>) -> Result<String> {
    let (height, width) = shown.image;
    let Region { top, bottom, left, right } = shown.region;
    // The field may reach beyond the image: the drawing holds both.
    let (first_row, last_row) = (top.min(0), (bottom + 1).max(height as i64));
    let (first_column, last_column) = (left.min(0), (right + 1).max(width as i64));
    let (rows, columns) = (last_row - first_row, last_column - first_column);
    let scale = SIDE / rows.max(columns) as f64;
    let line = 2.0 / scale;
    let margin = 4.0 * line;
    let view = |first: i64, length: i64| (first as f64 - margin, length as f64 + 2.0 * margin);
    let ((y, tall), (x, wide)) = (view(first_row, rows), view(first_column, columns));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{:.0}\" height=\"{:.0}\" \
         viewBox=\"{x:.3} {y:.3} {wide:.3} {tall:.3}\">\n",
        wide * scale,
        tall * scale,
    );
    // Writing to a String cannot fail.
    let mut draw = |element: String| {
        let _ = writeln!(svg, "{element}");
    };
    draw(format!("<rect x=\"{x:.3}\" y=\"{y:.3}\" width=\"{wide:.3}\" height=\"{tall:.3}\" fill=\"#fff\"/>"));
    match photograph {
        Some(picture) => draw(format!(
            "<image x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
             href=\"data:image/png;base64,{}\"/>",
            STANDARD.encode(picture.encode("picture.png")?)
        )),
        None => draw(format!("<rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" fill=\"#d8d8d8\"/>")),
    }
    let (field_height, field_width) = (bottom - top + 1, right - left + 1);
    draw(format!(
        "<rect x=\"{left}\" y=\"{top}\" width=\"{field_width}\" height=\"{field_height}\" fill=\"#d62728\" fill-opacity=\"0.18\" \
         stroke=\"#d62728\" stroke-width=\"{line:.3}\"/>"
    ));
    let (centre_y, centre_x) = ((top + bottom + 1) as f64 / 2.0, (left + right + 1) as f64 / 2.0);
    draw(format!("<circle cx=\"{centre_x}\" cy=\"{centre_y}\" r=\"{:.3}\" fill=\"#d62728\"/>", 2.0 * line));
    if let Some(gaussian) = shown.gaussian {
        let ((row, column), (down, across)) = (gaussian.centre, gaussian.deviation);
        draw(format!(
            "<ellipse cx=\"{:.1}\" cy=\"{:.1}\" rx=\"{:.1}\" ry=\"{:.1}\" fill=\"none\" stroke=\"#1f77b4\" stroke-width=\"{line:.3}\"/>",
            column + 0.5,
            row + 0.5,
            2.0 * across,
            2.0 * down,
        ));
    }
    Ok(svg + "</svg>\n")
}
