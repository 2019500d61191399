//! The lesson's loop on the lesson's image, with the reader's start, rate and number of steps.

use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use chapter_kit::{Page, json};
use corr2d::{Identifiability, Initializer};
use serde_json::Value;

use crate::lesson::{self, Learned};
use crate::text::Text;

/// The two numbers of a first kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start(pub(crate) [f32; 2]);

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok().filter(|value: &f32| value.is_finite());
        match text.split_once(',').and_then(|(left, right)| Some([number(left)?, number(right)?])) {
            Some(kernel) => Ok(Self(kernel)),
            None => Err("write two numbers, as in 0.5987,-0.5092".to_owned()),
        }
    }
}

/// A learning rate, as a number or a fraction of two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate(pub(crate) f64);

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse::<f64>().ok();
        let rate = match text.split_once('/') {
            Some((above, below)) => number(above).zip(number(below)).map(|(above, below)| above / below),
            None => number(text),
        };
        rate.map(Self).ok_or_else(|| "write a number or a fraction, as in 0.03 or 1/36".to_owned())
    }
}

/// A run of the lesson's loop.
pub(crate) struct Run {
    start: Tensor,
    learned: Learned,
    /// The loss of each step as the eigenvalues of the image foretell it.
    predicted: Vec<f64>,
    learning_rate: f64,
}

/// Learns the kernel of the drawing from `start`, or from a random kernel.
pub(crate) fn learn_drawing(
    start: Option<Start>,
    seed: u64,
    epochs: usize,
    learning_rate: f64,
    device: &Device,
) -> Result<Run> {
    check_rate(learning_rate)?;
    let start = match start {
        Some(Start(kernel)) => Tensor::new(&[kernel], device)?,
        None => Initializer::PyTorch.draw((1, 2), seed, DType::F32, device)?,
    };
    let (x, y) = (lesson::image(device)?, lesson::edges(device)?);
    let learned = lesson::learn(&x, &y, &start, epochs, learning_rate)?;
    let lost = learned.losses.iter().position(|loss| !loss.is_finite());
    if let Some(epoch) = lost.map(|index| index + 1) {
        let cause = format!("the loss of epoch {epoch} is no finite number");
        return Err(anyhow::anyhow!("take a learning rate below 1/30 = 0.0333, not {learning_rate}")).context(cause);
    }
    let known = Identifiability::of(&x, (1, 2))?;
    let predicted = known.predicted_losses(&start, &lesson::edge_kernel(device)?, learning_rate, epochs)?;
    Ok(Run { start, learned, predicted, learning_rate })
}

/// A learning rate that can be used at all.
pub(crate) fn check_rate(learning_rate: f64) -> Result<()> {
    let usable = learning_rate.is_finite() && learning_rate > 0.0;
    ensure!(usable, "--lr is {learning_rate}: the learning rate must be positive and finite, such as 0.03");
    Ok(())
}

impl Run {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let start = lesson::numbers(&self.start)?;
        page.heading(&(text.run_title)(&start, self.learning_rate))?;
        let beside_predicted = |epoch: usize, loss| {
            let predicted = self.predicted.get(epoch - 1).copied().unwrap_or(f64::NAN);
            (text.why.epoch_beside_predicted)(epoch, loss, predicted)
        };
        page.figure(&self.learned.lines(beside_predicted, text.kernel)?)?;
        let smallest = self.learned.losses.iter().copied().fold(f32::INFINITY, f32::min);
        if self.learned.losses.last().is_some_and(|last| *last > smallest) {
            page.text(text.diverges)?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(serde_json::json!({
            "start": json::tensor("the first kernel", &self.start)?,
            "learning_rate": json::number("the learning rate", self.learning_rate)?,
            "losses": json::numbers("the losses", &self.learned.losses)?,
            "predicted": json::numbers("the predicted losses", &self.predicted)?,
            "kernel": json::tensor("the kernel", &self.learned.kernel)?,
        }))
    }
}
