//! All pairs gone through once: what their windows say, and what was seen on the way.

use std::path::PathBuf;

use anyhow::{Context, Result};
use corr2d::least_squares::{Fit, Moments, Terms};

use super::arguments::{Channels, Shift};
use super::photographs::Pair;
use super::progress::Progress;

/// Clipped windows are left out only if so many times as many others are left as there are unknowns.
const WINDOWS_PER_UNKNOWN: usize = 10;

/// What arithmetic in f32 may leave unexplained of the variance.
const ROUNDING_OF_F32: f64 = 1e-10;

/// The pairs, of which the first is at hand and the others are read one after the other.
pub(crate) struct Pairs {
    paths: Vec<(PathBuf, PathBuf)>,
    channels: Channels,
    pub(crate) first: Pair,
    /// Of each channel: the means of the first input and the first target.
    pub(crate) origins: Vec<(f64, f64)>,
}

/// The sums over all windows, by channel.
pub(crate) struct Sums {
    all: Vec<Moments>,
    /// Those whose target was cut at the lowest or highest level.
    clipped: Vec<Moments>,
    pub(crate) jpegs: usize,
    /// How far apart the levels of the targets are, where they are farthest.
    level: f64,
}

/// What a kernel is learned from.
pub(crate) struct Data {
    /// Of each channel.
    pub(crate) moments: Vec<Moments>,
    /// The best kernel of each channel.
    pub(crate) fits: Vec<Fit>,
    pub(crate) windows: usize,
    pub(crate) clipped: usize,
    /// Whether the clipped windows were left out. They are not if too little is left to determine the kernel.
    pub(crate) left_out: bool,
    level: f64,
}

impl Data {
    /// The share of the variance that rounding leaves, a twelfth of the squared distance of its levels, by the variance
    /// of a pixel. Arithmetic in f32 leaves some of a target without levels.
    pub(crate) fn rounding(&self) -> Result<f64> {
        let mut share = 0.0;
        for moments in &self.moments {
            share += self.level * self.level / 12.0 / moments.target_variance()? / self.moments.len() as f64;
        }
        Ok(share.max(ROUNDING_OF_F32))
    }
}

impl Pairs {
    pub(crate) fn open(paths: Vec<(PathBuf, PathBuf)>, channels: Channels) -> Result<Self> {
        let (input, target) = paths.first().context("there is no pair")?;
        let first = Pair::load(input, target, channels)?;
        let mean = |tensor: &candle_core::Tensor| -> Result<f64> {
            Ok(tensor.to_dtype(candle_core::DType::F64)?.mean_all()?.to_scalar()?)
        };
        anyhow::ensure!(first.input.channels[0].elem_count() > 0, "{} holds no pixel", input.display());
        let both = first.input.channels.iter().zip(&first.target.channels);
        let origins = both.map(|(input, target)| Ok((mean(input)?, mean(target)?))).collect::<Result<_>>()?;
        Ok(Self { paths, channels, first, origins })
    }

    pub(crate) fn count(&self) -> usize {
        self.paths.len()
    }

    /// One pair at a time is in memory beside the first.
    pub(crate) fn sums(&self, kernel: (usize, usize), shift: Shift) -> Result<Sums> {
        let empty = || self.origins.iter().map(|origins| Moments::new(kernel, *origins)).collect::<Result<Vec<_>, _>>();
        let mut sums = Sums { all: empty()?, clipped: empty()?, jpegs: 0, level: 0.0 };
        let progress = Progress::over_pairs(self.count());
        sums.add(&self.first, kernel, shift)?;
        for (input, target) in &self.paths[1..] {
            progress.advance();
            let named = || format!("{} and {}", input.display(), target.display());
            let pair = Pair::load(input, target, self.channels).with_context(named)?;
            let (channels, wanted) = (pair.input.channels.len(), self.origins.len());
            anyhow::ensure!(
                channels == wanted,
                "{}: the first pair has channels: {wanted}, this one: {channels}: take --channels luma",
                named()
            );
            sums.add(&pair, kernel, shift).with_context(named)?;
        }
        progress.finish();
        Ok(sums)
    }
}

impl Sums {
    fn add(&mut self, pair: &Pair, kernel: (usize, usize), shift: Shift) -> Result<()> {
        for (channel, (all, clipped)) in self.all.iter_mut().zip(&mut self.clipped).enumerate() {
            let matched = pair.matched(channel, kernel, (0, 0), shift)?;
            all.add(&matched.input, &matched.target)?;
            clipped.add_windows(&matched.input, &matched.target, &matched.clipped)?;
        }
        self.level = self.level.max(pair.target.level);
        self.jpegs += usize::from(pair.input.is_jpeg) + usize::from(pair.target.is_jpeg);
        Ok(())
    }

    /// Without the clipped windows, unless too few others are left or the kernel is less determined then.
    pub(crate) fn data(self, terms: &Terms) -> Result<Data> {
        let count = |moments: &[Moments]| moments.iter().map(Moments::windows).sum::<usize>();
        let (windows, clipped, level) = (count(&self.all), count(&self.clipped), self.level);
        if clipped > 0
            && let Some((moments, fits)) = self.without_clipped(terms)?
        {
            return Ok(Data { moments, fits, windows, clipped, left_out: true, level });
        }
        let fits = self.all.iter().map(|moments| Fit::of(moments, terms)).collect::<corr2d::Result<_>>()?;
        Ok(Data { moments: self.all, fits, windows, clipped, left_out: false, level })
    }

    /// What is left without the clipped windows, if that is enough in each channel.
    fn without_clipped(&self, terms: &Terms) -> Result<Option<(Vec<Moments>, Vec<Fit>)>> {
        let (mut kept, mut fits) = (Vec::new(), Vec::new());
        for (all, clipped) in self.all.iter().zip(&self.clipped) {
            let rest = all.minus(clipped)?;
            let Ok(fit) = Fit::of(&rest, terms) else { return Ok(None) };
            let are_enough = rest.windows() >= WINDOWS_PER_UNKNOWN * (fit.unknowns + 1);
            if !are_enough || (fit.rank < fit.unknowns && fit.rank < Fit::of(all, terms)?.rank) {
                return Ok(None);
            }
            kept.push(rest);
            fits.push(fit);
        }
        Ok(Some((kept, fits)))
    }
}
