//! MXNet: images [N, C, H, W], a loss that is recorded, gradients of all its elements at once, and `batch` for an epoch.
//!
//! ```text
//! conv2d = nn.Conv2D(1, kernel_size=(1, 2), use_bias=False)
//! conv2d.initialize()
//! for i in range(10):
//!     with autograd.record():
//!         l = (conv2d(X) - Y) ** 2
//!     l.backward()
//!     conv2d.weight.data()[:] -= lr * conv2d.weight.grad()
//! ```

use anyhow::Result;
use candle_core::{Device, Tensor};
use corr2d::autograd::gradient;

use super::adding::{mxnet_gradient, mxnet_loss};
use super::layer::Layer;
use super::python::{fixed, mxnet_array};
use super::sum::sum;
use super::{Output, Printed, Settings};
use crate::lesson;

// ANCHOR: mxnet
pub(super) fn learn(settings: &Settings) -> Result<Printed> {
    let conv2d = Layer::new((1, 2), mxnet_gradient);
    let x = lesson::image(&Device::Cpu)?.reshape((1, 1, 6, 8))?;
    let y = lesson::edges(&Device::Cpu)?.reshape((1, 1, 6, 7))?;
    let weight = conv2d.begin(&x, &settings.start)?;
    let record = || -> Result<Tensor> { Ok((conv2d.forward(&x)? - &y)?.sqr()?) };
    let mut output = Output::default();
    for i in 0..settings.epochs {
        let l = record()?;
        let grad = gradient(&l.backward()?, &weight, "conv2d.weight")?;
        weight.set(&(weight.as_tensor() - (grad * settings.lr)?)?)?;
        if (i + 1) % 2 == 0 {
            output.print(format!("batch {}, loss {}", i + 1, fixed(&sum(&l, mxnet_loss)?)?));
        }
    }
    output.end(weight.reshape((1, 2))?, mxnet_array)
}
// ANCHOR_END: mxnet
