//! safetensors: named tensors, read and written through candle.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};

use super::refuse;
use crate::error::{Result, candle_line};
use crate::files::{read_whole, write_whole};

/// Reads every tensor of the file with its name, sorted by name.
///
/// # Errors
///
/// A file that cannot be read, or is no safetensors file, or holds a type that candle does not have.
///
/// ```
/// use candle_core::{Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("kernel.safetensors");
/// let kernel = Tensor::new(&[[1f32, -1.0]], &Device::Cpu)?;
/// corr2d_imaging::save_safetensors(&path, &[("kernel", &kernel)])?;
/// let tensors = corr2d_imaging::load_safetensors(&path, &Device::Cpu)?;
/// assert_eq!(tensors[0].0, "kernel");
/// assert_eq!(tensors[0].1.dims(), [1, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn load_safetensors(path: impl AsRef<Path>, device: &Device) -> Result<Vec<(String, Tensor)>> {
    let path = path.as_ref();
    let content = read_whole(path)?;
    let tensors = candle_core::safetensors::load_buffer(&content, device)
        .map_err(|cause| refuse(path, "safetensors", candle_line(&cause)))?;
    let mut tensors: Vec<_> = tensors.into_iter().collect();
    tensors.sort_by(|left, right| left.0.cmp(&right.0));
    Ok(tensors)
}

/// Writes named tensors whole or not at all.
///
/// # Errors
///
/// A type that the format does not have, and those of [`write_whole`].
///
/// ```
/// # use candle_core::{Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("layer.safetensors");
/// let weight = Tensor::new(&[[[[1f32, -1.0]]]], &Device::Cpu)?;
/// corr2d_imaging::save_safetensors(&path, &[("weight", &weight)])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save_safetensors(path: impl AsRef<Path>, tensors: &[(&str, &Tensor)]) -> Result<()> {
    let path = path.as_ref();
    let file = encode(path, tensors)?;
    write_whole(path, |output| output.write_all(&file))
}

pub(crate) fn encode(path: &Path, tensors: &[(&str, &Tensor)]) -> Result<Vec<u8>> {
    let tensors: HashMap<&str, Tensor> = tensors.iter().map(|&(name, tensor)| (name, tensor.clone())).collect();
    safetensors::serialize(tensors, None).map_err(|cause| refuse(path, "safetensors", cause))
}
