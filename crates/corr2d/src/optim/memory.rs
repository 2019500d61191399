//! What an optimiser remembers of each variable: tensors of the variable's shape, begun with zeros.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

use crate::autograd::gradient;
use crate::error::Result;
use crate::variables::{NamedTensors, Variables, check_alike};

#[derive(Debug)]
pub(super) struct Memory<const N: usize> {
    names: [&'static str; N],
    of_variables: Vec<(Var, [Tensor; N])>,
}

impl<const N: usize> Memory<N> {
    /// Integers cannot learn, and are passed over as by candle's optimisers.
    pub(super) fn new(variables: Vec<Var>, names: [&'static str; N]) -> Result<Self> {
        let learning = variables.into_iter().filter(|variable| variable.dtype().is_float());
        let begin = |variable: Var| {
            let zeros = variable.as_detached_tensor().zeros_like()?;
            Ok((variable, std::array::from_fn(|_| zeros.clone())))
        };
        Ok(Self { names, of_variables: learning.map(begin).collect::<Result<_>>()? })
    }

    /// Moves each variable: `rule` makes of its value, its gradient and what is remembered the next value and what is to be
    /// remembered.
    ///
    /// All gradients are looked up before the first variable moves.
    pub(super) fn step(
        &mut self,
        gradients: &GradStore,
        rule: impl Fn(&Tensor, &Tensor, &[Tensor; N]) -> Result<(Tensor, [Tensor; N])>,
    ) -> Result<()> {
        let found = self.of_variables.iter().map(|(variable, _)| gradient_of(gradients, variable));
        let found = found.collect::<Result<Vec<_>>>()?;
        for ((variable, remembered), gradient) in self.of_variables.iter_mut().zip(found) {
            let (value, next) = rule(&variable.as_detached_tensor(), &gradient, remembered)?;
            variable.set(&value)?;
            *remembered = next;
        }
        Ok(())
    }

    pub(super) fn state(&self, variables: &Variables) -> Result<NamedTensors> {
        let mut state = NamedTensors::new();
        for (variable, remembered) in &self.of_variables {
            let name = variables.name_of(variable)?;
            state.extend(self.names.iter().map(|kind| format!("{kind}.{name}")).zip(remembered.clone()));
        }
        Ok(state)
    }

    pub(super) fn set_state(&mut self, variables: &Variables, state: &NamedTensors) -> Result<()> {
        check_alike(state, &self.state(variables)?)?;
        for (variable, remembered) in &mut self.of_variables {
            let name = variables.name_of(variable)?;
            for (kind, tensor) in self.names.iter().zip(remembered) {
                if let Some(saved) = state.get(&format!("{kind}.{name}")) {
                    *tensor = saved.to_device(variable.device())?;
                }
            }
        }
        Ok(())
    }
}

/// Off the graph: what is remembered must not hold on to the losses of all steps.
pub(super) fn gradient_of(gradients: &GradStore, variable: &Var) -> Result<Tensor> {
    let name = || format!("a variable of shape {:?}", variable.dims());
    Ok(gradient(gradients, variable, &name())?.detach())
}
