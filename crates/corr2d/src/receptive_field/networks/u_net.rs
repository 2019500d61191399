//! Ronneberger, Fischer and Brox, *U-Net: convolutional networks for biomedical image segmentation*, 2015.

use super::Chain;
use crate::receptive_field::error::Result;
use crate::receptive_field::layer::{Layer, Sides, Window};
use crate::receptive_field::network::{Network, Node};

/// Four halvings down, four transposed convolutions up, and beside each the map of the same scale, cropped.
pub(super) fn build(name: &str) -> Result<Network> {
    let mut chain = Chain::new(name);
    let mut skipped = Vec::new();
    for scale in 1..=4 {
        skipped.push(two_layers(&mut chain, &format!("down{scale}"))?);
        chain.then(format!("pool{scale}"), Layer::MaxPooling(Window::new(2).stride(2)))?;
    }
    two_layers(&mut chain, "bottom")?;
    let doubled = Layer::TransposedConvolution { window: Window::new(2).stride(2), output_padding: (0, 0) };
    // What the layers without padding take away below each scale, on each side.
    for ((scale, margin), from) in [(4, 4), (3, 16), (2, 40), (1, 88)].into_iter().zip(skipped.into_iter().rev()) {
        let up = chain.then(format!("up{scale}.transposed"), doubled)?;
        let sides = Sides { top: margin, bottom: margin, left: margin, right: margin };
        let cropped = chain.branch(&format!("up{scale}"), from, &[("crop", Layer::Cropping(sides))])?;
        chain.meet(format!("up{scale}.concat"), Layer::Concatenation, &[cropped, up])?;
        two_layers(&mut chain, &format!("up{scale}"))?;
    }
    chain.then("output", Layer::Convolution(Window::new(1)))?;
    Ok(chain.network)
}

fn two_layers(chain: &mut Chain, unit: &str) -> Result<Node> {
    let three = Layer::Convolution(Window::new(3));
    chain.branch(unit, chain.at, &[("conv1", three), ("conv2", three)])
}
