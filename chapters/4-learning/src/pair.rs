//! The kernel that made one photograph of another.
//!
//! The lesson's loop would find it too, but slowly: photographs are smooth, so a step that suits their brightness is far
//! too small for their details. The method of conjugate gradients takes the same gradients and, by never undoing what an
//! earlier step has gained, is done after about as many steps as the kernel has weights (*Methods of
//! conjugate gradients for solving linear systems*, 1952, section 10, for least squares).

use std::io::IsTerminal;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use chapter_kit::{Page, figure};
use corr2d::autograd::value_and_grad;
use corr2d::{Conv2dOptions, conv2d};
use corr2d_imaging::{Kernel, Picture, load_npy, plot, write_whole};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::text::Text;

/// Further steps gain nothing once the gradient has fallen by this factor.
const SMALLEST_GRADIENT: f64 = 1e-12;

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
    /// The steps to take at most.
    pub(crate) epochs: usize,
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
    let input = brightness(asked.input, device).context("--input")?;
    let target = brightness(asked.target, device).context("--target")?;
    let target = seen_by_whole_windows(&input, &target, asked.size)?;
    // Around 0, the weights and the bias can be learned each by itself.
    let mean = input.mean_all()?.to_scalar::<f64>()?;
    let (solution, losses) = conjugate_gradients(&batch(&(input - mean)?)?, &batch(&target)?, asked)?;
    let KernelSize { height, width } = asked.size;
    let kernel = solution.kernel.reshape((height, width))?;
    let bias = solution.bias.get(0)?.to_scalar::<f64>()? - mean * kernel.sum_all()?.to_scalar::<f64>()?;
    let r_squared = 1.0 - losses.last().copied().unwrap_or(1.0);
    let found = Found { asked, kernel, bias, losses, r_squared };
    found.write()?;
    Ok(found)
}

/// A kernel [1, 1, h, w] and a bias [1], or a direction in which both move.
#[derive(Clone)]
struct Unknowns {
    kernel: Tensor,
    bias: Tensor,
}

/// The unknowns of the least squared error, and the share of the target's variance that was left after each step.
fn conjugate_gradients(input: &Tensor, target: &Tensor, asked: &Asked<'_>) -> Result<(Unknowns, Vec<f64>)> {
    let mut solution = Unknowns::zeros(asked.size, input.device())?;
    let variance = square(&target.broadcast_sub(&target.mean_all()?)?)?.max(f64::MIN_POSITIVE);
    let mut left = target.clone();
    let mut gradient = solution.gradient(input, &left)?;
    let (first, mut slope) = (gradient.square()?, gradient.square()?);
    let mut direction = gradient.clone();
    let mut losses = Vec::new();
    let bar = progress(asked.epochs);
    while losses.len() < asked.epochs && slope > SMALLEST_GRADIENT * SMALLEST_GRADIENT * first {
        let change = direction.apply(input)?;
        let step = slope / square(&change)?;
        solution = solution.add(&direction, step)?;
        left = (left - (change * step)?)?;
        gradient = solution.gradient(input, &left)?;
        let next_slope = gradient.square()?;
        direction = gradient.add(&direction, next_slope / slope)?;
        slope = next_slope;
        losses.push(square(&left)? / variance);
        bar.inc(1);
    }
    bar.finish_and_clear();
    ensure!(losses.iter().all(|loss| loss.is_finite()), "the pictures hold numbers that are not finite");
    Ok((solution, losses))
}

impl Unknowns {
    fn zeros(size: KernelSize, device: &Device) -> Result<Self> {
        let kernel = Tensor::zeros((1, 1, size.height, size.width), DType::F64, device)?;
        Ok(Self { kernel, bias: Tensor::zeros(1, DType::F64, device)? })
    }

    fn apply(&self, input: &Tensor) -> Result<Tensor> {
        Ok(conv2d(input, &self.kernel, Some(&self.bias), &Conv2dOptions::default())?)
    }

    /// Half the downhill gradient of the squared error, of which `left` is the part that is not explained yet.
    fn gradient(&self, input: &Tensor, left: &Tensor) -> Result<Self> {
        let explained = |u: &[Tensor]| {
            let output = conv2d(input, &u[0], Some(&u[1]), &Conv2dOptions::default())?;
            Ok((output * left)?.sum_all()?)
        };
        let (_, gradients) = value_and_grad(explained, &[self.kernel.clone(), self.bias.clone()])?;
        Ok(Self { kernel: gradients[0].clone(), bias: gradients[1].clone() })
    }

    fn add(&self, direction: &Self, step: f64) -> Result<Self> {
        let kernel = (&self.kernel + (&direction.kernel * step)?)?;
        Ok(Self { kernel, bias: (&self.bias + (&direction.bias * step)?)? })
    }

    fn square(&self) -> Result<f64> {
        Ok(square(&self.kernel)? + square(&self.bias)?)
    }
}

fn square(tensor: &Tensor) -> Result<f64> {
    Ok(tensor.sqr()?.sum_all()?.to_scalar()?)
}

/// A bar on standard error, if that is a terminal.
fn progress(epochs: usize) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
    match ProgressStyle::with_template("step {pos} of {len} at most {wide_bar} {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The brightness [H, W] of a picture, or the numbers of an array.
fn brightness(path: &Path, device: &Device) -> Result<Tensor> {
    let is_array = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    let numbers = if is_array { load_npy(path, device)? } else { Picture::load(path, device)?.luma()? };
    match *numbers.dims() {
        [1, height, width] => Ok(numbers.reshape((height, width))?.to_dtype(DType::F64)?),
        [_, _] => Ok(numbers.to_dtype(DType::F64)?),
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

impl Found<'_> {
    fn write(&self) -> Result<()> {
        if let Some(path) = self.asked.save {
            Kernel::from_tensor("learned", &self.kernel)?.save(path).context("--save")?;
        }
        if let Some(path) = self.asked.plot {
            let svg = plot::log_curve("Learning a kernel", "step", "unexplained share of the variance", &self.losses)?;
            write_whole(path, |file| file.write_all(svg.as_bytes())).context("--plot")?;
        }
        Ok(())
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let asked = self.asked;
        page.heading(&(text.pair_title)(&asked.input.display().to_string(), &asked.target.display().to_string()))?;
        page.figure(&figure::matrix(&self.kernel)?)?;
        page.text(&(text.pair)(self.losses.len(), &figure::scalar(self.bias), self.r_squared))?;
        page.text((text.verdict)(self.r_squared))?;
        for path in [asked.save, asked.plot].into_iter().flatten() {
            page.text(&(text.written)(&path.display().to_string()))?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(json!({
            "kernel": self.kernel.to_vec2::<f64>()?,
            "bias": self.bias,
            "losses": self.losses,
            "r_squared": self.r_squared,
        }))
    }
}
