//! Learning rates from epoch to epoch, and gradients that are clipped.

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::Optimizer;
use corr2d::optim::{Sgd, SgdOptions};
use corr2d::{Clip, Decay, FitOptions, Progress, Result, Schedule, Trainer, Variables};

use crate::tensors::oracle::values;

fn factors(schedule: Schedule, epochs: usize) -> Vec<f64> {
    (1..=epochs).map(|epoch| schedule.factor(epoch, epochs)).collect()
}

#[test]
fn each_schedule_has_the_factors_of_its_formula() {
    assert_eq!(factors(Decay::Constant.into(), 3), [1.0, 1.0, 1.0]);
    assert_eq!(factors(Decay::Linear.into(), 4), [1.0, 0.75, 0.5, 0.25]);
    assert_eq!(factors(Decay::Step { every: 3, factor: 0.5 }.into(), 7), [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]);
    // cos 0, 45°, 90°, 135°.
    let root = 0.5f64.sqrt();
    let cosine = [1.0, 1.0 + root, 1.0, 1.0 - root];
    for (smallest, floor) in [(0.0, 0.0), (0.25, 0.25)] {
        let got = factors(Decay::Cosine { smallest }.into(), 4);
        let half = (1.0 - floor) / 2.0;
        let want = [1.0, floor + half * cosine[1], floor + half * cosine[2], floor + half * cosine[3]];
        assert!(got.iter().zip(want).all(|(got, want)| (got - want).abs() < 1e-15), "{smallest}: {got:?}, {want:?}");
    }
}

#[test]
fn a_warm_up_rises_to_the_full_rate_and_the_decay_begins_after_it() {
    let decay = Decay::Step { every: 2, factor: 0.5 };
    assert_eq!(factors(Schedule { warm_up: 3, decay }, 7), [0.25, 0.5, 0.75, 1.0, 1.0, 0.5, 0.5]);
    // Longer than the run.
    assert_eq!(factors(Schedule { warm_up: 7, decay }, 3), [0.125, 0.25, 0.375]);
    assert_eq!(Schedule { warm_up: 3, decay: Decay::Linear }.factor(4, 3), 1.0);
}

#[test]
fn no_epoch_however_far_makes_a_factor_that_is_none() {
    for decay in
        [Decay::Constant, Decay::Linear, Decay::Step { every: 1, factor: 0.5 }, Decay::Cosine { smallest: 0.1 }]
    {
        for (epoch, epochs) in [(0, 0), (1, 0), (9, 3), (usize::MAX, usize::MAX), (usize::MAX, 1)] {
            let factor = Schedule { warm_up: 2, decay }.factor(epoch, epochs);
            assert!((0.0..=1.0).contains(&factor), "{decay:?} at {epoch} of {epochs}: {factor}");
        }
    }
}

#[test]
fn the_schedule_multiplies_the_rate_of_the_optimiser_which_has_its_own_again_afterwards() {
    let slope = Slope::new(&[0.0]);
    let options = FitOptions { epochs: 4, schedule: Decay::Linear.into(), ..Default::default() };
    // The gradient is 8 everywhere: 0.5 · 8 · (1 + 0.75 + 0.5 + 0.25).
    let (rates, rate) = slope.run(&[8.0], 0.5, &options).unwrap();
    assert_eq!(values(&slope.weights), [-10.0]);
    assert_eq!((rates, rate), (vec![0.5, 0.375, 0.25, 0.125], 0.5));
}

#[test]
fn the_rate_is_put_back_after_a_run_that_failed() {
    let slope = Slope::new(&[0.0]);
    let options = FitOptions { epochs: 4, schedule: Decay::Linear.into(), ..Default::default() };
    let mut trainer = slope.trainer(&[8.0], 0.5);
    let fails = |epoch: &corr2d::Epoch<'_, Sgd>| match epoch.number {
        3 => Err(candle_core::Error::Msg("enough".into()).into()),
        _ => Ok(ControlFlow::Continue(())),
    };
    let error = trainer.fit_with(&slope.nothing, &slope.nothing, &options, Progress::default(), fails).unwrap_err();
    assert_eq!(error.to_string(), "enough");
    assert_eq!(trainer.optimizer.learning_rate(), 0.5);
}

#[test]
fn a_norm_is_that_of_all_gradients_together_and_keeps_their_direction() {
    // 3² + 4² + 12² = 13².
    for (bound, want) in [(6.5, [-1.5, -2.0, 6.0]), (13.0, [-3.0, -4.0, 12.0]), (20.0, [-3.0, -4.0, 12.0])] {
        let slope = Slope::new(&[0.0; 3]);
        let options = FitOptions { epochs: 1, clip: Some(Clip::Norm(bound)), ..Default::default() };
        slope.run(&[3.0, 4.0, -12.0], 1.0, &options).unwrap();
        assert_eq!(values(&slope.weights), want, "{bound}");
    }
}

