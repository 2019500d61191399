//! The named kernels: one table answers `--help` and the lookup.
//!
//! Derivatives are integers, as OpenCV's and Prewitt's, Roberts' and Scharr's are; smoothing kernels sum to 1, as with
//! OpenCV's `GaussianBlur` and `blur`. The gain in the table is computed from the weights.

use super::{Kernel, check_size};
use crate::error::{Error, Result};
use crate::near::near;

/// The longest side that a parameter may ask for.
const MAX_SIDE: usize = 1024;

struct Named {
    name: &'static str,
    /// How the parameters are written; empty where there is none.
    parameters: &'static str,
    /// The parameters of the line in the table, and of the bare name.
    example: &'static str,
    recipe: Recipe,
}

enum Recipe {
    Fixed(&'static [&'static [i8]]),
    /// `exp(-(x² + y²) / 2σ²)`, divided by its sum.
    Gaussian,
    /// All weights equal.
    Box,
    /// The outer product of two rows of Pascal's triangle.
    Binomial,
    /// Laplacian of Gaussian, `(x² + y² - 2σ²) · exp(-(x² + y²) / 2σ²)`, with sum 0 and gain 1.
    Log,
}

const fn fixed(name: &'static str, rows: &'static [&'static [i8]]) -> Named {
    Named { name, parameters: "", example: "", recipe: Recipe::Fixed(rows) }
}

const fn with(name: &'static str, parameters: &'static str, example: &'static str, recipe: Recipe) -> Named {
    Named { name, parameters, example, recipe }
}

static TABLE: [Named; 19] = [
    fixed("identity", &[&[1]]),
    // The lesson's edge detector: left minus right.
    fixed("difference-x", &[&[1, -1]]),
    fixed("difference-y", &[&[1], &[-1]]),
    // Along the two diagonals, not along the axes, in spite of the names.
    fixed("roberts-x", &[&[1, 0], &[0, -1]]),
    fixed("roberts-y", &[&[0, 1], &[-1, 0]]),
    fixed("prewitt-x", &[&[-1, 0, 1], &[-1, 0, 1], &[-1, 0, 1]]),
    fixed("prewitt-y", &[&[-1, -1, -1], &[0, 0, 0], &[1, 1, 1]]),
    fixed("sobel-x", &[&[-1, 0, 1], &[-2, 0, 2], &[-1, 0, 1]]),
    fixed("sobel-y", &[&[-1, -2, -1], &[0, 0, 0], &[1, 2, 1]]),
    fixed("scharr-x", &[&[-3, 0, 3], &[-10, 0, 10], &[-3, 0, 3]]),
    fixed("scharr-y", &[&[-3, -10, -3], &[0, 0, 0], &[3, 10, 3]]),
    fixed("laplacian4", &[&[0, 1, 0], &[1, -4, 1], &[0, 1, 0]]),
    fixed("laplacian8", &[&[1, 1, 1], &[1, -8, 1], &[1, 1, 1]]),
    with("log", ":SIGMA", ":1.4", Recipe::Log),
    with("gaussian", ":SIGMA, :SIGMA:HxW or :HxW", ":1.5", Recipe::Gaussian),
    with("box", ":HxW or :N", ":3x5", Recipe::Box),
    with("binomial", ":HxW or :N", ":5", Recipe::Binomial),
    fixed("sharpen", &[&[0, -1, 0], &[-1, 5, -1], &[0, -1, 0]]),
    // Brightness plus its slope towards the lower right: light that falls from there.
    fixed("emboss", &[&[-2, -1, 0], &[-1, 1, 1], &[0, 1, 2]]),
];

/// The kernel that `text` names, with its parameters; `None` where no kernel has the name before the colon.
pub(super) fn find(text: &str) -> Option<Result<Kernel>> {
    let lower = text.to_lowercase();
    let (name, parameters) = lower.split_once(':').unwrap_or((&lower, ""));
    let named = TABLE.iter().find(|named| named.name == name)?;
    Some(named.build(&lower, parameters, lower.contains(':')))
}

/// The kernels without parameters.
pub(super) fn fixed_kernels() -> impl Iterator<Item = Kernel> {
    let is_fixed = |named: &&Named| matches!(named.recipe, Recipe::Fixed(_));
    TABLE.iter().filter(is_fixed).filter_map(|named| find(named.name)?.ok())
}

pub(super) fn unknown(text: &str) -> Error {
    let name = text.split(':').next().unwrap_or(text);
    let files = super::file::known();
    Error::UnknownKernel { name: text.to_string(), files, near: near(name, TABLE.iter().map(|named| named.name)) }
}

pub(super) fn table() -> String {
    let mut lines = "name            size   gain   a positive response means\n".to_string();
    for named in &TABLE {
        let name = format!("{}{}", named.name, named.example);
        if let Some(Ok(kernel)) = find(&name) {
            let size = format!("{}×{}", kernel.height, kernel.width);
            let gain = format!("{:.3}", kernel.gain());
            let gain = gain.trim_end_matches('0').trim_end_matches('.');
            lines += &format!("{name:<14}  {size:<5}  {gain:<5}  {}\n", kernel.measures().meaning());
        }
    }
    for named in TABLE.iter().filter(|named| !named.parameters.is_empty()) {
        lines += &format!("{} takes {}\n", named.name, named.parameters);
    }
    lines + "Gain: the response to brightness 1, a slope of 1 a pixel, or a curvature of 1.\n"
}

impl Named {
    fn build(&self, text: &str, parameters: &str, colon: bool) -> Result<Kernel> {
        let refuse = |would: &str| self.refuse(parameters, would);
        let given = if colon { parameters } else { self.example.trim_start_matches(':') };
        match self.recipe {
            Recipe::Fixed(_) if colon => Err(refuse("it has no parameter")),
            Recipe::Fixed(rows) => {
                let values = rows.concat().into_iter().map(f64::from).collect();
                Kernel::new(text, rows.len(), rows[0].len(), values)
            }
            Recipe::Gaussian => self.gaussian(text, given),
            Recipe::Log => log(text, self.sigma(given)?),
            Recipe::Box => outer(text, self.size(given)?, |length| vec![1.0 / length as f64; length]),
            Recipe::Binomial => outer(text, self.size(given)?, binomial),
        }
    }

    fn gaussian(&self, text: &str, given: &str) -> Result<Kernel> {
        let is_size = |part: &str| part.contains(['x', '×']);
        let (sigma, (height, width)) = match given.split_once(':') {
            Some((sigma, size)) => (Some(self.sigma(sigma)?), self.size(size)?),
            None if is_size(given) => (None, self.size(given)?),
            None => {
                let sigma = self.sigma(given)?;
                let length = 2 * (3.0 * sigma).ceil() as usize + 1;
                (Some(sigma), (length, length))
            }
        };
        outer(text, (height, width), |length| bell(length, sigma.unwrap_or_else(|| default_sigma(length))))
    }

    fn sigma(&self, found: &str) -> Result<f64> {
        let sigma = found.parse().ok().filter(|sigma| (0.1..=100.0).contains(sigma));
        sigma.ok_or_else(|| self.refuse(found, "sigma is a number of pixels from 0.1 to 100, as in :1.5"))
    }

    /// `3x5` is height by width, `3` is `3x3`.
    fn size(&self, found: &str) -> Result<(usize, usize)> {
        let (height, width) = found.split_once(['x', '×']).unwrap_or((found, found));
        let side = |text: &str| text.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side));
        side(height).zip(side(width)).ok_or_else(|| {
            self.refuse(found, &format!("a size is height by width, each from 1 to {MAX_SIDE}, as in :3x5"))
        })
    }

    fn refuse(&self, found: &str, would: &str) -> Error {
        Error::KernelParameter { kernel: self.name.into(), found: found.into(), would: would.into() }
    }
}

