//! The kernel that made one photograph of another: a layer of one kernel and a bias, trained on the pair.

use std::io::IsTerminal;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, VarMap};
use chapter_kit::{Page, figure};
use corr2d::{Conv2d, Conv2dOptions, Initializer, Trainer};
use corr2d_imaging::{Kernel, Picture, load_npy, plot, write_whole};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::apply::check_rate;
use crate::text::Text;

/// The epochs between two moves of the progress bar.
const EPOCHS_A_MOVE: usize = 10;

/// Height and width of a kernel, written 5x3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KernelSize {
    height: usize,
    width: usize,
}

impl FromStr for KernelSize {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok().filter(|size| (1..=99).contains(size));
        match text.split_once(['x', '×']).and_then(|(height, width)| Some((number(height)?, number(width)?))) {
            Some((height, width)) => Ok(Self { height, width }),
            None => Err("write height and width, each from 1 to 99, as in 5x3".to_owned()),
        }
    }
}

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) input: &'a Path,
    pub(crate) target: &'a Path,
    pub(crate) size: KernelSize,
    pub(crate) epochs: usize,
    pub(crate) learning_rate: f64,
    pub(crate) seed: u64,
    pub(crate) save: Option<&'a Path>,
    pub(crate) plot: Option<&'a Path>,
}

/// What came of it.
pub(crate) struct Found<'a> {
    asked: &'a Asked<'a>,
    kernel: Tensor,
    bias: f64,
    losses: Vec<f64>,
    /// The share of the target's variance that the kernel explains.
    r_squared: f64,
}

/// Learns the kernel, and writes what is to be written.
pub(crate) fn learn_pair<'a>(asked: &'a Asked<'a>, device: &Device) -> Result<Found<'a>> {
    check_rate(asked.learning_rate)?;
    let input = brightness(asked.input, device).context("--input")?;
    let target = brightness(asked.target, device).context("--target")?;
    let target = seen_by_whole_windows(&input, &target, asked.size)?;
    let variables = VarMap::new();
    let builder = Initializer::PyTorch.var_builder(&variables, asked.seed, DType::F32, device);
    let KernelSize { height, width } = asked.size;
    let model = Conv2d::build(1, 1, (height, width), Conv2dOptions::default(), builder)?;
    let losses = train(&model, &variables, asked, &batch(&input)?, &batch(&target)?)?;
    let kernel = model.weight().detach().reshape((height, width))?;
    let bias = model.bias().map_or(Ok(0.0), |bias| bias.get(0)?.to_scalar::<f32>())?.into();
    let r_squared = r_squared(&model, &batch(&input)?, &batch(&target)?)?;
    let found = Found { asked, kernel, bias, losses, r_squared };
    found.write()?;
    Ok(found)
}

fn train(model: &Conv2d, variables: &VarMap, asked: &Asked<'_>, input: &Tensor, target: &Tensor) -> Result<Vec<f64>> {
    let settings = ParamsAdamW { lr: asked.learning_rate, weight_decay: 0.0, ..Default::default() };
    let mut trainer = Trainer {
        model,
        loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.mean_all()?),
        optimizer: AdamW::new(variables.all_vars(), settings)?,
        variables,
    };
    let bar = progress(asked.epochs);
    let mut losses = Vec::with_capacity(asked.epochs.min(1 << 20));
    while losses.len() < asked.epochs {
        let epochs = EPOCHS_A_MOVE.min(asked.epochs - losses.len());
        // Adam circles around the solution at the size of its steps, so they shrink towards the end.
        let done = losses.len() as f64 / asked.epochs as f64;
        trainer.optimizer.set_learning_rate(asked.learning_rate * (1.0 - done).max(0.01));
        losses.extend(trainer.fit(input, target, epochs)?.losses);
        bar.set_position(losses.len() as u64);
        bar.set_message(losses.last().map_or(String::new(), |loss| format!("{loss:.3e}")));
    }
    bar.finish_and_clear();
    Ok(losses)
}

