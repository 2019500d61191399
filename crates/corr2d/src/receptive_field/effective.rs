//! How much of the field counts: the magnitude of the gradient, and the Gaussian that it resembles.
//!
//! Many paths lead from the middle of a field to its output, and few from its rim. Through n layers of random weights the
//! squared gradient falls off like the n-fold convolution of their windows, which approaches a Gaussian whose width grows
//! as √n, while the field grows as n (Luo et al., *Understanding the Effective Receptive Field in Deep Convolutional Neural
//! Networks*, 2016).

use candle_core::{Device, Tensor};

use super::error::{Error, Result};
use super::fields::Fields;
use super::model::Weights;
use super::network::Node;

/// A pixel counts if its gradient is at least this part of the largest: 1 − 0.9545, outside of two standard deviations.
const COUNTS: f64 = 1.0 - 0.9545;

/// What a measured gradient says of the part of a field that counts.
#[derive(Clone, Debug)]
pub struct EffectiveField {
    /// The root mean square of the gradient over all draws, [H, W], each with the same sum of squares; the largest is 1. It
    /// is 0 outside the field.
    pub magnitude: Tensor,
    /// The mean row and column of the magnitude.
    pub centre: (f64, f64),
    /// Its standard deviation, down and across, which are those of the Gaussian.
    pub deviation: (f64, f64),
    /// How much of the magnitude's variance over the field the Gaussian explains: 1 if it is one, 0 if a constant comes as near.
    pub explained: f64,
    /// How many pixels have 4.55 % of the largest magnitude at least.
    pub pixels: usize,
    /// How many pixels have a gradient at all.
    pub reached: usize,
}

impl EffectiveField {
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
    let pixels = || {
        let of_row = |(row, numbers): (usize, &Vec<f64>)| {
            let numbers: Vec<f64> = numbers.clone();
            numbers.into_iter().enumerate().map(move |(column, number)| (row as f64, column as f64, number))
        };
        rows.iter().enumerate().flat_map(of_row).filter(|(_, _, number)| *number > 0.0)
    };
    let total: f64 = pixels().map(|(_, _, number)| number).sum::<f64>().max(f64::MIN_POSITIVE);
    let mean = |of: &dyn Fn((f64, f64, f64)) -> f64| pixels().map(|pixel| of(pixel) * pixel.2).sum::<f64>() / total;
    let centre = (mean(&|(row, _, _)| row), mean(&|(_, column, _)| column));
    let deviation = (
        mean(&|(row, _, _)| (row - centre.0).powi(2)).sqrt(),
        mean(&|(_, column, _)| (column - centre.1).powi(2)).sqrt(),
    );
    // A field of one row has no deviation down: every pixel of it stands at the centre.
    let distance = |place: f64, centre: f64, deviation: f64| {
        if deviation > 0.0 { ((place - centre) / deviation).powi(2) } else { 0.0 }
    };
    let gaussian =
        |row, column| (-0.5 * (distance(row, centre.0, deviation.0) + distance(column, centre.1, deviation.1))).exp();
    // The height that fits best, by least squares.
    let (mut products, mut squares, mut reached) = (0.0, 0.0, 0);
    for (row, column, number) in pixels() {
        let fitted: f64 = gaussian(row, column);
        (products, squares, reached) = (products + fitted * number, squares + fitted * fitted, reached + 1);
    }
    let height = products / squares.max(f64::MIN_POSITIVE);
    let average = total / f64::from(reached.max(1));
    let (mut left, mut all) = (0.0, 0.0);
    for (row, column, number) in pixels() {
        left += (number - height * gaussian(row, column)).powi(2);
        all += (number - average).powi(2);
    }
    EffectiveField {
        magnitude,
        centre,
        deviation,
        // Only the height is fitted, so that a mean alone may come nearer.
        explained: if all > 0.0 { (1.0 - left / all).max(0.0) } else { 1.0 },
        pixels: pixels().filter(|(_, _, number)| *number >= COUNTS).count(),
        reached: reached as usize,
    }
}
