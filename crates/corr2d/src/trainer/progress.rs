//! Where a run stands: what it went through, and the best it had.

use crate::variables::NamedTensors;

/// What a training run went through.
///
/// ```
/// let history = corr2d::History { losses: vec![14.0, 3.5], ..Default::default() };
/// assert!(history.losses.is_sorted_by(|earlier, later| earlier > later));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The loss of each epoch, measured before its step; in batches the mean of theirs, each measured before its step.
    pub losses: Vec<f64>,
    /// The loss of what was held out, measured after each epoch; empty where nothing was.
    pub held_out: Vec<f64>,
}

/// Where a run stands, next to its variables and its optimiser: what [`Trainer::fit_with`](crate::Trainer::fit_with) begins
/// with, and ends with.
///
/// ```
/// assert_eq!(corr2d::Progress::default().epochs(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// What it went through.
    pub history: History,
    /// The best epoch, if the run looks for it.
    pub best: Option<Best>,
}

impl Progress {
    /// How many epochs are over.
    ///
    /// ```
    /// use corr2d::{History, Progress};
    ///
    /// let history = History { losses: vec![14.0, 3.5], ..Default::default() };
    /// assert_eq!(Progress { history, best: None }.epochs(), 2);
    /// ```
    pub fn epochs(&self) -> usize {
        self.history.losses.len()
    }
}

/// The epoch of the smallest loss, and the variables that had it.
///
/// ```
/// use corr2d::{Best, Progress};
///
/// let best = Best { epoch: 4, loss: 0.25, variables: Default::default() };
/// assert_eq!(Progress { best: Some(best), ..Default::default() }.epochs(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct Best {
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// Its loss.
    pub loss: f64,
    /// The variables that learn, as they were when the loss was measured.
    pub variables: NamedTensors,
}
