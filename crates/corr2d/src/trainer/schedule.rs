//! How the learning rate goes on from epoch to epoch: what the optimiser began with, times a factor.
//!
//! | decay | factor of an epoch, `done` being the share of epochs before it | PyTorch's |
//! | --- | --- | --- |
//! | `Constant` | 1 | |
//! | `Linear` | 1 − done | `LinearLR` down to 0 |
//! | `Step` | `factor` to the power of how often `every` epochs are over | `StepLR` |
//! | `Cosine` | `smallest` + (1 − `smallest`) · (1 + cos(π · done)) / 2 | `CosineAnnealingLR` |
//!
//! A warm-up goes before: its epochs rise in equal parts to 1, and the decay begins after it.

use crate::error::{Error, Result};

/// How the learning rate falls.
///
/// ```
/// use corr2d::{Decay, Schedule};
///
/// let schedule = Schedule::from(Decay::Step { every: 2, factor: 0.5 });
/// let factors = [1, 2, 3, 4, 5].map(|epoch| schedule.factor(epoch, 5));
/// assert_eq!(factors, [1.0, 1.0, 0.5, 0.5, 0.25]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Decay {
    /// Not at all.
    #[default]
    Constant,
    /// By the same amount after each epoch; one more would make it 0.
    Linear,
    /// By a factor, from time to time.
    Step {
        /// After how many epochs.
        every: usize,
        /// What the rate is multiplied by, above 0.
        factor: f64,
    },
    /// Slowly first, then fast, then slowly again.
    Cosine {
        /// The share of the rate that is never undercut, from 0 to 1.
        smallest: f64,
    },
}

/// A decay, and a warm-up before it.
///
/// ```
/// use corr2d::{Decay, Schedule};
///
/// let schedule = Schedule { warm_up: 3, decay: Decay::Linear };
/// let factors = [1, 2, 3, 4, 5].map(|epoch| schedule.factor(epoch, 5));
/// assert_eq!(factors, [0.25, 0.5, 0.75, 1.0, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Schedule {
    /// How many epochs rise to the full rate.
    pub warm_up: usize,
    /// How the rate falls after them.
    pub decay: Decay,
}

impl From<Decay> for Schedule {
    fn from(decay: Decay) -> Self {
        Self { warm_up: 0, decay }
    }
}

impl Schedule {
    /// What multiplies the rate of an epoch, counted from 1, of a run of `epochs`.
    ///
    /// ```
    /// use corr2d::{Decay, Schedule};
    ///
    /// let cosine = Schedule::from(Decay::Cosine { smallest: 0.5 });
    /// assert_eq!((cosine.factor(1, 10), cosine.factor(6, 10)), (1.0, 0.75));
    /// ```
    pub fn factor(&self, epoch: usize, epochs: usize) -> f64 {
        if epoch <= self.warm_up {
            return epoch as f64 / (self.warm_up as f64 + 1.0);
        }
        let gone = (epoch - self.warm_up).saturating_sub(1);
        let done = (gone as f64 / epochs.saturating_sub(self.warm_up).max(1) as f64).min(1.0);
        match self.decay {
            Decay::Constant => 1.0,
            Decay::Linear => 1.0 - done,
            Decay::Step { every, factor } => factor.powf((gone / every.max(1)) as f64),
            Decay::Cosine { smallest } => {
                smallest + (1.0 - smallest) * (1.0 + (std::f64::consts::PI * done).cos()) / 2.0
            }
        }
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |what, found: String, wanted| Err(Error::Setting { what, found, wanted });
        match self.decay {
            Decay::Step { every: 0, .. } => refuse("the step of the schedule", "0 epochs".into(), "1 epoch or more"),
            Decay::Step { factor, .. } if !(factor.is_finite() && factor > 0.0) => {
                refuse("the factor of the schedule", factor.to_string(), "positive and finite, such as 0.1")
            }
            Decay::Cosine { smallest } if !(0.0..=1.0).contains(&smallest) => {
                refuse("the smallest share of the schedule", smallest.to_string(), "from 0 to 1")
            }
            _ => Ok(()),
        }
    }
}
