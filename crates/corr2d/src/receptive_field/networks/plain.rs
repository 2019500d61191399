//! Networks without branches: AlexNet and the VGGs.

use super::Chain;
use crate::receptive_field::error::Result;
use crate::receptive_field::layer::{Layer, Window};
use crate::receptive_field::network::Network;

/// Krizhevsky, *One weird trick for parallelizing convolutional neural networks*, 2014, as TF-Slim has it.
pub(super) fn alexnet(name: &str) -> Result<Network> {
    let mut chain = Chain::new(name);
    let pool = Layer::MaxPooling(Window::new(3).stride(2));
    let conv = Layer::Convolution(Window::new(3).padding(1));
    chain.then("conv1", Layer::Convolution(Window::new(11).stride(4)))?;
    chain.then("pool1", pool)?;
    chain.then("conv2", Layer::Convolution(Window::new(5).padding(2)))?;
    chain.then("pool2", pool)?;
    for name in ["conv3", "conv4", "conv5"] {
        chain.then(name, conv)?;
    }
    chain.then("pool5", pool)?;
    Ok(chain.network)
}

/// Simonyan and Zisserman, *Very deep convolutional networks for large-scale image recognition*, 2014: so many layers of
/// 3×3 before each of the five poolings.
pub(super) fn vgg(name: &str, depths: &[usize]) -> Result<Network> {
    let mut chain = Chain::new(name);
    for (stage, depth) in (1..).zip(depths) {
        for layer in 1..=*depth {
            chain.then(format!("conv{stage}_{layer}"), Layer::Convolution(Window::new(3).padding(1)))?;
        }
        chain.then(format!("pool{stage}"), Layer::MaxPooling(Window::new(2).stride(2)))?;
    }
    Ok(chain.network)
}
