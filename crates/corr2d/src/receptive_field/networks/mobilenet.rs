//! Depthwise convolutions, 3×3 each, between 1×1 that mix the channels; TensorFlow's 'same' everywhere.

use super::Chain;
use crate::receptive_field::error::Result;
use crate::receptive_field::layer::{Combination, Layer, Same, Window};
use crate::receptive_field::network::Network;

/// Howard et al., *MobileNets*, 2017.
pub(super) fn v1(name: &str) -> Result<Network> {
    let mut chain = Chain::new(name);
    chain.then("conv0", three(2))?;
    for (index, stride) in (1..).zip([1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1]) {
        chain.then(format!("depthwise{index}"), three(stride))?;
        chain.then(format!("pointwise{index}"), one())?;
    }
    Ok(chain.network)
}

/// Sandler et al., *MobileNetV2: inverted residuals and linear bottlenecks*, 2018.
pub(super) fn v2(name: &str) -> Result<Network> {
    let mut chain = Chain::new(name);
    chain.then("conv0", three(2))?;
    let mut index = 0;
    for (repeats, stride) in [(1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1)] {
        for repeat in 0..repeats {
            index += 1;
            let (from, unit) = (chain.at, format!("unit{index}"));
            let stride = if repeat == 0 { stride } else { 1 };
            let layers = [("expand", one()), ("depthwise", three(stride)), ("project", one())];
            // The very first unit has nothing to expand.
            let end = chain.branch(&unit, from, if index == 1 { &layers[1..] } else { &layers })?;
            if repeat > 0 {
                chain.meet(format!("{unit}.add"), Layer::Combination(Combination::Sum), &[end, from])?;
            }
        }
    }
    chain.then("conv1", one())?;
    Ok(chain.network)
}

fn one() -> Layer {
    Layer::Convolution(Window::new(1))
}

fn three(stride: usize) -> Layer {
    Layer::Convolution(Window::new(3).stride(stride).same(Same::TensorFlow))
}
