//! Steps down the gradient, with momentum.
//!
//! For a weight w with gradient g, as `torch.optim.SGD` has it, without dampening:
//!
//! ```text
//! g ← g + weight_decay · w
//! v ← momentum · v + g
//! w ← w − learning_rate · v                       or, after Nesterov, (g + momentum · v) in place of v
//! ```
//!
//! The rate multiplies the velocity when it is used, not when it is gathered: a schedule acts at once.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use candle_nn::Optimizer;

use super::memory::Memory;
use super::{Resumable, check_learning_rate, check_share, check_weight_decay};
use crate::error::{Error, Result};
use crate::variables::{NamedTensors, Variables};

/// What [`Sgd`] may be asked. The default is plain descent at a rate of 0.001, as in PyTorch.
///
/// ```
/// use corr2d::optim::SgdOptions;
///
/// let heavy_ball = SgdOptions { learning_rate: 0.01, momentum: 0.9, ..Default::default() };
/// assert_eq!((heavy_ball.nesterov, heavy_ball.weight_decay), (false, 0.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SgdOptions {
    /// How far a step goes along the gradient.
    pub learning_rate: f64,
    /// How much of its velocity a weight keeps from step to step, from 0 to below 1.
    pub momentum: f64,
    /// Whether to step along the gradient and the velocity to come, which needs momentum.
    pub nesterov: bool,
    /// How much of each weight is added to its gradient.
    pub weight_decay: f64,
}

impl Default for SgdOptions {
    fn default() -> Self {
        Self { learning_rate: 1e-3, momentum: 0.0, nesterov: false, weight_decay: 0.0 }
    }
}

impl SgdOptions {
    fn check(&self) -> Result<()> {
        check_learning_rate(self.learning_rate)?;
        check_share("the momentum", self.momentum)?;
        check_weight_decay(self.weight_decay)?;
        if self.nesterov && self.momentum == 0.0 {
            let (what, wanted) = ("the momentum", "above 0 for nesterov, such as 0.9");
            return Err(Error::Setting { what, found: "0".to_owned(), wanted });
        }
        Ok(())
    }
}

/// Gradient descent, with momentum, Nesterov's variant of it, and weight decay.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_nn::Optimizer;
/// use corr2d::optim::{Sgd, SgdOptions};
///
/// let w = Var::new(8f32, &Device::Cpu)?;
/// let options = SgdOptions { learning_rate: 0.25, momentum: 0.5, ..Default::default() };
/// let mut optimizer = Sgd::new(vec![w.clone()], options)?;
/// // The gradient of w² is 2w: the velocity 16, then 0.5 · 16 + 8 = 16.
/// optimizer.backward_step(&w.sqr()?)?;
/// assert_eq!(w.to_scalar::<f32>()?, 4.0);
/// optimizer.backward_step(&w.sqr()?)?;
/// assert_eq!(w.to_scalar::<f32>()?, 0.0);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// `new`: [`Error::Setting`](crate::Error::Setting) for options out of their range. A step:
/// [`Error::MissingGradient`](crate::Error::MissingGradient), before any variable has moved.
#[derive(Debug)]
pub struct Sgd {
    options: SgdOptions,
    /// The variables, if there is no momentum: then nothing is remembered of them.
    plain: Memory<0>,
    /// The variables, if there is momentum.
    moving: Memory<1>,
}

impl Optimizer for Sgd {
    type Config = SgdOptions;

    fn new(variables: Vec<Var>, options: SgdOptions) -> candle_core::Result<Self> {
        options.check()?;
        let (plain, moving) = if options.momentum == 0.0 { (variables, vec![]) } else { (vec![], variables) };
        Ok(Self { options, plain: Memory::new(plain, [])?, moving: Memory::new(moving, ["velocity"])? })
    }

    fn step(&mut self, gradients: &GradStore) -> candle_core::Result<()> {
        let SgdOptions { learning_rate, momentum, nesterov, weight_decay } = self.options;
        let decayed = |weight: &Tensor, gradient: &Tensor| -> Result<Tensor> {
            if weight_decay == 0.0 { Ok(gradient.clone()) } else { Ok((gradient + (weight * weight_decay)?)?) }
        };
        self.plain.step(gradients, |weight, gradient, []| {
            Ok(((weight - (decayed(weight, gradient)? * learning_rate)?)?, []))
        })?;
        self.moving.step(gradients, |weight, gradient, [velocity]| {
            let gradient = decayed(weight, gradient)?;
            let velocity = ((velocity * momentum)? + &gradient)?;
            let direction = if nesterov { (gradient + (&velocity * momentum)?)? } else { velocity.clone() };
            Ok(((weight - (direction * learning_rate)?)?, [velocity]))
        })?;
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.options.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.options.learning_rate = learning_rate;
    }
}

impl Resumable for Sgd {
    fn state(&self, variables: &Variables) -> Result<NamedTensors> {
        self.moving.state(variables)
    }

    fn set_state(&mut self, variables: &Variables, state: &NamedTensors) -> Result<()> {
        self.moving.set_state(variables, state)
    }
}
