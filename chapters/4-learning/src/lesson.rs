//! Learning a kernel: the edges of chapter 3 are given, the kernel that makes them is sought.

use anyhow::Result;
use candle_core::{DType, Device, Tensor, Var};
use chapter_kit::{Page, figure};
use corr2d::autograd::gradient;
use corr2d::{Initializer, corr2d};

use crate::by_hand::{loss_by_hand, step_by_hand};
use crate::text::Text;
use crate::why;

/// Tells the lesson; the random kernel of its last section comes from `seed`.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, seed: u64, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (x, y) = (image(device)?, edges(device)?);
    page.heading(text.title)?;
    page.text(text.what)?;
    page.figure(&figure::beside(&[&figure::matrix(&x)?, "⋆", "?  ?", "=", &figure::matrix(&y)?]))?;
    page.text(text.loss)?;
    page.text(text.by_hand)?;
    page.figure(&loss_by_hand(PUBLISHED_LOSSES_START))?;

    page.text(text.steps)?;
    page.figure("kernel ← kernel − 0.03 · ∂loss/∂kernel")?;
    page.text(text.step_by_hand)?;
    page.figure(&step_by_hand(PUBLISHED_LOSSES_START))?;
    page.text(text.ten_steps)?;
    let first = learn(&x, &y, &start(PUBLISHED_LOSSES_START, device)?, EPOCHS, LEARNING_RATE)?;
    page.figure(&first.figure(text)?)?;
    page.text(text.close)?;

    page.heading(text.published_title)?;
    page.text(text.published)?;
    let second = learn(&x, &y, &start(PUBLISHED_KERNEL_START, device)?, EPOCHS, LEARNING_RATE)?;
    page.figure(&second.figure(text)?)?;
    page.text(text.two_runs)?;

    page.heading(text.random_title)?;
    page.text(&(text.random)(seed))?;
    let random = Initializer::PyTorch.draw((1, 2), seed, DType::F32, device)?;
    page.figure(&numbers(&random)?)?;
    page.figure(&learn(&x, &y, &random, EPOCHS, LEARNING_RATE)?.figure(text)?)?;

    why::tell(device, text.why, page)?;
    page.text(text.try_it)?;
    page.figure(TRY)?;
    Ok(())
}

/// From here ten steps give the losses that the published notebook prints.
pub(crate) const PUBLISHED_LOSSES_START: [f32; 2] = [0.5987, -0.5092];

/// From here ten steps give the kernel that it prints.
pub(crate) const PUBLISHED_KERNEL_START: [f32; 2] = [0.0375, -0.0543];

/// The steps of the lesson.
pub const EPOCHS: usize = 10;

/// The learning rate of the lesson.
pub const LEARNING_RATE: f64 = 0.03;

// ANCHOR: data
/// The image of chapter 3: white, with a black bar over the four columns in the middle.
pub fn image(device: &Device) -> Result<Tensor> {
    let row = Tensor::new(&[1f32, 1., 0., 0., 0., 0., 1., 1.], device)?;
    Ok(row.broadcast_as((6, 8))?.contiguous()?)
}

/// Its edges, made with a kernel that the loop below does not know.
pub fn edges(device: &Device) -> Result<Tensor> {
    Ok(corr2d(&image(device)?, &edge_kernel(device)?)?)
}

/// The kernel that is sought.
pub fn edge_kernel(device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[[1f32, -1.]], device)?)
}
// ANCHOR_END: data

// ANCHOR: learn
/// Steps against the gradient of the squared error; each loss is measured before its step.
pub fn learn(x: &Tensor, y: &Tensor, start: &Tensor, epochs: usize, rate: f64) -> Result<Learned> {
    let kernel = Var::from_tensor(start)?;
    let mut losses = Vec::new();
    for _ in 0..epochs {
        let loss = (corr2d(x, &kernel)? - y)?.sqr()?.sum_all()?;
        let slope = gradient(&loss.backward()?, &kernel, "the kernel")?;
        kernel.set(&(kernel.as_tensor() - (slope * rate)?)?)?;
        losses.push(loss.to_scalar()?);
    }
    Ok(Learned { losses, kernel: kernel.into_inner() })
}
// ANCHOR_END: learn

/// What came of a run.
pub struct Learned {
    /// The loss of each step, before it was taken.
    pub losses: Vec<f32>,
    /// The kernel after the last step.
    pub kernel: Tensor,
}

impl Learned {
    /// The loss of every second epoch and of the last one, and the kernel.
    pub fn figure(&self, text: &Text) -> Result<String> {
        self.lines(text.epoch, text.kernel)
    }

    /// The same in other words: `line` makes a line of an epoch and its loss.
    pub fn lines(&self, line: impl Fn(usize, f64) -> String, kernel: &str) -> Result<String> {
        let listed = |epoch: usize| epoch.is_multiple_of(2) || epoch == self.losses.len();
        let epochs = (1..).zip(&self.losses).filter(|(epoch, _)| listed(*epoch));
        let mut lines: Vec<String> = epochs.map(|(epoch, loss)| line(epoch, f64::from(*loss))).collect();
        lines.push(format!("{kernel} {}", numbers(&self.kernel)?));
        Ok(lines.join("\n"))
    }
}

/// A first kernel.
pub(crate) fn start(kernel: [f32; 2], device: &Device) -> Result<Tensor> {
    Ok(Tensor::new(&[kernel], device)?)
}

/// The numbers of a kernel in one line, with four decimals.
pub fn numbers(kernel: &Tensor) -> Result<String> {
    let values: Vec<f32> = kernel.flatten_all()?.to_vec1()?;
    Ok(format!("[{}]", values.iter().map(|value| format!("{value:.4}")).collect::<Vec<_>>().join(", ")))
}

const TRY: &str = "\
cargo run -p chapter-learning -- --seed 7
cargo run -p chapter-learning -- --init 0.5987,-0.5092 --lr 0.04
cargo run -p chapter-learning -- --init 0.5987,-0.5092 --dialect jax
cargo run -p chapter-edges -- --image a.png --luma --output b.npy
cargo run -p chapter-learning -- --input a.png --target b.npy";
