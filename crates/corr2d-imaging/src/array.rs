//! Tensors as files: the numbers themselves in `.npy` or `.safetensors`, or their picture. The extension decides.

mod npy;
mod safetensors;

use std::path::Path;

use candle_core::Tensor;

pub(crate) use self::safetensors::encode as encode_safetensors;
pub use self::safetensors::{load_safetensors, save_safetensors};
pub(crate) use npy::encode as encode_npy;
pub use npy::{load_npy, save_npy};

use crate::error::{Error, Result};
use crate::files::extension;
use crate::picture::{Format, Picture};

/// What kind of file an extension asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A picture, for the eye.
    Picture,
    /// NumPy's array file, for the numbers.
    Npy,
    /// A safetensors file, for the numbers under a name.
    Safetensors,
}

impl Target {
    /// Reads the extension, so that a command can refuse a name before it computes anything.
    ///
    /// # Errors
    ///
    /// An unknown extension, with the list of the known ones.
    ///
    /// ```
    /// use corr2d_imaging::Target;
    /// assert_eq!(Target::of("edges.npy")?, Target::Npy);
    /// assert_eq!(Target::of("edges.PNG")?, Target::Picture);
    /// assert!(Target::of("edges.docx").is_err());
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn of(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        match extension(path).as_str() {
            "npy" => Ok(Self::Npy),
            "safetensors" => Ok(Self::Safetensors),
            _ if Format::find_name(path).is_some() => Ok(Self::Picture),
            _ => Err(Error::UnknownExtension {
                path: path.display().to_string(),
                known: format!("{} .npy .safetensors", Format::extensions().join(" ")),
            }),
        }
    }
}

/// Writes a tensor under a name whose extension says how: the numbers as they are, or an 8-bit picture of 0..1.
///
/// # Errors
///
/// Those of [`Target::of`], [`save_npy`], [`save_safetensors`] (under the name `tensor`) and [`Picture::save`].
///
/// ```
/// use candle_core::{Device, Tensor};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("edges.npy");
/// let responses = Tensor::new(&[[-4f32, 0.0, 2.5]], &Device::Cpu)?;
/// corr2d_imaging::save(&path, &responses)?;
/// let back = corr2d_imaging::load_npy(&path, &Device::Cpu)?;
/// assert_eq!(back.to_vec2::<f32>()?, [[-4.0, 0.0, 2.5]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save(path: impl AsRef<Path>, tensor: &Tensor) -> Result<()> {
    let path = path.as_ref();
    match Target::of(path)? {
        Target::Npy => save_npy(path, tensor),
        Target::Safetensors => save_safetensors(path, &[("tensor", tensor)]),
        Target::Picture => Picture::new(tensor.clone())?.save(path),
    }
}

/// An array of this path that cannot be read, and why.
fn refuse(path: &Path, format: &'static str, cause: impl std::fmt::Display) -> Error {
    Error::Array { path: path.display().to_string(), format, cause: crate::error::one_line(cause) }
}
