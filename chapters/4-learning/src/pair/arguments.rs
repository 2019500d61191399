//! The arguments of this part of the chapter.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use corr2d::least_squares::{Symmetry, Terms};
use corr2d_imaging::check_writable;

use super::descent::{Descent, Rule};
use super::folder::pairs_of;
use super::outputs::Outputs;
use crate::apart::Named;

/// The largest kernel, in taps: the equations have a row and a column for each.
pub(crate) const MOST_TAPS: usize = 1024;

/// What is asked about photographs before and after a filter.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "The kernel between two photographs")]
pub(crate) struct PairArguments {
    /// A photograph before it was filtered: a picture, or numbers [H, W] in .npy
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(crate) input: Option<PathBuf>,

    /// The same photograph after it was filtered: as large, or without its rim. A picture of range
    /// signed was scaled and shifted: its kernel comes back as a multiple, with a bias of 0.5
    #[arg(long, value_name = "FILE", requires = "input")]
    target: Option<PathBuf>,

    /// Many pairs that one filter made: FOLDER/input and FOLDER/target hold them, each pair under
    /// one name, whatever its extension. A shift and a size of auto are those of the first pair
    #[arg(long, value_name = "FOLDER", conflicts_with = "input")]
    pub(crate) pairs: Option<PathBuf>,

    /// Height and width of the kernel, or auto: what explains pixels best that it was not learned
    /// from, up to 15x15 [default: 3x3]
    #[arg(long, requires = "photographs", value_name = "HxW|auto")]
    kernel_size: Option<KernelSize>,

    /// What of a colour picture: its brightness (luma), or a kernel for each channel (each)
    #[arg(long, requires = "photographs", value_name = "WHAT", value_enum, hide_possible_values = true)]
    channels: Option<Channels>,

    /// By how many rows down and columns to the right the target was moved [default: looked for, up
    /// to 8 pixels]
    #[arg(long, requires = "photographs", value_name = "ROWS,COLUMNS", allow_hyphen_values = true)]
    shift: Option<Shift>,

    /// How the kernel is found: closed-form at once, cg by conjugate gradients, or sgd, nesterov, adam
    /// or lbfgs, by gradient descent [default: closed-form; with --epochs or --plot, which need
    /// steps, cg]
    #[arg(long, requires = "photographs", value_name = "METHOD", value_enum, hide_possible_values = true)]
    method: Option<Method>,

    /// The momentum of sgd and nesterov [default: the best for these pictures, and so is --lr]
    #[arg(long, requires = "photographs", value_name = "SHARE", allow_hyphen_values = true)]
    momentum: Option<f64>,

    /// Add this times the sum of the squared taps to the mean squared error
    #[arg(long, requires = "photographs", value_name = "SIZE", allow_hyphen_values = true)]
    ridge: Option<f64>,

    /// The taps sum to 1: no light is added or taken
    #[arg(long, requires = "photographs")]
    sum_one: bool,

    /// No tap is negative, as in a blur; closed-form only
    #[arg(long, requires = "photographs")]
    nonneg: bool,

    /// Which taps are the same: those that half a turn exchanges (point), left and right and above
    /// and below (mirror), rows and columns too (square) [without WHICH: mirror]
    #[arg(long, requires = "photographs", value_name = "WHICH", value_enum, num_args = 0..=1, default_missing_value = "mirror", hide_possible_values = true)]
    symmetric: Option<SymmetryChoice>,

    /// Nothing is added to the outputs
    #[arg(long, requires = "photographs")]
    no_bias: bool,

    /// Where gradient descent keeps its state while it runs, .safetensors
    #[arg(long, requires = "photographs", value_name = "FILE")]
    checkpoint: Option<PathBuf>,

    /// Go on from the checkpoint, if there is one, to the same bits as if nothing had happened
    #[arg(long, requires = "checkpoint")]
    resume: bool,
}

/// Height and width of a kernel, written 5x3, or auto.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum KernelSize {
    Given(usize, usize),
    Auto,
}

