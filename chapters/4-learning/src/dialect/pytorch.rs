//! PyTorch: images [N, C, H, W], a layer that finds its input channels itself, gradients that `backward` leaves with their
//! parameters, and a parameter that is changed in place.
//!
//! ```text
//! conv2d = nn.LazyConv2d(1, kernel_size=(1, 2), bias=False)
//! for i in range(10):
//!     l = (conv2d(X) - Y) ** 2
//!     conv2d.zero_grad()
//!     l.sum().backward()
//!     conv2d.weight.data[:] -= lr * conv2d.weight.grad
//! ```

use anyhow::Result;
use candle_core::Device;
use corr2d::autograd::gradient;

use super::adding::{pytorch_gradient, pytorch_loss};
use super::layer::Layer;
use super::python::{fixed, pytorch_tensor};
use super::sum::sum;
use super::{Output, Printed, Settings};
use crate::lesson;

// ANCHOR: pytorch
pub(super) fn learn(settings: &Settings) -> Result<Printed> {
    let conv2d = Layer::new((1, 2), pytorch_gradient);
    let x = lesson::image(&Device::Cpu)?.reshape((1, 1, 6, 8))?;
    let y = lesson::edges(&Device::Cpu)?.reshape((1, 1, 6, 7))?;
    let weight = conv2d.begin(&x, &settings.start)?;
    let mut output = Output::default();
    for i in 0..settings.epochs {
        let l = (conv2d.forward(&x)? - &y)?.sqr()?;
        let l = sum(&l, pytorch_loss)?;
        let grad = gradient(&l.backward()?, &weight, "conv2d.weight")?;
        weight.set(&(weight.as_tensor() - (grad * settings.lr)?)?)?;
        if (i + 1) % 2 == 0 {
            output.print(format!("epoch {}, loss {}", i + 1, fixed(&l)?));
        }
    }
    output.end(weight.reshape((1, 2))?, pytorch_tensor)
}
// ANCHOR_END: pytorch
