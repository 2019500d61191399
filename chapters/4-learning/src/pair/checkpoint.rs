//! The state of a descent in a file, from which it goes on to the same bits.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor, Var};
use corr2d::NamedTensors;
use corr2d::least_squares::Quadratic;
use corr2d_imaging::write_whole;

/// What a descent has gone through, beside its variables and its optimiser.
pub(crate) struct Checkpoint {
    /// What was left unexplained before each step.
    pub(crate) losses: Vec<f64>,
    /// Whether no further step would gain anything.
    pub(crate) arrived: bool,
    first_slope: f64,
    /// Of the photographs and the settings.
    fingerprint: i64,
}

const LOSSES: &str = "losses";
const PROGRESS: &str = "progress";
const FINGERPRINT: &str = "fingerprint";
const VARIABLE: &str = "variable.";
const OPTIMIZER: &str = "optimizer.";

impl Checkpoint {
    /// Before the first step.
    pub(crate) fn begin(quadratics: &[Quadratic], settings: &str) -> Self {
        Self { losses: Vec::new(), arrived: false, first_slope: 0.0, fingerprint: fingerprint(quadratics, settings) }
    }

    /// Takes note of a loss and of its squared gradient.
    pub(crate) fn count(&mut self, loss: f64, slope: f64, smallest: f64) {
        if self.losses.is_empty() {
            self.first_slope = slope;
        }
        self.losses.push(loss);
        self.arrived = slope <= smallest * self.first_slope;
    }

    /// Writes everything, whole or not at all.
    pub(crate) fn write(&self, path: &Path, variables: &[(&str, &Var)], optimizer: NamedTensors) -> Result<()> {
        let mut tensors = BTreeMap::new();
        tensors.insert(LOSSES.to_owned(), Tensor::from_slice(&self.losses, self.losses.len(), &Device::Cpu)?);
        let progress = [f64::from(u8::from(self.arrived)), self.first_slope];
        tensors.insert(PROGRESS.to_owned(), Tensor::new(&progress, &Device::Cpu)?);
        tensors.insert(FINGERPRINT.to_owned(), Tensor::new(&[self.fingerprint], &Device::Cpu)?);
        let named =
            variables.iter().map(|(name, variable)| (format!("{VARIABLE}{name}"), variable.as_detached_tensor()));
        tensors.extend(named);
        tensors.extend(optimizer.into_iter().map(|(name, tensor)| (format!("{OPTIMIZER}{name}"), tensor)));
        let bytes = safetensors::serialize(&tensors, None)?;
        Ok(write_whole(path, |file| file.write_all(&bytes))?)
    }

    /// Puts back what was written, and returns the state of the optimiser.
    pub(crate) fn read(&mut self, path: &Path, variables: &[(&str, &Var)]) -> Result<NamedTensors> {
        let mut tensors =
            candle_core::safetensors::load(path, &Device::Cpu).context("the file cannot be read as a checkpoint")?;
        let mut take = |name: &str, dtype: DType| -> Result<Tensor> {
            let tensor =
                tensors.remove(name).with_context(|| format!("the file holds no {name}: is it a checkpoint?"))?;
            ensure!(tensor.dtype() == dtype, "{name} holds {:?}, not {dtype:?}: is it a checkpoint?", tensor.dtype());
            Ok(tensor.flatten_all()?)
        };
        let found = take(FINGERPRINT, DType::I64)?.to_vec1::<i64>()?;
        ensure!(
            found == [self.fingerprint],
            "it was written for other photographs or other settings: leave out --resume to begin anew"
        );
        let progress: Vec<f64> = take(PROGRESS, DType::F64)?.to_vec1()?;
        let losses = take(LOSSES, DType::F64)?.to_vec1()?;
        for (name, variable) in variables {
            let value = take(&format!("{VARIABLE}{name}"), DType::F64)?;
            ensure!(value.dims() == variable.dims(), "{name} has shape {:?}, not {:?}", value.dims(), variable.dims());
            variable.set(&value)?;
        }
        let [arrived, first_slope] = progress[..] else {
            anyhow::bail!("{PROGRESS} has length {}, not 2: is it a checkpoint?", progress.len());
        };
        (self.losses, self.arrived, self.first_slope) = (losses, arrived != 0.0, first_slope);
        let of_optimizer = |(name, tensor): (String, Tensor)| Some((name.strip_prefix(OPTIMIZER)?.to_owned(), tensor));
        Ok(tensors.into_iter().filter_map(of_optimizer).collect())
    }
}

/// A number that other photographs or settings are unlikely to share: FNV-1a over the loss at two places and the settings.
fn fingerprint(quadratics: &[Quadratic], settings: &str) -> i64 {
    let mut hash = 0xCBF2_9CE4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    for quadratic in quadratics {
        for scale in [0.0, 1.0] {
            let place: Vec<f64> = (0..quadratic.unknowns()).map(|index| scale * (index as f64).cos()).collect();
            let (loss, gradient) = quadratic.loss_and_half_gradient(&place);
            let numbers = gradient.iter().chain([&loss]);
            numbers.flat_map(|number| number.to_bits().to_le_bytes()).for_each(&mut add);
        }
    }
    settings.bytes().for_each(&mut add);
    hash as i64
}
