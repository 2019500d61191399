//! A backward pass that begins with a given gradient.
//!
//! ```text
//! s = Σ ⟨value, direction⟩        ∂s/∂value = direction; ∂s/∂direction is left out
//! ```
//!
//! A product and a sum of candle's would do the same for directions that depend on nothing. But the difference from a
//! target, say, is computed from the value itself, and would be differentiated too.

use candle_core::backend::{BackendDevice, BackendStorage};
use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, CudaStorage, CustomOp1, DType, Layout, MetalStorage, Shape, Tensor};

use crate::error::{Error, Result};

/// What reaches the variables when the backward pass begins with a direction at each value.
pub(super) fn backward_from(values: &[Tensor], directions: &[Tensor]) -> Result<GradStore> {
    let seed = |(value, direction): (&Tensor, &Tensor)| value.apply_op1(Seed(direction.clone()));
    let mut seeds = values.iter().zip(directions).map(seed);
    let Some(first) = seeds.next() else {
        return Err(Error::Setting { what: "the number of arguments", found: "0".to_owned(), wanted: "1 or more" });
    };
    let sum = seeds.try_fold(first?, |sum, seed| sum + seed?)?;
    Ok(sum.backward()?)
}

/// Where the backward pass takes up a direction. Its own value, 0, stands for the inner product, which nobody reads.
struct Seed(Tensor);

impl CustomOp1 for Seed {
    fn name(&self) -> &'static str {
        "corr2d-seed"
    }

    fn cpu_fwd(&self, value: &CpuStorage, _: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        zero(value.device())
    }

    fn cuda_fwd(&self, value: &CudaStorage, _: &Layout) -> candle_core::Result<(CudaStorage, Shape)> {
        zero(value.device())
    }

    fn metal_fwd(&self, value: &MetalStorage, _: &Layout) -> candle_core::Result<(MetalStorage, Shape)> {
        zero(value.device())
    }

    /// What arrives is 1, since the pass begins with the sum of seeds.
    fn bwd(&self, _value: &Tensor, _zero: &Tensor, _one: &Tensor) -> candle_core::Result<Option<Tensor>> {
        Ok(Some(self.0.clone()))
    }
}

/// The number 0 on the device of a value.
fn zero<D: BackendDevice>(device: &D) -> candle_core::Result<(D::Storage, Shape)> {
    let shape = Shape::from(());
    Ok((device.zeros_impl(&shape, DType::F32)?, shape))
}
