//! The kernel step by step: down the gradient as optimisers do, or by conjugate gradients.
//!
//! The loss is a quadratic that was made of all pixels once, so a step costs the same for one photograph as for a hundred,
//! and is exact: no pixel is left out of it.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::gradient;
use corr2d::least_squares::Quadratic;
use corr2d::optim::{Adam, AdamOptions, Lbfgs, LbfgsOptions, Resumable, Sgd, SgdOptions};

use super::checkpoint::{SMALLEST_GRADIENT, State};
use super::progress::Progress;
use super::rates;

/// Steps between two checkpoints.
const SAVED_EVERY: usize = 500;

/// How the steps go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    ConjugateGradients,
    Sgd { momentum: Option<f64>, nesterov: bool },
    Adam,
    Lbfgs,
}

/// What is asked of the steps.
#[derive(Clone, Debug)]
pub(crate) struct Descent {
    pub(crate) rule: Rule,
    pub(crate) epochs: Option<usize>,
    pub(crate) lr: Option<f64>,
    pub(crate) checkpoint: Option<PathBuf>,
    pub(crate) resume: bool,
}

/// Where the steps led.
pub(crate) struct Descended {
    /// The unknowns of each quadratic.
    pub(crate) unknowns: Vec<Vec<f64>>,
    /// What was left unexplained before each step, with what the ridge adds, the mean over the channels.
    pub(crate) losses: Vec<f64>,
    /// Whether no further step would gain anything.
    pub(crate) arrived: bool,
}

impl Descent {
    /// From zeros towards the smallest loss.
    pub(crate) fn run(&self, quadratics: &[Quadratic]) -> Result<Descended> {
        match self.rule {
            Rule::ConjugateGradients => Ok(self.conjugate_gradients(quadratics)),
            Rule::Sgd { momentum, nesterov } => {
                let best = rates::best(quadratics, momentum, nesterov);
                let learning_rate = self.lr.unwrap_or(best.learning_rate);
                let nesterov = nesterov && best.momentum > 0.0;
                let options = SgdOptions { learning_rate, momentum: best.momentum, nesterov, ..Default::default() };
                let optimizer = |variables| <Sgd as candle_nn::Optimizer>::new(variables, options);
                self.descend(quadratics, optimizer, |_| learning_rate, &format!("{options:?}"))
            }
            Rule::Adam => {
                let first = self.lr.unwrap_or(0.02);
                let options = AdamOptions { learning_rate: first, ..Default::default() };
                let optimizer = |variables| <Adam as candle_nn::Optimizer>::new(variables, options);
                // Adam's steps are as long as its rate, however small the gradient: it arrives only if the rate goes to 0.
                let steps = self.steps() as f64;
                let rate = |step: usize| {
                    let cosine = (std::f64::consts::PI * step as f64 / steps).cos();
                    first * (0.5 + 0.5 * cosine).max(1e-9)
                };
                self.descend(quadratics, optimizer, rate, &format!("{options:?} {steps}"))
            }
            Rule::Lbfgs => {
                let learning_rate = self.lr.unwrap_or(1.0);
                let options = LbfgsOptions { learning_rate, memory: 20 };
                let optimizer = |variables| <Lbfgs as candle_nn::Optimizer>::new(variables, options);
                self.descend(quadratics, optimizer, |_| learning_rate, &format!("{options:?}"))
            }
        }
    }

    /// The steps to take at most.
    pub(crate) fn steps(&self) -> usize {
        let enough = if matches!(self.rule, Rule::ConjugateGradients | Rule::Lbfgs) { 1000 } else { 20_000 };
        self.epochs.unwrap_or(enough)
    }