/// A bar on standard error, if that is a terminal.
fn progress(epochs: usize) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
    match ProgressStyle::with_template("{pos}/{len} {wide_bar} loss {msg}, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The brightness [H, W] of a picture, or the numbers of an array.
fn brightness(path: &Path, device: &Device) -> Result<Tensor> {
    let is_array = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    let numbers = if is_array { load_npy(path, device)? } else { Picture::load(path, device)?.luma()? };
    match *numbers.dims() {
        [1, height, width] => Ok(numbers.reshape((height, width))?.to_dtype(DType::F32)?),
        [_, _] => Ok(numbers.to_dtype(DType::F32)?),
        _ => anyhow::bail!("{} has shape {:?}, but it must be [H, W] or [1, H, W]", path.display(), numbers.dims()),
    }
}

/// The part of the target that whole windows of the input made: all of it if it is smaller by the kernel, the middle if
/// it is as large as the input.
fn seen_by_whole_windows(input: &Tensor, target: &Tensor, size: KernelSize) -> Result<Tensor> {
    let ((height, width), found) = (input.dims2()?, target.dims2()?);
    ensure!(
        size.height <= height && size.width <= width,
        "--kernel-size {}x{} is larger than the input of {height}×{width}: take a smaller kernel",
        size.height,
        size.width
    );
    let (rows, columns) = (height - size.height + 1, width - size.width + 1);
    if found == (rows, columns) {
        return Ok(target.clone());
    }
    ensure!(
        found == (height, width),
        "--target is {}×{}, but the input is {height}×{width}: the target must be as large, or {rows}×{columns} without its rim",
        found.0,
        found.1
    );
    Ok(target.narrow(0, size.height / 2, rows)?.narrow(1, size.width / 2, columns)?)
}

fn batch(matrix: &Tensor) -> Result<Tensor> {
    Ok(matrix.unsqueeze(0)?.unsqueeze(0)?.contiguous()?)
}

/// 1 − (what is left) / (what there was), both as mean squares; 0 for a target that is the same everywhere.
fn r_squared(model: &Conv2d, input: &Tensor, target: &Tensor) -> Result<f64> {
    use candle_nn::Module;
    let mean_square =
        |tensor: &Tensor| -> Result<f64> { Ok(tensor.to_dtype(DType::F64)?.sqr()?.mean_all()?.to_scalar()?) };
    let left = mean_square(&(model.forward(input)?.detach() - target)?)?;
    let there_was = mean_square(&target.broadcast_sub(&target.mean_all()?)?)?;
    Ok(if there_was > 0.0 { 1.0 - left / there_was } else { 0.0 })
}

impl Found<'_> {
    fn write(&self) -> Result<()> {
        if let Some(path) = self.asked.save {
            Kernel::from_tensor("learned", &self.kernel)?.save(path).context("--save")?;
        }
        if let Some(path) = self.asked.plot {
            let svg = plot::log_curve("Learning a kernel", "epoch", "loss", &self.losses)?;
            write_whole(path, |file| file.write_all(svg.as_bytes())).context("--plot")?;
        }
        Ok(())
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let asked = self.asked;
        page.heading(&(text.pair_title)(&asked.input.display().to_string(), &asked.target.display().to_string()))?;
        page.figure(&figure::matrix(&self.kernel)?)?;
        let last = self.losses.last().copied().unwrap_or(f64::NAN);
        page.text(&(text.pair)(asked.epochs, last, self.bias, self.r_squared))?;
        page.text((text.verdict)(self.r_squared))?;
        for path in [asked.save, asked.plot].into_iter().flatten() {
            page.text(&(text.written)(&path.display().to_string()))?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(json!({
            "kernel": self.kernel.to_vec2::<f32>()?,
            "bias": self.bias,
            "losses": self.losses,
            "r_squared": self.r_squared,
        }))
    }
}
