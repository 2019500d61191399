//! The tables of the lesson: each number in them is computed here and now.

use anyhow::Result;
use candle_core::{DType, Device, Tensor};
use chapter_kit::figure;
use corr2d::{convolve2d, corr2d};
use corr2d_imaging::Kernel;

use crate::convention::{Convention, Rim, lay};
use crate::lesson::Learned;
use crate::symmetry::Turned;
use crate::text::Text;

/// The sum of one window as a reader writes it down: 0·0 + 1·1 + 3·2 + 4·3 = 19.
pub(crate) fn sum_of_products(window: &Tensor, k: &Tensor) -> Result<String> {
    let (window, k) = (figure::numbers(window)?, figure::numbers(k)?);
    let product = |(x, k): (&f64, &f64)| format!("{}·{}", figure::scalar(*x), figure::scalar(*k));
    let products: Vec<_> = window.iter().zip(&k).map(product).collect();
    let sum: f64 = window.iter().zip(&k).map(|(x, k)| x * k).sum();
    Ok(format!("{} = {}", products.join(" + "), figure::scalar(sum)))
}

/// How many numbers of two tensors are the same.
pub(crate) fn equal_numbers(a: &Tensor, b: &Tensor) -> Result<usize> {
    Ok(a.eq(b)?.to_dtype(DType::U32)?.sum_all()?.to_scalar::<u32>()? as usize)
}

/// Three kernels, one of each kind.
const KERNELS: [&str; 3] = ["laplacian4", "sobel-x", "emboss"];

/// What each kernel is when it is turned, and how far its convolution is from its correlation, on an image in levels.
pub(crate) fn kernels_on(levels: &Tensor, text: &Text) -> Result<String> {
    let [name, turned, differ, largest] = text.kinds_headings;
    let mut lines = vec![format!("{name:<12}{turned:<20}{differ:>16}{largest:>20}")];
    for name in KERNELS {
        let kernel = Kernel::parse(name)?;
        let k = kernel.to_tensor(levels.device())?;
        let (correlation, convolution) = (corr2d(levels, &k)?, convolve2d(levels, &k)?);
        let total = correlation.elem_count();
        let differ = total - equal_numbers(&correlation, &convolution)?;
        let largest = (correlation - convolution)?.abs()?.max_all()?.to_scalar::<f32>()?;
        let share = format!("{:.0}%", 100.0 * differ as f64 / total as f64);
        lines.push(format!("{name:<12}{:<20}{share:>16}{largest:>20}", (text.kind)(Turned::of(&kernel))));
    }
    Ok(lines.join("\n"))
}

/// The part of the photograph in which the photographer looks through his camera: first row, first column, side.
const HEAD: (usize, usize, usize) = (60, 170, 144);

/// The letters in a row of each of two pictures.
const HALF_A_PAGE: usize = 36;

/// Emboss on a part of the photograph, by correlation and by convolution.
pub(crate) fn embossed(levels: &Tensor) -> Result<String> {
    let (top, left, side) = HEAD;
    let part = levels.narrow(0, top, side)?.narrow(1, left, side)?;
    let k = Kernel::parse("emboss")?.to_tensor(levels.device())?;
    let drawn = |response: Tensor| figure::picture(&(response.clamp(0.0, 255.0)? / 255.0)?, HALF_A_PAGE);
    Ok(figure::beside(&[&drawn(corr2d(&part, &k)?)?, &drawn(convolve2d(&part, &k)?)?]))
}

/// Every second loss of two layers and their last, and the kernels that they end with.
pub(crate) fn training(correlating: &Learned, convolving: &Learned, text: &Text) -> Result<String> {
    let [step, correlation, convolution] = text.training_headings;
    let mut lines = vec![format!("{step:<8}{correlation:>14}{convolution:>14}")];
    for (step, (one, other)) in (1..).zip(correlating.losses.iter().zip(&convolving.losses)) {
        if step % 2 == 0 {
            lines.push(format!("{step:<8}{one:>14.3}{other:>14.3}"));
        }
    }
    let (one, other) = (figure::matrix(&correlating.kernel)?, figure::matrix(&convolving.kernel)?);
    Ok(format!(
        "{}\n\n{}",
        lines.join("\n"),
        figure::beside(&[text.correlation, &one, "   ", text.convolution, &other])
    ))
}

/// A row with one white pixel under the kernel [1, 2, 3, 4], as each library lays it, those that agree beside one answer and
/// those that have none at the end; and how many answers there are.
pub(crate) fn even_sizes(device: &Device, text: &Text) -> Result<(String, usize)> {
    let row = Tensor::new(&[[0f32, 0., 0., 0., 1., 0., 0., 0., 0.]], device)?;
    let kernel = Tensor::new(&[[1f32, 2., 3., 4.]], device)?;
    let mut answers: Vec<(String, Vec<&str>)> = Vec::new();
    let (answering, silent): (Vec<_>, Vec<_>) = Convention::all().iter().partition(|row| row.answers((1, 4)));
    for convention in answering {
        let answer = lay(convention, &row, &kernel, convention.anchor((1, 4)), Rim::Zero)?;
        let answer = figure::matrix(&answer)?;
        match answers.iter_mut().find(|(found, _)| *found == answer) {
            Some((_, names)) => names.push(convention.name),
            None => answers.push((answer, vec![convention.name])),
        }
    }
    let head = format!("{}   [1, 2, 3, 4]", figure::matrix(&row)?);
    let different = answers.len();
    answers.push((format!("{:<25}", text.none_as_long), silent.iter().map(|row| row.name).collect()));
    let lines =
        answers.iter().map(|(answer, names)| format!("{answer}   {}", names.join("\n                            ")));
    Ok((std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n"), different))
}
