//! Kernel files: the extension decides the format, in both directions.

use std::path::Path;

use candle_core::{DType, Device, Tensor};

use super::literal::Language;
use super::{Kernel, text};
use crate::array::{encode_npy, encode_safetensors, load_npy, load_safetensors};
use crate::error::{Error, Result};
use crate::files::{extension, read_whole};

const EXTENSIONS: [&str; 11] = ["txt", "csv", "json", "npy", "safetensors", "py", "c", "h", "cpp", "hpp", "rs"];

/// Whether the name ends as a kernel file does.
pub(super) fn is_kernel_file(path: &Path) -> bool {
    EXTENSIONS.contains(&extension(path).as_str())
}

pub(super) fn load(path: &Path) -> Result<Kernel> {
    let name = path.display().to_string();
    let extension = extension(path);
    if let Some(language) = Language::of(&extension) {
        return language.read(&name, &read_text(path)?);
    }
    match extension.as_str() {
        "txt" => text::blanks(&name, &read_text(path)?),
        "csv" => text::commas(&name, &read_text(path)?),
        "json" => text::json(&name, &read_text(path)?),
        "npy" => Kernel::from_tensor(name, &load_npy(path, &Device::Cpu)?),
        "safetensors" => Kernel::from_tensor(name, &the_kernel(path)?),
        _ => Err(unknown_extension(path)),
    }
}

pub(super) fn check_name(path: &Path) -> Result<()> {
    if is_kernel_file(path) { Ok(()) } else { Err(unknown_extension(path)) }
}

pub(super) fn encode(kernel: &Kernel, path: &Path) -> Result<Vec<u8>> {
    let extension = extension(path);
    if let Some(language) = Language::of(&extension) {
        return Ok(language.write(kernel, &extension).into_bytes());
    }
    match extension.as_str() {
        "txt" => Ok((text::write(kernel, " ", "\n") + "\n").into_bytes()),
        "csv" => Ok((text::write(kernel, ",", "\n") + "\n").into_bytes()),
        "json" => Ok(format!("[[{}]]\n", text::write(kernel, ",", "],[")).into_bytes()),
        "npy" => encode_npy(path, &exact_tensor(kernel)?),
        "safetensors" => encode_safetensors(path, &[("kernel", &exact_tensor(kernel)?)]),
        _ => Err(unknown_extension(path)),
    }
}

fn read_text(path: &Path) -> Result<String> {
    let content = read_whole(path)?;
    let text = String::from_utf8(content).map_err(|_| Error::Array {
        path: path.display().to_string(),
        format: "text",
        cause: "it is not UTF-8; save it as plain text".into(),
    })?;
    // Some editors begin a file with an invisible mark.
    Ok(text.trim_start_matches('\u{feff}').to_string())
}

fn the_kernel(path: &Path) -> Result<Tensor> {
    let tensors = load_safetensors(path, &Device::Cpu)?;
    if let [(_, only)] = tensors.as_slice() {
        return Ok(only.clone());
    }
    let named = |wanted| tensors.iter().find(|(name, _)| name == wanted).map(|(_, tensor)| tensor.clone());
    named("kernel").or_else(|| named("weight")).ok_or_else(|| Error::WhichTensor {
        path: path.display().to_string(),
        count: tensors.len(),
        names: list(tensors.iter().map(|(name, _)| name.as_str())),
    })
}

/// The first few names.
fn list<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown: Vec<&str> = names.take(SHOWN).collect();
    if shown.is_empty() { "nothing".into() } else { shown.join(", ") + more }
}

/// `f32` where it holds every weight exactly, `f64` otherwise.
fn exact_tensor(kernel: &Kernel) -> Result<Tensor> {
    let shape = (kernel.height(), kernel.width());
    let tensor = Tensor::from_vec(kernel.values().to_vec(), shape, &Device::Cpu)?;
    Ok(if kernel.is_single() { tensor.to_dtype(DType::F32)? } else { tensor })
}

fn unknown_extension(path: &Path) -> Error {
    Error::UnknownExtension { path: path.display().to_string(), known: known() }
}

/// Every extension, with its dot.
pub(super) fn known() -> String {
    EXTENSIONS.map(|extension| format!(".{extension}")).join(" ")
}
