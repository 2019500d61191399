//! gx = I(g, w) as an operation of the graph.

use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

use super::handed_over::{HandedOver, handed_over_on_devices};
use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Candle, Correlation, if_tracked};
use crate::by_candle;
use crate::error::{Error, Result};

struct InputGradient {
    correlation: Correlation,
    handed_over: HandedOver,
}

pub(super) fn apply(correlation: Correlation, output_gradient: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let handed_over = HandedOver::of(correlation.engine, || {
        by_candle::input_gradient(correlation.geometry(), output_gradient, weight)
    })?;
    Ok(output_gradient.apply_op2(weight, InputGradient { correlation, handed_over })?)
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
        self.handed_over.on_cpu_or(|| {
            for_dtype_of!(
                output_gradient,
                input_gradient(&self.correlation, output_gradient, gradient_layout, weight, weight_layout)
            )
        })
    }

    handed_over_on_devices!(for _, _);

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
    let gradient = correlation.plan.input_gradient_new(&output_gradient, &weight).map_err(Error::from)?;
    Ok((stored::<S>(gradient)?, Shape::from(&correlation.geometry().input_shape())))
}
