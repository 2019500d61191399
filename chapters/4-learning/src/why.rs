//! Why ten steps suffice, and why at a rate of 0.03: what the image alone tells about the kernels learned from it.

pub(crate) mod text;

use anyhow::Result;
use candle_core::{Device, Tensor};
use chapter_kit::{Page, figure};
use corr2d::{Identifiability, corr2d};

use crate::lesson::{self, learn};
use text::Text;

/// Tells this section of the lesson.
pub(crate) fn tell(device: &Device, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let image = lesson::image(device)?;
    let known = Identifiability::of(&image, (1, 2))?;
    page.heading(text.title)?;
    page.text(text.gram)?;
    page.figure(&figure::beside(&["G =", &gram(&known)?]))?;
    page.text(text.eigenvalues)?;
    page.figure(&directions(&known))?;
    page.text(text.step)?;
    page.figure(&factors(&known, text))?;

    page.text(text.curves)?;
    page.figure(&curve(&known, ("0.03", lesson::LEARNING_RATE), &[2, 4, 6, 8, 10], device, text)?)?;
    page.figure(&curve(&known, ("1/36", known.best_lr), &[2, 4, 6, 8, 10], device, text)?)?;
    page.text(text.diverging)?;
    page.figure(&curve(&known, ("0.034", 0.034), &[2, 4, 6, 8, 10, 30, 50], device, text)?)?;

    let turned = image.t()?.contiguous()?;
    let known = Identifiability::of(&turned, (1, 2))?;
    page.text(text.turned)?;
    page.figure(&figure::beside(&["G =", &gram(&known)?]))?;
    page.figure(&directions(&known))?;
    page.text(text.unknown)?;
    page.figure(&two_answers(&turned, known.best_lr, device)?)?;
    page.text(text.advice)?;
    Ok(())
}

fn gram(known: &Identifiability) -> Result<String> {
    figure::matrix(&Tensor::new(known.gram.clone(), &Device::Cpu)?)
}

/// Each eigenvalue with its direction, so scaled that its first weight is 1.
fn directions(known: &Identifiability) -> String {
    let line = |(value, direction): (&f64, &Vec<f64>)| {
        let scaled: Vec<String> =
            direction.iter().map(|weight| figure::scalar((weight / direction[0] * 1e9).round() / 1e9)).collect();
        format!("G · [{0}] = {value:.0} · [{0}]", scaled.join(", "))
    };
    known.eigenvalues.iter().zip(&known.eigenvectors).map(line).collect::<Vec<_>>().join("\n")
}

/// What one step leaves of an error in the two directions, at several rates.
fn factors(known: &Identifiability, text: &Text) -> String {
    let rates = [("0.01", 0.01), ("1/36", known.best_lr), ("0.03", 0.03), ("1/30", known.max_lr), ("0.034", 0.034)];
    let line = |(name, rate): (&str, f64)| {
        let factors: String = known.factors(rate).iter().map(|factor| format!("{factor:>10.2}")).collect();
        format!("{name:>6}{factors}")
    };
    let title = format!("{:>6}{:>10}{:>10}", text.rate, "[1, 1]", "[1, -1]");
    [title].into_iter().chain(rates.map(line)).collect::<Vec<_>>().join("\n")
}

/// Predicted and measured losses of some epochs.
fn curve(
    known: &Identifiability,
    (name, rate): (&str, f64),
    epochs: &[usize],
    device: &Device,
    text: &Text,
) -> Result<String> {
    let steps = epochs.iter().copied().max().unwrap_or_default();
    let start = lesson::start(lesson::PUBLISHED_LOSSES_START, device)?;
    let predicted = known.predicted_losses(&start, &lesson::edge_kernel(device)?, rate, steps)?;
    let measured = learn(&lesson::image(device)?, &lesson::edges(device)?, &start, steps, rate)?.losses;
    let both = (1..).zip(predicted.iter().zip(&measured)).filter(|(epoch, _)| epochs.contains(epoch));
    let line =
        |(epoch, (predicted, measured)): (usize, (&f64, &f32))| format!("{epoch:>6}{predicted:>12.3}{measured:>12.3}");
    let title = format!("{:>6}{:>12}{:>12}", text.epoch, text.predicted, text.measured);
    Ok([format!("{} {name}", text.rate), title].into_iter().chain(both.map(line)).collect::<Vec<_>>().join("\n"))
}

/// Two beginnings, two kernels, and the loss of both.
fn two_answers(turned: &Tensor, rate: f64, device: &Device) -> Result<String> {
    let target = corr2d(turned, &lesson::edge_kernel(device)?)?;
    let line = |kernel| -> Result<String> {
        let start = lesson::start(kernel, device)?;
        let learned = learn(turned, &target, &start, lesson::EPOCHS, rate)?;
        let left = learned.losses.last().copied().unwrap_or_default();
        Ok(format!("{} → {}   {left:.3}", lesson::numbers(&start)?, lesson::numbers(&learned.kernel)?))
    };
    let lines = [lesson::PUBLISHED_LOSSES_START, lesson::PUBLISHED_KERNEL_START].map(line);
    Ok(lines.into_iter().collect::<Result<Vec<_>>>()?.join("\n"))
}
