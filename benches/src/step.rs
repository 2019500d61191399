//! The lesson's own training step: a kernel of two numbers learns the edges of an image of 6×8.
//!
//! ```text
//! loss = Σ (x ⋆ k − y)²        k ← k − 0.03 · ∂loss/∂k
//! ```

use candle_core::{Device, Tensor, Var};
use candle_nn::{Conv2dConfig, Module, Optimizer, SGD};
use corr2d::autograd::gradient;
use corr2d::{Conv2d, Conv2dOptions, Result};

use crate::{Pace, assert_close};

/// The name of its row.
pub const STEP: &str = "lesson_step_6x8";

/// That of the lesson.
pub const LEARNING_RATE: f64 = 3e-2;

/// What the step is computed from.
pub struct Step {
    /// White, with a black bar over four columns: [1, 1, 6, 8].
    pub input: Tensor,
    /// Its edges, left minus right: [1, 1, 6, 7].
    pub target: Tensor,
    /// Where the kernel begins: [1, 1, 1, 2].
    pub start: Tensor,
}

impl Step {
    /// The numbers of the lesson.
    ///
    /// # Errors
    /// Those of candle.
    pub fn new() -> Result<Self> {
        let row = Tensor::new(&[1f32, 1., 0., 0., 0., 0., 1., 1.], &Device::Cpu)?;
        let input = row.broadcast_as((1, 1, 6, 8))?.contiguous()?;
        let target = (input.narrow(3, 0, 7)? - input.narrow(3, 1, 7)?)?;
        Ok(Self { input, target, start: Tensor::new(&[[[[0.5987f32, -0.5092]]]], &Device::Cpu)? })
    }

    /// ∂loss/∂k where the kernel begins.
    ///
    /// # Errors
    /// Those of candle.
    pub fn gradient(&self) -> Result<Tensor> {
        Learner::ours(self)?.learn()
    }

    /// The median times of a step in milliseconds, by the names of the columns: with a layer of `corr2d` and with one of
    /// `candle`. The optimiser is candle's in both.
    ///
    /// # Errors
    /// Those of candle.
    ///
    /// # Panics
    /// When the gradient of candle's layer is not that of ours.
    pub fn times(&self, pace: &Pace) -> Result<Vec<(&'static str, f64)>> {
        let (mut ours, mut candles) = (Learner::ours(self)?, Learner::candles(self)?);
        // The call that is checked is the one that warms up.
        assert_close(&candles.learn()?, &ours.learn()?, "the gradient of candle's layer")?;
        Ok(vec![
            ("corr2d", pace.median(|| ours.learn().map(drop))?),
            ("candle", pace.median(|| candles.learn().map(drop))?),
        ])
    }
}

/// A layer and the kernel in it that moves.
struct Learner<'a> {
    step: &'a Step,
    layer: Box<dyn Module>,
    kernel: Var,
    optimizer: SGD,
}

impl<'a> Learner<'a> {
    fn ours(step: &'a Step) -> Result<Self> {
        Self::new(step, |weight| Ok(Box::new(Conv2d::new(weight, None, Conv2dOptions::default())?)))
    }

    fn candles(step: &'a Step) -> Result<Self> {
        Self::new(step, |weight| Ok(Box::new(candle_nn::Conv2d::new(weight, None, Conv2dConfig::default()))))
    }

    fn new(step: &'a Step, layer: impl FnOnce(Tensor) -> Result<Box<dyn Module>>) -> Result<Self> {
        let kernel = Var::from_tensor(&step.start)?;
        let optimizer = SGD::new(vec![kernel.clone()], LEARNING_RATE)?;
        Ok(Self { step, layer: layer(kernel.as_tensor().clone())?, kernel, optimizer })
    }

    /// One step; the gradient that it followed.
    fn learn(&mut self) -> Result<Tensor> {
        let loss = (self.layer.forward(&self.step.input)? - &self.step.target)?.sqr()?.sum_all()?;
        let gradients = loss.backward()?;
        self.optimizer.step(&gradients)?;
        gradient(&gradients, &self.kernel, "the kernel")
    }
}
