//! Two photographs as numbers that belong together: the input, and what whole windows of it made of the target.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};
use candle_core::{Device, Tensor};
use corr2d_imaging::{Picture, load_npy};

use crate::least_squares::widest;

/// Height and width of a kernel, written 5x3.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KernelSize {
    pub(crate) height: usize,
    pub(crate) width: usize,
}

impl FromStr for KernelSize {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok().filter(|size| (1..=99).contains(size));
        match text.split_once(['x', '×']).and_then(|(height, width)| Some((number(height)?, number(width)?))) {
            Some((height, width)) => Ok(Self { height, width }),
            None => Err("write height and width, each from 1 to 99, as in 5x3".to_owned()),
        }
    }
}

/// Loads the input [H, W] and the target [H-h+1, W-w+1].
pub(crate) fn load(input: &Path, target: &Path, size: KernelSize, device: &Device) -> Result<(Tensor, Tensor)> {
    let input = brightness(input, device).context("--input")?;
    let target = brightness(target, device).context("--target")?;
    let target = seen_by_whole_windows(&input, &target, size)?;
    Ok((input, target))
}

/// The brightness [H, W] of a picture, or the numbers of an array.
fn brightness(path: &Path, device: &Device) -> Result<Tensor> {
    let is_array = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    // Read in main memory, since an array may be f64 and the device may not know it.
    let numbers = if is_array { load_npy(path, &Device::Cpu)? } else { Picture::load(path, &Device::Cpu)?.luma()? };
    let matrix = match *numbers.dims() {
        [1, height, width] => numbers.reshape((height, width))?,
        [_, _] => numbers,
        _ => bail!("{} has shape {:?}, but it must be [H, W] or [1, H, W]", path.display(), numbers.dims()),
    };
    Ok(matrix.to_dtype(widest(device))?.to_device(device)?)
}

/// The part of the target that whole windows of the input made: all of it if it is smaller by the kernel, the middle if
/// it is as large as the input.
fn seen_by_whole_windows(input: &Tensor, target: &Tensor, size: KernelSize) -> Result<Tensor> {
    let ((height, width), found) = (input.dims2()?, target.dims2()?);
    ensure!(
        size.height <= height && size.width <= width,
        "--kernel-size {}x{} is larger than the input of {height}×{width}: take a smaller kernel",
        size.height,
        size.width
    );
    let (rows, columns) = (height - size.height + 1, width - size.width + 1);
    if found == (rows, columns) {
        return Ok(target.clone());
    }
    ensure!(
        found == (height, width),
        "--target is {}×{}, but the input is {height}×{width}: the target must be as large, or {rows}×{columns} without its rim",
        found.0,
        found.1
    );
    Ok(target.narrow(0, size.height / 2, rows)?.narrow(1, size.width / 2, columns)?)
}
