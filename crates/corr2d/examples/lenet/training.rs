//! How LeNet-5 learns: batches in a seeded order, cross-entropy, AdamW, a learning rate that falls to zero.

use std::ops::ControlFlow;

use candle_core::{D, DType, Device, Tensor};
use candle_nn::loss::cross_entropy;
use candle_nn::{Module, Optimizer, VarMap};
use corr2d::optim::{Adam, AdamOptions};
use corr2d::{Batches, Decay, FitOptions, Initializer, Progress, Result, Trainer, Variables};

use super::digits::Digits;
use super::network::LeNet;

/// How to learn.
#[derive(Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) epochs: usize,
    pub(crate) batch: usize,
    /// Of the first epoch.
    pub(crate) learning_rate: f64,
    /// Of the weights and of the order of the digits.
    pub(crate) seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { epochs: 16, batch: 16, learning_rate: 6e-3, seed: 1 }
    }
}

/// A network that has learned.
pub(crate) struct Learned {
    pub(crate) network: LeNet,
    pub(crate) variables: VarMap,
}

/// Learns `digits`, and tells after each epoch the mean loss of its batches.
pub(crate) fn learn(digits: &Digits, plan: Plan, mut after_epoch: impl FnMut(f64)) -> Result<Learned> {
    let variables = VarMap::new();
    let builder = Initializer::PyTorch.var_builder(&variables, plan.seed, DType::F32, &Device::Cpu);
    let network = LeNet::new(&builder)?;
    let learned = Variables::of(&variables);
    let settings = AdamOptions { learning_rate: plan.learning_rate, ..AdamOptions::adam_w() };
    let mut trainer = Trainer {
        model: &network,
        loss: |scores: &Tensor, labels: &Tensor| Ok(cross_entropy(scores, labels)?),
        optimizer: Adam::new(learned.learned(), settings)?,
        variables: &learned,
    };
    let options = FitOptions {
        epochs: plan.epochs,
        schedule: Decay::Linear.into(),
        batches: Some(Batches { size: plan.batch, seed: plan.seed }),
        ..Default::default()
    };
    trainer.fit_with(&digits.images, &digits.labels, &options, Progress::default(), |epoch| {
        after_epoch(epoch.loss);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(Learned { network, variables })
}

/// How many digits the network names as they are.
pub(crate) fn right(network: &LeNet, digits: &Digits) -> Result<usize> {
    let named = network.forward(&digits.images)?.argmax(D::Minus1)?;
    Ok(named.eq(&digits.labels)?.to_dtype(DType::U32)?.sum_all()?.to_scalar::<u32>()? as usize)
}
