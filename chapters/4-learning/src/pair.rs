//! The kernel that made one photograph of another: files in, kernel, plot and report out.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result};
use candle_core::Device;
use chapter_kit::{Page, figure, json};
use corr2d_imaging::{Kernel, check_writable, plot, write_together};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use crate::drawings::{self, Drawings, Drawn, check_svg};
use crate::least_squares::{Solution, solve};
use crate::matching::{self, KernelSize};
use crate::text::Text;

/// From this share of the variance on, one kernel made the target.
pub(crate) const WHOLLY_EXPLAINED: f64 = 0.999;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) input: &'a Path,
    pub(crate) target: &'a Path,
    pub(crate) size: KernelSize,
    /// The steps to take at most.
    pub(crate) epochs: usize,
    pub(crate) save: Option<&'a Path>,
    pub(crate) plot: Option<&'a Path>,
    pub(crate) drawings: Drawings<'a>,
}

/// What came of it.
pub(crate) struct Found<'a> {
    asked: &'a Asked<'a>,
    solution: Solution,
    /// The share of the target's variance that the kernel explains.
    r_squared: f64,
    drawn: Drawn<'a>,
}

/// Learns the kernel, and writes what is to be written.
pub(crate) fn learn_pair<'a>(asked: &'a Asked<'a>, device: &Device) -> Result<Found<'a>> {
    asked.check_outputs()?;
    let (input, target) = matching::load(asked.input, asked.target, asked.size, device)?;
    let bar = progress(asked.epochs);
    let solution = solve(&input, &target, (asked.size.height, asked.size.width), asked.epochs, || bar.inc(1))?;
    bar.finish_and_clear();
    let r_squared = 1.0 - solution.losses.last().copied().unwrap_or(1.0);
    let left = || drawings::left(&input, &target, &solution.kernel, solution.bias);
    let drawn = asked.drawings.draw(&solution.kernel, left)?;
    let found = Found { asked, solution, r_squared, drawn };
    found.write()?;
    Ok(found)
}

impl Asked<'_> {
    /// Refuses names that nothing can be written under before there is anything to lose.
    fn check_outputs(&self) -> Result<()> {
        if let Some(path) = self.save {
            Kernel::check_file_name(path).and_then(|()| check_writable(path)).context("--save")?;
        }
        if let Some(path) = self.plot {
            check_svg("--plot", path)?;
        }
        self.drawings.check()
    }
}

/// A bar on standard error, if that is a terminal.
fn progress(epochs: usize) -> ProgressBar {
    let target =
        if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
    match ProgressStyle::with_template("step {pos} of {len} at most {wide_bar} {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

impl Found<'_> {
    /// Writes kernel, plot and drawings, all or none.
    fn write(&self) -> Result<()> {
        let mut files: Vec<(&Path, Vec<u8>)> = Vec::new();
        if let Some(path) = self.asked.save {
            let kernel = Kernel::from_tensor("learned", &self.solution.kernel)?;
            files.push((path, kernel.encode(path).context("--save")?));
        }
        if let Some(path) = self.asked.plot {
            let losses = &self.solution.losses;
            let svg = plot::log_curve("Learning a kernel", "step", "unexplained share of the variance", losses)?;
            files.push((path, svg.into_bytes()));
        }
        let files = files.iter().chain(&self.drawn.files);
        let files: Vec<(&Path, &[u8])> = files.map(|(path, content)| (*path, content.as_slice())).collect();
        Ok(write_together(&files)?)
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let (asked, solution) = (self.asked, &self.solution);
        page.heading(&(text.pair_title)(&asked.input.display().to_string(), &asked.target.display().to_string()))?;
        page.figure(&figure::matrix_that_fits(&solution.kernel)?)?;
        page.text(&(text.pair)(solution.losses.len(), &figure::scalar(solution.bias), self.r_squared))?;
        let found = self.r_squared > WHOLLY_EXPLAINED || solution.losses.len() < asked.epochs;
        page.text(if found { (text.verdict)(self.r_squared) } else { text.steps_ran_out })?;
        for path in [asked.save, asked.plot, asked.drawings.kernel].into_iter().flatten() {
            page.text(&(text.written)(&path.display().to_string()))?;
        }
        if let (Some(path), Some(scale)) = (asked.drawings.residual, self.drawn.scale) {
            page.text(&(text.residual)(&path.display().to_string(), &plot::figure(scale)))?;
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(serde_json::json!({
            "kernel": json::tensor("the kernel", &self.solution.kernel)?,
            "bias": json::number("the bias", self.solution.bias)?,
            "losses": json::numbers("the losses", &self.solution.losses)?,
            "r_squared": json::number("r_squared", self.r_squared)?,
        }))
    }
}
