//! The gradient's magnitude as a picture: black, red, yellow, white.

use std::path::Path;

use anyhow::Result;
use candle_core::{DType, Tensor};
use corr2d_imaging::{Picture, Target};

/// Refuses a name that is no picture's, before anything is computed.
pub(crate) fn check_name(path: Option<&Path>) -> Result<()> {
    let Some(path) = path else { return Ok(()) };
    anyhow::ensure!(
        Target::of(path)? == Target::Picture,
        "--heat-map writes a picture: {} is none, .png would do",
        path.display()
    );
    Ok(())
}

/// A magnitude [H, W] in 0..1 as a colour picture.
pub(crate) fn picture(magnitude: &Tensor) -> Result<Picture> {
    // Each channel fills a third of the range, the red one first.
    let channel = |index: i32| magnitude.affine(3.0, f64::from(-index))?.clamp(0.0, 1.0);
    let channels = [channel(0)?, channel(1)?, channel(2)?];
    Ok(Picture::new(Tensor::stack(&channels, 0)?.to_dtype(DType::F32)?)?)
}
