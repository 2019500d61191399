//! gb = B(g) as an operation of the graph. Candle's own sum over three axes adds the elements one by one; ours adds
//! them in short runs, so that the error stays small on large images.

use candle_core::{CpuStorage, CustomOp1, DType, Layout, Shape, Tensor};
use corr2d_cpu::zeros;

use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Candle, Correlation, Engine, if_tracked};
use crate::error::{Error, Result};

struct BiasGradient(Correlation);

pub(super) fn apply(correlation: Correlation, output_gradient: &Tensor) -> Result<Tensor> {
    match correlation.engine {
        Engine::Cpu => Ok(output_gradient.apply_op1(BiasGradient(correlation))?),
        Engine::Candle => by_candle(output_gradient),
    }
}

/// Candle sums in the dtype of the tensor: 4096 + 1 + 1 + … would stay 4096 in half precision.
fn by_candle(output_gradient: &Tensor) -> Result<Tensor> {
    let dtype = output_gradient.dtype();
    let summed_in = if matches!(dtype, DType::F16 | DType::BF16) { DType::F32 } else { dtype };
    Ok(output_gradient.to_dtype(summed_in)?.sum((0, 2, 3))?.to_dtype(dtype)?)
}

impl CustomOp1 for BiasGradient {
    fn name(&self) -> &'static str {
        "corr2d-bias-gradient"
    }

    fn cpu_fwd(&self, output_gradient: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
        for_dtype_of!(output_gradient, bias_gradient(&self.0, output_gradient, layout))
    }

    fn bwd(&self, output_gradient: &Tensor, _bias_gradient: &Tensor, arriving: &Tensor) -> Candle<Option<Tensor>> {
        if_tracked(output_gradient, || {
            let [_, channels, ..] = self.0.geometry().output_shape();
            Ok(arriving.reshape((1, channels, 1, 1))?.broadcast_as(output_gradient.shape())?)
        })
    }
}

fn bias_gradient<S: Stored>(
    correlation: &Correlation,
    output_gradient: &CpuStorage,
    layout: &Layout,
) -> Candle<(CpuStorage, Shape)> {
    let output_gradient = elements::<S>(output_gradient, layout)?;
    let mut gradient = zeros(correlation.geometry().output_channels()).map_err(Error::from)?;
    correlation.plan.bias_gradient(&output_gradient, &mut gradient).map_err(Error::from)?;
    Ok((stored::<S>(gradient)?, Shape::from(correlation.geometry().output_channels())))
}
