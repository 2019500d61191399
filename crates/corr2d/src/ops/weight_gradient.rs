//! gw = W(x, g) as an operation of the graph.

use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};
use corr2d_cpu::zeros;

use super::handed_over::{HandedOver, handed_over_on_devices};
use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Candle, Correlation, if_tracked};
use crate::by_candle;
use crate::error::{Error, Result};

struct WeightGradient {
    correlation: Correlation,
    handed_over: HandedOver,
}

pub(super) fn apply(correlation: Correlation, input: &Tensor, output_gradient: &Tensor) -> Result<Tensor> {
    let handed_over = HandedOver::of(correlation.engine, || {
        by_candle::weight_gradient(correlation.geometry(), input, output_gradient)
    })?;
    Ok(input.apply_op2(output_gradient, WeightGradient { correlation, handed_over })?)
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
        self.handed_over.on_cpu_or(|| {
            for_dtype_of!(
                input,
                weight_gradient(&self.correlation, input, input_layout, output_gradient, gradient_layout)
            )
        })
    }

    handed_over_on_devices!(for _, _);

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
    Ok((stored::<S>(gradient)?, Shape::from(&correlation.geometry().weight_shape())))
}
