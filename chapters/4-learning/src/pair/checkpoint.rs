//! The state of a descent in a file, from which it goes on to the same bits.
//!
//! Beside the kernels and what the optimiser remembers, the file holds as further variables a fingerprint of the
//! photographs and settings that it belongs to, and what the gradient was.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Var};
use corr2d::least_squares::Quadratic;
use corr2d::optim::Resumable;
use corr2d::{Checkpoint, Progress, Variables};

/// Steps are over once the squared gradient has fallen to this part of the first: rounding hides what is below it.
pub(super) const SMALLEST_GRADIENT: f64 = 1e-24;

/// What a descent has gone through.
pub(super) struct State {
    pub(super) kernels: Vec<Var>,
    pub(super) progress: Progress,
    /// The first squared gradient, and the last.
    slopes: Var,
    /// Of the photographs and the settings.
    fingerprint: Var,
    variables: Variables,
}

impl State {
    /// Before the first step, with all unknowns at 0.
    pub(super) fn begin(quadratics: &[Quadratic], settings: &str) -> Result<Self> {
        let zeros = |quadratic: &Quadratic| {
            Ok(Var::from_vec(vec![0f64; quadratic.unknowns()], quadratic.unknowns(), &Device::Cpu)?)
        };
        let kernels: Vec<Var> = quadratics.iter().map(zeros).collect::<Result<_>>()?;
        let slopes = Var::new(&[f64::INFINITY, f64::INFINITY], &Device::Cpu)?;
        let fingerprint = Var::new(fingerprint(quadratics, settings), &Device::Cpu)?;
        let names: Vec<String> = (0..kernels.len()).map(|channel| format!("unknowns{channel}")).collect();
        let named = names.iter().map(String::as_str).zip(&kernels);
        let variables = Variables::named(named.chain([("slopes", &slopes), ("photographs", &fingerprint)]))?;
        Ok(Self { kernels, progress: Progress::default(), slopes, fingerprint, variables })
    }

    /// How many losses are known: one for each step, measured before it.
    pub(super) fn steps(&self) -> usize {
        self.progress.history.losses.len()
    }

    /// Takes note of a loss and of its squared gradient.
    pub(super) fn count(&mut self, loss: f64, slope: f64) -> Result<()> {
        let first = if self.steps() == 0 { slope } else { self.slopes.to_vec1::<f64>()?[0] };
        self.slopes.set(&candle_core::Tensor::new(&[first, slope], &Device::Cpu)?)?;
        self.progress.history.losses.push(loss);
        Ok(())
    }

    /// Whether no further step would gain anything.
    pub(super) fn has_arrived(&self) -> Result<bool> {
        let slopes = self.slopes.to_vec1::<f64>()?;
        Ok(slopes[1] <= SMALLEST_GRADIENT * slopes[0] && self.steps() > 0)
    }

    pub(super) fn save(&self, path: &Path, optimizer: &impl Resumable) -> Result<()> {
        Checkpoint::of(&self.variables, optimizer, &self.progress)?.save(path).context("--checkpoint")
    }

    /// Puts back what was saved, if it belongs to the same photographs and settings.
    pub(super) fn resume(&mut self, path: &Path, optimizer: &mut impl Resumable) -> Result<()> {
        let wanted = self.fingerprint.to_scalar::<i64>()?;
        let other = "it was written for other photographs or other settings: leave out --resume to begin anew";
        let checkpoint = Checkpoint::load(path).context("--resume")?;
        self.progress = checkpoint.restore(&self.variables, optimizer).context(other).context("--resume")?;
        ensure!(self.fingerprint.to_scalar::<i64>()? == wanted, "--resume: {other}");
        Ok(())
    }
}

/// A number that other photographs or settings are unlikely to share: FNV-1a over the loss at two places and the settings.
fn fingerprint(quadratics: &[Quadratic], settings: &str) -> i64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    for quadratic in quadratics {
        for scale in [0.0, 1.0] {
            let place: Vec<f64> = (0..quadratic.unknowns()).map(|index| scale * (1.0 + index as f64).recip()).collect();
            let (loss, gradient) = quadratic.loss_and_half_gradient(&place);
            let numbers = gradient.iter().chain([&loss]);
            numbers.flat_map(|number| number.to_bits().to_le_bytes()).for_each(&mut add);
        }
    }
    settings.bytes().for_each(&mut add);
    hash as i64
}
