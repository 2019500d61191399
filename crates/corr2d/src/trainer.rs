//! The loop that learns: loss, gradient, step, and a stop when the numbers run away.

mod batches;
mod clip;
mod kept;
mod options;
mod progress;
mod run;
mod schedule;

use std::ops::ControlFlow;

use candle_core::Tensor;
use candle_nn::{Module, Optimizer};

pub use batches::Batches;
pub use clip::Clip;
pub use options::{EarlyStopping, FitOptions};
pub use progress::{Best, History, Progress};
pub use schedule::{Decay, Schedule};

use crate::checkpoint::Checkpoint;
use crate::error::{Error, Result};
use crate::optim::Resumable;
use crate::variables::Variables;
use run::Run;

/// A model, the loss it is to make small, and the optimiser that moves its variables.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Optimizer, VarMap};
/// use corr2d::optim::{Sgd, SgdOptions};
/// use corr2d::{Conv2d, Conv2dOptions, Initializer, Trainer, Variables};
///
/// // Which kernel makes [1, −1] differences of the image? Begin with zeros, take a hundred steps.
/// let x = Tensor::new(&[[[[1f32, 1., 0., 0., 2., 5.]]]], &Device::Cpu)?;
/// let y = Tensor::new(&[[[[0f32, 1., 0., -2., -3.]]]], &Device::Cpu)?;
/// let map = VarMap::new();
/// let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
/// let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
/// let variables = Variables::of(&map);
/// let history = Trainer {
///     model: &model,
///     loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
///     optimizer: Sgd::new(variables.learned(), SgdOptions { learning_rate: 0.025, ..Default::default() })?,
///     variables: &variables,
/// }
/// .fit(&x, &y, 100)?;
/// assert_eq!(history.losses[0], 14.0);
/// assert!(history.losses[99] < 1e-6);
/// # Ok::<(), corr2d::Error>(())
/// ```
pub struct Trainer<'a, M, L, O> {
    /// What maps an input to an output.
    pub model: &'a M,
    /// (output, target) → one number.
    pub loss: L,
    /// What moves the variables along their gradients: one of [`optim`](crate::optim), or any other of candle's kind.
    pub optimizer: O,
    /// The variables of the model. All that learn must be reached by the loss.
    pub variables: &'a Variables,
}

/// An epoch that is over, for who wants to look, to save or to stop.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use corr2d::Epoch;
///
/// /// Ends a run at a loss that is small enough.
/// fn until_it_is_small<O>(epoch: &Epoch<'_, O>) -> corr2d::Result<ControlFlow<()>> {
///     Ok(if epoch.loss < 1e-6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
/// }
/// ```
pub struct Epoch<'a, O> {
    /// Counted from 1.
    pub number: usize,
    /// Its loss, the last of the history.
    pub loss: f64,
    /// The loss of what is held out, measured after it.
    pub held_out: Option<f64>,
    /// The rate that the schedule gave it.
    pub learning_rate: f64,
    /// All that the run went through up to here.
    pub progress: &'a Progress,
    variables: &'a Variables,
    optimizer: &'a O,
}