    fn descend<O: Resumable>(
        &self,
        quadratics: &[Quadratic],
        optimizer: impl Fn(Vec<Var>) -> candle_core::Result<O>,
        rate: impl Fn(usize) -> f64,
        settings: &str,
    ) -> Result<Descended> {
        let losses_of = quadratics.iter().map(Quadratic::loss).collect::<corr2d::Result<Vec<_>>>()?;
        let mut state = State::begin(quadratics, settings)?;
        let mut optimizer = optimizer(state.kernels.clone())?;
        if let Some(path) = self.checkpoint.as_ref().filter(|path| self.resume && path.exists()) {
            state.resume(path, &mut optimizer)?;
        }
        let save = |state: &State, optimizer: &O| match &self.checkpoint {
            Some(path) => state.save(path, optimizer),
            None => Ok(()),
        };
        let bar = Progress::over_steps(self.steps(), state.steps());
        while !state.has_arrived()? && state.steps() < self.steps() {
            let step = state.steps();
            let mut sum = Tensor::zeros((), DType::F64, &Device::Cpu)?;
            for (loss, kernel) in losses_of.iter().zip(&state.kernels) {
                sum = (sum + loss(kernel)?)?;
            }
            let loss = sum.to_scalar::<f64>()? / quadratics.len() as f64;
            ensure!(
                loss.is_finite(),
                "the loss of step {} is no finite number: take a smaller --lr than {}, or leave it out for the best",
                step + 1,
                rate(step)
            );
            let gradients = sum.backward()?;
            let mut slope = 0.0;
            for kernel in &state.kernels {
                slope += gradient(&gradients, kernel, "the kernel")?.sqr()?.sum_all()?.to_scalar::<f64>()?;
            }
            state.count(loss, slope)?;
            bar.step(step, loss);
            if !state.has_arrived()? {
                optimizer.set_learning_rate(rate(step));
                optimizer.step(&gradients)?;
            }
            if state.steps().is_multiple_of(SAVED_EVERY) {
                save(&state, &optimizer)?;
            }
        }
        bar.finish();
        save(&state, &optimizer)?;
        let unknowns = state.kernels.iter().map(|kernel| kernel.to_vec1()).collect::<candle_core::Result<_>>()?;
        Ok(Descended { unknowns, arrived: state.has_arrived()?, losses: state.progress.history.losses })
    }

    /// The method of conjugate gradients: it takes the same gradients and, by never undoing what an earlier step has gained,
    /// is done after about as many steps as there are unknowns (*Methods of conjugate gradients for solving linear
    /// systems*, 1952).
    fn conjugate_gradients(&self, quadratics: &[Quadratic]) -> Descended {
        let runs: Vec<_> = quadratics.iter().map(|quadratic| solve_by_cg(quadratic, self.steps())).collect();
        let longest = runs.iter().map(|(_, losses, _)| losses.len()).max().unwrap_or(0);
        let at = |losses: &Vec<f64>, step: usize| losses.get(step).or(losses.last()).copied().unwrap_or(0.0);
        let mean = |step| runs.iter().map(|(_, losses, _)| at(losses, step)).sum::<f64>() / runs.len() as f64;
        let losses = (0..longest).map(mean).collect();
        let arrived = runs.iter().all(|(.., arrived)| *arrived);
        Descended { unknowns: runs.into_iter().map(|(unknowns, ..)| unknowns).collect(), losses, arrived }
    }
}

/// The unknowns, the loss before each step, and whether the gradient has vanished.
fn solve_by_cg(quadratic: &Quadratic, steps: usize) -> (Vec<f64>, Vec<f64>, bool) {
    let square = |vector: &[f64]| vector.iter().map(|entry| entry * entry).sum::<f64>();
    let mut unknowns = vec![0.0; quadratic.unknowns()];
    let (mut loss, mut gradient) = quadratic.loss_and_half_gradient(&unknowns);
    let at_zero = gradient.clone();
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let (first, mut slope) = (square(&gradient), square(&gradient));
    let mut losses = Vec::new();
    while losses.len() < steps {
        losses.push(loss);
        if slope <= SMALLEST_GRADIENT * first {
            return (unknowns, losses, true);
        }
        // The gradient is A·u − b, so what A makes of a direction is how the gradient at 0 changes along it.
        let (_, beyond) = quadratic.loss_and_half_gradient(&direction);
        let change: Vec<f64> = beyond.iter().zip(&at_zero).map(|(beyond, zero)| beyond - zero).collect();
        let curvature: f64 = change.iter().zip(&direction).map(|(change, along)| change * along).sum();
        if curvature <= 0.0 {
            // Rounding has left no curvature along a direction that is not determined.
            return (unknowns, losses, true);
        }
        unknowns.iter_mut().zip(&direction).for_each(|(unknown, along)| *unknown += slope / curvature * along);
        (loss, gradient) = quadratic.loss_and_half_gradient(&unknowns);
        let next_slope = square(&gradient);
        direction
            .iter_mut()
            .zip(&gradient)
            .for_each(|(along, slope_along)| *along = next_slope / slope * *along - slope_along);
        slope = next_slope;
    }
    (unknowns, losses, slope <= SMALLEST_GRADIENT * first)
}