/// 300² is beyond f16, 1e20² beyond f32: the norm was infinite, and gradients divided by it were 0.
#[test]
fn a_norm_is_taken_in_more_bits_than_the_gradients_have() {
    let cases = [
        (DType::F16, 300.0, 2.5),
        (DType::F16, 8192.0, 2f64.powi(-14)),
        (DType::BF16, 1e20, 2.5),
        (DType::F32, 1e20, 2.5),
    ];
    for (dtype, unit, bound) in cases {
        let slope =
            Tensor::new(&[3.0, -4.0], &Device::Cpu).unwrap().affine(unit, 0.0).unwrap().to_dtype(dtype).unwrap();
        let weights = Var::from_tensor(&slope.zeros_like().unwrap()).unwrap();
        let variables = Variables::named([("weights", &weights)]).unwrap();
        let mut gradients = (weights.as_tensor() * &slope).unwrap().sum_all().unwrap().backward().unwrap();
        Clip::Norm(bound).apply(&mut gradients, &variables).unwrap();
        let clipped = values(gradients.get(&weights).unwrap());
        let error = (clipped[0] / (0.6 * bound) - 1.0).abs().max((clipped[1] / (-0.8 * bound) - 1.0).abs());
        assert!(error < 0.01, "{unit:e} in {dtype:?} clipped to {bound}: {clipped:?}");
    }
}

#[test]
fn values_are_clipped_each_by_itself() {
    let slope = Slope::new(&[0.0; 3]);
    let options = FitOptions { epochs: 1, clip: Some(Clip::Value(3.5)), ..Default::default() };
    slope.run(&[3.0, 4.0, -12.0], 1.0, &options).unwrap();
    assert_eq!(values(&slope.weights), [-3.0, -3.5, 3.5]);
}

#[test]
fn a_gradient_of_a_frozen_variable_is_no_part_of_the_norm() {
    let (a, b) = (Var::new(3f32, &Device::Cpu).unwrap(), Var::new(400f32, &Device::Cpu).unwrap());
    let variables = Variables::named([("a", &a), ("b", &b)]).unwrap().freeze("b").unwrap();
    let mut gradients = (a.sqr().unwrap() + b.sqr().unwrap()).unwrap().backward().unwrap();
    Clip::Norm(3.0).apply(&mut gradients, &variables).unwrap();
    assert_eq!(values(gradients.get(&a).unwrap()), [3.0]);
    assert_eq!(values(gradients.get(&b).unwrap()), [800.0]);
}

/// A weight that two layers share counted twice in the norm, and was moved twice by each step.
#[test]
fn a_variable_of_two_names_counts_once_and_is_frozen_under_both() {
    let a = Var::new(3f32, &Device::Cpu).unwrap();
    let variables = Variables::named([("first", &a), ("second", &a)]).unwrap();
    assert_eq!((variables.names().count(), variables.learned().len()), (2, 1));
    let mut gradients = a.sqr().unwrap().backward().unwrap();
    Clip::Norm(6.0).apply(&mut gradients, &variables).unwrap();
    assert_eq!(values(gradients.get(&a).unwrap()), [6.0]);
    assert_eq!(variables.freeze("second").unwrap().learned().len(), 0);
}

/// Weights on a plane: the loss is Σ slope·w, so each step is the rate times the slope.
struct Slope {
    weights: Var,
    variables: Variables,
    nothing: Tensor,
}

type Plane = Box<dyn Fn(&Tensor, &Tensor) -> Result<Tensor>>;

impl Slope {
    fn new(start: &[f64]) -> Self {
        let weights = Var::new(start, &Device::Cpu).unwrap();
        let variables = Variables::named([("weights", &weights)]).unwrap();
        Self { weights, variables, nothing: Tensor::zeros(1, DType::F64, &Device::Cpu).unwrap() }
    }

    fn trainer(&self, slope: &[f64], learning_rate: f64) -> Trainer<'_, impl candle_nn::Module + use<>, Plane, Sgd> {
        let slope = Tensor::new(slope, &Device::Cpu).unwrap();
        let weights = self.weights.clone();
        let loss: Plane = Box::new(move |_, _| Ok((weights.as_tensor() * &slope)?.sum_all()?));
        let options = SgdOptions { learning_rate, ..Default::default() };
        let optimizer = Sgd::new(self.variables.learned(), options).unwrap();
        Trainer { model: &unchanged, loss, optimizer, variables: &self.variables }
    }

    /// The rates of the epochs, and the rate afterwards.
    fn run(&self, slope: &[f64], learning_rate: f64, options: &FitOptions) -> Result<(Vec<f64>, f64)> {
        let mut rates = Vec::new();
        let mut trainer = self.trainer(slope, learning_rate);
        trainer.fit_with(&self.nothing, &self.nothing, options, Progress::default(), |epoch| {
            rates.push(epoch.learning_rate);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((rates, trainer.optimizer.learning_rate()))
    }
}

fn unchanged(input: &Tensor) -> candle_core::Result<Tensor> {
    Ok(input.clone())
}
