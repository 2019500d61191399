//! Candle's CPU storages as slices.
//!
//! A tensor whose elements lie one after another is borrowed, any other is gathered once. Half precision is widened to
//! f32 on the way in and rounded on the way out, so that every sum is kept in f32.

use std::borrow::Cow;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, Layout, Result, WithDType};
use corr2d_cpu::Element;
use half::{bf16, f16};

/// A number that tensors hold, and the one that sums are kept in.
pub(super) trait Stored: WithDType {
    type Summed: Element;
    fn widen(values: Cow<'_, [Self]>) -> Cow<'_, [Self::Summed]>;
    fn round(sums: Vec<Self::Summed>) -> Vec<Self>;
}

impl Stored for f32 {
    type Summed = f32;
    fn widen(values: Cow<'_, [Self]>) -> Cow<'_, [f32]> {
        values
    }
    fn round(sums: Vec<f32>) -> Vec<Self> {
        sums
    }
}

impl Stored for f64 {
    type Summed = f64;
    fn widen(values: Cow<'_, [Self]>) -> Cow<'_, [f64]> {
        values
    }
    fn round(sums: Vec<f64>) -> Vec<Self> {
        sums
    }
}

impl Stored for f16 {
    type Summed = f32;
    fn widen(values: Cow<'_, [Self]>) -> Cow<'_, [f32]> {
        values.iter().map(|value| value.to_f32()).collect()
    }
    fn round(sums: Vec<f32>) -> Vec<Self> {
        sums.into_iter().map(f16::from_f32).collect()
    }
}

impl Stored for bf16 {
    type Summed = f32;
    fn widen(values: Cow<'_, [Self]>) -> Cow<'_, [f32]> {
        values.iter().map(|value| value.to_f32()).collect()
    }
    fn round(sums: Vec<f32>) -> Vec<Self> {
        sums.into_iter().map(bf16::from_f32).collect()
    }
}

/// The elements of a tensor in the order of its axes.
pub(super) fn elements<'a, S: Stored>(storage: &'a CpuStorage, layout: &Layout) -> Result<Cow<'a, [S::Summed]>> {
    let slice = storage.as_slice::<S>()?;
    let values = match layout.contiguous_offsets() {
        Some((start, end)) => Cow::Borrowed(&slice[start..end]),
        None => {
            let mut gathered = S::to_cpu_storage_owned(vec![S::zero(); layout.shape().elem_count()]);
            storage.copy_strided_src(&mut gathered, 0, layout)?;
            Cow::Owned(S::cpu_storage_data(gathered)?)
        }
    };
    Ok(S::widen(values))
}

/// Sums as a storage of the dtype that the inputs have.
pub(super) fn stored<S: Stored>(sums: Vec<S::Summed>) -> CpuStorage {
    S::to_cpu_storage_owned(S::round(sums))
}

/// Calls a function that is generic over [`Stored`] for the dtype of a storage.
macro_rules! for_dtype_of {
    ($storage:expr, $function:ident($($argument:expr),* $(,)?)) => {
        match candle_core::backend::BackendStorage::dtype($storage) {
            candle_core::DType::F32 => $function::<f32>($($argument),*),
            candle_core::DType::F64 => $function::<f64>($($argument),*),
            candle_core::DType::F16 => $function::<half::f16>($($argument),*),
            candle_core::DType::BF16 => $function::<half::bf16>($($argument),*),
            dtype => Err($crate::Error::DTypeNotSupported { dtype }.into()),
        }
    };
}

pub(super) use for_dtype_of;
