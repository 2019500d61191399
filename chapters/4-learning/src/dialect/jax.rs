//! JAX: images [N, H, W, C], a kernel [h, w, I, O] in a tree of parameters, a loss that is a pure function of the tree, and
//! a new tree after each step.
//!
//! ```text
//! conv2d = nn.Conv(1, kernel_size=(1, 2), use_bias=False, padding='VALID')
//! params = conv2d.init(jax.random.PRNGKey(seed), X)
//!
//! def loss(params, X, Y):
//!     return ((conv2d.apply(params, X) - Y) ** 2).sum()
//!
//! for i in range(10):
//!     l, grads = jax.value_and_grad(loss)(params, X, Y)
//!     params = jax.tree_map(lambda p, g: p - lr * g, params, grads)
//! ```

use anyhow::Result;
use candle_core::{Device, Tensor};
use corr2d::autograd::value_and_grad;

use super::adding::one_by_one;
use super::layer::channels_last;
use super::python::{fixed, jax_array};
use super::sum::sum;
use super::{Output, Printed, Settings};
use crate::lesson;

// ANCHOR: jax
fn loss(params: &[Tensor], x: &Tensor, y: &Tensor) -> corr2d::Result<Tensor> {
    sum(&(channels_last(x, &params[0])? - y)?.sqr()?, one_by_one)
}

pub(super) fn learn(settings: &Settings) -> Result<Printed> {
    let x = lesson::image(&Device::Cpu)?.reshape((1, 6, 8, 1))?;
    let y = lesson::edges(&Device::Cpu)?.reshape((1, 6, 7, 1))?;
    let mut params = vec![settings.start.reshape((1, 2, 1, 1))?];
    let mut output = Output::default();
    for i in 0..settings.epochs {
        let (l, grads) = value_and_grad(|params| loss(params, &x, &y), &params)?;
        let step = |(p, g): (&Tensor, &Tensor)| p - (g * settings.lr)?;
        params = params.iter().zip(&grads).map(step).collect::<Result<_, _>>()?;
        if (i + 1) % 2 == 0 {
            output.print(format!("epoch {}, loss {}", i + 1, fixed(&l)?));
        }
    }
    output.end(params[0].reshape((1, 2))?, jax_array)
}
// ANCHOR_END: jax
