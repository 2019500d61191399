//! He et al., *Deep residual learning for image recognition*, 2015, with the halving where each library has it.

use super::Chain;
use crate::receptive_field::error::Result;
use crate::receptive_field::layer::{Combination, Layer, Same, Window};
use crate::receptive_field::network::Network;

/// Units of two 3×3; a stage's first 3×3 halves the map.
pub(super) fn basic(name: &str, depths: [usize; 4]) -> Result<Network> {
    let pool = Window::new(3).stride(2).padding(1);
    build(name, depths, pool, Halving::InFirstUnit, |stride| vec![("conv1", three(stride)), ("conv2", three(1))])
}

/// Units of 1×1, 3×3, 1×1; the 3×3 of a stage's first unit halves the map.
pub(super) fn torchvision(name: &str, depths: [usize; 4]) -> Result<Network> {
    let pool = Window::new(3).stride(2).padding(1);
    build(name, depths, pool, Halving::InFirstUnit, |stride| {
        vec![("conv1", one(1)), ("conv2", three(stride)), ("conv3", one(1))]
    })
}

/// The same with the halving in the first 1×1.
pub(super) fn paper(name: &str, depths: [usize; 4]) -> Result<Network> {
    let pool = Window::new(3).stride(2).padding(1);
    build(name, depths, pool, Halving::InFirstUnit, |stride| {
        vec![("conv1", one(stride)), ("conv2", three(1)), ("conv3", one(1))]
    })
}

/// The same with the halving in the 3×3 of a stage's last unit; TensorFlow pads the pooling.
pub(super) fn slim(name: &str, depths: [usize; 4]) -> Result<Network> {
    let pool = Window::new(3).stride(2).same(Same::TensorFlow);
    build(name, depths, pool, Halving::InLastUnit, |stride| {
        vec![("conv1", one(1)), ("conv2", three(stride)), ("conv3", one(1))]
    })
}

/// Which unit of a stage halves the map.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Halving {
    /// In all stages but the first, whose map the pooling has halved.
    InFirstUnit,
    /// In all stages but the last.
    InLastUnit,
}

fn build(
    name: &str,
    depths: [usize; 4],
    pool: Window,
    halving: Halving,
    unit: fn(stride: usize) -> Vec<(&'static str, Layer)>,
) -> Result<Network> {
    let mut chain = Chain::new(name);
    chain.then("conv1", Layer::Convolution(Window::new(7).stride(2).padding(3)))?;
    chain.then("pool1", Layer::MaxPooling(pool))?;
    for (stage, depth) in (1..).zip(depths) {
        for index in 0..depth {
            let halves = match halving {
                Halving::InFirstUnit => stage > 1 && index == 0,
                Halving::InLastUnit => stage < 4 && index + 1 == depth,
            };
            let (from, stride) = (chain.at, if halves { 2 } else { 1 });
            let prefix = format!("layer{stage}.{index}");
            let residual = chain.branch(&prefix, from, &unit(stride))?;
            // The other path has a 1×1 where channels or sizes change; where only channels do, it sees nothing else.
            let shortcut = if halves { chain.branch(&prefix, from, &[("shortcut", one(2))])? } else { from };
            chain.meet(format!("{prefix}.add"), Layer::Combination(Combination::Sum), &[residual, shortcut])?;
        }
    }
    Ok(chain.network)
}

fn one(stride: usize) -> Layer {
    Layer::Convolution(Window::new(1).stride(stride))
}

fn three(stride: usize) -> Layer {
    Layer::Convolution(Window::new(3).stride(stride).padding(1))
}
