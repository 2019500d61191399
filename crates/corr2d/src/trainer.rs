//! The loop that learns: loss, gradient, step, and a stop when the numbers run away.

use candle_core::backprop::GradStore;
use candle_core::{DType, Device, Tensor, Var};
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
///
/// ```
/// let history = corr2d::History { losses: vec![14.0, 3.5] };
/// assert!(history.losses.is_sorted_by(|earlier, later| earlier > later));
/// ```
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
    /// When the numbers run away, the variables are put back to those of the last epoch that had finite weights and a
    /// finite loss. What the optimiser has gathered, such as momenta, is not: make a new one before the next try.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// use candle_nn::{Optimizer, SGD, VarMap};
    /// use corr2d::{Conv2d, Conv2dOptions, Error, Initializer, Trainer};
    ///
    /// // Input [N, C, H, W] = [1, 1, 1, 3], target [1, 1, 1, 2].
    /// let x = Tensor::new(&[[[[1f32, 1., 0.]]]], &Device::Cpu)?;
    /// let y = Tensor::new(&[[[[0f32, 1.]]]], &Device::Cpu)?;
    /// let variables = VarMap::new();
    /// let builder = Initializer::Zeros.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    /// let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
    /// let mut trainer = Trainer {
    ///     model: &model,
    ///     loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
    ///     optimizer: SGD::new(variables.all_vars(), 0.1)?,
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
        let learning_rate = self.optimizer.learning_rate();
        if !(learning_rate.is_finite() && learning_rate > 0.0) {
            let found = learning_rate.to_string();
            return Err(Error::Setting { what: "the learning rate", found, wanted: "positive and finite" });
        }
        let variables = self.named_variables();
        let mut history = History::default();
        let mut kept = Kept::default();
        for epoch in 1..=epochs {
            // Before the loss: it may be finite all the same, since relu makes 0 of NaN.
            check_weights(epoch - 1, &variables, &kept, learning_rate)?;
            let loss = (self.loss)(&self.model.forward(input)?, target)?;
            let value = number(&loss)?;
            if !value.is_finite() {
                let kept = kept.put_back()?;
                return Err(Error::LossNotFinite { epoch, loss: value, kept, learning_rate });
            }
            kept = Kept::copy(epoch, &variables)?;
            history.losses.push(value);
            let gradients = loss.backward()?;
            check_gradients(&gradients, &variables)?;
            self.optimizer.step(&gradients)?;
        }
        check_weights(epochs, &variables, &kept, learning_rate)?;
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

/// The values of all variables at an epoch where they and the loss were finite; before the first, none.
#[derive(Default)]
struct Kept {
    epoch: usize,
    values: Vec<(Var, Tensor)>,
}

impl Kept {
    fn copy(epoch: usize, variables: &[(String, Var)]) -> Result<Self> {
        let copy = |(_, variable): &(String, Var)| Ok((variable.clone(), variable.as_tensor().copy()?));
        Ok(Self { epoch, values: variables.iter().map(copy).collect::<Result<_>>()? })
    }

    /// The epoch to which the variables are put back.
    fn put_back(&self) -> Result<usize> {
        self.values.iter().try_for_each(|(variable, value)| variable.set(value))?;
        Ok(self.epoch)
    }
}

/// Puts the kept values back if the step of `epoch` has left the finite numbers.
fn check_weights(epoch: usize, variables: &[(String, Var)], kept: &Kept, learning_rate: f64) -> Result<()> {
    for (name, variable) in variables {
        if !is_finite(variable)? {
            let (variable, kept) = (name.clone(), kept.put_back()?);
            return Err(Error::WeightsNotFinite { variable, epoch, kept, learning_rate });
        }
    }
    Ok(())
}

/// Candle's optimisers leave a variable without a gradient as it is, and say nothing.
fn check_gradients(gradients: &GradStore, variables: &[(String, Var)]) -> Result<()> {
    variables.iter().try_for_each(|(name, variable)| gradient(gradients, variable, name).map(drop))
}

fn number(loss: &Tensor) -> Result<f64> {
    if loss.elem_count() != 1 {
        return Err(Error::NotScalar { shape: loss.dims().to_vec() });
    }
    // Metal cannot widen to f64, the CPU can.
    Ok(loss.flatten_all()?.get(0)?.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.to_scalar()?)
}

/// 0 · v is 0 for every finite v and NaN for the others, in the variable's own dtype on its own device.
fn is_finite(variable: &Var) -> Result<bool> {
    Ok(number(&(variable.as_tensor().detach() * 0.0)?.sum_all()?)? == 0.0)
}
