//! How LeNet-5 learns: batches in a seeded order, cross-entropy, candle's AdamW, a learning rate that falls to zero.

use candle_core::{D, DType, Device};
use candle_nn::loss::cross_entropy;
use candle_nn::{AdamW, Module, Optimizer, ParamsAdamW, VarMap};
use corr2d::{Initializer, Result};

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
    let mut optimizer = AdamW::new(variables.all_vars(), ParamsAdamW::default())?;
    for epoch in 0..plan.epochs {
        let done = epoch as f64 / plan.epochs as f64;
        optimizer.set_learning_rate(plan.learning_rate * (1.0 - done));
        let mut losses = Vec::new();
        for batch in batches(digits, plan.batch, plan.seed + epoch as u64)? {
            let loss = cross_entropy(&network.forward(&batch.images)?, &batch.labels)?;
            optimizer.backward_step(&loss)?;
            losses.push(f64::from(loss.to_scalar::<f32>()?));
        }
        after_epoch(losses.iter().sum::<f64>() / losses.len() as f64);
    }
    Ok(Learned { network, variables })
}

/// How many digits the network names as they are.
pub(crate) fn right(network: &LeNet, digits: &Digits) -> Result<usize> {
    let named = network.forward(&digits.images)?.argmax(D::Minus1)?;
    Ok(named.eq(&digits.labels)?.to_dtype(DType::U32)?.sum_all()?.to_scalar::<u32>()? as usize)
}

/// All digits in an order of their own for each seed: that of as many random numbers.
fn batches(digits: &Digits, size: usize, seed: u64) -> Result<Vec<Digits>> {
    let count = digits.count()?;
    let numbers = Initializer::Uniform { low: 0.0, high: 1.0 }.draw(count, seed, DType::F64, &Device::Cpu)?;
    let order = numbers.arg_sort_last_dim(true)?;
    let batch = |start| digits.select(&order.narrow(0, start, size.min(count - start))?);
    (0..count).step_by(size).map(batch).collect()
}
