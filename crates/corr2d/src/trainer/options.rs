//! What a run may be asked beside model, loss and optimiser.

use candle_core::Tensor;

use super::batches::Batches;
use super::clip::Clip;
use super::progress::Progress;
use super::schedule::Schedule;
use crate::error::{Error, Result};

/// What [`Trainer::fit_with`](crate::Trainer::fit_with) is asked. The default is a hundred steps on the whole of the data at
/// one rate.
///
/// ```
/// use corr2d::{Batches, Clip, Decay, EarlyStopping, FitOptions};
///
/// let options = FitOptions {
///     epochs: 300,
///     schedule: Decay::Cosine { smallest: 0.01 }.into(),
///     clip: Some(Clip::Norm(1.0)),
///     batches: Some(Batches { size: 32, seed: 7 }),
///     stopping: Some(EarlyStopping { patience: 20, smallest_gain: 0.0 }),
///     ..Default::default()
/// };
/// assert!(options.held_out.is_none());
/// ```
#[derive(Clone, Debug)]
pub struct FitOptions {
    /// How many epochs the run has, those before it was stopped included.
    pub epochs: usize,
    /// What multiplies the optimiser's learning rate in each epoch.
    pub schedule: Schedule,
    /// How gradients are clipped, if at all.
    pub clip: Option<Clip>,
    /// Batches of samples, the first axis of input and target; without them all samples are one.
    pub batches: Option<Batches>,
    /// Input and target that are not learned from; their loss is measured after each epoch.
    pub held_out: Option<(Tensor, Tensor)>,
    /// Whether to stop when nothing is gained any more.
    pub stopping: Option<EarlyStopping>,
}

impl Default for FitOptions {
    fn default() -> Self {
        let schedule = Schedule::default();
        Self { epochs: 100, schedule, clip: None, batches: None, held_out: None, stopping: None }
    }
}

impl FitOptions {
    pub(super) fn check(&self) -> Result<()> {
        self.schedule.check()?;
        self.clip.map_or(Ok(()), Clip::check)?;
        self.batches.as_ref().map_or(Ok(()), Batches::check)?;
        self.stopping.as_ref().map_or(Ok(()), EarlyStopping::check)
    }

    /// Whether the run is over after what it went through.
    pub(super) fn are_met_by(&self, progress: &Progress) -> bool {
        progress.epochs() >= self.epochs || self.stopping.is_some_and(|stopping| stopping.gives_up(progress))
    }
}

/// When to stop a run that gains nothing, and to put the variables of its best epoch back.
///
/// The loss watched is that of what is held out; without it, the loss that is learned from, with the variables that its
/// epoch began with.
///
/// ```
/// use corr2d::EarlyStopping;
///
/// let stopping = EarlyStopping { patience: 20, smallest_gain: 1e-4 };
/// assert_eq!(stopping.patience, 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EarlyStopping {
    /// How many epochs may pass without a gain.
    pub patience: usize,
    /// By how much the loss must be smaller than the best so far to be a gain.
    pub smallest_gain: f64,
}

impl EarlyStopping {
    fn check(&self) -> Result<()> {
        let refuse = |what, found: String, wanted| Err(Error::Setting { what, found, wanted });
        if self.patience == 0 {
            return refuse("the patience", "0 epochs".to_owned(), "1 epoch or more");
        }
        if !(self.smallest_gain.is_finite() && self.smallest_gain >= 0.0) {
            return refuse("the smallest gain", self.smallest_gain.to_string(), "0 or more and finite");
        }
        Ok(())
    }

    /// Whether a loss is the best so far. One that is not finite never is.
    pub(super) fn is_gain(&self, loss: f64, progress: &Progress) -> bool {
        let bound = progress.best.as_ref().map_or(f64::INFINITY, |best| best.loss - self.smallest_gain);
        loss < bound
    }

    fn gives_up(&self, progress: &Progress) -> bool {
        let best = progress.best.as_ref().map_or(0, |best| best.epoch);
        progress.epochs().saturating_sub(best) >= self.patience
    }
}
