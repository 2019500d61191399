//! Feature map and receptive field: what two layers see, by arithmetic and by gradient.

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Page, figure};
use corr2d::corr2d;

use crate::chain::{Layer, field, seen, sees, weights_of_one};
use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    two_layers(device, text, page)?;
    measured(device, text, page)?;
    deeper(device, text, page)
}

fn two_layers(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, k) = (image(device)?, kernel(device)?);
    let y = corr2d(&x, &k)?;
    let z = corr2d(&y, &k)?;
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure(&figure::equation(&x, &k, &y)?)?;
    page.text(text.one_layer)?;
    page.figure(&figure::equation(&y, &k, &z)?)?;
    page.text(text.two_layers)?;
    page.figure("1 + (2 − 1) + (2 − 1) = 3")?;
    page.text(text.nine)?;
    Ok(())
}

fn measured(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let chain = [TWO_BY_TWO, TWO_BY_TWO];
    let weight = kernel(device)?.reshape((1, 1, 2, 2))?;
    let gradient = sees(&chain, &[weight.clone(), weight], device)?;
    page.heading(text.measured_title)?;
    page.text(text.measured)?;
    page.text(text.by_hand)?;
    page.figure("∂z/∂x[1, 1] = 4·1 + 3·2 + 2·3 + 1·4 = 20")?;
    page.text(text.by_gradient)?;
    page.figure(&figure::matrix(&gradient)?)?;
    let (height, width) = field(&chain)?;
    page.text(&(text.both_agree)(height * width, seen(&gradient)?.pixels))?;
    page.text(text.zeros)?;
    let with_zero = Tensor::new(&[[[[0f32, 1.], [2., 3.]]]], device)?;
    page.figure(&figure::matrix(&sees(&chain, &[with_zero.clone(), with_zero], device)?)?)?;
    Ok(())
}

fn deeper(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.deeper_title)?;
    page.text(text.deeper)?;
    page.figure(&format!("{}\n{}", text.table, table(device)?))?;
    page.text(text.strides)?;
    page.text(text.try_it)?;
    page.figure(TRY)?;
    Ok(())
}

// ANCHOR: figure
/// The image of the figure: the numbers 0 to 8, row by row.
fn image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], device)?)
}

/// A kernel without a zero, so that it uses every pixel under it.
fn kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[1f32, 2.], [3., 4.]], device)?)
}
// ANCHOR_END: figure

const TWO_BY_TWO: Layer = Layer { kernel: (2, 2), stride: 1, dilation: 1 };
const THREE_BY_THREE: Layer = Layer { kernel: (3, 3), stride: 1, dilation: 1 };
const HALVING: Layer = Layer { kernel: (3, 3), stride: 2, dilation: 1 };

/// One to five layers of 3×3, without and with a stride of 2: the field counted, and the field measured.
fn table(device: &Device) -> Result<String> {
    let side = |layer: Layer, depth: usize| -> Result<(usize, usize)> {
        let chain = vec![layer; depth];
        let measured = seen(&sees(&chain, &weights_of_one(&chain, device)?, device)?)?;
        Ok((field(&chain)?.0, measured.height))
    };
    let mut lines = Vec::new();
    for depth in 1..=5 {
        let (plain, halving) = (side(THREE_BY_THREE, depth)?, side(HALVING, depth)?);
        lines.push(format!("{depth:>6}{:>12}{:>9}{:>15}{:>9}", plain.0, plain.1, halving.0, halving.1));
    }
    Ok(lines.join("\n"))
}

const TRY: &str = "\
cargo run -p chapter-receptive-field -- --layers 2x2,2x2
cargo run -p chapter-receptive-field -- --layers 3x3,3x3s2,3x3d2,1x5";
