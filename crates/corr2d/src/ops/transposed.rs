//! y = I(x, w) + b as an operation of the graph: the input gradient under its own name.
//!
//! ```text
//! y = I(x, w) + b        ∂: gx = F(u, w)   gw = W(u, x)   gb = B(u)
//! ```
//!
//! F, W and B are those of the correlation that this turns round, whose input has the shape of y. Rows and columns of y
//! beyond the reach of every window hold the bias alone: they are cut off u before F and W see it.

use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Shape, Tensor};
use corr2d_cpu::{Plan, TransposedPlan};

use super::handed_over::{HandedOver, handed_over_on_devices};
use super::storage::{Stored, elements, for_dtype_of, stored};
use super::{Candle, Correlation, Engine, if_tracked};
use crate::by_candle;
use crate::error::{Error, Result};

type Part<'a> = (&'a CpuStorage, &'a Layout);

/// One transposed correlation of checked shapes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Transposed {
    pub(crate) plan: TransposedPlan,
    /// Any plan whose output has the shape of y, for the bias gradient.
    pub(crate) of_bias: Plan,
    pub(crate) engine: Engine,
}

impl Transposed {
    /// The correlation whose input gradient this is.
    fn correlation(&self) -> Correlation {
        Correlation { plan: *self.plan.correlation(), engine: self.engine }
    }

    /// I(input, weight) + bias.
    pub(crate) fn forward(&self, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let handed_over =
            HandedOver::of(self.engine, || by_candle::transposed::forward(self.plan.geometry(), input, weight, bias))?;
        let operation = Operation { transposed: *self, handed_over };
        Ok(match bias {
            Some(bias) => input.apply_op3(weight, bias, operation)?,
            None => input.apply_op2(weight, operation)?,
        })
    }

    fn bias_gradient(&self, arriving: &Tensor) -> Result<Tensor> {
        Correlation { plan: self.of_bias, engine: self.engine }.bias_gradient(arriving)
    }

    /// What arrives at the part of the result that windows reach.
    fn reached(&self, arriving: &Tensor) -> Result<Tensor> {
        let [.., height, width] = self.plan.correlation().geometry().input_shape();
        Ok(arriving.narrow(2, 0, height)?.narrow(3, 0, width)?)
    }
}

struct Operation {
    transposed: Transposed,
    handed_over: HandedOver,
}

impl Operation {
    fn on_cpu(&self, input: Part<'_>, weight: Part<'_>, bias: Option<Part<'_>>) -> Candle<(CpuStorage, Shape)> {
        self.handed_over.on_cpu_or(|| for_dtype_of!(input.0, transposed(&self.transposed, input, weight, bias)))
    }

    fn gradients(
        &self,
        input: &Tensor,
        weight: &Tensor,
        arriving: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        let correlation = self.transposed.correlation();
        let reached = self.transposed.reached(arriving)?;
        Ok((
            if_tracked(input, || correlation.forward(&reached, weight, None))?,
            if_tracked(weight, || correlation.weight_gradient(&reached, input))?,
        ))
    }
}

fn transposed<S: Stored>(
    transposed: &Transposed,
    input: Part<'_>,
    weight: Part<'_>,
    bias: Option<Part<'_>>,
) -> Candle<(CpuStorage, Shape)> {
    let input = elements::<S>(input.0, input.1)?;
    let weight = elements::<S>(weight.0, weight.1)?;
    let bias = bias.map(|(storage, layout)| elements::<S>(storage, layout)).transpose()?;
    let plan = &transposed.plan;
    let output = plan.forward_new(&input, &weight, bias.as_deref()).map_err(Error::from)?;
    Ok((stored::<S>(output)?, Shape::from(&plan.geometry().output_shape())))
}

impl CustomOp2 for Operation {
    fn name(&self) -> &'static str {
        "corr2d-transposed"
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
        arriving: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>)> {
        self.gradients(input, weight, arriving)
    }
}

impl CustomOp3 for Operation {
    fn name(&self) -> &'static str {
        "corr2d-transposed"
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
        arriving: &Tensor,
    ) -> Candle<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (input_gradient, weight_gradient) = self.gradients(input, weight, arriving)?;
        let bias_gradient = if_tracked(bias, || self.transposed.bias_gradient(arriving))?;
        Ok((input_gradient, weight_gradient, bias_gradient))
    }
}