/// `kernel[y][x] = line(height)[y] · line(width)[x]`.
fn outer(text: &str, (height, width): (usize, usize), line: impl Fn(usize) -> Vec<f64>) -> Result<Kernel> {
    check_size(text, height, width)?;
    let (down, across) = (line(height), line(width));
    let values = down.iter().flat_map(|y| across.iter().map(move |x| y * x)).collect();
    Kernel::new(text, height, width, values)
}

fn bell(length: usize, sigma: f64) -> Vec<f64> {
    let middle = (length - 1) as f64 / 2.0;
    let weights: Vec<f64> =
        (0..length).map(|index| (-(index as f64 - middle).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

/// OpenCV's rule where only a size is given; its `getGaussianKernel` then rounds the weights of sizes up to 9.
fn default_sigma(length: usize) -> f64 {
    0.3 * ((length as f64 - 1.0) * 0.5 - 1.0) + 0.8
}

/// A row of Pascal's triangle over its sum: each row is the one before, averaged with itself one step aside.
fn binomial(length: usize) -> Vec<f64> {
    let mut row = vec![1.0];
    while row.len() < length {
        let before = |index: usize| if index == 0 { 0.0 } else { row[index - 1] };
        let after = |index: usize| row.get(index).copied().unwrap_or(0.0);
        row = (0..=row.len()).map(|index| (before(index) + after(index)) / 2.0).collect();
    }
    row
}

/// Reaches 4σ, where the weight is under 1 % of the middle one; what the cut leaves of the sum is spread evenly.
fn log(text: &str, sigma: f64) -> Result<Kernel> {
    let reach = (4.0 * sigma).ceil() as usize;
    let length = 2 * reach + 1;
    let square = |index: usize| (index as f64 - reach as f64).powi(2);
    let radius = |index: usize| square(index / length) + square(index % length);
    let two_variances = 2.0 * sigma * sigma;
    let raw = |index| (radius(index) - two_variances) * (-radius(index) / two_variances).exp();
    let mut values: Vec<f64> = (0..length * length).map(raw).collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter_mut().for_each(|value| *value -= mean);
    let curvature: f64 = values.iter().enumerate().map(|(index, value)| value * square(index % length) / 2.0).sum();
    values.iter_mut().for_each(|value| *value /= curvature);
    Kernel::new(text, length, length, values)
}
