//! Cross-correlation: one window by hand, then every window, then the size of what comes out.

use anyhow::Result;
use candle_core::{DType, Device, Tensor};
use chapter_kit::{Page, figure};
use corr2d::corr2d;

use crate::text::Text;

/// Tells the lesson.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, k) = (image(device)?, kernel(device)?);
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure(&figure::beside(&[&figure::matrix(&x)?, "⋆", &figure::matrix(&k)?]))?;
    page.text(text.by_hand)?;
    page.figure(&sum_of_products(&window(&x, &k, 0, 0)?, &k)?)?;
    page.text(text.every_window)?;
    let by_windows = correlate_by_windows(&x, &k)?;
    page.figure(&figure::equation(&x, &k, &by_windows)?)?;
    page.text(&(text.function)(equal_numbers(&by_windows, &corr2d(&x, &k)?)?, by_windows.elem_count()))?;

    page.heading(text.size_title)?;
    page.text(text.size)?;
    page.figure(&sizes(device)?)?;
    page.text(text.square)?;
    let (wide, tall) = (wide_image(device)?, tall_kernel(device)?);
    page.figure(&figure::equation(&wide, &tall, &corr2d(&wide, &tall)?)?)?;

    page.heading(text.try_title)?;
    page.text(text.try_it)?;
    page.figure(TRY)?;
    Ok(())
}

// ANCHOR: figure
/// The image of the figure: the numbers 0 to 8, row by row.
pub fn image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], device)?)
}

/// The kernel of the figure.
pub fn kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1.], [2., 3.]], device)?)
}
// ANCHOR_END: figure

// ANCHOR: window
/// What lies under the kernel when its upper left corner is at (row, column).
pub fn window(x: &Tensor, k: &Tensor, row: usize, column: usize) -> Result<Tensor> {
    let (height, width) = k.dims2()?;
    Ok(x.narrow(0, row, height)?.narrow(1, column, width)?)
}
// ANCHOR_END: window

// ANCHOR: correlate
/// y[i, j] = the sum of window(i, j) · k.
fn correlate_by_windows(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    let (x_size, k_size) = (x.dims2()?, k.dims2()?);
    let (rows, columns) = (x_size.0 - k_size.0 + 1, x_size.1 - k_size.1 + 1);
    let mut sums = Vec::new();
    for i in 0..rows {
        for j in 0..columns {
            sums.push(window(x, k, i, j)?.mul(k)?.sum_all()?);
        }
    }
    Ok(Tensor::stack(&sums, 0)?.reshape((rows, columns))?)
}
// ANCHOR_END: correlate

// ANCHOR: wide
/// An image that is wider than high, so that rows and columns cannot be mixed up unseen.
fn wide_image(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[0f32, 1., 2., 3.], [4., 5., 6., 7.]], device)?)
}

/// A kernel that is higher than wide.
fn tall_kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[1f32], [10.]], device)?)
}
// ANCHOR_END: wide

/// The sum of one window as a reader writes it down: 0·0 + 1·1 + 3·2 + 4·3 = 19.
pub fn sum_of_products(window: &Tensor, k: &Tensor) -> Result<String> {
    let (window, k) = (figure::numbers(window)?, figure::numbers(k)?);
    let factor = |value: f64| if value < 0.0 { format!("({})", figure::scalar(value)) } else { figure::scalar(value) };
    let products: Vec<_> = window.iter().zip(&k).map(|(x, k)| format!("{}·{}", factor(*x), factor(*k))).collect();
    let sum: f64 = window.iter().zip(&k).map(|(x, k)| x * k).sum();
    Ok(format!("{} = {}", products.join(" + "), figure::scalar(sum)))
}

fn equal_numbers(a: &Tensor, b: &Tensor) -> Result<usize> {
    Ok(a.eq(b)?.to_dtype(DType::F32)?.sum_all()?.to_scalar::<f32>()? as usize)
}

/// The sizes of three correlations, as they come out.
fn sizes(device: &Device) -> Result<String> {
    let zeros = |size: (usize, usize)| Tensor::zeros(size, DType::F32, device);
    let mut lines = Vec::new();
    for (x, k) in [((3, 3), (2, 2)), ((6, 8), (1, 2)), ((5, 9), (4, 3))] {
        let y = corr2d(&zeros(x)?, &zeros(k)?)?.dims2()?;
        lines.push(format!("X {}×{}   K {}×{}   →   Y {}×{}", x.0, x.1, k.0, k.1, y.0, y.1));
    }
    Ok(lines.join("\n"))
}

const TRY: &str = "\
cargo run -p chapter-correlation -- --k \"1,-1\"
cargo run -p chapter-correlation -- --x \"0,1,2;3,4,5\" --k \"1;10\" --trace 0,2";
