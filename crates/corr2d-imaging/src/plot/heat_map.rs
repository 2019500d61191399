//! A matrix as coloured cells with its numbers: blue below zero, white at zero, red above.

use std::fmt::Write;

use candle_core::{DType, Tensor};

use super::figure;
use crate::diverging::diverging;
use crate::error::{Error, Result};

/// The picture is about this wide, and cells are no larger than `LARGEST`.
const WIDTH: usize = 640;
const LARGEST: usize = 56;
/// Below this a number does not fit into its cell.
const READABLE: usize = 40;
/// More cells than this on a side are a photograph, not a kernel.
const MAX_SIDE: usize = 160;

/// An SVG of a matrix `[h, w]`: a kernel that was learned, or a receptive field. Up to 16 columns show their numbers.
///
/// # Errors
///
/// Another number of axes, an empty one or one over 160, or NaN and infinity.
///
/// ```
/// use candle_core::{Device, Tensor};
/// let svg = corr2d_imaging::plot::heat_map(&Tensor::new(&[[1f32, -1.0]], &Device::Cpu)?)?;
/// assert!(svg.contains(">-1</text>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn heat_map(matrix: &Tensor) -> Result<String> {
    let &[height @ 1..=MAX_SIDE, width @ 1..=MAX_SIDE] = matrix.dims() else {
        let expected = "[h, w] with sides from 1 to 160";
        return Err(Error::Shape { what: "a heat map", expected, shape: matrix.dims().to_vec() });
    };
    let values = matrix.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    crate::range::check_finite("the heat map", &values)?;
    let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    let cell = (WIDTH / height.max(width)).min(LARGEST);
    let mut svg = open(height * cell, width * cell);
    for (index, &value) in values.iter().enumerate() {
        let (x, y) = (index % width * cell, index / width * cell);
        let strength = if largest > 0.0 { f64::from(value) / f64::from(largest) } else { 0.0 };
        draw_cell(&mut svg, [x, y, cell], value, strength);
    }
    Ok(svg + "</svg>\n")
}

fn open(height: usize, width: usize) -> String {
    // One pixel more, so that the outer lines are not cut in half.
    let (height, width) = (height + 2, width + 2);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"-1 -1 {width} {height}\" font-family=\"sans-serif\" text-anchor=\"middle\">\n"
    )
}

fn draw_cell(svg: &mut String, [x, y, cell]: [usize; 3], value: f32, strength: f64) {
    let [red, green, blue] = diverging(strength);
    let fill = format!("#{red:02x}{green:02x}{blue:02x}");
    // Writing to a String cannot fail.
    let _ =
        write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{cell}\" height=\"{cell}\" fill=\"{fill}\" stroke=\"#888\"/>");
    if cell >= READABLE {
        let ink = if strength.abs() > 0.6 { "#fff" } else { "#222" };
        let (middle, baseline, size) = (x + cell / 2, y + cell / 2 + cell / 11, cell / 4);
        let shown = short(value);
        let _ = write!(svg, "<text x=\"{middle}\" y=\"{baseline}\" font-size=\"{size}\" fill=\"{ink}\">{shown}</text>");
    }
    svg.push('\n');
}

/// Three decimals are enough for the eye, and fit the cell.
fn short(value: f32) -> String {
    let value = f64::from(value);
    if value.abs() < 1000.0 && value.abs() >= 0.001 { figure((value * 1000.0).round() / 1000.0) } else { figure(value) }
}
