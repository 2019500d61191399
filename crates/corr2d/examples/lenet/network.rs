//! LeNet-5 (*Gradient-based learning applied to document recognition*, 1998) in the size of these digits.
//!
//! ```text
//!              size         what it is
//! image     1 × 8 × 8
//! C1        6 × 8 × 8      convolution 5×5, tanh
//! S2        6 × 4 × 4      mean of 2×2
//! C3       16 × 4 × 4      convolution 5×5, tanh
//! S4       16 × 2 × 2      mean of 2×2
//! C5      120 × 1 × 1      convolution over all that is left, tanh
//! F6       84               connected to all, tanh
//! output   10               connected to all
//! ```

use candle_core::Tensor;
use candle_nn::{Linear, Module, VarBuilder, linear};
use corr2d::{AvgPool2d, Conv2d, Conv2dOptions, Padding, Result};

pub(crate) struct LeNet {
    c1: Conv2d,
    s2: AvgPool2d,
    c3: Conv2d,
    s4: AvgPool2d,
    c5: Conv2d,
    f6: Linear,
    output: Linear,
}

impl LeNet {
    pub(crate) fn new(builder: &VarBuilder<'_>) -> Result<Self> {
        let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
        let layer = |name: &str, inputs, outputs, kernel: usize, options| {
            Conv2d::build(inputs, outputs, kernel, options, builder.pp(name))
        };
        Ok(Self {
            c1: layer("c1", 1, 6, 5, same)?,
            s2: AvgPool2d::default(),
            c3: layer("c3", 6, 16, 5, same)?,
            s4: AvgPool2d::default(),
            c5: layer("c5", 16, 120, 2, Conv2dOptions::default())?,
            f6: linear(120, 84, builder.pp("f6"))?,
            output: linear(84, 10, builder.pp("output"))?,
        })
    }
}

impl Module for LeNet {
    /// Images [N, 1, 8, 8] to a score for each digit, [N, 10].
    fn forward(&self, images: &Tensor) -> candle_core::Result<Tensor> {
        let maps = images.apply(&self.c1)?.tanh()?.apply(&self.s2)?;
        let maps = maps.apply(&self.c3)?.tanh()?.apply(&self.s4)?;
        let features = maps.apply(&self.c5)?.tanh()?.flatten_from(1)?;
        features.apply(&self.f6)?.tanh()?.apply(&self.output)
    }
}
