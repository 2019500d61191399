//! Convolution and correlation: one turn apart, on a figure, on a photograph, in a layer that learns, between libraries.

use anyhow::Result;
use candle_core::{DType, Device, Tensor, Var};
use chapter_kit::{Page, figure};
use corr2d::autograd::gradient;
use corr2d::{convolve2d, corr2d};

use crate::convention::Convention;
use crate::figures::{embossed, equal_numbers, even_sizes, kernels_on, sum_of_products, training};
use crate::photograph;
use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    one_turn(device, text, page)?;
    a_point(device, text, page)?;
    photographed(device, text, page)?;
    learned(device, text, page)?;
    between_libraries(device, text, page)
}

fn one_turn(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, k) = (image(device)?, kernel(device)?);
    let turned = turned(&k)?;
    let (correlation, convolution) = (corr2d(&x, &k)?, convolve2d(&x, &k)?);
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure(&figure::beside(&[&figure::matrix(&k)?, "→", &figure::matrix(&turned)?]))?;
    page.text(text.by_hand)?;
    let window = x.narrow(0, 0, 2)?.narrow(1, 0, 2)?;
    page.figure(&[sum_of_products(&window, &k)?, sum_of_products(&window, &turned)?].join("\n"))?;
    page.text(text.both)?;
    page.figure(&figure::equation(&x, &k, &correlation)?)?;
    let (x_text, k_text) = (figure::matrix(&x)?, figure::matrix(&k)?);
    page.figure(&figure::beside(&[&x_text, "∗", &k_text, "=", &figure::matrix(&convolution)?]))?;
    let equal = equal_numbers(&corr2d(&x, &turned)?, &convolution)?;
    page.text(&(text.functions)(equal, convolution.elem_count()))?;
    Ok(())
}

fn a_point(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, k) = (white_point(device)?, kernel(device)?);
    let [x_text, k_text] = [figure::matrix(&x)?, figure::matrix(&k)?];
    page.heading(text.point_title)?;
    page.text(text.point)?;
    page.figure(&figure::equation(&x, &k, &corr2d(&x, &k)?)?)?;
    page.figure(&figure::beside(&[&x_text, "∗", &k_text, "=", &figure::matrix(&convolve2d(&x, &k)?)?]))?;
    page.text(text.smear)?;
    Ok(())
}

fn photographed(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let levels = (photograph::camera(device)?.luma()?.squeeze(0)? * 255.0)?.round()?;
    page.heading(text.photograph_title)?;
    page.text(&(text.photograph)(levels.dims2()?))?;
    page.figure(&kernels_on(&levels, text)?)?;
    page.text(text.three_kinds)?;
    page.figure(&embossed(&levels)?)?;
    page.text(text.light)?;
    Ok(())
}

fn learned(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let x = uneven_image(device)?;
    let y = corr2d(&x, &kernel(device)?)?;
    page.heading(text.learning_title)?;
    page.text(text.learning)?;
    page.figure(&figure::beside(&[&figure::matrix(&x)?, "?", "=", &figure::matrix(&y)?]))?;
    page.text(text.ten_steps)?;
    let (correlating, convolving) = (learn(corr2d, &x, &y)?, learn(convolve2d, &x, &y)?);
    page.figure(&training(&correlating, &convolving, text)?)?;
    let equal = equal_numbers(&turned(&correlating.kernel)?, &convolving.kernel)?;
    page.text(&(text.each_others_turn)(equal, convolving.kernel.elem_count()))?;
    Ok(())
}

fn between_libraries(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.libraries_title)?;
    page.text(text.libraries)?;
    page.figure(&Convention::table(text.table_headings, text.table_lies))?;
    page.text(text.even)?;
    let (lines, answers) = even_sizes(device, text)?;
    page.figure(&lines)?;
    page.text(&(text.converter)(answers))?;
    page.figure(TRY)?;
    Ok(())
}

// ANCHOR: figure
/// The image of the figure: the numbers 0 to 8, row by row.
fn image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], device)?)
}

/// The kernel of the figure.
fn kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1.], [2., 3.]], device)?)
}
// ANCHOR_END: figure

// ANCHOR: turned
/// A kernel turned by 180°: the last row first, and in each row the last weight first.
fn turned(kernel: &Tensor) -> Result<Tensor> {
    Ok(kernel.flip(&[0, 1])?)
}
// ANCHOR_END: turned

/// Black but for one pixel.
fn white_point(device: &Device) -> Result<Tensor> {
    let rows = [[0f32, 0., 0., 0., 0.], [0., 0., 1., 0., 0.], [0., 0., 0., 0., 0.]];
    Ok(Tensor::new(&rows, device)?)
}

/// An image of 5×7 pixels no two windows of which are alike, so that nothing but the kernel explains the target.
fn uneven_image(device: &Device) -> Result<Tensor> {
    let pixel = |row: i32, column: i32| ((row * row + 4 * row * column + 3 * column) % 7 - 3) as f32;
    let pixels: Vec<f32> = (0..35).map(|index| pixel(index / 7, index % 7)).collect();
    Ok(Tensor::from_vec(pixels, (5, 7), device)?)
}

// ANCHOR: learn
/// Ten steps of a layer that lays its kernel by `laid`, from zeros.
fn learn(laid: fn(&Tensor, &Tensor) -> corr2d::Result<Tensor>, x: &Tensor, y: &Tensor) -> Result<Learned> {
    let kernel = Var::zeros((2, 2), DType::F32, x.device())?;
    let mut losses = Vec::new();
    for _ in 0..10 {
        let loss = (laid(x, &kernel)? - y)?.sqr()?.sum_all()?;
        let slope = gradient(&loss.backward()?, &kernel, "the kernel")?;
        kernel.set(&(kernel.as_tensor() - (slope * 0.003)?)?)?;
        losses.push(loss.to_scalar()?);
    }
    Ok(Learned { losses, kernel: kernel.into_inner() })
}
// ANCHOR_END: learn

/// What came of ten steps.
pub(crate) struct Learned {
    /// The loss of each step, before it was taken.
    pub(crate) losses: Vec<f32>,
    pub(crate) kernel: Tensor,
}

const TRY: &str = "\
cargo run -p chapter-convolution -- --x \"0,1,2;3,4,5\" --kernel \"1,10\"
cargo run -p chapter-convolution -- --kernel emboss --output relief.png
cargo run -p chapter-convolution -- --convert opencv:pytorch --kernel 1,2";
