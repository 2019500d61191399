//! Szegedy et al., *Rethinking the Inception architecture for computer vision*, 2015, layer by layer as in TF-Slim.

use super::Chain;
use crate::receptive_field::error::Result;
use crate::receptive_field::layer::{Layer, Window};
use crate::receptive_field::network::{Network, Node};

pub(super) fn v3(name: &str) -> Result<Network> {
    let mut chain = Chain::new(name);
    let halving = Layer::MaxPooling(Window::new(3).stride(2));
    chain.then("conv1a", Layer::Convolution(Window::new(3).stride(2)))?;
    chain.then("conv2a", valid(3))?;
    chain.then("conv2b", conv(3, 3))?;
    chain.then("pool3a", halving)?;
    chain.then("conv3b", conv(1, 1))?;
    chain.then("conv4a", valid(3))?;
    chain.then("pool5a", halving)?;
    for name in ["mixed5b", "mixed5c", "mixed5d"] {
        mixed(&mut chain, name, &[&[conv(1, 1), conv(5, 5)], &[conv(1, 1), conv(3, 3), conv(3, 3)]])?;
    }
    reduced(&mut chain, "mixed6a", &[&[], &[conv(1, 1), conv(3, 3)]])?;
    for name in ["mixed6b", "mixed6c", "mixed6d", "mixed6e"] {
        let twice = [conv(1, 1), conv(7, 1), conv(1, 7), conv(7, 1), conv(1, 7)];
        mixed(&mut chain, name, &[&[conv(1, 1), conv(1, 7), conv(7, 1)], &twice])?;
    }
    reduced(&mut chain, "mixed7a", &[&[conv(1, 1)], &[conv(1, 1), conv(1, 7), conv(7, 1)]])?;
    for name in ["mixed7b", "mixed7c"] {
        forked(&mut chain, name)?;
    }
    Ok(chain.network)
}

/// A 1×1, a pooling and some branches, side by side.
fn mixed(chain: &mut Chain, name: &str, branches: &[&[Layer]]) -> Result<()> {
    let from = chain.at;
    let mut ends = vec![side(chain, name, 0, from, &[conv(1, 1)])?];
    for (index, branch) in (1..).zip(branches) {
        ends.push(side(chain, name, index, from, branch)?);
    }
    let last = side(chain, name, ends.len(), from, &[average(), conv(1, 1)])?;
    ends.push(last);
    chain.meet(name, Layer::Concatenation, &ends).map(drop)
}

/// Branches that end in a halving 3×3, and a pooling that halves.
fn reduced(chain: &mut Chain, name: &str, branches: &[&[Layer]]) -> Result<()> {
    let (from, window) = (chain.at, Window::new(3).stride(2));
    let mut ends = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        ends.push(side(chain, name, index, from, &[branch, &[Layer::Convolution(window)][..]].concat())?);
    }
    let last = side(chain, name, ends.len(), from, &[Layer::MaxPooling(window)])?;
    ends.push(last);
    chain.meet(name, Layer::Concatenation, &ends).map(drop)
}

/// Two branches that fork into a 1×3 and a 3×1 at their end.
fn forked(chain: &mut Chain, name: &str) -> Result<()> {
    let from = chain.at;
    let mut ends = vec![side(chain, name, 0, from, &[conv(1, 1)])?];
    for (index, stem) in (1..).zip([&[conv(1, 1)][..], &[conv(1, 1), conv(3, 3)]]) {
        let fork = side(chain, name, index, from, stem)?;
        let unit = format!("{name}.{index}");
        ends.push(chain.branch(&unit, fork, &[("wide", conv(1, 3))])?);
        ends.push(chain.branch(&unit, fork, &[("high", conv(3, 1))])?);
    }
    ends.push(side(chain, name, 3, from, &[average(), conv(1, 1)])?);
    chain.meet(name, Layer::Concatenation, &ends).map(drop)
}

/// One branch, its layers lettered.
fn side(chain: &mut Chain, name: &str, index: usize, from: Node, layers: &[Layer]) -> Result<Node> {
    let lettered: Vec<(&str, Layer)> = ["a", "b", "c", "d", "e", "f"].into_iter().zip(layers.iter().copied()).collect();
    chain.branch(&format!("{name}.{index}"), from, &lettered)
}

/// A convolution that keeps the size; its sides are odd.
fn conv(height: usize, width: usize) -> Layer {
    Layer::Convolution(Window::new((height, width)).padding((height / 2, width / 2)))
}

fn valid(side: usize) -> Layer {
    Layer::Convolution(Window::new(side))
}

fn average() -> Layer {
    Layer::AveragePooling(Window::new(3).padding(1))
}
