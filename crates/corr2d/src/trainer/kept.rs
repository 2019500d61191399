//! The last good variables, put back when numbers run away.

use candle_core::{DType, Device, Tensor, Var};

use crate::error::{Error, Result};
use crate::variables::{NamedTensors, Variables};

/// The variables that an epoch began with, if it had finite weights and a finite first loss; before the first such epoch,
/// none.
#[derive(Default)]
pub(super) struct Kept {
    epoch: usize,
    values: NamedTensors,
}

impl Kept {
    pub(super) fn copy(epoch: usize, variables: &Variables) -> Result<Self> {
        Ok(Self { epoch, values: copies(variables)? })
    }

    pub(super) fn values(&self) -> NamedTensors {
        self.values.clone()
    }

    /// The epoch to which the variables are put back.
    pub(super) fn put_back(&self, variables: &Variables) -> Result<usize> {
        put_back(&self.values, variables)?;
        Ok(self.epoch)
    }

    /// Puts the kept values back if the step of `epoch` has left the finite numbers.
    pub(super) fn check_weights(&self, epoch: usize, variables: &Variables, learning_rate: f64) -> Result<()> {
        for (name, variable) in variables.all().filter(|(_, variable)| variable.dtype().is_float()) {
            if !is_finite(variable)? {
                let (variable, kept) = (name.to_owned(), self.put_back(variables)?);
                return Err(Error::WeightsNotFinite { variable, epoch, kept, learning_rate });
            }
        }
        Ok(())
    }
}

/// The values now of the variables that learn.
pub(super) fn copies(variables: &Variables) -> Result<NamedTensors> {
    let copy = |(name, variable): (&str, &Var)| Ok((name.to_owned(), variable.as_tensor().copy()?.detach()));
    variables.named_learned().map(copy).collect()
}

pub(super) fn put_back(values: &NamedTensors, variables: &Variables) -> Result<()> {
    for (name, variable) in variables.named_learned() {
        if let Some(value) = values.get(name) {
            variable.set(value)?;
        }
    }
    Ok(())
}

pub(super) fn number(loss: &Tensor) -> Result<f64> {
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
