//! The third way: a real network, built of this crate's functions from the same description, and its gradient.
//!
//! A network without activations is linear, so that its gradient is the same at every image, and no dead unit hides a
//! pixel. Where it is only asked which pixels there are, every map has one channel; where their gradients are compared, it
//! has several, as real networks have, since through a single one a kernel that oscillates is all that is seen. Maps that
//! were concatenated have more, until the next layer mixes them.
//!
//! A maximum passes the gradient to one pixel of its window alone, and which one depends on the image. The question here is
//! which pixels it *can* pass it to; so the real network takes averages in the place of maxima, over the same windows.

use candle_core::{DType, Device, Tensor, Var};

use super::error::Result;
use super::fields::Fields;
use super::layer::{Interpolation, Layer, Window};
use super::network::Node;
use super::windows::{convolution_options, explicit, pooling_options, transposed_options, upsampling};
use crate::autograd::gradient;
use crate::{ConvTranspose2dOptions, Initializer, avg_pool2d, conv_transpose2d, conv2d};

/// What the weights of the real network are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Uniform, all positive: nothing cancels, so that the gradient is 0 exactly where no path leads.
    Positive,
    /// Normal, of both signs, as a network has them before it learns. Each map has [`Weights::channels`] channels.
    Normal,
}

impl Weights {
    /// The channels of every map.
    pub fn channels(self) -> usize {
        match self {
            Self::Positive => 1,
            Self::Normal => 8,
        }
    }
}

