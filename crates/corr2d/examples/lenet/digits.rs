//! The digits: 8×8 pixels from 0 to 16, some to learn from, the others held out.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use corr2d::Result;

/// One in so many digits is held out: the fifth, the tenth, and so on in the order of the file.
const HELD_OUT: usize = 5;

/// Pictures [N, 1, 8, 8] from 0 to 1, and what they show [N].
pub(crate) struct Digits {
    pub(crate) images: Tensor,
    pub(crate) labels: Tensor,
}

impl Digits {
    pub(crate) fn count(&self) -> Result<usize> {
        Ok(self.labels.dim(0)?)
    }

    /// Some of them, in the order of `indexes`.
    pub(crate) fn select(&self, indexes: &Tensor) -> Result<Self> {
        let images = self.images.index_select(indexes, 0)?;
        Ok(Self { images, labels: self.labels.index_select(indexes, 0)? })
    }
}

/// The digits of a file to learn from, and those held out. `data/README.md` says where the file comes from: a row is 64
/// pixels and a label.
pub(crate) fn load(path: &Path) -> Result<(Digits, Digits)> {
    let table = Tensor::read_npy(path)?;
    let (count, _) = table.dims2()?;
    let images = (table.narrow(1, 0, 64)?.to_dtype(DType::F32)? / 16.0)?.reshape((count, 1, 8, 8))?;
    let labels = table.narrow(1, 64, 1)?.flatten_all()?.to_dtype(DType::U32)?;
    let all = Digits { images, labels };
    let is_held_out = |index: &u32| (*index as usize + 1).is_multiple_of(HELD_OUT);
    let (held_out, learned): (Vec<u32>, Vec<u32>) = (0..count as u32).partition(is_held_out);
    let select = |indexes: Vec<u32>| all.select(&Tensor::new(indexes, &Device::Cpu)?);
    Ok((select(learned)?, select(held_out)?))
}
