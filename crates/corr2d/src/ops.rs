//! The operations of the graph: forward, the three gradients, and how each is differentiated by the others.
//!
//! ```text
//! y  = F(x, w) + b        ∂: gx = I(g, w)   gw = W(x, g)   gb = B(g)
//! gx = I(g, w)            ∂: gg = F(u, w)   gw = W(u, g)
//! gw = W(x, g)            ∂: gx = I(g, u)   gg = F(x, u)
//! gb = B(g)               ∂: gg = u, spread over batch and positions
//! y  = I(x, w) + b        ∂: gx = F(u, w)   gw = W(u, x)   gb = B(u)
//! ```
//!
//! F is linear in x and in w, and I and W are its adjoints, so the set is closed: a gradient can be differentiated
//! again, as often as candle keeps the graph. u is the gradient that arrives.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `forward`, `input_gradient`, `weight_gradient`, `bias_gradient` | one candle operation each |
//! | `transposed` | the input gradient under its own name, with a bias |
//! | `pooling` | maxima and averages of windows, each with the operation that is its adjoint |
//! | `kept` | the weights of a prepared layer, in the form in which the engine reads them |
//! | `storage` | candle's storages as slices, and half precision widened |
//! | `handed_over` | how a result that candle's own operations computed enters the graph with our gradient |

mod bias_gradient;
mod forward;
mod handed_over;
mod input_gradient;
mod kept;
pub(crate) mod pooling;
mod storage;
mod transposed;
mod weight_gradient;

use candle_core::Tensor;
use corr2d_cpu::{Geometry, Plan};
pub(crate) use kept::{Keeping, KeptWeights};
pub(crate) use transposed::Transposed;

use crate::error::Result;

/// What candle's traits return.
type Candle<T> = candle_core::Result<T>;

/// Who computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// `corr2d-cpu`, on tensors in main memory.
    Cpu,
    /// Candle's own operations, on any device.
    Candle,
}

/// One correlation of checked shapes. The tensors given to its methods have those shapes, one dtype and one device.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Correlation {
    pub(crate) plan: Plan,
    pub(crate) engine: Engine,
}

impl Correlation {
    pub(crate) fn geometry(&self) -> &Geometry {
        self.plan.geometry()
    }

    /// F(input, weight) + bias.
    pub(crate) fn forward(&self, input: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        forward::apply(*self, None, input, weight, bias)
    }

    /// F(input, weight) + bias, where the engine keeps what it makes of the weight.
    pub(crate) fn forward_keeping(
        &self,
        keeping: Keeping,
        input: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        forward::apply(*self, Some(keeping), input, weight, bias)
    }

    /// I(output_gradient, weight).
    pub(crate) fn input_gradient(&self, output_gradient: &Tensor, weight: &Tensor) -> Result<Tensor> {
        input_gradient::apply(*self, output_gradient, weight)
    }

    /// W(input, output_gradient).
    pub(crate) fn weight_gradient(&self, input: &Tensor, output_gradient: &Tensor) -> Result<Tensor> {
        weight_gradient::apply(*self, input, output_gradient)
    }

    /// B(output_gradient).
    pub(crate) fn bias_gradient(&self, output_gradient: &Tensor) -> Result<Tensor> {
        bias_gradient::apply(*self, output_gradient)
    }
}

/// A gradient, if anyone asks for it: an input that the graph does not track costs nothing.
fn if_tracked(input: &Tensor, gradient: impl FnOnce() -> Result<Tensor>) -> Candle<Option<Tensor>> {
    if input.track_op() { Ok(Some(gradient()?)) } else { Ok(None) }
}
