//! The sum of a tensor, added in the order of a framework. Its gradient is the same in any order.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor, bail};

use super::adding::Adding;

/// Σ of all elements, a tensor without axes.
pub(super) fn sum(tensor: &Tensor, adding: Adding) -> corr2d::Result<Tensor> {
    Ok(tensor.contiguous()?.apply_op1(Sum(adding))?)
}

struct Sum(Adding);

impl CustomOp1 for Sum {
    fn name(&self) -> &'static str {
        "sum of a dialect"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("a sum of a dialect needs its rows in order")
        };
        let sum = (self.0)(&storage.as_slice::<f32>()?[start..end]);
        Ok((CpuStorage::F32(vec![sum]), Shape::from(())))
    }

    fn bwd(&self, tensor: &Tensor, _: &Tensor, gradient: &Tensor) -> candle_core::Result<Option<Tensor>> {
        Ok(Some(gradient.broadcast_as(tensor.shape())?))
    }
}
