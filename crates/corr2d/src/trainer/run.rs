//! A run on its way: epochs of batches, each a loss, a gradient and a step.

use std::ops::ControlFlow;

use candle_core::Tensor;
use candle_core::backprop::GradStore;
use candle_nn::{Module, Optimizer};

use super::kept::{Kept, copies, number, put_back};
use super::{Best, Epoch, FitOptions, Progress, Trainer};
use crate::autograd::gradient;
use crate::error::{Error, Result};
use crate::variables::Variables;

pub(super) struct Run<'r, 't, M, L, O> {
    trainer: &'r mut Trainer<'t, M, L, O>,
    data: (&'r Tensor, &'r Tensor),
    options: &'r FitOptions,
    /// Of the optimiser, before the schedule.
    learning_rate: f64,
    progress: Progress,
    kept: Kept,
}

impl<'r, 't, M, L, O> Run<'r, 't, M, L, O>
where
    M: Module,
    L: Fn(&Tensor, &Tensor) -> Result<Tensor>,
    O: Optimizer,
{
    pub(super) fn new(
        trainer: &'r mut Trainer<'t, M, L, O>,
        data: (&'r Tensor, &'r Tensor),
        options: &'r FitOptions,
        progress: Progress,
    ) -> Self {
        let learning_rate = trainer.optimizer.learning_rate();
        Self { trainer, data, options, learning_rate, progress, kept: Kept::default() }
    }

    pub(super) fn go_on(
        mut self,
        mut after_epoch: impl FnMut(&Epoch<'_, O>) -> Result<ControlFlow<()>>,
    ) -> Result<Progress> {
        let variables = self.trainer.variables;
        self.kept.check_weights(0, variables, self.learning_rate)?;
        while !self.options.are_met_by(&self.progress) {
            let number = self.progress.epochs() + 1;
            let learning_rate = self.learning_rate * self.options.schedule.factor(number, self.options.epochs);
            self.trainer.optimizer.set_learning_rate(learning_rate);
            let loss = self.epoch(number)?;
            // The loss may be finite all the same, since relu makes 0 of NaN.
            self.kept.check_weights(number, variables, self.learning_rate)?;
            self.progress.history.losses.push(loss);
            let held_out = self.hold_out()?;
            self.look_for_the_best(number, loss, held_out)?;
            let (progress, optimizer) = (&self.progress, &self.trainer.optimizer);
            let epoch = Epoch { number, loss, held_out, learning_rate, progress, variables, optimizer };
            if after_epoch(&epoch)?.is_break() {
                break;
            }
        }
        if let (Some(_), Some(best)) = (self.options.stopping, &self.progress.best) {
            put_back(&best.variables, variables)?;
        }
        Ok(self.progress)
    }

    /// The steps of an epoch; gives the mean of the losses before them.
    fn epoch(&mut self, epoch: usize) -> Result<f64> {
        let variables = self.trainer.variables;
        let batches = self.batches(epoch)?;
        let mut sum = 0.0;
        for (index, batch) in batches.iter().enumerate() {
            let (input, target) = self.select(batch.as_ref())?;
            let loss = self.loss(&input, &target)?;
            let value = number(&loss)?;
            if !value.is_finite() {
                let (kept, learning_rate) = (self.kept.put_back(variables)?, self.learning_rate);
                return Err(Error::LossNotFinite { epoch, loss: value, kept, learning_rate });
            }
            if index == 0 {
                self.kept = Kept::copy(epoch, variables)?;
            }
            sum += value;
            let mut gradients = loss.backward()?;
            check_gradients(&gradients, variables)?;
            if let Some(clip) = self.options.clip {
                clip.apply(&mut gradients, variables)?;
            }
            self.trainer.optimizer.step(&gradients)?;
        }
        Ok(sum / batches.len() as f64)
    }

    fn loss(&self, input: &Tensor, target: &Tensor) -> Result<Tensor> {
        (self.trainer.loss)(&self.trainer.model.forward(input)?, target)
    }

    /// The samples of each batch; none for all of them.
    fn batches(&self, epoch: usize) -> Result<Vec<Option<Tensor>>> {
        let Some(batches) = self.options.batches else { return Ok(vec![None]) };
        let count = |tensor: &Tensor| tensor.dims().first().copied().unwrap_or(0);
        let (inputs, targets) = (count(self.data.0), count(self.data.1));
        if inputs != targets || inputs == 0 {
            return Err(Error::SampleCounts { inputs, targets });
        }
        Ok(batches.of_epoch(epoch, inputs)?.into_iter().map(Some).collect())
    }

    fn select(&self, samples: Option<&Tensor>) -> Result<(Tensor, Tensor)> {
        let (input, target) = self.data;
        let Some(samples) = samples else { return Ok((input.clone(), target.clone())) };
        let of = |tensor: &Tensor| tensor.index_select(&samples.to_device(tensor.device())?, 0);
        Ok((of(input)?, of(target)?))
    }

    fn hold_out(&mut self) -> Result<Option<f64>> {
        let Some((input, target)) = &self.options.held_out else { return Ok(None) };
        let loss = number(&self.loss(input, target)?)?;
        self.progress.history.held_out.push(loss);
        Ok(Some(loss))
    }

    fn look_for_the_best(&mut self, epoch: usize, loss: f64, held_out: Option<f64>) -> Result<()> {
        let watched = held_out.unwrap_or(loss);
        if self.options.stopping.is_some_and(|stopping| stopping.is_gain(watched, &self.progress)) {
            let variables = if held_out.is_some() { copies(self.trainer.variables)? } else { self.kept.values() };
            self.progress.best = Some(Best { epoch, loss: watched, variables });
        }
        Ok(())
    }
}

/// Candle's optimisers leave a variable without a gradient as it is, and say nothing.
fn check_gradients(gradients: &GradStore, variables: &Variables) -> Result<()> {
    variables.named_learned().try_for_each(|(name, variable)| gradient(gradients, variable, name).map(drop))
}