/// Rows down and columns to the right, written 3,-2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) down: isize,
    pub(crate) right: isize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Channels {
    #[default]
    Luma,
    Each,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    ClosedForm,
    Cg,
    Sgd,
    Nesterov,
    Adam,
    Lbfgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SymmetryChoice {
    Point,
    Mirror,
    Square,
}

/// What is asked for, checked.
pub(crate) struct Asked {
    pub(crate) source: Source,
    pub(crate) size: KernelSize,
    pub(crate) channels: Channels,
    pub(crate) shift: Option<Shift>,
    pub(crate) terms: Terms,
    /// None for the closed form.
    pub(crate) descent: Option<Descent>,
    pub(crate) outputs: Outputs,
}

/// Where the photographs are.
pub(crate) enum Source {
    Pair { input: PathBuf, target: PathBuf },
    Folder(PathBuf),
}

impl Source {
    /// What is read.
    fn files(&self) -> Result<Vec<Named>> {
        let option = |pair, folder| if matches!(self, Self::Folder(_)) { folder } else { pair };
        let (input, target) = (option("--input", "--pairs"), option("--target", "--pairs"));
        let pairs = pairs_of(self)?.into_iter();
        Ok(pairs.flat_map(|(before, after)| [(input, before), (target, after)]).collect())
    }
}

impl PairArguments {
    /// What is asked for, or None if nothing is; the lesson's loop has `epochs` and `lr` too, and a described kernel has
    /// `outputs`.
    pub(crate) fn asked(&self, epochs: Option<usize>, lr: Option<f64>, outputs: Outputs) -> Result<Option<Asked>> {
        let Some(source) = self.source()? else { return Ok(None) };
        let terms = Terms {
            bias: !self.no_bias,
            ridge: self.checked_ridge()?,
            symmetry: self.symmetric.map_or(Symmetry::None, SymmetryChoice::symmetry),
            sum_one: self.sum_one,
            nonnegative: self.nonneg,
        };
        let asked = Asked {
            source,
            size: self.kernel_size.unwrap_or(KernelSize::Given(3, 3)),
            channels: self.channels.unwrap_or_default(),
            shift: self.shift,
            terms,
            descent: self.descent(epochs, lr, outputs.plot.is_some())?,
            outputs,
        };
        asked.check()?;
        Ok(Some(asked))
    }

    fn source(&self) -> Result<Option<Source>> {
        Ok(match (&self.pairs, &self.input, &self.target) {
            (Some(folder), ..) => Some(Source::Folder(folder.clone())),
            (None, Some(input), Some(target)) => Some(Source::Pair { input: input.clone(), target: target.clone() }),
            (None, None, None) => None,
            _ => bail!("--input and --target need each other: give the photograph before the filter and after it"),
        })
    }

    fn checked_ridge(&self) -> Result<f64> {
        let ridge = self.ridge.unwrap_or(0.0);
        ensure!(ridge.is_finite() && ridge >= 0.0, "--ridge is {ridge}: it must be 0 or positive, such as 1e-6");
        Ok(ridge)
    }

    fn descent(&self, epochs: Option<usize>, lr: Option<f64>, plots: bool) -> Result<Option<Descent>> {
        let steps_asked_for = epochs.is_some() || plots;
        let method = self.method.unwrap_or(if steps_asked_for { Method::Cg } else { Method::ClosedForm });
        let rule = match method {
            Method::ClosedForm => None,
            Method::Cg => Some(Rule::ConjugateGradients),
            Method::Sgd => Some(Rule::Sgd { momentum: self.momentum, nesterov: false }),
            Method::Nesterov => Some(Rule::Sgd { momentum: self.momentum, nesterov: true }),
            Method::Adam => Some(Rule::Adam),
            Method::Lbfgs => Some(Rule::Lbfgs),
        };
        let learns_at_a_rate = matches!(rule, Some(Rule::Sgd { .. } | Rule::Adam | Rule::Lbfgs));
        let has_momentum = matches!(rule, Some(Rule::Sgd { .. }));
        ensure!(
            lr.is_none() || learns_at_a_rate,
            "--lr is for gradient descent: add --method sgd, nesterov, adam or lbfgs"
        );
        ensure!(self.momentum.is_none() || has_momentum, "--momentum is for --method sgd and nesterov");
        let resumable = self.checkpoint.is_none() || learns_at_a_rate;
        ensure!(resumable, "--checkpoint is for gradient descent: add --method sgd, nesterov, adam or lbfgs");
        ensure!(
            !self.nonneg || rule.is_none(),
            "--nonneg is for the closed form: leave out --method, --epochs and --plot"
        );
        let Some(rule) = rule else {
            ensure!(
                !steps_asked_for,
                "--epochs and --plot need steps, and the closed form takes none: take --method cg"
            );
            return Ok(None);
        };
        let momentum = self.momentum.unwrap_or_default();
        ensure!((0.0..1.0).contains(&momentum), "--momentum is {momentum}: it must be 0 or more and less than 1");
        let rate_is_usable = lr.is_none_or(|lr| lr.is_finite() && lr > 0.0);
        ensure!(rate_is_usable, "--lr is {}: it must be positive and finite", lr.unwrap_or_default());
        Ok(Some(Descent { rule, epochs, lr, checkpoint: self.checkpoint.clone(), resume: self.resume }))
    }
}

impl Asked {
    /// Refuses names that nothing can be written under before there is anything to lose.
    fn check(&self) -> Result<()> {
        if let KernelSize::Given(height, width) = self.size {
            let taps = height * width;
            ensure!(
                taps <= MOST_TAPS,
                "--kernel-size {height}x{width} has {taps} taps: take one of {MOST_TAPS} at most"
            );
        }
        let checkpoint = self.descent.as_ref().and_then(|descent| descent.checkpoint.as_deref());
        self.outputs.check(self.channels == Channels::Each, &self.source.files()?, checkpoint)?;
        if let Some(path) = checkpoint {
            let is_safetensors = path.extension().is_some_and(|found| found.eq_ignore_ascii_case("safetensors"));
            ensure!(is_safetensors, "--checkpoint: {} does not end in .safetensors", path.display());
            check_writable(path).context("--checkpoint")?;
        }
        Ok(())
    }
}

impl SymmetryChoice {
    fn symmetry(self) -> Symmetry {
        match self {
            Self::Point => Symmetry::Point,
            Self::Mirror => Symmetry::Mirror,
            Self::Square => Symmetry::Square,
        }
    }
}

impl FromStr for KernelSize {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if text.trim() == "auto" {
            return Ok(Self::Auto);
        }
        let number = |part: &str| part.trim().parse().ok().filter(|size| (1..=99).contains(size));
        match text.split_once(['x', '×']).and_then(|(height, width)| Some((number(height)?, number(width)?))) {
            Some((height, width)) => Ok(Self::Given(height, width)),
            None => Err("write height and width, each from 1 to 99, as in 5x3, or auto".to_owned()),
        }
    }
}

impl FromStr for Shift {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok().filter(|pixels: &isize| pixels.abs() < 1 << 20);
        match text.split_once(',').and_then(|(down, right)| Some((number(down)?, number(right)?))) {
            Some((down, right)) => Ok(Self { down, right }),
            None => Err("write rows and columns, as in 3,-2".to_owned()),
        }
    }
}

impl std::fmt::Display for Shift {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "({}, {})", self.down, self.right)
    }
}
