//! A network from a file: the extension says whether it is TOML or ONNX.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::onnx;
use crate::toml_file::{self, Described};

/// The largest model that is read: its weights are part of the file, though nothing is done with them.
const LARGEST_FILE: u64 = 1 << 30;

/// Reads the network that a file describes.
///
/// # Errors
/// What is wrong with the file or its content, with its name.
pub(crate) fn read(path: &Path) -> Result<Described> {
    let shown = path.display();
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).unwrap_or_default();
    ensure!(
        matches!(extension.as_str(), "toml" | "onnx"),
        "{shown} is neither .toml, a description, nor .onnx, a model"
    );
    ensure!(path.exists(), "{shown} does not exist: check the name and the folder");
    let length = std::fs::metadata(path).with_context(|| format!("{shown} cannot be read"))?.len();
    ensure!(length <= LARGEST_FILE, "{shown} has {length} bytes: a network of more than 1 GiB is not read");
    let bytes = std::fs::read(path).with_context(|| format!("{shown} cannot be read"))?;
    let described = match extension.as_str() {
        "toml" => match std::str::from_utf8(&bytes) {
            Ok(text) => toml_file::network(text, path),
            Err(_) => bail!("{shown}: this is no text in UTF-8"),
        },
        _ => onnx::network(&bytes, path),
    };
    described.with_context(|| shown.to_string())
}
