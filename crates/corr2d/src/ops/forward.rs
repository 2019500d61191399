//! y = F(x, w) + b as an operation of the graph.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Shape, Tensor};

use super::handed_over::{HandedOver, handed_over_on_devices};
use super::storage::{Stored, elements, for_dtype_of, rows, stored};
use super::{Candle, Correlation, Keeping, if_tracked};
use crate::by_candle;
use crate::error::{Error, Result};

type Part<'a> = (&'a CpuStorage, &'a Layout);

struct Forward {
    correlation: Correlation,
    /// For the layer that keeps what the engine makes of its weight.
    keeping: Option<Keeping>,
    handed_over: HandedOver,
}

pub(super) fn apply(
    correlation: Correlation,
    keeping: Option<Keeping>,
    input: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
) -> Result<Tensor> {
    let handed_over =
        HandedOver::of(correlation.engine, || by_candle::forward(correlation.geometry(), input, weight, bias))?;
    let operation = Forward { correlation, keeping, handed_over };
    Ok(match bias {
        Some(bias) => input.apply_op3(weight, bias, operation)?,
        None => input.apply_op2(weight, operation)?,
    })
}

impl Forward {
    fn on_cpu(&self, input: Part<'_>, weight: Part<'_>, bias: Option<Part<'_>>) -> Candle<(CpuStorage, Shape)> {
        self.handed_over.on_cpu_or(|| for_dtype_of!(input.0, forward(self, input, weight, bias)))
    }

    fn gradients(
        &self,
        input: &Tensor,
        weight: &Tensor,
        output_gradient: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        Ok((
            if_tracked(input, || self.correlation.input_gradient(output_gradient, weight))?,
            if_tracked(weight, || self.correlation.weight_gradient(input, output_gradient))?,
        ))
    }
}

fn forward<S: Stored>(
    operation: &Forward,
    input: Part<'_>,
    weight: Part<'_>,
    bias: Option<Part<'_>>,
) -> Candle<(CpuStorage, Shape)> {
    let input = rows::<S>(input.0, input.1)?;
    let weight = elements::<S>(weight.0, weight.1)?;
    let bias = bias.map(|(storage, layout)| elements::<S>(storage, layout)).transpose()?;
    let plan = &operation.correlation.plan;
    let output = match &operation.keeping {
        Some(Keeping { plan, weights }) => S::kept(weights).forward(plan, input.input(), &weight, bias.as_deref()),
        None => plan.forward_strided_new(input.input(), &weight, bias.as_deref()),
    };
    let output = output.map_err(Error::from)?;
    Ok((stored::<S>(output)?, Shape::from(&plan.geometry().output_shape())))
}

impl CustomOp2 for Forward {
    fn name(&self) -> &'static str {
        "corr2d"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Candle<(CpuStorage, Shape)> {
        self.on_cpu((input, input_layout), (weight, weight_layout), None)
    }

    handed_over_on_devices!(for _, _);

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        _output: &Tensor,
        output_gradient: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        self.gradients(input, weight, output_gradient)
    }
}

impl CustomOp3 for Forward {
    fn name(&self) -> &'static str {
        "corr2d"
    }

    fn cpu_fwd(
        &self,
        input: &CpuStorage,
        input_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Candle<(CpuStorage, Shape)> {
        self.on_cpu((input, input_layout), (weight, weight_layout), Some((bias, bias_layout)))
    }

    handed_over_on_devices!(for _, _, _);

    fn bwd(
        &self,
        input: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _output: &Tensor,
        output_gradient: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (input_gradient, weight_gradient) = self.gradients(input, weight, output_gradient)?;
        let bias_gradient = if_tracked(bias, || self.correlation.bias_gradient(output_gradient))?;
        Ok((input_gradient, weight_gradient, bias_gradient))
    }
}
