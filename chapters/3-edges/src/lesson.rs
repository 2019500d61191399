//! Edges: a kernel of two weights finds them in a drawing, misses some, and finds them in a photograph.

use anyhow::Result;
use candle_core::{DType, Device, Tensor};
use chapter_kit::Page;
use chapter_kit::figure::{self, PICTURE_COLUMNS};
use corr2d::corr2d;

use crate::photograph;
use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    drawing(device, text, page)?;
    transposed(device, text, page)?;
    photographed(device, text, page)
}

fn drawing(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (image, kernel) = (black_bar(device)?, left_minus_right(device)?);
    page.heading(text.title)?;
    page.text(text.image)?;
    page.figure(&figure::matrix(&image)?)?;
    page.text(text.by_hand)?;
    page.figure(text.three_windows)?;
    page.text(text.edges)?;
    page.figure(&figure::matrix(&corr2d(&image, &kernel)?)?)?;
    page.text(text.signs)?;
    Ok(())
}

fn transposed(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (image, kernel) = (black_bar(device)?.t()?, left_minus_right(device)?);
    page.heading(text.transposed_title)?;
    page.text(text.transposed)?;
    page.figure(&figure::equation(&image, &kernel, &corr2d(&image, &kernel)?)?)?;
    page.text(text.why_zero)?;
    let turned = kernel.t()?;
    page.figure(&figure::equation(&image, &turned, &corr2d(&image, &turned)?)?)?;
    Ok(())
}

fn photographed(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let photograph = photograph::camera(device)?.luma()?.squeeze(0)?;
    let levels = levels(&photograph)?;
    let edges = corr2d(&levels, &left_minus_right(device)?)?;
    page.heading(text.photograph_title)?;
    page.text(&(text.photograph)(levels.dims2()?))?;
    page.figure(&figure::picture(&photograph, PICTURE_COLUMNS)?)?;
    page.text(&(text.photograph_edges)(edges.dims2()?, share_of_weak(&edges)?))?;
    page.figure(&figure::picture(&brightened(&edges)?, PICTURE_COLUMNS)?)?;
    page.text(text.what_is_missing)?;
    page.text(text.try_it)?;
    page.figure(TRY)?;
    Ok(())
}

// ANCHOR: black-bar
/// Six rows of eight pixels: white, with a black bar over the four columns in the middle.
pub fn black_bar(device: &Device) -> Result<Tensor> {
    let row = Tensor::new(&[1f32, 1., 0., 0., 0., 0., 1., 1.], device)?;
    Ok(row.broadcast_as((6, 8))?.contiguous()?)
}
// ANCHOR_END: black-bar

// ANCHOR: left-minus-right
/// Left minus right: 0 where neighbours are equal, ±1 where black meets white.
pub fn left_minus_right(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[1f32, -1.]], device)?)
}
// ANCHOR_END: left-minus-right

// ANCHOR: levels
/// The brightness of a photograph in the whole numbers of its file, 0 to 255.
fn levels(photograph: &Tensor) -> Result<Tensor> {
    Ok((photograph * 255.0)?.round()?)
}
// ANCHOR_END: levels

// ANCHOR: brightened
/// The strength of each edge, whatever its sign: up to ten levels are black, forty and more are white.
fn brightened(edges: &Tensor) -> Result<Tensor> {
    let strength = ((edges.abs()? - WEAK)? / 30.0)?;
    Ok(strength.clamp(0.0, 1.0)?)
}
// ANCHOR_END: brightened

/// The share of weak differences, in percent.
fn share_of_weak(edges: &Tensor) -> Result<f64> {
    let weak = edges.abs()?.le(WEAK)?.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()?;
    Ok(100.0 * f64::from(weak) / edges.elem_count() as f64)
}

/// A difference of so many levels is no edge yet.
const WEAK: f64 = 10.0;

const TRY: &str = "\
cargo run -p chapter-edges -- --kernel \"1;-1\"
cargo run -p chapter-edges -- --kernel sobel-x --output edges.png
cargo run -p chapter-edges -- --image photo.jpg --kernel sobel-x";
