//! A run as a file: all variables, what the optimiser remembers, and what the run went through.
//!
//! It is one `.safetensors` file, which Python reads too. The first word of a name says what the tensor is:
//!
//! | name | tensor |
//! | --- | --- |
//! | `variable.NAME` | a variable of the model, frozen or not |
//! | `optimizer.NAME` | what the optimiser remembers, as in `optimizer.velocity.conv1.weight` |
//! | `history.losses`, `history.held_out` | the losses of the epochs that are over, F64 |
//! | `best.NAME`, `record` | the variables of the best epoch, its number and its loss, if the run looks for it |

mod file;

use std::path::Path;

use candle_core::{Device, Tensor, Var};

use crate::error::{Error, Result};
use crate::optim::Resumable;
use crate::trainer::{Best, History, Progress};
use crate::variables::{NamedTensors, Variables, check_alike};

/// A run that can be saved, loaded and gone on with: the same bits as if it had not been stopped.
///
/// The options, the learning rate among them, are not in it: the program that goes on gives them again.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_nn::Optimizer;
/// use corr2d::optim::{Sgd, SgdOptions};
/// use corr2d::{Checkpoint, Progress, Variables};
///
/// # let file = std::env::temp_dir().join(format!("corr2d-checkpoint-{}.safetensors", std::process::id()));
/// let kernel = Var::new(&[[3f32, -1.0]], &Device::Cpu)?;
/// let variables = Variables::named([("kernel", &kernel)])?;
/// let mut optimizer = Sgd::new(variables.learned(), SgdOptions { momentum: 0.5, ..Default::default() })?;
/// let mut progress = Progress::default();
/// progress.history.losses.push(10.0);
/// Checkpoint::of(&variables, &optimizer, &progress)?.save(&file)?;
///
/// kernel.set(&kernel.zeros_like()?)?;
/// let progress = Checkpoint::load(&file)?.restore(&variables, &mut optimizer)?;
/// assert_eq!(kernel.to_vec2::<f32>()?, [[3.0, -1.0]]);
/// assert_eq!(progress.history.losses, [10.0]);
/// # std::fs::remove_file(&file).ok();
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Checkpoint {
    variables: NamedTensors,
    optimizer: NamedTensors,
    progress: Progress,
}

impl Checkpoint {
    /// Copies everything as it is now.
    ///
    /// # Errors
    /// [`Error::UnnamedVariable`] if the optimiser moves a variable that is not among `variables`.
    pub fn of(variables: &Variables, optimizer: &impl Resumable, progress: &Progress) -> Result<Self> {
        let copy = |(name, variable): (&str, &Var)| Ok((name.to_owned(), variable.as_tensor().copy()?.detach()));
        let optimizer = optimizer.state(variables)?;
        Ok(Self { variables: variables.all().map(copy).collect::<Result<_>>()?, optimizer, progress: progress.clone() })
    }

    /// Writes a `.safetensors` file, whole or not at all: a program that is killed meanwhile leaves the last one.
    ///
    /// # Errors
    /// [`Error::Unwritable`].
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::write(path.as_ref(), &self.tensors()?)
    }

    /// Reads the file, into main memory.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::NoCheckpoint`] for a file of another kind.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let tensors = file::read(path.as_ref())?;
        Self::from_tensors(tensors).map_err(|why| {
            let path = path.as_ref().display().to_string();
            Error::NoCheckpoint { path, why }
        })
    }

    /// Puts everything back, after all names, shapes and dtypes were found to fit; gives the progress to go on with.
    ///
    /// # Errors
    /// [`Error::StateMissing`], [`Error::StateLeftOver`] and [`Error::StateDiffers`] for a checkpoint of another model or
    /// optimiser; nothing has changed then.
    pub fn restore(self, variables: &Variables, optimizer: &mut impl Resumable) -> Result<Progress> {
        let named = |(name, variable): (&str, &Var)| (name.to_owned(), variable.as_detached_tensor());
        check_alike(&self.variables, &variables.all().map(named).collect())?;
        let mut progress = self.progress;
        if let Some(best) = &mut progress.best {
            check_alike(&best.variables, &variables.named_learned().map(named).collect())?;
            for (name, variable) in variables.named_learned() {
                if let Some(saved) = best.variables.get_mut(name) {
                    *saved = saved.to_device(variable.device())?;
                }
            }
        }
        optimizer.set_state(variables, &self.optimizer)?;
        for (name, variable) in variables.all() {
            if let Some(saved) = self.variables.get(name) {
                variable.set(&saved.to_device(variable.device())?)?;
            }
        }
        Ok(progress)
    }

    /// All of it under the names of the file.
    fn tensors(&self) -> Result<NamedTensors> {
        let History { losses, held_out } = &self.progress.history;
        let numbers = |numbers: &[f64]| Tensor::new(numbers, &Device::Cpu);
        let mut all = prefixed("variable", &self.variables);
        all.extend(prefixed("optimizer", &self.optimizer));
        all.insert("history.losses".to_owned(), numbers(losses)?);
        all.insert("history.held_out".to_owned(), numbers(held_out)?);
        if let Some(best) = &self.progress.best {
            all.extend(prefixed("best", &best.variables));
            all.insert("record".to_owned(), numbers(&[best.epoch as f64, best.loss])?);
        }
        Ok(all)
    }

    /// Or why they are no checkpoint.
    fn from_tensors(tensors: NamedTensors) -> std::result::Result<Self, String> {
        let mut parts = Parts(tensors);
        let [variables, optimizer, best] = ["variable", "optimizer", "best"].map(|prefix| parts.take(prefix));
        let losses = parts.take_numbers("history.losses")?;
        let held_out = parts.take_numbers("history.held_out")?;
        let mut progress = Progress { history: History { losses, held_out }, best: None };
        // Where nothing learns, the best epoch has no variables.
        if !best.is_empty() || parts.0.contains_key("record") {
            let record = parts.take_numbers("record")?;
            let [epoch, loss] = record[..] else { return Err("its record is not an epoch and a loss".to_owned()) };
            progress.best = Some(Best { epoch: epoch as usize, loss, variables: best });
        }
        parts.check_empty()?;
        Ok(Self { variables, optimizer, progress })
    }
}

fn prefixed(prefix: &str, tensors: &NamedTensors) -> NamedTensors {
    tensors.iter().map(|(name, tensor)| (format!("{prefix}.{name}"), tensor.clone())).collect()
}

/// What of a file has not been taken yet.
struct Parts(NamedTensors);

impl Parts {
    fn take(&mut self, prefix: &str) -> NamedTensors {
        let short = |name: &str| name.strip_prefix(prefix)?.strip_prefix('.').map(str::to_owned);
        let (taken, left): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.0).into_iter().partition(|(name, _)| short(name).is_some());
        self.0 = left.into_iter().collect();
        taken.into_iter().filter_map(|(name, tensor)| Some((short(&name)?, tensor))).collect()
    }

    fn take_numbers(&mut self, name: &str) -> std::result::Result<Vec<f64>, String> {
        let found = self.0.remove(name).ok_or_else(|| format!("it has no {name}"))?;
        found.to_vec1().map_err(|_| format!("its {name} are not F64 numbers, one after another"))
    }

    fn check_empty(&self) -> std::result::Result<(), String> {
        self.0.keys().next().map_or(Ok(()), |name| Err(format!("no checkpoint has {name}")))
    }
}
