//! How much of the field counts: the magnitude of the gradient, and the Gaussian that it resembles.
//!
//! Many paths lead from the middle of a field to its output, and few from its rim. Through n layers of random weights the
//! squared gradient falls off like the n-fold convolution of their windows, which approaches a Gaussian whose width grows
//! as √n, while the field grows as n (Luo et al., *Understanding the Effective Receptive Field in Deep Convolutional Neural
//! Networks*, 2016).

use candle_core::{Device, Tensor};

use super::error::{Error, Result};
use super::fields::Fields;
use super::gaussian::{Gaussian, Pixel};
use super::model::Weights;
use super::network::Node;

/// What a measured gradient says of the part of a field that counts.
#[derive(Clone, Debug)]
pub struct EffectiveField {
    /// The root mean square of the gradient over all draws, [H, W], each with the same sum of squares; the largest is 1. It
    /// is 0 outside the field.
    pub magnitude: Tensor,
    /// The Gaussian that comes nearest to it over the pixels that have a gradient; `None` for a few pixels, or for a plain.
    pub gaussian: Option<Gaussian>,
    /// How many pixels have the part [`EffectiveField::COUNTS`] of the largest magnitude at least.
    pub pixels: usize,
    /// How many pixels have a gradient at all.
    pub reached: usize,
}

impl EffectiveField {
    /// A pixel counts if its magnitude is at least this part of the largest: 1 − 0.9545, what a normal distribution holds
    /// beyond two standard deviations.
    pub const COUNTS: f64 = 1.0 - 0.9545;

    /// The part of the pixels that can be seen that counts, 0 to 1.
    pub fn share(&self) -> f64 {
        self.pixels as f64 / self.reached.max(1) as f64
    }
}

impl Fields {
    /// Measures the gradient of one output, (row, column) from 0, of a layer, over several draws of random weights.
    ///
    /// ```
    /// use candle_core::Device;
    /// use corr2d::receptive_field::{Layer, Network, Window};
    ///
    /// let mut network = Network::new("eight layers");
    /// let mut map = network.input();
    /// for depth in 1..=8 {
    ///     map = network.layer(format!("conv{depth}"), Layer::Convolution(Window::new(3)), &[map])?;
    /// }
    /// let effective = network.fields((17, 17))?.effective(map, (0, 0), 8, 0, &Device::Cpu)?;
    /// assert_eq!(effective.reached, 17 * 17);
    /// assert!(effective.share() < 0.7);
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoDraws`], and those of [`Fields::gradient`].
    pub fn effective(
        &self,
        node: Node,
        output: (usize, usize),
        draws: usize,
        seed: u64,
        device: &Device,
    ) -> Result<EffectiveField> {
        self.effective_watched(node, output, draws, seed, device, &mut |_| ())
    }

    /// The same, which tells after each draw how many are done.
    ///
    /// ```
    /// use candle_core::Device;
    /// use corr2d::receptive_field::{Layer, Network, Window};
    ///
    /// let mut network = Network::new("one layer");
    /// let conv = network.layer("conv", Layer::Convolution(Window::new(3)), &[network.input()])?;
    /// let mut done = Vec::new();
    /// network.fields((3, 4))?.effective_watched(conv, (0, 1), 2, 0, &Device::Cpu, &mut |draws| done.push(draws))?;
    /// assert_eq!(done, [1, 2]);
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Fields::effective`].
    pub fn effective_watched(
        &self,
        node: Node,
        output: (usize, usize),
        draws: usize,
        seed: u64,
        device: &Device,
        drawn: &mut dyn FnMut(usize),
    ) -> Result<EffectiveField> {
        let mut squares: Option<Tensor> = None;
        for draw in 0..draws {
            let seed = seed.wrapping_mul(1 << 10).wrapping_add(draw as u64);
            let square = self.gradient(node, output, Weights::Normal, seed, device)?.sqr()?;
            // Through many layers the length of a gradient differs from draw to draw by orders of magnitude.
            let total = square.sum_all()?.to_scalar::<f64>()?;
            let square = if total > 0.0 { square.affine(1.0 / total, 0.0)? } else { square };
            squares = Some(match squares {
                Some(sum) => (sum + square)?,
                None => square,
            });
            drawn(draw + 1);
        }
        let magnitude = squares.ok_or(Error::NoDraws)?.sqrt()?;
        let rows: Vec<Vec<f64>> = magnitude.to_vec2()?;
        let largest = rows.iter().flatten().fold(0.0, |largest: f64, number| largest.max(*number));
        let magnitude = if largest > 0.0 { magnitude.affine(1.0 / largest, 0.0)? } else { magnitude };
        Ok(measure(&magnitude.to_vec2()?, magnitude))
    }
}

fn measure(rows: &[Vec<f64>], magnitude: Tensor) -> EffectiveField {
    let mut pixels = Vec::new();
    for (row, numbers) in rows.iter().enumerate() {
        let reached = numbers.iter().enumerate().filter(|(_, number)| **number > 0.0);
        pixels.extend(reached.map(|(column, number)| Pixel { row, column, number: *number }));
    }
    EffectiveField {
        magnitude,
        gaussian: Gaussian::nearest(&pixels),
        pixels: pixels.iter().filter(|pixel| pixel.number >= EffectiveField::COUNTS).count(),
        reached: pixels.len(),
    }
}
