//! The tensors of all variables as one vector.

use std::iter::zip;

use candle_core::{DType, Device, Tensor};

use crate::error::Result;

#[derive(Clone, Debug)]
pub(crate) struct Vector(pub(crate) Vec<Tensor>);

impl Vector {
    pub(crate) fn dot(&self, other: &Self) -> Result<f64> {
        zip(&self.0, &other.0).map(|(a, b)| sum(&(a * b)?)).sum()
    }

    /// The sum of the sizes of all numbers.
    pub(crate) fn sum_of_sizes(&self) -> Result<f64> {
        self.0.iter().map(|tensor| sum(&tensor.abs()?)).sum()
    }

    pub(crate) fn scale(&self, factor: f64) -> Result<Self> {
        Ok(Self(self.0.iter().map(|tensor| tensor * factor).collect::<candle_core::Result<_>>()?))
    }

    pub(crate) fn add_scaled(&self, other: &Self, factor: f64) -> Result<Self> {
        let add = |(a, b): (&Tensor, &Tensor)| a + (b * factor)?;
        Ok(Self(zip(&self.0, &other.0).map(add).collect::<candle_core::Result<_>>()?))
    }
}

/// In f64 where the device has it at little cost, one number after another: the same for any number of threads.
fn sum(tensor: &Tensor) -> Result<f64> {
    let tensor = if tensor.device().is_cpu() { tensor.to_dtype(DType::F64)? } else { tensor.clone() };
    Ok(tensor.sum_all()?.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.to_scalar()?)
}
