//! A result that candle's own operations have computed, on its way into the graph.
//!
//! A candle operation of ours gets raw storages, from which candle's operations on tensors cannot be called. So on
//! CUDA and Metal the result is computed first, on tensors outside the graph, and the operation hands its storage over:
//! what it adds is the gradient, which is ours on every device.

use std::sync::Mutex;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CudaStorage, MetalStorage, Result, Shape, Storage, Tensor, bail};

/// A result that waits to be handed over, once.
#[derive(Default)]
pub(super) struct Computed(Mutex<Option<Tensor>>);

impl Computed {
    pub(super) fn new(result: &Tensor) -> Result<Self> {
        // A copied storage begins where the tensor begins and holds nothing else.
        let result = if result.is_contiguous() && result.layout().start_offset() == 0 {
            result.detach()
        } else {
            result.detach().force_contiguous()?
        };
        Ok(Self(Mutex::new(Some(result))))
    }

    /// The storage of a result on the CPU, if candle's operations computed one.
    pub(super) fn on_cpu(&self) -> Result<Option<(CpuStorage, Shape)>> {
        let Some(result) = self.take() else { return Ok(None) };
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cpu(storage) => Ok(Some((storage.try_clone(layout)?, layout.shape().clone()))),
            _ => bail!("the result is not on the CPU, but its inputs are"),
        }
    }

    pub(super) fn on_cuda(&self) -> Result<(CudaStorage, Shape)> {
        let result = self.taken()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Cuda(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the result is not on the CUDA device, but its inputs are"),
        }
    }

    pub(super) fn on_metal(&self) -> Result<(MetalStorage, Shape)> {
        let result = self.taken()?;
        let (storage, layout) = result.storage_and_layout();
        match &*storage {
            Storage::Metal(storage) => Ok((storage.try_clone(layout)?, layout.shape().clone())),
            _ => bail!("the result is not on the Metal device, but its inputs are"),
        }
    }

    fn taken(&self) -> Result<Tensor> {
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
