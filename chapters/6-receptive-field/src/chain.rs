//! Layers one after another, and the receptive field of an output: by arithmetic and by measurement.
//!
//! ```text
//! field = 1 + Σ over layers (dilated − 1) · (the product of the strides before it)
//! dilated = dilation · (kernel − 1) + 1
//! ```
//!
//! (*Computing receptive fields of convolutional neural networks*, Distill, 2019, equation 2.)

use std::str::FromStr;

use anyhow::{Result, ensure};
use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::gradient;
use corr2d::{Conv2dOptions, conv2d};

/// The largest field that is measured: its image and gradient are made in full.
pub const LARGEST_MEASURED: usize = 500;

/// One layer of a chain; pairs are (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The kernel.
    pub kernel: (usize, usize),
    /// How far the window moves from one output to the next.
    pub stride: usize,
    /// The distance between neighbouring taps.
    pub dilation: usize,
}

impl FromStr for Layer {
    type Err = String;

    /// `3x3`, `3x3s2` with a stride of 2, `3x3d2` with a dilation of 2, and both in either order.
    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let malformed = || format!("{text:?} is no layer: write 3x3, or 3x3s2 with a stride, or 3x3d2 with a dilation");
        let number = |part: &str| part.parse().ok().filter(|n| (1..=999).contains(n)).ok_or_else(malformed);
        let (size, mut options) = text.trim().split_at(text.trim().find(OPTIONS).unwrap_or(text.trim().len()));
        let (height, width) = size.split_once(['x', '×']).ok_or_else(malformed)?;
        let (mut stride, mut dilation) = (None, None);
        while let Some(value) = options.strip_prefix(OPTIONS) {
            let option = if options.starts_with('s') { &mut stride } else { &mut dilation };
            let (value, rest) = value.split_at(value.find(OPTIONS).unwrap_or(value.len()));
            if option.replace(number(value)?).is_some() {
                return Err(malformed());
            }
            options = rest;
        }
        let kernel = (number(height)?, number(width)?);
        Ok(Self { kernel, stride: stride.unwrap_or(1), dilation: dilation.unwrap_or(1) })
    }
}

/// The letters of stride and dilation.
const OPTIONS: [char; 2] = ['s', 'd'];

// ANCHOR: field
/// The receptive field of one output of a chain, (height, width), by arithmetic.
///
/// # Errors
/// For a field beyond the numbers of this machine.
pub fn field(chain: &[Layer]) -> Result<(usize, usize)> {
    let (mut height, mut width, mut step) = (1usize, 1usize, 1usize);
    for layer in chain {
        let grow = |field: usize, kernel: usize| {
            (kernel - 1).checked_mul(layer.dilation * step).and_then(|reach| reach.checked_add(field))
        };
        let grown = grow(height, layer.kernel.0).zip(grow(width, layer.kernel.1));
        let next_step = step.checked_mul(layer.stride).filter(|step| *step < usize::MAX / 1000);
        ensure!(grown.is_some() && next_step.is_some(), "the receptive field of this chain is beyond all pictures");
        ((height, width), step) = (grown.unwrap_or_default(), next_step.unwrap_or_default());
    }
    Ok((height, width))
}
// ANCHOR_END: field

// ANCHOR: measure
/// The gradient of one output by every pixel that it could see. Where it is not 0, the output sees the pixel.
///
/// # Errors
/// Those of the device.
pub fn sees(chain: &[Layer], weights: &[Tensor], device: &Device) -> Result<Tensor> {
    let (height, width) = field(chain)?;
    let x = Var::zeros((1, 1, height, width), DType::F32, device)?;
    let mut y = x.as_tensor().clone();
    for (layer, weight) in chain.iter().zip(weights) {
        let (stride, dilation) = ((layer.stride, layer.stride), (layer.dilation, layer.dilation));
        y = conv2d(&y, weight, None, &Conv2dOptions { stride, dilation, ..Default::default() })?;
    }
    Ok(gradient(&y.sum_all()?.backward()?, &x, "the image")?.reshape((height, width))?)
}
// ANCHOR_END: measure

/// Weights of 1 for every layer: their gradients are sums of ones and cannot cancel.
///
/// # Errors
/// Those of the device.
pub fn weights_of_one(chain: &[Layer], device: &Device) -> Result<Vec<Tensor>> {
    let ones = |layer: &Layer| Ok(Tensor::ones((1, 1, layer.kernel.0, layer.kernel.1), DType::F32, device)?);
    chain.iter().map(ones).collect()
}

/// What a gradient says of the pixels that an output sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// From the first row that is not all 0 to the last.
    pub height: usize,
    /// From the first column that is not all 0 to the last.
    pub width: usize,
    /// How many numbers are not 0: fewer than height × width where the layers leave gaps.
    pub pixels: usize,
}

/// Measures where a gradient [H, W] is not 0.
///
/// # Errors
/// For a tensor that is no matrix.
pub fn seen(gradient: &Tensor) -> Result<Seen> {
    let rows: Vec<Vec<f32>> = gradient.to_vec2()?;
    let columns = rows.first().map_or(0, Vec::len);
    let height = extent((0..rows.len()).filter(|row| rows[*row].iter().any(|value| *value != 0.0)));
    let width = extent((0..columns).filter(|column| rows.iter().any(|row| row[*column] != 0.0)));
    let pixels = rows.iter().flatten().filter(|value| **value != 0.0).count();
    Ok(Seen { height, width, pixels })
}

/// From the first of these places to the last, both counted.
fn extent(mut places: impl DoubleEndedIterator<Item = usize>) -> usize {
    places.next().map_or(0, |first| places.next_back().unwrap_or(first) - first + 1)
}