impl<O: Resumable> Epoch<'_, O> {
    /// All that is needed to go on from here.
    ///
    /// ```
    /// use corr2d::{Epoch, Result, optim::Sgd};
    ///
    /// /// Saves every tenth epoch.
    /// fn save(epoch: &Epoch<'_, Sgd>) -> Result<()> {
    ///     if epoch.number.is_multiple_of(10) { epoch.checkpoint()?.save("run.safetensors") } else { Ok(()) }
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::UnnamedVariable`] if the optimiser moves a variable that the trainer does not know.
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        Checkpoint::of(self.variables, self.optimizer, self.progress)
    }
}

impl<M, L, O> Trainer<'_, M, L, O>
where
    M: Module,
    L: Fn(&Tensor, &Tensor) -> Result<Tensor>,
    O: Optimizer,
{
    /// Takes one step an epoch, each on the whole of `input`, towards `target`.
    ///
    /// When the numbers run away, the variables are put back to those of the last epoch that had finite weights and a
    /// finite loss. What the optimiser has gathered, such as momenta, is not: make a new one before the next try.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Optimizer, SGD, VarMap};
    /// use corr2d::{Conv2d, Conv2dOptions, Error, Initializer, Trainer, Variables};
    ///
    /// // Input [N, C, H, W] = [1, 1, 1, 3], target [1, 1, 1, 2].
    /// let x = Tensor::new(&[[[[1f32, 1., 0.]]]], &Device::Cpu)?;
    /// let y = Tensor::new(&[[[[0f32, 1.]]]], &Device::Cpu)?;
    /// let map = VarMap::new();
    /// let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
    /// let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
    /// let variables = Variables::of(&map);
    /// let mut trainer = Trainer {
    ///     model: &model,
    ///     loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
    ///     optimizer: SGD::new(variables.learned(), 0.1)?,
    ///     variables: &variables,
    /// };
    /// assert_eq!(trainer.fit(&x, &y, 2)?.losses.len(), 2);
    ///
    /// trainer.optimizer.set_learning_rate(1e30);
    /// let error = trainer.fit(&x, &y, 10).unwrap_err();
    /// assert!(matches!(error, Error::LossNotFinite { epoch: 2, kept: 1, .. }));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a learning rate that is not positive and finite; [`Error::NotScalar`] and
    /// [`Error::MissingGradient`] for a loss that cannot be learned from; [`Error::LossNotFinite`] and
    /// [`Error::WeightsNotFinite`] as soon as the loss or a variable leaves the finite numbers.
    pub fn fit(&mut self, input: &Tensor, target: &Tensor, epochs: usize) -> Result<History> {
        let options = FitOptions { epochs, ..Default::default() };
        let run = self.fit_with(input, target, &options, Progress::default(), |_| Ok(ControlFlow::Continue(())))?;
        Ok(run.history)
    }

    /// The same with a schedule, clipping, batches, early stopping, and a look at each epoch, which may end the run.
    ///
    /// A run begins with `Progress::default()`, and goes on with what [`Checkpoint::restore`] gives: the same bits as if it
    /// had not been stopped, if model, options and data are the same. The optimiser has its own learning rate again at the
    /// end. With early stopping the variables of the best epoch are put back then, so that who wants to go on saves a
    /// checkpoint in `after_epoch`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Optimizer, VarMap};
    /// use corr2d::optim::{Adam, AdamOptions};
    /// use corr2d::{Checkpoint, Conv2d, Conv2dOptions, Decay, FitOptions, Initializer, Progress, Trainer, Variables};
    ///
    /// # let file = std::env::temp_dir().join(format!("corr2d-fit-with-{}.safetensors", std::process::id()));
    /// let x = Tensor::new(&[[[[1f32, 1., 0., 0., 2., 5.]]]], &Device::Cpu)?;
    /// let y = Tensor::new(&[[[[0f32, 1., 0., -2., -3.]]]], &Device::Cpu)?;
    /// let map = VarMap::new();
    /// let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
    /// let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
    /// let variables = Variables::of(&map);
    /// let mut trainer = Trainer {
    ///     model: &model,
    ///     loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
    ///     optimizer: Adam::new(variables.learned(), AdamOptions { learning_rate: 0.25, ..Default::default() })?,
    ///     variables: &variables,
    /// };
    /// let options = FitOptions { epochs: 40, schedule: Decay::Cosine { smallest: 0.0 }.into(), ..Default::default() };
    /// // Save after each epoch, and break off after the fifteenth.
    /// trainer.fit_with(&x, &y, &options, Progress::default(), |epoch| {
    ///     epoch.checkpoint()?.save(&file)?;
    ///     Ok(if epoch.number < 15 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    /// })?;
    ///
    /// let progress = Checkpoint::load(&file)?.restore(&variables, &mut trainer.optimizer)?;
    /// assert_eq!(progress.epochs(), 15);
    /// let progress = trainer.fit_with(&x, &y, &options, progress, |_| Ok(ControlFlow::Continue(())))?;
    /// assert_eq!(progress.epochs(), 40);
    /// # std::fs::remove_file(&file).ok();
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Trainer::fit`]; [`Error::Setting`] for options out of their range, [`Error::SampleCounts`] for batches of
    /// inputs and targets that are not as many; whatever `after_epoch` says.
    pub fn fit_with(
        &mut self,
        input: &Tensor,
        target: &Tensor,
        options: &FitOptions,
        progress: Progress,
        after_epoch: impl FnMut(&Epoch<'_, O>) -> Result<ControlFlow<()>>,
    ) -> Result<Progress> {
        let learning_rate = self.optimizer.learning_rate();
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            let found = learning_rate.to_string();
            return Err(Error::Setting { what: "the learning rate", found, wanted: "positive and finite" });
        }
        options.check()?;
        let ended = Run::new(self, (input, target), options, progress).go_on(after_epoch);
        self.optimizer.set_learning_rate(learning_rate);
        ended
    }
}
