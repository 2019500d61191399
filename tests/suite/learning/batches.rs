//! Batches: each sample once an epoch, in an order of its own for each seed and epoch.

use std::cell::RefCell;
use std::ops::ControlFlow;

use candle_core::{Device, Tensor, Var};
use candle_nn::Optimizer;
use corr2d::optim::{Sgd, SgdOptions};
use corr2d::{Batches, FitOptions, Progress, Trainer, Variables};

use crate::tensors::oracle::values;

#[test]
fn each_sample_comes_once_an_epoch_with_its_target() {
    let seen = epochs(7, Batches { size: 3, seed: 1 }, 4);
    assert_eq!(seen.len(), 4);
    for batches in seen {
        let sizes: Vec<_> = batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, [3, 3, 1]);
        let mut samples = batches.concat();
        samples.sort_by(f64::total_cmp);
        assert_eq!(samples, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}

#[test]
fn a_seed_gives_one_order_for_each_epoch() {
    let of = |seed, count| epochs(50, Batches { size: 50, seed }, count);
    let orders = of(1, 3);
    assert_eq!(of(1, 3), orders);
    assert_ne!(orders[0], orders[1]);
    assert_ne!(orders[1], orders[2]);
    assert_ne!(of(2, 1)[0], orders[0]);
    assert_ne!(of(2, 1)[0], orders[1], "the next seed is not the next epoch");
}

#[test]
fn a_batch_larger_than_all_samples_holds_all_of_them() {
    assert_eq!(epochs(4, Batches { size: 9, seed: 1 }, 1)[0][0].len(), 4);
}

/// Losses 0, 1, 4, 9 and 16 in batches of one: the mean of an epoch is 6, in any order.
#[test]
fn the_loss_of_an_epoch_is_the_mean_of_its_batches() {
    let weight = Var::new(1f64, &Device::Cpu).unwrap();
    let variables = Variables::named([("weight", &weight)]).unwrap();
    let x = Tensor::new(&[0f64, 1.0, 2.0, 3.0, 4.0], &Device::Cpu).unwrap();
    let loss = |output: &Tensor, _: &Tensor| Ok((output.sqr()?.sum_all()? + nothing(&weight)?)?);
    let optimizer = Sgd::new(variables.learned(), SgdOptions::default()).unwrap();
    let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
    let options = FitOptions { epochs: 2, batches: Some(Batches { size: 1, seed: 0 }), ..Default::default() };
    let progress = trainer.fit_with(&x, &x, &options, Progress::default(), |_| Ok(ControlFlow::Continue(()))).unwrap();
    assert_eq!(progress.history.losses, [6.0, 6.0]);
}

/// What each batch of each epoch holds, of samples 0, 1, 2, … with targets 100, 101, …
fn epochs(samples: usize, batches: Batches, epochs: usize) -> Vec<Vec<Vec<f64>>> {
    let weight = Var::new(1f64, &Device::Cpu).unwrap();
    let variables = Variables::named([("weight", &weight)]).unwrap();
    let x = Tensor::arange(0.0, samples as f64, &Device::Cpu).unwrap().reshape((samples, 1)).unwrap();
    let y = (&x + 100.0).unwrap();
    let seen = RefCell::new(vec![]);
    let loss = |output: &Tensor, target: &Tensor| {
        assert_eq!(values(&(output + 100.0)?), values(target));
        seen.borrow_mut().push(values(output));
        nothing(&weight)
    };
    let optimizer = Sgd::new(variables.learned(), SgdOptions::default()).unwrap();
    let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
    let options = FitOptions { epochs, batches: Some(batches), ..Default::default() };
    let mut all = vec![];
    trainer
        .fit_with(&x, &y, &options, Progress::default(), |_| {
            all.push(seen.take());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    all
}

/// 0, with a gradient: candle cuts off what is multiplied by 0.
fn nothing(weight: &Var) -> corr2d::Result<Tensor> {
    Ok((weight.as_tensor() - weight.as_detached_tensor())?)
}

fn unchanged(input: &Tensor) -> candle_core::Result<Tensor> {
    Ok(input.clone())
}
