//! All pairs gone through once: what their windows say, and what was seen on the way.

use std::path::PathBuf;

use anyhow::{Context, Result};
use corr2d::least_squares::{Fit, Moments, Terms};

use super::arguments::{Channels, Shift};
use super::photographs::Pair;
use super::progress::Progress;

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
}

/// What a kernel is learned from.
pub(crate) struct Data {
    /// Of each channel.
    pub(crate) moments: Vec<Moments>,
    pub(crate) windows: usize,
    pub(crate) clipped: usize,
    /// Whether the clipped windows were left out. They are not if nothing is left that determines the kernel.
    pub(crate) left_out: bool,
}

impl Data {
    /// The share of the variance that rounding leaves, where the levels of the target are so far apart: a twelfth of the
    /// squared distance, by the variance of a pixel. Arithmetic in f32 leaves some of a target without levels.
    pub(crate) fn rounding(&self, level: f64) -> Result<f64> {
        let mut share = 0.0;
        for moments in &self.moments {
            share += level * level / 12.0 / moments.target_variance()? / self.moments.len() as f64;
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
        let mut sums = Sums { all: empty()?, clipped: empty()?, jpegs: 0 };
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
        self.jpegs += usize::from(pair.input.is_jpeg) + usize::from(pair.target.is_jpeg);
        Ok(())
    }

    /// Without the clipped windows, unless the kernel is less determined then.
    pub(crate) fn data(self, terms: &Terms) -> Result<Data> {
        let count = |moments: &[Moments]| moments.iter().map(Moments::windows).sum::<usize>();
        let (windows, clipped) = (count(&self.all), count(&self.clipped));
        let whole = Data { moments: self.all, windows, clipped, left_out: false };
        if clipped == 0 {
            return Ok(whole);
        }
        let mut kept = Vec::new();
        for (all, clipped) in whole.moments.iter().zip(&self.clipped) {
            let rest = all.minus(clipped)?;
            let with = Fit::of(all, terms)?;
            match Fit::of(&rest, terms) {
                Ok(without) if without.rank >= with.rank => kept.push(rest),
                _ => return Ok(whole),
            }
        }
        Ok(Data { moments: kept, left_out: true, ..whole })
    }
}
