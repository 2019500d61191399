//! What every function and layer asks of its tensors: one dtype that is a float, one device, sizes that memory holds.

use candle_core::{DType, Tensor};
use corr2d_cpu::DEFAULT_BYTE_BUDGET;

use crate::error::{Error, Result};

/// The floats that are correlated and drawn.
pub(crate) fn is_float(dtype: DType) -> bool {
    matches!(dtype, DType::F32 | DType::F64 | DType::F16 | DType::BF16)
}

/// A tensor that can be correlated.
pub(crate) fn float(tensor: &Tensor) -> Result<()> {
    if is_float(tensor.dtype()) { Ok(()) } else { Err(Error::DTypeNotSupported { dtype: tensor.dtype() }) }
}

/// Candle checks the device of a custom operation, but not what its tensors hold.
pub(crate) fn alike(first: &'static str, a: &Tensor, second: &'static str, b: &Tensor) -> Result<()> {
    if a.dtype() != b.dtype() {
        return Err(Error::DTypeMismatch { first, first_dtype: a.dtype(), second, second_dtype: b.dtype() });
    }
    if !a.device().same_device(b.device()) {
        let (first_device, second_device) = (a.device().location(), b.device().location());
        return Err(Error::DeviceMismatch { first, first_device, second, second_device });
    }
    Ok(())
}

/// Groups that cut the channels of a layer into equal parts.
pub(crate) fn groups_divide(groups: usize, input_channels: usize, output_channels: usize) -> Result<()> {
    if groups == 0 {
        return Err(corr2d_cpu::Error::Zero { what: "the number of groups", found: "0".to_owned() }.into());
    }
    for (which, channels) in [("input", input_channels), ("output", output_channels)] {
        if channels % groups != 0 {
            return Err(corr2d_cpu::Error::GroupsDoNotDivide { groups, channels, which }.into());
        }
    }
    Ok(())
}

/// A shape whose elements can be counted and held, asked for before anything is computed from it.
///
/// A size of 0 counts as 1: candle multiplies sizes from both ends, and would overflow on the others.
pub(crate) fn within_budget(shape: &[usize]) -> Result<()> {
    let elements = shape.iter().try_fold(1usize, |count, size| count.checked_mul((*size).max(1)));
    match elements.and_then(|count| count.checked_mul(size_of::<f64>())) {
        Some(bytes) if bytes <= DEFAULT_BYTE_BUDGET => Ok(()),
        _ => Err(Error::OverBudget { shape: shape.to_vec(), budget: DEFAULT_BYTE_BUDGET }),
    }
}

/// An empty vector that will not grow, or an error where `vec!` and `collect` would end the program.
pub(crate) fn with_room_for<T>(length: usize) -> Result<Vec<T>> {
    let mut buffer = Vec::new();
    let bytes = length.saturating_mul(size_of::<T>());
    buffer.try_reserve_exact(length).map_err(|_| Error::from(corr2d_cpu::Error::OutOfMemory { bytes }))?;
    Ok(buffer)
}
