//! TensorFlow: images [N, H, W, C], a kernel [h, w, I, O], and a tape that is asked for the gradient of the kernel.
//!
//! ```text
//! conv2d = tf.keras.layers.Conv2D(1, (1, 2), use_bias=False)
//! for i in range(10):
//!     with tf.GradientTape(watch_accessed_variables=False) as g:
//!         g.watch(conv2d.weights[0])
//!         l = (abs(conv2d(X) - Y)) ** 2
//!         update = tf.multiply(lr, g.gradient(l, conv2d.weights[0]))
//!         weights = conv2d.get_weights()
//!         weights[0] = conv2d.weights[0] - update
//!         conv2d.set_weights(weights)
//! ```

use anyhow::Result;
use candle_core::{Device, Tensor, Var};
use corr2d::autograd::gradient;

use super::adding::tensorflow_loss;
use super::layer::channels_last;
use super::python::{fixed, tensorflow_tensor};
use super::sum::sum;
use super::{Output, Printed, Settings};
use crate::lesson;

// ANCHOR: tensorflow
pub(super) fn learn(settings: &Settings) -> Result<Printed> {
    let x = lesson::image(&Device::Cpu)?.reshape((1, 6, 8, 1))?;
    let y = lesson::edges(&Device::Cpu)?.reshape((1, 6, 7, 1))?;
    let weights = Var::from_tensor(&settings.start.reshape((1, 2, 1, 1))?)?;
    let conv2d = |x: &Tensor| channels_last(x, &weights);
    let mut output = Output::default();
    for i in 0..settings.epochs {
        let l = (conv2d(&x)? - &y)?.sqr()?;
        let tape = l.backward()?;
        let update = (gradient(&tape, &weights, "conv2d.weights[0]")? * settings.lr)?;
        weights.set(&(weights.as_tensor() - update)?)?;
        if (i + 1) % 2 == 0 {
            output.print(format!("epoch {}, loss {}", i + 1, fixed(&sum(&l, tensorflow_loss)?)?));
        }
    }
    output.end(weights.reshape((1, 2))?, tensorflow_tensor)
}
// ANCHOR_END: tensorflow