impl Fields {
    /// The gradient of one output, (row, column) from 0, of a layer by every pixel of the image: [H, W], f64. Where the layer
    /// has several channels, it is that of the first, and behind a concatenation that of a mixture of all.
    ///
    /// ```
    /// use candle_core::Device;
    /// use corr2d::receptive_field::{Layer, Network, Weights, Window};
    ///
    /// let mut network = Network::new("one layer");
    /// let conv = network.layer("conv", Layer::Convolution(Window::new((1, 2))), &[network.input()])?;
    /// let fields = network.fields((2, 4))?;
    /// let gradient = fields.gradient(conv, (1, 1), Weights::Positive, 0, &Device::Cpu)?;
    /// let reached: Vec<bool> = gradient.flatten_all()?.to_vec1::<f64>()?.iter().map(|number| *number != 0.0).collect();
    /// assert_eq!(reached, [false, false, false, false, false, true, true, false]);
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSuchNode`](super::Error::NoSuchNode), [`Error::NoSuchOutput`](super::Error::NoSuchOutput),
    /// [`Error::TooMuchMemory`](super::Error::TooMuchMemory), those of the device.
    pub fn gradient(
        &self,
        node: Node,
        output: (usize, usize),
        weights: Weights,
        seed: u64,
        device: &Device,
    ) -> Result<Tensor> {
        self.check_output(node, output)?;
        let needed = self.needed(node)?;
        self.check_memory(node, &needed, weights)?;
        let (height, width) = self.image();
        let image = Var::zeros((1, 1, height, width), DType::F64, device)?;
        let mut maps: Vec<Option<Tensor>> = vec![Some(image.as_tensor().clone())];
        for (index, needed) in needed.iter().enumerate().skip(1) {
            let map =
                if *needed { Some(self.forward(Node(index), &maps, &Draw { weights, seed, index })?) } else { None };
            maps.push(map);
        }
        let map = maps.get(node.0).cloned().flatten().unwrap_or_else(|| image.as_tensor().clone());
        let map = Draw { weights, seed, index: node.0 }.mixed(&map)?;
        let chosen = map.narrow(1, 0, 1)?.narrow(2, output.0, 1)?.narrow(3, output.1, 1)?.sum_all()?;
        let gradients = chosen.backward()?;
        Ok(gradient(&gradients, image.as_tensor(), "the image")?.reshape((height, width))?)
    }

    /// The layers that lie on a path to this one.
    fn needed(&self, node: Node) -> Result<Vec<bool>> {
        let mut needed = vec![false; node.0 + 1];
        needed[node.0] = true;
        for index in (1..=node.0).rev() {
            if needed[index] {
                self.network.placed(Node(index))?.inputs.iter().for_each(|input| needed[input.0] = true);
            }
        }
        Ok(needed)
    }

    fn forward(&self, node: Node, maps: &[Option<Tensor>], draw: &Draw) -> Result<Tensor> {
        let (placed, padding) = (self.network.placed(node)?, self.steps[node.0].padding);
        let inputs: Vec<&Tensor> = placed.inputs.iter().filter_map(|input| maps[input.0].as_ref()).collect();
        let first = || inputs.first().copied().ok_or(super::Error::NoSuchNode { index: node.0, nodes: maps.len() });
        Ok(match placed.layer {
            Layer::Input | Layer::ElementWise => first()?.clone(),
            Layer::Convolution(window) => {
                let weight = draw.weight(first()?, window.kernel, draw.weights.channels())?;
                conv2d(first()?, &weight, None, &convolution_options(&window, explicit(padding)))?
            }
            Layer::MaxPooling(window) | Layer::AveragePooling(window) => {
                avg_pool2d(first()?, &pooling_options(&window, padding))?
            }
            Layer::TransposedConvolution { window, output_padding } => {
                let mixed = draw.mixed(first()?)?;
                let options =
                    ConvTranspose2dOptions { output_padding, ..transposed_options(&window, explicit(padding)) };
                // Input channels come first; after the mixing there are as many of them as of outputs.
                conv_transpose2d(&mixed, &draw.weight(&mixed, window.kernel, mixed.dim(1)?)?, None, &options)?
            }
            Layer::Upsampling { factor, interpolation } => {
                let map = first()?;
                let channels = map.dim(1)?;
                let weight = tent(factor, interpolation, map.device())?.repeat((channels, 1, 1, 1))?;
                let window = upsampling(factor, interpolation);
                let options = transposed_options(&window, explicit(padding));
                conv_transpose2d(map, &weight, None, &ConvTranspose2dOptions { groups: channels, ..options })?
            }
            Layer::Padding(_) => first()?.pad_with_zeros(2, padding.top, padding.bottom)?.pad_with_zeros(
                3,
                padding.left,
                padding.right,
            )?,
            Layer::Cropping(_) => {
                let (height, width) = self.steps[node.0].size;
                first()?.narrow(2, padding.top, height)?.narrow(3, padding.left, width)?
            }
            // A sum stands for all of them: it is linear, and sees the same.
            Layer::Combination(_) => {
                let mut sum = draw.mixed(first()?)?;
                for input in inputs.iter().skip(1) {
                    sum = sum.broadcast_add(&draw.mixed(input)?)?;
                }
                sum
            }
            Layer::Concatenation => Tensor::cat(&inputs, 1)?,
            Layer::Global => first()?.mean_keepdim(3)?.mean_keepdim(2)?,
        })
    }
}

/// Where the weights of one layer come from.
struct Draw {
    weights: Weights,
    seed: u64,
    index: usize,
}

impl Draw {
    /// A weight [channels, C, h, w] for a map of C channels. Sums of windows stay about as large as what is summed.
    fn weight(&self, map: &Tensor, kernel: (usize, usize), channels: usize) -> Result<Tensor> {
        let inputs = map.dim(1)?;
        let count = (inputs * kernel.0 * kernel.1) as f64;
        let law = match self.weights {
            Weights::Positive => Initializer::Uniform { low: 0.5 / count, high: 1.5 / count },
            Weights::Normal => Initializer::Normal { mean: 0.0, std: count.sqrt().recip() },
        };
        // A stream for each layer of each seed: the layers of one network must not have the same weights.
        let seed = self.seed.wrapping_mul(1 << 20).wrapping_add(self.index as u64);
        Ok(law.draw((channels, inputs, kernel.0, kernel.1), seed, DType::F64, map.device())?)
    }

    /// A map with as many channels as all have.
    fn mixed(&self, map: &Tensor) -> Result<Tensor> {
        let channels = self.weights.channels();
        if map.dim(1)? == channels {
            return Ok(map.clone());
        }
        let weight = self.weight(map, (1, 1), channels)?;
        Ok(conv2d(map, &weight, None, &convolution_options(&Window::new(1), crate::Padding::Valid))?)
    }
}

/// The weight [1, 1, h, w] with which upsampling spreads a pixel: ones, or a tent of height 1 along each axis.
fn tent(factor: (usize, usize), interpolation: Interpolation, device: &Device) -> Result<Tensor> {
    let side = |factor: usize, taps: usize| -> Vec<f64> {
        let slope = |tap: usize| 1.0 - (tap as f64 - (taps as f64 - 1.0) / 2.0).abs() / factor as f64;
        (0..taps).map(|tap| if interpolation == Interpolation::Nearest { 1.0 } else { slope(tap) }).collect()
    };
    let (height, width) = upsampling(factor, interpolation).kernel;
    let down = Tensor::from_vec(side(factor.0, height), (1, 1, height, 1), device)?;
    let across = Tensor::from_vec(side(factor.1, width), (1, 1, 1, width), device)?;
    Ok(down.broadcast_mul(&across)?)
}
