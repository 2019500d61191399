//! Gradients that are too long are made shorter, so that one odd batch does not throw the weights away.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use crate::autograd::gradient;
use crate::error::{Error, Result};
use crate::optim::Vector;
use crate::variables::Variables;

/// How gradients are clipped.
///
/// ```
/// use candle_core::{Device, Var};
/// use corr2d::{Clip, Variables};
///
/// let (a, b) = (Var::new(3f32, &Device::Cpu)?, Var::new(4f32, &Device::Cpu)?);
/// let variables = Variables::named([("a", &a), ("b", &b)])?;
/// // The gradient of (a² + b²) / 2 is (3, 4), which is 5 long.
/// let mut gradients = ((a.sqr()? + b.sqr()?)? / 2.0)?.backward()?;
/// Clip::Norm(2.5).apply(&mut gradients, &variables)?;
/// assert_eq!(gradients.get(&b).map(|g| g.to_scalar::<f32>()).transpose()?, Some(2.0));
/// Clip::Value(1.75).apply(&mut gradients, &variables)?;
/// assert_eq!(gradients.get(&b).map(|g| g.to_scalar::<f32>()).transpose()?, Some(1.75));
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Clip {
    /// All gradients together, as one vector, are no longer than this: they keep their direction. PyTorch's
    /// `clip_grad_norm_`, but for the 1e-6 that it adds to the norm.
    Norm(f64),
    /// No number of a gradient is further from 0 than this: PyTorch's `clip_grad_value_`.
    Value(f64),
}

impl Clip {
    /// Clips the gradients of the variables that learn.
    ///
    /// ```
    /// use candle_core::{Device, Var};
    /// use candle_nn::Optimizer;
    /// use corr2d::optim::{Sgd, SgdOptions};
    /// use corr2d::{Clip, Variables};
    ///
    /// let w = Var::new(100f32, &Device::Cpu)?;
    /// let variables = Variables::named([("w", &w)])?;
    /// let mut optimizer = Sgd::new(variables.learned(), SgdOptions { learning_rate: 0.5, ..Default::default() })?;
    /// let mut gradients = w.sqr()?.backward()?;
    /// Clip::Value(1.0).apply(&mut gradients, &variables)?;
    /// optimizer.step(&gradients)?;
    /// assert_eq!(w.to_scalar::<f32>()?, 99.5);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for a bound that is not positive and finite, and for a norm that overflows; [`Error::MissingGradient`].
    pub fn apply(self, gradients: &mut GradStore, variables: &Variables) -> Result<()> {
        self.check()?;
        let found = variables.named_learned().map(|(name, variable)| gradient(gradients, variable, name));
        let found = Vector(found.collect::<Result<_>>()?);
        let clipped = match self {
            Self::Norm(bound) => {
                let norm = found.dot(&found)?.sqrt();
                // Divided by an infinite norm, finite gradients would vanish.
                if norm.is_infinite() && found.sum_of_sizes()?.is_finite() {
                    let (what, wanted) = ("the norm of the gradients", "finite to be clipped: scale the loss down");
                    return Err(Error::Setting { what, found: norm.to_string(), wanted });
                }
                // Not where a gradient itself is not finite: that is for the trainer to find.
                if norm > bound && norm.is_finite() { found.scale(bound / norm)? } else { found }
            }
            Self::Value(bound) => Vector(
                found.0.iter().map(|gradient| gradient.clamp(-bound, bound)).collect::<candle_core::Result<_>>()?,
            ),
        };
        let put = |((_, variable), gradient): ((&str, &Var), Tensor)| drop(gradients.insert(variable, gradient));
        variables.named_learned().zip(clipped.0).for_each(put);
        Ok(())
    }

    pub(super) fn check(self) -> Result<()> {
        let (Self::Norm(bound) | Self::Value(bound)) = self;
        if bound.is_finite() && bound > 0.0 {
            return Ok(());
        }
        let (what, found) = ("the bound of the gradients", bound.to_string());
        Err(Error::Setting { what, found, wanted: "positive and finite" })
    }
}
