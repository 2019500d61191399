//! The files that are written: the kernel, and what is drawn of it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use candle_core::{DType, Device, Tensor};
use corr2d_imaging::{Kernel, check_writable, plot, write_together};

use super::arguments::Shift;
use super::found::{Found, Learned};
use super::photographs::Pair;
use crate::apart::{Named, check_apart};
use crate::drawings::{Drawings, check_svg, left};

/// The most points of a curve: more than an SVG has columns to show them in.
const MOST_POINTS: usize = 1000;

/// Where to write, if at all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) save: Option<PathBuf>,
    pub(crate) plot: Option<PathBuf>,
    pub(crate) plot_kernel: Option<PathBuf>,
    pub(crate) residual: Option<PathBuf>,
}

/// A file that was written.
pub(crate) enum Written {
    File(PathBuf),
    /// A picture of what is left of the target, and the number that has the full colour.
    Residual(PathBuf, f64),
}

impl Outputs {
    /// Refuses names that nothing can be written under, and those that are given twice or to a file that is `read`. With a
    /// kernel for each channel the names of the channels count too.
    pub(crate) fn check(&self, each_channel: bool, read: &[Named], checkpoint: Option<&Path>) -> Result<()> {
        let mut written: Vec<Named> = Vec::new();
        written.extend(self.plot.clone().map(|path| ("--plot", path)));
        written.extend(checkpoint.map(|path| ("--checkpoint", path.to_path_buf())));
        let channels = if each_channel { channel_names(3) } else { Vec::new() };
        for channel in [None].into_iter().chain(channels) {
            let Self { save, plot_kernel, residual, .. } = self.of_channel(channel);
            let named = [("--save", save), ("--plot-kernel", plot_kernel), ("--residual", residual)];
            written.extend(named.into_iter().filter_map(|(option, path)| Some((option, path?))));
            self.of_channel(channel).check_names()?;
        }
        check_apart(read, &written)
    }

    fn check_names(&self) -> Result<()> {
        if let Some(path) = &self.save {
            Kernel::check_file_name(path).and_then(|()| check_writable(path)).context("--save")?;
        }
        if let Some(path) = &self.plot {
            check_svg("--plot", path)?;
        }
        self.drawings().check()
    }

    fn drawings(&self) -> Drawings<'_> {
        Drawings { kernel: self.plot_kernel.as_deref(), residual: self.residual.as_deref() }
    }

    /// As they are called for a channel: NAME-red.npy, if there are several.
    fn of_channel(&self, channel: Option<&str>) -> Self {
        let Some(channel) = channel else { return self.clone() };
        let named = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let extension = path.extension().unwrap_or_default().to_string_lossy();
                path.with_file_name(format!("{name}-{channel}.{extension}"))
            })
        };
        Self {
            save: named(&self.save),
            plot: self.plot.clone(),
            plot_kernel: named(&self.plot_kernel),
            residual: named(&self.residual),
        }
    }
}

/// The names of channels; one alone needs none.
pub(crate) fn channel_names(channels: usize) -> Vec<Option<&'static str>> {
    if channels == 1 { vec![None] } else { ["red", "green", "blue"].map(Some).to_vec() }
}

/// Writes all files or none. What is left of the target is that of the first pair.
pub(crate) fn write(found: &Found<'_>, first: &Pair) -> Result<Vec<Written>> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut residuals = Vec::new();
    for (channel, (learned, name)) in found.learned.iter().zip(channel_names(found.learned.len())).enumerate() {
        let outputs = found.asked.outputs.of_channel(name);
        let taps = Tensor::from_slice(&learned.kernel, found.size, &Device::Cpu)?;
        if let Some(path) = &outputs.save {
            let kernel = Kernel::from_tensor("learned", &taps)?;
            files.push((path.clone(), kernel.encode(path).context("--save")?));
        }
        let left = || what_is_left(first, channel, learned, &taps, found.shift);
        let drawn = outputs.drawings().draw(&taps, left)?;
        files.extend(drawn.files.into_iter().map(|(path, content)| (path.to_path_buf(), content)));
        residuals.extend(outputs.residual.clone().zip(drawn.scale));
    }
    if let (Some(path), Some(steps)) = (&found.asked.outputs.plot, &found.steps) {
        let has_ridge = found.asked.terms.ridge > 0.0;
        let drawn = if has_ridge { "unexplained share, and the ridge" } else { "unexplained share of the variance" };
        let svg = plot::log_curve("Learning a kernel", "step", drawn, &thinned(&steps.losses))?;
        files.push((path.clone(), svg.into_bytes()));
    }
    let contents: Vec<(&Path, &[u8])> =
        files.iter().map(|(path, content)| (path.as_path(), content.as_slice())).collect();
    write_together(&contents)?;
    let is_residual = |path: &PathBuf| residuals.iter().any(|(other, _)| other == path);
    let plain = files.iter().map(|(path, _)| path).filter(|path| !is_residual(path));
    let mut written: Vec<Written> = plain.map(|path| Written::File(path.clone())).collect();
    written.extend(residuals.into_iter().map(|(path, scale)| Written::Residual(path, scale)));
    Ok(written)
}

/// The target of the first pair minus what the kernel makes of its input.
fn what_is_left(first: &Pair, channel: usize, learned: &Learned, taps: &Tensor, shift: Shift) -> Result<Tensor> {
    let matched = first.matched(channel, taps.dims2()?, (0, 0), shift)?;
    let wide = |tensor: &Tensor| tensor.to_dtype(DType::F64);
    left(&wide(&matched.input)?, &wide(&matched.target)?, taps, learned.bias)
}

/// At most so many of the losses, the last among them.
fn thinned(losses: &[f64]) -> Vec<f64> {
    let every = losses.len().div_ceil(MOST_POINTS).max(1);
    let last = losses.len().saturating_sub(1);
    losses.iter().enumerate().filter(|(step, _)| step % every == 0 || *step == last).map(|(_, loss)| *loss).collect()
}
