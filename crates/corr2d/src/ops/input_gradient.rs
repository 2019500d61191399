//! gx = I(g, w) as an operation of the graph.

use candle_core::{CpuStorage, CudaStorage, CustomOp2, Layout, MetalStorage, Shape, Tensor};
use corr2d_cpu::zeros;

use super::computed::Computed;
use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Correlation, Engine, if_tracked};
use crate::device;
use crate::error::{Error, Result};

type Candle<T> = candle_core::Result<T>;

struct InputGradient {
    correlation: Correlation,
    computed: Computed,
}

pub(super) fn apply(correlation: Correlation, output_gradient: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let computed = match correlation.engine {
        Engine::Cpu => Computed::default(),
        Engine::Candle => Computed::new(&device::input_gradient(correlation.geometry(), output_gradient, weight)?)?,
    };
    Ok(output_gradient.apply_op2(weight, InputGradient { correlation, computed })?)
}

impl CustomOp2 for InputGradient {
    fn name(&self) -> &'static str {
        "corr2d-input-gradient"
    }

    fn cpu_fwd(
        &self,
        output_gradient: &CpuStorage,
        gradient_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Candle<(CpuStorage, Shape)> {
        match self.computed.on_cpu()? {
            Some(computed) => Ok(computed),
            None => for_dtype_of!(
                output_gradient,
                input_gradient(&self.correlation, output_gradient, gradient_layout, weight, weight_layout)
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
        output_gradient: &Tensor,
        weight: &Tensor,
        _input_gradient: &Tensor,
        arriving: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        Ok((
            if_tracked(output_gradient, || self.correlation.forward(arriving, weight, None))?,
            if_tracked(weight, || self.correlation.weight_gradient(arriving, output_gradient))?,
        ))
    }
}

fn input_gradient<S: Stored>(
    correlation: &Correlation,
    output_gradient: &CpuStorage,
    gradient_layout: &Layout,
    weight: &CpuStorage,
    weight_layout: &Layout,
) -> Candle<(CpuStorage, Shape)> {
    let output_gradient = elements::<S>(output_gradient, gradient_layout)?;
    let weight = elements::<S>(weight, weight_layout)?;
    let mut gradient = zeros(correlation.geometry().input_len()).map_err(Error::from)?;
    correlation.plan.input_gradient(&output_gradient, &weight, &mut gradient).map_err(Error::from)?;
    Ok((stored::<S>(gradient), Shape::from(&correlation.geometry().input_shape())))
}
