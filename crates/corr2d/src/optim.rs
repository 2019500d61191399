//! Optimisers whose memory can be saved and put back, so that a run which was stopped goes on as if it had not been.
//!
//! | optimiser | PyTorch's | what it remembers of each variable |
//! | --- | --- | --- |
//! | [`Sgd`] | `SGD` | with momentum, the velocity |
//! | [`Adam`] with [`AdamOptions::default`] | `Adam` | the means of the gradient and of its square |
//! | [`Adam`] with [`AdamOptions::adam_w`] | `AdamW` | the same |
//! | [`Lbfgs`] | `LBFGS` with `max_iter=1` | the last steps, and how the gradient changed along each |
//!
//! Each is a `candle_nn::Optimizer` and computes what PyTorch's of that name does. A variable that no gradient reached is an
//! error, where candle's optimisers leave it as it is and say nothing: give an optimiser what is to learn,
//! [`Variables::learned`], and nothing else.

mod adam;
mod lbfgs;
mod memory;
mod sgd;
mod vector;

use candle_nn::Optimizer;

pub use adam::{Adam, AdamOptions, WeightDecay};
pub use lbfgs::{Lbfgs, LbfgsOptions};
pub use sgd::{Sgd, SgdOptions};
pub(crate) use vector::Vector;

use crate::error::{Error, Result};
use crate::variables::{NamedTensors, Variables};

/// An optimiser whose memory is a set of named tensors.
///
/// The learning rate and the other options are not among them: who goes on with a run gives them again, and may change
/// them.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_nn::Optimizer;
/// use corr2d::Variables;
/// use corr2d::optim::{Resumable, Sgd, SgdOptions};
///
/// let kernel = Var::new(&[[3f32, -1.0]], &Device::Cpu)?;
/// let variables = Variables::named([("kernel", &kernel)])?;
/// let options = SgdOptions { learning_rate: 0.25, momentum: 0.5, ..Default::default() };
/// let mut optimizer = Sgd::new(variables.learned(), options)?;
/// optimizer.backward_step(&kernel.sqr()?.sum_all()?)?;
/// let state = optimizer.state(&variables)?;
/// assert_eq!(state["velocity.kernel"].to_vec2::<f32>()?, [[6.0, -2.0]]);
///
/// let mut another = Sgd::new(variables.learned(), options)?;
/// another.set_state(&variables, &state)?;
/// # Ok::<(), corr2d::Error>(())
/// ```
pub trait Resumable: Optimizer {
    /// What the optimiser remembers. The names hold those of its variables, as in `velocity.conv1.weight`.
    ///
    /// # Errors
    /// [`Error::UnnamedVariable`] for one of its variables that is not among `variables`.
    fn state(&self, variables: &Variables) -> Result<NamedTensors>;

    /// Makes the optimiser remember what `state` says, on the devices of its variables.
    ///
    /// # Errors
    /// [`Error::StateMissing`], [`Error::StateLeftOver`] and [`Error::StateDiffers`] for a state that is not one of this
    /// optimiser and these variables; nothing has changed then.
    fn set_state(&mut self, variables: &Variables, state: &NamedTensors) -> Result<()>;
}

/// A learning rate that one can begin with. Later ones, which a schedule sets, may be 0.
fn check_learning_rate(learning_rate: f64) -> Result<()> {
    let wanted = "positive and finite";
    check("the learning rate", learning_rate, learning_rate.is_finite() && learning_rate > 0.0, wanted)
}

/// A share of what was remembered that is kept: all of it would never be forgotten.
fn check_share(what: &'static str, share: f64) -> Result<()> {
    check(what, share, (0.0..1.0).contains(&share), "0 or more and less than 1")
}

fn check_weight_decay(decay: f64) -> Result<()> {
    check("the weight decay", decay, decay.is_finite() && decay >= 0.0, "0 or more and finite")
}

fn check(what: &'static str, found: f64, fits: bool, wanted: &'static str) -> Result<()> {
    if fits { Ok(()) } else { Err(Error::Setting { what, found: found.to_string(), wanted }) }
}
