//! The loop that learns: loss, gradient, step, and a stop when the numbers run away.

use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};
use candle_nn::{Module, Optimizer, VarMap};

use crate::autograd::gradient;
use crate::error::{Error, Result};

/// A model, the loss it is to make small, and the optimiser that moves its variables.
///
/// ```
/// use candle_core::{DType, Device, Tensor};
/// use candle_nn::{Optimizer, SGD, VarMap};
/// use corr2d::{Conv2d, Conv2dOptions, Initializer, Trainer};
///
/// // Which kernel makes [1, −1] differences of the image? Begin with zeros, take a hundred steps.
/// let x = Tensor::new(&[[[[1f32, 1., 0., 0., 2., 5.]]]], &Device::Cpu)?;
/// let y = Tensor::new(&[[[[0f32, 1., 0., -2., -3.]]]], &Device::Cpu)?;
/// let variables = VarMap::new();
/// let builder = Initializer::Zeros.var_builder(&variables, 0, DType::F32, &Device::Cpu);
/// let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
/// let history = Trainer {
///     model: &model,
///     loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
///     optimizer: SGD::new(variables.all_vars(), 0.025)?,
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
    /// What moves the variables along their gradients.
    pub optimizer: O,
    /// The variables of the model. All of them must be reached by the loss.
    pub variables: &'a VarMap,
}

/// What a training run went through.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The loss of each epoch, measured before its step.
    pub losses: Vec<f64>,
}

impl<M, L, O> Trainer<'_, M, L, O>
where
    M: Module,
    L: Fn(&Tensor, &Tensor) -> Result<Tensor>,
    O: Optimizer,
{
    /// Takes one step an epoch, each on the whole of `input`, towards `target`.
    ///
    /// # Errors
    /// [`Error::Setting`] for a learning rate that is not positive and finite; [`Error::NotScalar`] and
    /// [`Error::MissingGradient`] for a loss that cannot be learned from; [`Error::LossNotFinite`] as soon as the loss
    /// or a variable leaves the finite numbers. The variables are then those of the last finite loss.
    pub fn fit(&mut self, input: &Tensor, target: &Tensor, epochs: usize) -> Result<History> {
        let learning_rate = self.optimizer.learning_rate();
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            let found = learning_rate.to_string();
            return Err(Error::Setting { what: "the learning rate", found, wanted: "positive and finite" });
        }
        let variables = self.named_variables();
        let mut history = History::default();
        let mut last_finite = None;
        for epoch in 1..=epochs {
            let loss = (self.loss)(&self.model.forward(input)?, target)?;
            let value = number(&loss)?;
            if !value.is_finite() {
                return Err(give_up(epoch, value, learning_rate, last_finite));
            }
            last_finite = Some(Kept::copy(epoch, &variables)?);
            history.losses.push(value);
            let gradients = loss.backward()?;
            check_gradients(&gradients, &variables)?;
            self.optimizer.step(&gradients)?;
        }
        if !all_finite(&variables)? {
            return Err(give_up(epochs, f64::NAN, learning_rate, last_finite));
        }
        Ok(history)
    }

    /// The variables in the order of their names: a `VarMap` has none of its own.
    fn named_variables(&self) -> Vec<(String, Var)> {
        let variables = self.variables.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut named: Vec<_> = variables.iter().map(|(name, variable)| (name.clone(), variable.clone())).collect();
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        named
    }
}

/// The values of all variables at an epoch whose loss was finite.
struct Kept {
    epoch: usize,
    values: Vec<(Var, Tensor)>,
}

impl Kept {
    fn copy(epoch: usize, variables: &[(String, Var)]) -> Result<Self> {
        let copy = |(_, variable): &(String, Var)| Ok((variable.clone(), variable.as_tensor().copy()?));
        Ok(Self { epoch, values: variables.iter().map(copy).collect::<Result<_>>()? })
    }
}

/// Puts the last finite values back and says so.
fn give_up(epoch: usize, loss: f64, learning_rate: f64, last_finite: Option<Kept>) -> Error {
    let mut kept = 0;
    if let Some(last) = last_finite {
        for (variable, value) in &last.values {
            if let Err(error) = variable.set(value) {
                return error.into();
            }
        }
        kept = last.epoch;
    }
    Error::LossNotFinite { epoch, loss, kept, learning_rate }
}

/// Candle's optimisers leave a variable without a gradient as it is, and say nothing.
fn check_gradients(gradients: &GradStore, variables: &[(String, Var)]) -> Result<()> {
    variables.iter().try_for_each(|(name, variable)| gradient(gradients, variable, name).map(drop))
}

fn number(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        return Err(Error::NotScalar { shape: loss.dims().to_vec() });
    }
    Ok(loss.flatten_all()?.get(0)?.to_dtype(DType::F64)?.to_scalar()?)
}

/// 0 · v is 0 for every finite v and NaN for the others.
fn all_finite(variables: &[(String, Var)]) -> Result<bool> {
    for (_, variable) in variables {
        let zero = (variable.as_tensor().detach() * 0.0)?.to_dtype(DType::F64)?.sum_all()?.to_scalar::<f64>()?;
        if zero != 0.0 {
            return Ok(false);
        }
    }
    Ok(true)
}
