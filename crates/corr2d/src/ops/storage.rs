//! Candle's CPU storages as slices.
//!
//! A tensor whose elements lie one after another is borrowed, and so is the input of a forward pass whose rows lie in one
//! piece: a crop, some of the channels, an image that is repeated. Any other is gathered once. Half precision is widened to
//! f32 on the way in and rounded on the way out, so that every sum is kept in f32.

use std::borrow::Cow;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, Layout, WithDType};
use corr2d_cpu::{Element, Input};
use half::{bf16, f16};

use super::Candle;
use super::kept::{KeptWeights, Store};
use crate::checks::with_room_for;
use crate::error::Result;

/// A number that tensors hold, and the one that sums are kept in.
pub(super) trait Stored: WithDType {
    type Summed: Element;
    /// The numbers as they lie, if they are summed as they are.
    fn as_summed(values: &[Self]) -> Option<&[Self::Summed]>;
    fn widen(values: Cow<'_, [Self]>) -> Result<Cow<'_, [Self::Summed]>>;
    fn round(sums: Vec<Self::Summed>) -> Result<Vec<Self>>;
    fn kept(all: &KeptWeights) -> &Store<Self::Summed>;
}

/// The elements of a tensor in the order of its axes.
pub(super) fn elements<'a, S: Stored>(storage: &'a CpuStorage, layout: &Layout) -> Candle<Cow<'a, [S::Summed]>> {
    let slice = storage.as_slice::<S>()?;
    if layout.shape().elem_count() == 0 {
        // Its offset may lie behind the storage.
        return Ok(S::widen(Cow::Borrowed(&[]))?);
    }
    let values = match layout.contiguous_offsets() {
        Some((start, end)) => Cow::Borrowed(&slice[start..end]),
        None => {
            let length = layout.shape().elem_count();
            let mut zeros = with_room_for::<S>(length)?;
            zeros.resize(length, S::zero());
            let mut gathered = S::to_cpu_storage_owned(zeros);
            storage.copy_strided_src(&mut gathered, 0, layout)?;
            Cow::Owned(S::cpu_storage_data(gathered)?)
        }
    };
    Ok(S::widen(values)?)
}

/// The elements of an input [N, C, H, W], and how far apart its images, channels and rows are.
pub(super) struct Rows<'a, T: Clone> {
    elements: Cow<'a, [T]>,
    steps: [usize; 3],
}

impl<T: Element> Rows<'_, T> {
    pub(super) fn input(&self) -> Input<'_, T> {
        Input::strided(&self.elements, self.steps)
    }
}

/// An input, borrowed where each of its rows lies in one piece.
pub(super) fn rows<'a, S: Stored>(storage: &'a CpuStorage, layout: &Layout) -> Candle<Rows<'a, S::Summed>> {
    let (_, channels, height, width) = layout.shape().dims4()?;
    if let &[image, channel, row, column] = layout.stride()
        && layout.shape().elem_count() > 0
        && (column == 1 || width == 1)
        && let Some(elements) = S::as_summed(&storage.as_slice::<S>()?[layout.start_offset()..])
    {
        return Ok(Rows { elements: Cow::Borrowed(elements), steps: [image, channel, row] });
    }
    let steps = [channels * height * width, height * width, width];
    Ok(Rows { elements: elements::<S>(storage, layout)?, steps })
}

/// Sums as a storage of the dtype that the inputs have.
pub(super) fn stored<S: Stored>(sums: Vec<S::Summed>) -> Candle<CpuStorage> {
    Ok(S::to_cpu_storage_owned(S::round(sums)?))
}

macro_rules! stored_as_summed {
    ($number:ident) => {
        impl Stored for $number {
            type Summed = $number;
            fn as_summed(values: &[Self]) -> Option<&[Self]> {
                Some(values)
            }
            fn widen(values: Cow<'_, [Self]>) -> Result<Cow<'_, [Self]>> {
                Ok(values)
            }
            fn round(sums: Vec<Self>) -> Result<Vec<Self>> {
                Ok(sums)
            }
            fn kept(all: &KeptWeights) -> &Store<Self> {
                &all.$number
            }
        }
    };
}

macro_rules! summed_in_f32 {
    ($number:ty) => {
        impl Stored for $number {
            type Summed = f32;
            fn as_summed(_: &[Self]) -> Option<&[f32]> {
                None
            }
            fn widen(values: Cow<'_, [Self]>) -> Result<Cow<'_, [f32]>> {
                let mut widened = with_room_for(values.len())?;
                widened.extend(values.iter().map(|value| value.to_f32()));
                Ok(Cow::Owned(widened))
            }
            fn round(sums: Vec<f32>) -> Result<Vec<Self>> {
                let mut rounded = with_room_for(sums.len())?;
                rounded.extend(sums.into_iter().map(Self::from_f32));
                Ok(rounded)
            }
            fn kept(all: &KeptWeights) -> &Store<f32> {
                &all.f32
            }
        }
    };
}

stored_as_summed!(f32);
stored_as_summed!(f64);
summed_in_f32!(f16);
summed_in_f32!(bf16);

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
