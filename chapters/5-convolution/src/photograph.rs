//! The photograph of the lesson, part of the program so that it is there wherever the program runs.

use anyhow::Result;
use candle_core::Device;
use corr2d_imaging::Picture;

/// A photographer at his camera: `data/camera.png`, 512×512 pixels in grey.
pub(crate) fn camera(device: &Device) -> Result<Picture> {
    Ok(Picture::decode(include_bytes!("../../../data/camera.png"), device)?)
}
