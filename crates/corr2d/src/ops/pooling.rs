//! Poolings as operations of the graph, and their gradients.
//!
//! ```text
//! y  = M(x)         ∂: gx = S(g)   with the positions p of the maxima of x
//! gx = S(g)         ∂: gg = G(u)
//! y  = G(x)         ∂: gx = S(g)
//! y  = A(x)         ∂: gx = A*(g)
//! gx = A*(g)        ∂: gg = A(u)
//! ```
//!
//! S scatters by positions and G gathers by them; A averages and A* gives each window's share back. Each pair are adjoints,
//! so that gradients can be differentiated again. Where the maxima stand does not change with x but in jumps, so that M has
//! no other second derivative.

mod average;
mod max;

use candle_core::Tensor;
use corr2d_cpu::{PoolGeometry, Pooling};

use super::Engine;
use crate::error::Result;

/// One pooling of checked shapes. The tensors given to its methods have those shapes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pool {
    pub(crate) pooling: Pooling,
    pub(crate) engine: Engine,
}

impl Pool {
    fn geometry(&self) -> &PoolGeometry {
        self.pooling.geometry()
    }

    /// M(input).
    pub(crate) fn max(&self, input: &Tensor) -> Result<Tensor> {
        max::apply(*self, input)
    }

    /// A(input).
    pub(crate) fn average(&self, input: &Tensor) -> Result<Tensor> {
        average::apply(*self, average::Direction::Forward, input)
    }
}
