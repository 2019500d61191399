//! The lesson's loop as four frameworks write it, on our engine, printed as they print it.
//!
//! Each file of the folder is one framework's loop: its layouts, its way to a gradient, its update, its `print`. What they
//! compute differs by the order of additions (`adding`), and so in the last digits alone. One thing is not followed: TensorFlow
//! squares by a power function of its own, whose last bit is another for every fourth number, so that of its losses six digits
//! are sure.

mod adding;
mod jax;
mod layer;
mod mxnet;
mod python;
mod pytorch;
mod sum;
mod tensorflow;
mod text;

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor};
use chapter_kit::{Language, Page, json};
use clap::ValueEnum;
use corr2d::{Identifiability, Initializer};
use serde_json::Value;

use crate::lesson;
use text::Text;

/// A framework whose loop is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lower")]
pub(crate) enum Dialect {
    PyTorch,
    Mxnet,
    TensorFlow,
    Jax,
}

/// What a loop begins with: the first kernel [1, 2], the steps and the learning rate.
struct Settings {
    start: Tensor,
    epochs: usize,
    lr: f64,
}

/// What a loop prints, line by line.
#[derive(Default)]
struct Output {
    lines: Vec<String>,
}

/// All that a loop printed, and the kernel [1, 2] that it ended with.
struct Printed {
    lines: Vec<String>,
    kernel: Tensor,
}

impl Output {
    fn print(&mut self, line: String) {
        self.lines.push(line);
    }

    /// The last cell of the lesson shows the kernel.
    fn end(mut self, kernel: Tensor, representation: fn(&Tensor) -> Result<String>) -> Result<Printed> {
        self.lines.push(representation(&kernel)?);
        Ok(Printed { lines: self.lines, kernel })
    }
}

/// A run, ready to be shown.
pub(crate) struct Run {
    dialect: Dialect,
    settings: Settings,
    printed: Printed,
}

impl Dialect {
    /// The framework as it is written in prose.
    fn name(self) -> &'static str {
        match self {
            Self::PyTorch => "PyTorch",
            Self::Mxnet => "MXNet",
            Self::TensorFlow => "TensorFlow",
            Self::Jax => "JAX",
        }
    }

    /// From which its own layer would draw the first kernel.
    fn initializer(self) -> Initializer {
        match self {
            Self::PyTorch => Initializer::PyTorch,
            Self::Mxnet => Initializer::MxnetUniform,
            Self::TensorFlow => Initializer::KerasGlorotUniform,
            Self::Jax => Initializer::FlaxLecunNormal,
        }
    }

    /// Runs the loop from `start`, or from a kernel that the framework's own law draws from `seed`.
    pub(crate) fn run(
        self,
        start: Option<[f32; 2]>,
        seed: u64,
        epochs: usize,
        lr: f64,
        device: &Device,
    ) -> Result<Run> {
        ensure!(device.is_cpu(), "--dialect adds as the frameworks do on a processor: leave out --device");
        let start = match start {
            Some(kernel) => Tensor::new(&[kernel], device)?,
            None => self.initializer().draw((1, 1, 1, 2), seed, DType::F32, device)?.reshape((1, 2))?,
        };
        let settings = Settings { start, epochs, lr };
        let printed = match self {
            Self::PyTorch => pytorch::learn(&settings)?,
            Self::Mxnet => mxnet::learn(&settings)?,
            Self::TensorFlow => tensorflow::learn(&settings)?,
            Self::Jax => jax::learn(&settings)?,
        };
        Ok(Run { dialect: self, settings, printed })
    }
}

impl Run {
    pub(crate) fn print(&self, language: Language, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(language);
        let Settings { start, lr, .. } = &self.settings;
        page.heading(&(text.title)(self.dialect.name(), &lesson::numbers(start)?, *lr))?;
        page.figure(&self.printed.lines.join("\n"))?;
        page.text(text.of_dialect(self.dialect))?;
        let known = Identifiability::of(&lesson::image(&Device::Cpu)?, (1, 2))?;
        if *lr >= known.max_lr {
            let [factor, ..] = *known.factors(*lr) else { return Ok(()) };
            page.text(&(text.diverges)(factor))?;
        }
        page.text(text.last_digits)?;
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(serde_json::json!({
            "dialect": self.dialect.name(),
            "start": json::tensor("the first kernel", &self.settings.start)?,
            "learning_rate": json::number("the learning rate", self.settings.lr)?,
            "printed": self.printed.lines,
            "kernel": json::tensor("the kernel", &self.printed.kernel)?,
        }))
    }
}
