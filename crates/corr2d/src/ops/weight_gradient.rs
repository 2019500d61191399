//! gw = W(x, g) as an operation of the graph.

use candle_core::{CpuStorage, CudaStorage, CustomOp2, Layout, MetalStorage, Shape, Tensor};
use corr2d_cpu::zeros;

use super::computed::Computed;
use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Correlation, Engine, if_tracked};
use crate::device;
use crate::error::{Error, Result};

type Candle<T> = candle_core::Result<T>;

struct WeightGradient {
    correlation: Correlation,
    computed: Computed,
}

pub(super) fn apply(correlation: Correlation, input: &Tensor, output_gradient: &Tensor) -> Result<Tensor> {
    let computed = match correlation.engine {
        Engine::Cpu => Computed::default(),
        Engine::Candle => Computed::new(&device::weight_gradient(correlation.geometry(), input, output_gradient)?)?,
    };
    Ok(input.apply_op2(output_gradient, WeightGradient { correlation, computed })?)
}

impl CustomOp2 for WeightGradient {
    fn name(&self) -> &'static str {
        "corr2d-weight-gradient"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        output_gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Candle<(CpuStorage, Shape)> {
        match self.computed.on_cpu()? {
            Some(computed) => Ok(computed),
            None => for_dtype_of!(
                input,
                weight_gradient(&self.correlation, input, input_layout, output_gradient, gradient_layout)
            ),
        }
    }

    fn cuda_fwd(&self, _: &CudaStorage, _: &Layout, _: &CudaStorage, _: &Layout) -> Candle<(CudaStorage, Shape)> {
        self.computed.on_cuda()
    }

    fn metal_fwd(&self, _: &MetalStorage, _: &Layout, _: &MetalStorage, _: &Layout) -> Candle<(MetalStorage, Shape)> {
        self.computed.on_metal()
    }

    fn bwd(
        &self,
        input: &Tensor,
        output_gradient: &Tensor,
        _weight_gradient: &Tensor,
        arriving: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        Ok((
            if_tracked(input, || self.correlation.input_gradient(output_gradient, arriving))?,
            if_tracked(output_gradient, || self.correlation.forward(input, arriving, None))?,
        ))
    }
}

fn weight_gradient<S: Stored>(
    correlation: &Correlation,
    input: &CpuStorage,
    input_layout: &Layout,
    output_gradient: &CpuStorage,
    gradient_layout: &Layout,
) -> Candle<(CpuStorage, Shape)> {
    let input = elements::<S>(input, input_layout)?;
    let output_gradient = elements::<S>(output_gradient, gradient_layout)?;
    let mut gradient = zeros(correlation.geometry().weight_len()).map_err(Error::from)?;
    correlation.plan.weight_gradient(&input, &output_gradient, &mut gradient).map_err(Error::from)?;
    Ok((stored::<S>(gradient), Shape::from(&correlation.geometry().weight_shape())))
}
