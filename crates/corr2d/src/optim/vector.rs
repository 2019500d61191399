//! The tensors of all variables as one vector.

use std::iter::zip;

use candle_core::{DType, Device, Tensor};

use crate::error::Result;

#[derive(Clone, Debug)]
pub(crate) struct Vector(pub(crate) Vec<Tensor>);

impl Vector {
    pub(crate) fn dot(&self, other: &Self) -> Result<f64> {
        zip(&self.0, &other.0).map(|(a, b)| sum(&(widened(a)? * widened(b)?)?)).sum()
    }

    /// The sum of the sizes of all numbers.
    pub(crate) fn sum_of_sizes(&self) -> Result<f64> {
        self.0.iter().map(|tensor| sum(&tensor.abs()?)).sum()
    }

    pub(crate) fn scale(&self, factor: f64) -> Result<Self> {
        Ok(Self(self.0.iter().map(|tensor| scaled(tensor, factor)).collect::<candle_core::Result<_>>()?))
    }

    pub(crate) fn add_scaled(&self, other: &Self, factor: f64) -> Result<Self> {
        let add = |(a, b): (&Tensor, &Tensor)| a + scaled(b, factor)?;
        Ok(Self(zip(&self.0, &other.0).map(add).collect::<candle_core::Result<_>>()?))
    }
}

/// In f64 where the device has it at little cost, in f32 at least elsewhere: the square of 300 is no number of f16.
fn widened(tensor: &Tensor) -> candle_core::Result<Tensor> {
    let is_wide = tensor.device().is_cpu() || tensor.dtype() == DType::F64;
    tensor.to_dtype(if is_wide { DType::F64 } else { DType::F32 })
}

/// Rounded once where numbers are of 16 bits: the factor itself may be smaller than they can be.
fn scaled(tensor: &Tensor, factor: f64) -> candle_core::Result<Tensor> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => (tensor.to_dtype(DType::F32)? * factor)?.to_dtype(tensor.dtype()),
        _ => tensor * factor,
    }
}

/// One number after another: the same for any number of threads.
fn sum(tensor: &Tensor) -> Result<f64> {
    Ok(widened(tensor)?.sum_all()?.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.to_scalar()?)
}
