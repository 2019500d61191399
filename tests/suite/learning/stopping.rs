//! Runs that end early: nothing gained, or told to stop.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor, Var};
use candle_nn::Optimizer;
use corr2d::optim::{Sgd, SgdOptions};
use corr2d::{EarlyStopping, FitOptions, Progress, Result, Trainer, Variables};

use crate::tensors::oracle::values;

/// A weight that goes down a slope by 1 each epoch, from 0; what is held out has the loss that `held_out` makes of it.
fn walk(options: FitOptions, held_out: impl Fn(f64) -> f64) -> (Progress, f64) {
    let weight = Var::new(0f64, &Device::Cpu).unwrap();
    let variables = Variables::named([("weight", &weight)]).unwrap();
    let loss = |input: &Tensor, _: &Tensor| -> Result<Tensor> {
        let learned = values(input)[0] == 0.0;
        if learned {
            Ok(weight.as_tensor().clone())
        } else {
            Ok(Tensor::new(held_out(values(&weight)[0]), &Device::Cpu)?)
        }
    };
    let optimizer = Sgd::new(variables.learned(), SgdOptions { learning_rate: 1.0, ..Default::default() }).unwrap();
    let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
    let x = number(0.0);
    let progress = trainer.fit_with(&x, &x, &options, Progress::default(), |_| Ok(ControlFlow::Continue(()))).unwrap();
    (progress, values(&weight)[0])
}

fn watching(patience: usize, smallest_gain: f64) -> FitOptions {
    let held_out = Some((number(1.0), number(1.0)));
    FitOptions { epochs: 20, held_out, stopping: Some(EarlyStopping { patience, smallest_gain }), ..Default::default() }
}

#[test]
fn a_run_that_gains_nothing_stops_and_has_its_best_variables_again() {
    // Smallest at −4, after the fourth epoch.
    let (progress, weight) = walk(watching(3, 0.0), |weight| (weight + 4.0).powi(2));
    assert_eq!(progress.history.held_out, [9.0, 4.0, 1.0, 0.0, 1.0, 4.0, 9.0]);
    assert_eq!(progress.history.losses, [0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0]);
    let best = progress.best.unwrap();
    assert_eq!((best.epoch, best.loss, weight), (4, 0.0, -4.0));
}

#[test]
fn a_gain_that_is_too_small_is_none() {
    // 1/2, 1/3, 1/4, … : the third gains less than an eighth over the first two.
    let (progress, weight) = walk(watching(2, 0.125), |weight| 1.0 / (1.0 - weight));
    assert_eq!(progress.best.map(|best| best.epoch), Some(4), "of {:?}", progress.history.held_out);
    assert_eq!((progress.history.losses.len(), weight), (6, -4.0));
}

#[test]
fn a_loss_equal_to_the_best_is_no_gain() {
    let (progress, weight) = walk(watching(2, 0.0), |_| 7.0);
    assert_eq!((progress.epochs(), progress.best.unwrap().epoch, weight), (3, 1, -1.0));
}

#[test]
fn a_held_out_loss_that_is_nan_is_no_gain_and_no_end() {
    let (progress, weight) = walk(watching(3, 0.0), |weight| if weight == -2.0 { f64::NAN } else { weight.abs() });
    assert_eq!((progress.epochs(), progress.best.unwrap().epoch, weight), (4, 1, -1.0));
    let (progress, weight) = walk(watching(3, 0.0), |_| f64::NAN);
    assert_eq!((progress.epochs(), weight), (3, -3.0), "without a best the last variables stay");
}

#[test]
fn without_held_out_samples_the_loss_watched_is_the_one_learned_from() {
    let weight = Var::new(4f64, &Device::Cpu).unwrap();
    let variables = Variables::named([("weight", &weight)]).unwrap();
    // |w − 1| by steps of 1: 3, 2, 1, 0, and then to and fro.
    let loss = |_: &Tensor, _: &Tensor| Ok((weight.as_tensor() - 1.0)?.abs()?);
    let optimizer = Sgd::new(variables.learned(), SgdOptions { learning_rate: 1.0, ..Default::default() }).unwrap();
    let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
    let stopping = Some(EarlyStopping { patience: 2, smallest_gain: 0.0 });
    let options = FitOptions { epochs: 20, stopping, ..Default::default() };
    let x = number(0.0);
    let progress = trainer.fit_with(&x, &x, &options, Progress::default(), |_| Ok(ControlFlow::Continue(()))).unwrap();
    let best = progress.best.unwrap();
    assert_eq!((best.epoch, best.loss, values(&weight)), (4, 0.0, vec![1.0]), "{:?}", progress.history.losses);
    assert_eq!(progress.history.losses.len(), 6);
}

#[test]
fn a_run_stops_after_the_epoch_that_says_so() {
    let weight = Var::new(0f64, &Device::Cpu).unwrap();
    let variables = Variables::named([("weight", &weight)]).unwrap();
    let optimizer = Sgd::new(variables.learned(), SgdOptions { learning_rate: 1.0, ..Default::default() }).unwrap();
    let loss = |_: &Tensor, _: &Tensor| Ok(weight.as_tensor().clone());
    let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
    let mut told = vec![];
    let x = number(0.0);
    let progress = trainer
        .fit_with(&x, &x, &FitOptions::default(), Progress::default(), |epoch| {
            told.push((epoch.number, epoch.loss, epoch.held_out, epoch.progress.epochs()));
            Ok(if epoch.number < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })
        .unwrap();
    assert_eq!(told, [(1, 0.0, None, 1), (2, -1.0, None, 2), (3, -2.0, None, 3)]);
    assert_eq!((progress.epochs(), values(&weight)), (3, vec![-3.0]));
}

fn number(value: f64) -> Tensor {
    Tensor::new(&[value], &Device::Cpu).unwrap()
}

fn unchanged(input: &Tensor) -> candle_core::Result<Tensor> {
    Ok(input.clone())
}
