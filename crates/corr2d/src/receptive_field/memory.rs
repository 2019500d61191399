//! What a real network takes: the numbers of its maps, all of which are kept for the gradient, and of its weights.

use super::error::{Error, Result};
use super::fields::Fields;
use super::layer::Layer;
use super::model::Weights;
use super::network::Node;

/// The most bytes of maps and weights. The way back needs about as many again.
const MOST: u128 = 4 << 30;

/// Maps and weights are f64.
const BYTES: u128 = 8;

impl Fields {
    /// Refuses a network that no machine would hold, before anything of it is made.
    pub(super) fn check_memory(&self, node: Node, needed: &[bool], weights: Weights) -> Result<()> {
        let own = weights.channels() as u128;
        let (mut channels, mut numbers) = (Vec::with_capacity(needed.len()), 0u128);
        for (index, needed) in needed.iter().enumerate() {
            let placed = self.network.placed(Node(index))?;
            let of_inputs: u128 = placed.inputs.iter().map(|input| channels[input.0]).sum();
            let (maps, kernel, inputs) = match placed.layer {
                Layer::Input => (1, (0, 0), 0),
                Layer::Convolution(window) => (own, window.kernel, of_inputs),
                Layer::TransposedConvolution { window, .. } => (own, window.kernel, own),
                Layer::Combination(_) => (own, (0, 0), 0),
                _ => (of_inputs, (0, 0), 0),
            };
            channels.push(maps);
            if *needed {
                let (height, width) = self.field(Node(index))?.size;
                let of_map = maps * height as u128 * width as u128;
                numbers += of_map + own * inputs * kernel.0 as u128 * kernel.1 as u128;
            }
        }
        let bytes = numbers * BYTES;
        if bytes <= MOST {
            return Ok(());
        }
        let gibibytes = |bytes: u128| bytes as f64 / f64::from(1 << 30);
        let layer = self.network.name_of(node)?.to_owned();
        Err(Error::TooMuchMemory { layer, needed: gibibytes(bytes), most: gibibytes(MOST) })
    }
}
