//! Steps of about the same length for every weight.
//!
//! For a weight w with gradient g at step t, as `torch.optim.Adam` has it:
//!
//! ```text
//! m ← beta1 · m + (1 − beta1) · g                 the mean of the gradient, of late
//! v ← beta2 · v + (1 − beta2) · g²                the mean of its square
//! w ← w − learning_rate · m̂ / (√v̂ + epsilon)      m̂ = m / (1 − beta1ᵗ), v̂ = v / (1 − beta2ᵗ): both began with 0
//! ```
//!
//! Weight decay is either a part of the gradient, g + decay · w, which the division then evens out, or a step of its own,
//! w − learning_rate · decay · w, before the other: *Decoupled Weight Decay Regularization*, 2019, and
//! `torch.optim.AdamW`.

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use candle_nn::Optimizer;

use super::memory::Memory;
use super::{Resumable, check, check_learning_rate, check_share, check_weight_decay};
use crate::error::Result;
use crate::variables::{NamedTensors, Variables, check_alike};

/// The name of the number of steps taken. No variable's state has a name without a dot.
const STEPS: &str = "steps";

/// How weights are drawn towards zero.
///
/// ```
/// use corr2d::optim::{AdamOptions, WeightDecay};
///
/// assert_eq!(AdamOptions::default().weight_decay, WeightDecay::Coupled(0.0));
/// assert_eq!(AdamOptions::adam_w().weight_decay, WeightDecay::Decoupled(0.01));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WeightDecay {
    /// As a part of the gradient: `torch.optim.Adam`.
    Coupled(f64),
    /// As a step of its own: `torch.optim.AdamW`.
    Decoupled(f64),
}

/// What [`Adam`] may be asked. The default is that of PyTorch's `Adam`.
///
/// ```
/// use corr2d::optim::AdamOptions;
///
/// let options = AdamOptions { learning_rate: 0.01, ..AdamOptions::adam_w() };
/// assert_eq!((options.beta1, options.beta2), (0.9, 0.999));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamOptions {
    /// How far a step goes where the gradient keeps its sign and size.
    pub learning_rate: f64,
    /// How much of the mean gradient is kept from step to step, from 0 to below 1.
    pub beta1: f64,
    /// How much of the mean square is kept from step to step, from 0 to below 1.
    pub beta2: f64,
    /// What is added to the root of the mean square, so that nothing is divided by 0.
    pub epsilon: f64,
    /// How weights are drawn towards zero.
    pub weight_decay: WeightDecay,
}

impl Default for AdamOptions {
    fn default() -> Self {
        Self { learning_rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: WeightDecay::Coupled(0.0) }
    }
}

impl AdamOptions {
    /// The default of PyTorch's `AdamW`: with a weight decay of 0.01 as a step of its own.
    ///
    /// ```
    /// use corr2d::optim::{AdamOptions, WeightDecay};
    ///
    /// let options = AdamOptions { weight_decay: WeightDecay::Decoupled(0.05), ..AdamOptions::adam_w() };
    /// assert_eq!(options.learning_rate, 0.001);
    /// ```
    pub fn adam_w() -> Self {
        Self { weight_decay: WeightDecay::Decoupled(0.01), ..Self::default() }
    }

    fn check(&self) -> Result<()> {
        check_learning_rate(self.learning_rate)?;
        check_share("beta1", self.beta1)?;
        check_share("beta2", self.beta2)?;
        check("epsilon", self.epsilon, self.epsilon.is_finite() && self.epsilon > 0.0, "positive and finite")?;
        let (WeightDecay::Coupled(decay) | WeightDecay::Decoupled(decay)) = self.weight_decay;
        check_weight_decay(decay)
    }
}

/// Adam, and with [`AdamOptions::adam_w`] AdamW.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_nn::Optimizer;
/// use corr2d::optim::{Adam, AdamOptions};
///
/// let w = Var::new(8f64, &Device::Cpu)?;
/// let mut optimizer = Adam::new(vec![w.clone()], AdamOptions { learning_rate: 0.5, ..Default::default() })?;
/// // The first step is as long as the learning rate, however steep the slope.
/// optimizer.backward_step(&w.sqr()?)?;
/// assert!((w.to_scalar::<f64>()? - 7.5).abs() < 1e-6);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// `new`: [`Error::Setting`](crate::Error::Setting) for options out of their range. A step:
/// [`Error::MissingGradient`](crate::Error::MissingGradient), before any variable has moved.
#[derive(Debug)]
pub struct Adam {
    options: AdamOptions,
    steps: u32,
    means: Memory<2>,
}

impl Optimizer for Adam {
    type Config = AdamOptions;

    fn new(variables: Vec<Var>, options: AdamOptions) -> candle_core::Result<Self> {
        options.check()?;
        Ok(Self { options, steps: 0, means: Memory::new(variables, ["mean", "mean_square"])? })
    }

    fn step(&mut self, gradients: &GradStore) -> candle_core::Result<()> {
        let AdamOptions { learning_rate, beta1, beta2, epsilon, weight_decay } = self.options;
        let steps = self.steps.saturating_add(1);
        let left_of = |beta: f64| 1.0 - beta.powf(f64::from(steps));
        let (rate, root) = (learning_rate / left_of(beta1), left_of(beta2).sqrt());
        self.means.step(gradients, |weight, gradient, [mean, mean_square]| {
            let (weight, gradient) = match weight_decay {
                WeightDecay::Coupled(0.0) | WeightDecay::Decoupled(0.0) => (weight.clone(), gradient.clone()),
                WeightDecay::Coupled(decay) => (weight.clone(), (gradient + (weight * decay)?)?),
                WeightDecay::Decoupled(decay) => ((weight * (1.0 - learning_rate * decay))?, gradient.clone()),
            };
            let mean = ((mean * beta1)? + (&gradient * (1.0 - beta1))?)?;
            let mean_square = ((mean_square * beta2)? + (gradient.sqr()? * (1.0 - beta2))?)?;
            let length = ((mean_square.sqrt()? / root)? + epsilon)?;
            Ok(((weight - ((&mean / length)? * rate)?)?, [mean, mean_square]))
        })?;
        self.steps = steps;
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.options.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.options.learning_rate = learning_rate;
    }
}

impl Resumable for Adam {
    fn state(&self, variables: &Variables) -> Result<NamedTensors> {
        let mut state = self.means.state(variables)?;
        state.insert(STEPS.to_owned(), Tensor::new(self.steps, &Device::Cpu)?);
        Ok(state)
    }

    fn set_state(&mut self, variables: &Variables, state: &NamedTensors) -> Result<()> {
        check_alike(state, &self.state(variables)?)?;
        let mut means = state.clone();
        if let Some(steps) = means.remove(STEPS) {
            let steps = steps.to_scalar()?;
            self.means.set_state(variables, &means)?;
            self.steps = steps;
        }
        Ok(())
    }
}
