//! What the lesson computes of networks with many layers: the field of the last map, and how much of a field counts.

use anyhow::{Context, Result};
use candle_core::Device;
use corr2d::receptive_field::{EffectiveField, Layer, Network, Window, networks};

// ANCHOR: last-map
/// The side of the image that a network was made for, and field, stride and padding of its last map.
///
/// # Errors
/// For a name that no network has.
pub fn last_map(name: &str) -> Result<[usize; 4]> {
    let named = networks::by_name(name).context("no such network")?;
    let network = named.network()?;
    let fields = network.fields(named.image)?;
    let rows = &fields.field(network.last())?.rows;
    let stride = rows.stride().context("its paths have different strides")?;
    Ok([named.image.0, rows.largest(), usize::try_from(stride.to_integer())?, usize::try_from(rows.padding())?])
}
// ANCHOR_END: last-map

/// How often the weights are drawn where the gradient is measured.
pub const DRAWS: usize = 16;

// ANCHOR: effective
/// The gradient of one output through so many layers of 3×3, over [`DRAWS`] draws of their weights.
///
/// # Errors
/// Those of the device.
pub fn effective(depth: usize, seed: u64, device: &Device) -> Result<EffectiveField> {
    let mut network = Network::new("deep");
    for layer in 1..=depth {
        let conv = Layer::Convolution(Window::new(3));
        network.layer(format!("conv{layer}"), conv, &[network.last()])?;
    }
    let fields = network.fields((2 * depth + 1, 2 * depth + 1))?;
    Ok(fields.effective(network.last(), (0, 0), DRAWS, seed, device)?)
}
// ANCHOR_END: effective
