//! Some samples at a time, in an order that a seed draws anew for each epoch.

use candle_core::{DType, Device, Tensor};

use crate::error::{Error, Result};
use crate::initializer::Initializer;

/// How the samples of an epoch are parted.
///
/// An order depends on the seed, the epoch and the number of samples, and on nothing before: a run that goes on has the
/// orders that it would have had.
///
/// ```
/// let batches = corr2d::Batches { size: 16, seed: 1 };
/// assert_eq!(batches.size, 16);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batches {
    /// Samples in a batch; the last one of an epoch may have fewer.
    pub size: usize,
    /// What the orders are drawn from.
    pub seed: u64,
}

impl Batches {
    pub(super) fn check(&self) -> Result<()> {
        if self.size > 0 {
            return Ok(());
        }
        let (what, wanted) = ("the size of a batch", "1 sample or more");
        Err(Error::Setting { what, found: "0".to_owned(), wanted })
    }

    /// Which samples each batch of an epoch has: the order is that of as many random numbers.
    pub(super) fn of_epoch(&self, epoch: usize, samples: usize) -> Result<Vec<Tensor>> {
        let law = Initializer::Uniform { low: 0.0, high: 1.0 };
        let numbers = law.draw_stream(&samples.into(), self.seed, epoch as u64, DType::F64, &Device::Cpu)?;
        let numbers = numbers.to_vec1::<f64>()?;
        let mut order: Vec<u32> = (0..samples as u32).collect();
        order.sort_by(|a, b| numbers[*a as usize].total_cmp(&numbers[*b as usize]));
        let batch = |samples: &[u32]| Ok(Tensor::new(samples, &Device::Cpu)?);
        order.chunks(self.size).map(batch).collect()
    }
}
