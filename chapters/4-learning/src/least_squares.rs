//! The kernel and the bias of the least squared error, by conjugate gradients.
//!
//! The lesson's loop would find them too, but slowly: photographs are smooth, so a step that suits their brightness is far
//! too small for their details. The method of conjugate gradients takes the same gradients and, by never undoing what an
//! earlier step has gained, is done after about as many steps as the kernel has weights (*Methods of
//! conjugate gradients for solving linear systems*, 1952, section 10, for least squares).

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor};
use corr2d::autograd::value_and_grad;
use corr2d::{Conv2dOptions, conv2d};

/// Further steps gain nothing once the gradient has fallen by this factor.
const SMALLEST_GRADIENT: f64 = 1e-12;

/// A variance that is so small a part of the squares is what rounding leaves of none.
const ROUNDING: f64 = 1e-20;

/// The best kernel, and how it was approached.
pub struct Solution {
    /// The kernel, [h, w].
    pub kernel: Tensor,
    /// What is added to each output.
    pub bias: f64,
    /// The share of the target's variance that was left unexplained after each step.
    pub losses: Vec<f64>,
}

/// The numbers in which a device calculates best: f64, but for Metal, which has none.
///
/// ```
/// use candle_core::{DType, Device};
///
/// assert_eq!(chapter_learning::least_squares::widest(&Device::Cpu), DType::F64);
/// ```
pub fn widest(device: &Device) -> DType {
    if device.is_metal() { DType::F32 } else { DType::F64 }
}

/// Seeks the kernel of `size` (height, width) and the bias that make `target` [H-h+1, W-w+1] of `input` [H, W], in the
/// dtype of both.
///
/// `stepped` is called after each of at most `steps` steps.
///
/// # Errors
/// For matrices that do not fit each other, or that hold what is not finite.
pub fn solve(
    input: &Tensor,
    target: &Tensor,
    size: (usize, usize),
    steps: usize,
    mut stepped: impl FnMut(),
) -> Result<Solution> {
    // Around 0, the weights and the bias can be learned each by itself.
    let mean = sum(input)? / input.elem_count() as f64;
    let (input, target) = (batch(&(input - mean)?)?, batch(target)?);
    let variance = square(&(&target - sum(&target)? / target.elem_count() as f64)?)?;
    ensure!(
        variance > ROUNDING * square(&target)?,
        "the target is the same everywhere, so a bias alone explains it: take a target with edges"
    );
    let mut best = Unknowns::zeros(size, &input)?;
    let mut left = target;
    let mut direction = best.gradient(&input, &left)?;
    let (first, mut slope) = (direction.square()?, direction.square()?);
    let mut losses = Vec::new();
    while losses.len() < steps && slope > SMALLEST_GRADIENT * SMALLEST_GRADIENT * first {
        let change = direction.apply(&input)?;
        let step = slope / square(&change)?;
        best = best.add(&direction, step)?;
        left = (left - (change * step)?)?;
        let gradient = best.gradient(&input, &left)?;
        let next_slope = gradient.square()?;
        direction = gradient.add(&direction, next_slope / slope)?;
        slope = next_slope;
        losses.push(square(&left)? / variance);
        stepped();
    }
    ensure!(losses.iter().all(|loss| loss.is_finite()), "the pictures hold numbers that are not finite");
    let kernel = best.kernel.reshape(size)?;
    let bias = sum(&best.bias)? - mean * sum(&kernel)?;
    Ok(Solution { kernel, bias, losses })
}

/// A kernel [1, 1, h, w] and a bias [1], or a direction in which both move.
struct Unknowns {
    kernel: Tensor,
    bias: Tensor,
}

impl Unknowns {
    fn zeros((height, width): (usize, usize), like: &Tensor) -> Result<Self> {
        let kernel = Tensor::zeros((1, 1, height, width), like.dtype(), like.device())?;
        Ok(Self { kernel, bias: Tensor::zeros(1, like.dtype(), like.device())? })
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

fn batch(matrix: &Tensor) -> Result<Tensor> {
    Ok(matrix.unsqueeze(0)?.unsqueeze(0)?.contiguous()?)
}

fn square(tensor: &Tensor) -> Result<f64> {
    sum(&tensor.sqr()?)
}

/// In f64 and in main memory, so that a sum over a photograph loses nothing on any device.
fn sum(tensor: &Tensor) -> Result<f64> {
    Ok(tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.sum_all()?.to_scalar()?)
}
