//! A result that candle's own operations have computed, on its way into the graph.
//!
//! A candle operation of ours gets raw storages, from which candle's operations on tensors cannot be called. So on
//! CUDA and Metal the result is computed first, on tensors outside the graph, and the operation hands its storage over:
//! what it adds is the gradient, which is ours on every device.

use std::sync::Mutex;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, MetalStorage, Shape, Storage, Tensor, bail};

use super::{Candle, Engine};
use crate::error;

/// A result that waits to be handed over, once.
#[derive(Default)]
pub(super) struct HandedOver(Mutex<Option<Tensor>>);

impl HandedOver {
    /// Nothing for the engine that computes inside the operation, else what `by_candle` computes.
    pub(super) fn of(engine: Engine, by_candle: impl FnOnce() -> error::Result<Tensor>) -> error::Result<Self> {
        if engine == Engine::Cpu {
            return Ok(Self::default());
        }
        let result = by_candle()?;
        // A copied storage begins where the tensor begins and holds nothing else.
        let result = if result.is_contiguous() && result.layout().start_offset() == 0 {
            result.detach()
        } else {
            result.detach().force_contiguous()?
        };
        Ok(Self(Mutex::new(Some(result))))
    }

    /// The storage of a result on the CPU, if candle's operations computed one, else what `compute` makes.
    pub(super) fn on_cpu_or(
        &self,
        compute: impl FnOnce() -> Candle<(CpuStorage, Shape)>,
    ) -> Candle<(CpuStorage, Shape)> {
        let Some(result) = self.take() else { return compute() };
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the result is not on the CPU, but its inputs are"),
        }
    }

    pub(super) fn on_cuda(&self) -> Candle<(CudaStorage, Shape)> {
        let result = self.taken()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the result is not on the CUDA device, but its inputs are"),
        }
    }

    pub(super) fn on_metal(&self) -> Candle<(MetalStorage, Shape)> {
        let result = self.taken()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Metal(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the result is not on the Metal device, but its inputs are"),
        }
    }

    fn taken(&self) -> Candle<Tensor> {
        match self.take() {
            Some(result) => Ok(result),
            None => bail!("a correlation on this device was not computed before it entered the graph"),
        }
    }

    fn take(&self) -> Option<Tensor> {
        // A poisoned lock still holds the tensor: nothing is computed under it.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }
}

/// The two methods that all operations share: on a device, the result is in the field `handed_over`. Takes a `_` for
/// each operand, since their number tells candle's traits apart.
macro_rules! handed_over_on_devices {
    (for $($operand:tt),+) => {
        handed_over_on_devices!(cuda_fwd, on_cuda, CudaStorage, $($operand),+);
        handed_over_on_devices!(metal_fwd, on_metal, MetalStorage, $($operand),+);
    };
    ($method:ident, $on_device:ident, $storage:ident, $($operand:tt),+) => {
        fn $method(
            &self,
            $($operand: &candle_core::$storage, _: &candle_core::Layout),+
        ) -> candle_core::Result<(candle_core::$storage, candle_core::Shape)> {
            self.handed_over.$on_device()
        }
    };
}

pub(super) use handed_over_on_devices;
