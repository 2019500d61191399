//! Matrices, equations and pictures as text.

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor};
use unicode_width::UnicodeWidthStr;

/// The letters in a row of a [`picture`]: what a page holds beside its indent.
pub const PICTURE_COLUMNS: usize = 72;

/// The letters in a row of a figure, which stands in by four from a page of eighty.
const FIGURE_COLUMNS: usize = 76;

/// From empty to full, for a picture on dark ground.
const SHADES: [char; 10] = [' ', '.', ':', '-', '=', '+', '*', '#', '%', '@'];

/// A letter of the terminal is about twice as high as it is wide.
const LETTER_HEIGHT: usize = 2;

/// A matrix [H, W] with its columns aligned: whole numbers as they are, any other with four decimals.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let matrix = Tensor::new(&[[19f32, 5.], [-7., 43.]], &Device::Cpu)?;
/// assert_eq!(chapter_kit::figure::matrix(&matrix)?, "19   5\n-7  43");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a tensor that is not a matrix.
pub fn matrix(tensor: &Tensor) -> Result<String> {
    let rows: Vec<Vec<f64>> = widened(tensor)?.to_vec2()?;
    let whole = rows.iter().flatten().all(|value| value.fract() == 0.0);
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|value| number(*value, whole)).collect()).collect();
    let width = cells.iter().flatten().map(|cell| cell.width()).max().unwrap_or(0);
    let line = |row: &Vec<String>| row.iter().map(|cell| format!("{cell:>width$}")).collect::<Vec<_>>().join("  ");
    Ok(cells.iter().map(line).collect::<Vec<_>>().join("\n"))
}

/// The numbers of a tensor of any shape in f64, row by row, to print them or to calculate by hand.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let window = Tensor::new(&[[0f32, 1.], [3., 4.]], &Device::Cpu)?;
/// assert_eq!(chapter_kit::figure::numbers(&window)?, [0.0, 1.0, 3.0, 4.0]);
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// Those of the device.
pub fn numbers(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(widened(tensor)?.flatten_all()?.to_vec1()?)
}

/// In main memory first, since Metal has no f64.
fn widened(tensor: &Tensor) -> Result<Tensor> {
    Ok(tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)?)
}

/// As [`matrix`], or its size alone when its lines are too long for the page.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
///
/// let wide = Tensor::zeros((3, 40), DType::F32, &Device::Cpu)?;
/// assert_eq!(chapter_kit::figure::matrix_that_fits(&wide)?, "[3×40: --json]");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// As [`matrix`].
pub fn matrix_that_fits(tensor: &Tensor) -> Result<String> {
    let text = matrix(tensor)?;
    let (height, width) = tensor.dims2()?;
    Ok(if fits(&text) { text } else { format!("[{height}×{width}: --json]") })
}

/// Whether lines can stand in a figure.
fn fits(text: &str) -> bool {
    text.lines().all(|line| line.width() <= FIGURE_COLUMNS)
}

/// A number as figures print it: without decimals if it is whole, else with four.
///
/// ```
/// use chapter_kit::figure::scalar;
///
/// assert_eq!([scalar(29.0), scalar(-0.5), scalar(-0.00001)], ["29", "-0.5000", "0.0000"]);
/// ```
pub fn scalar(value: f64) -> String {
    number(value, value.fract() == 0.0)
}

fn number(value: f64, whole: bool) -> String {
    // Adding 0 turns −0 into 0.
    let text = if whole { format!("{:.0}", value + 0.0) } else { format!("{:.4}", value + 0.0) };
    if text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.')) {
        text.trim_start_matches('-').to_owned()
    } else {
        text
    }
}

/// A correlation, x ⋆ k = y, as three matrices side by side.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let (x, k) = (Tensor::new(&[[1f32, 1., 0.]], &Device::Cpu)?, Tensor::new(&[[1f32, -1.]], &Device::Cpu)?);
/// let y = corr2d::corr2d(&x, &k)?;
/// assert_eq!(chapter_kit::figure::equation(&x, &k, &y)?, "1  1  0   ⋆    1  -1   =   0  1");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a tensor that is not a matrix.
pub fn equation(x: &Tensor, k: &Tensor, y: &Tensor) -> Result<String> {
    let equation = beside(&[&matrix(x)?, "⋆", &matrix(k)?, "=", &matrix(y)?]);
    if fits(&equation) {
        return Ok(equation);
    }
    let ((x_height, x_width), (k_height, k_width), (height, width)) = (x.dims2()?, k.dims2()?, y.dims2()?);
    Ok(format!("[{x_height}×{x_width}] ⋆ [{k_height}×{k_width}] = [{height}×{width}: --json]"))
}

/// Blocks of lines side by side, each centred between top and bottom: a matrix, a sign, a matrix.
///
/// ```
/// let equation = chapter_kit::figure::beside(&["1\n2\n3", "+", "4\n5\n6"]);
/// assert_eq!(equation, "1       4\n2   +   5\n3       6");
/// ```
pub fn beside(blocks: &[&str]) -> String {
    let height = blocks.iter().map(|block| block.lines().count()).max().unwrap_or(0);
    let columns: Vec<Vec<String>> = blocks.iter().map(|block| centred(block, height)).collect();
    let line = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("   ");
    (0..height).map(|row| line(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

fn centred(block: &str, height: usize) -> Vec<String> {
    let lines: Vec<&str> = block.lines().collect();
    let width = lines.iter().map(|line| line.width()).max().unwrap_or(0);
    let above = (height - lines.len()) / 2;
    let line = |row: usize| row.checked_sub(above).and_then(|row| lines.get(row)).copied().unwrap_or_default();
    (0..height).map(|row| format!("{0}{1}", line(row), " ".repeat(width - line(row).width()))).collect()
}

/// A picture [H, W] of values in 0..1 drawn with letters, `columns` wide: each letter is the mean of the pixels under
/// it, the brighter the denser.
///
/// ```
/// use candle_core::{Device, Tensor};
///
/// let picture = Tensor::new(&[[0f32, 0.0, 0.5, 1.0], [0.0, 0.0, 0.5, 1.0]], &Device::Cpu)?;
/// assert_eq!(chapter_kit::figure::picture(&picture, 4)?, "  +@");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a tensor that is not a matrix, or a picture narrower than `columns`.
pub fn picture(tensor: &Tensor, columns: usize) -> Result<String> {
    let (height, width) = tensor.dims2()?;
    ensure!(columns >= 1 && columns <= width, "a picture {width} pixels wide cannot be drawn in {columns} columns");
    let pixels: Vec<Vec<f64>> = widened(tensor)?.to_vec2()?;
    let rows = (height * columns / (LETTER_HEIGHT * width)).max(1);
    let line = |row: usize| -> String {
        let pixels = &pixels[row * height / rows..(row + 1) * height / rows];
        (0..columns).map(|column| shade(pixels, column * width / columns..(column + 1) * width / columns)).collect()
    };
    Ok((0..rows).map(|row| line(row).trim_end().to_owned()).collect::<Vec<_>>().join("\n"))
}

fn shade(rows: &[Vec<f64>], columns: std::ops::Range<usize>) -> char {
    let count = rows.len() * columns.len();
    let sum: f64 = rows.iter().flat_map(|row| &row[columns.clone()]).sum();
    let brightness = (sum / count as f64).clamp(0.0, 1.0);
    SHADES[((brightness * SHADES.len() as f64) as usize).min(SHADES.len() - 1)]
}
