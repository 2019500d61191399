//! What is drawn of a result: the kernel as SVG, and as a picture what it leaves of the target.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use corr2d::{Conv2dOptions, conv2d};
use corr2d_imaging::{Picture, check_writable, plot};

/// Where to draw, if at all.
#[derive(Clone, Copy)]
pub(crate) struct Drawings<'a> {
    pub(crate) kernel: Option<&'a Path>,
    pub(crate) residual: Option<&'a Path>,
}

/// The files, to be written with the others, and the number that has the full colour in the picture of what is left.
#[derive(Default)]
pub(crate) struct Drawn<'a> {
    pub(crate) files: Vec<(&'a Path, Vec<u8>)>,
    pub(crate) scale: Option<f64>,
}

impl<'a> Drawings<'a> {
    /// Refuses names that nothing can be drawn under.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(path) = self.kernel {
            check_svg("--plot-kernel", path)?;
        }
        if let Some(path) = self.residual {
            // One pixel tells whether a picture of this name can have colours.
            let pixel = Tensor::zeros((1, 1), DType::F32, &Device::Cpu)?;
            let (pixel, _) = Picture::diverging(&pixel)?;
            pixel.encode(path).and_then(|_| check_writable(path)).context("--residual")?;
        }
        Ok(())
    }

    /// Draws the kernel [h, w], and what `left` [H, W] says is left of the target.
    pub(crate) fn draw(&self, kernel: &Tensor, left: impl FnOnce() -> Result<Tensor>) -> Result<Drawn<'a>> {
        let mut drawn = Drawn::default();
        if let Some(path) = self.kernel {
            drawn.files.push((path, plot::heat_map(kernel).context("--plot-kernel")?.into_bytes()));
        }
        if let Some(path) = self.residual {
            let (picture, scale) = Picture::diverging(&left()?).context("--residual")?;
            drawn.files.push((path, picture.encode(path).context("--residual")?));
            drawn.scale = Some(scale);
        }
        Ok(drawn)
    }
}

/// The target [H-h+1, W-w+1] minus what the kernel [h, w] and the bias make of the input [H, W].
pub(crate) fn left(input: &Tensor, target: &Tensor, kernel: &Tensor, bias: f64) -> Result<Tensor> {
    let batch = |matrix: &Tensor| matrix.unsqueeze(0)?.unsqueeze(0)?.contiguous();
    let made = conv2d(&batch(input)?, &batch(kernel)?, None, &Conv2dOptions::default())?;
    Ok(((target - made.squeeze(0)?.squeeze(0)?)? - bias)?)
}

/// Refuses a name that no SVG can be written under.
pub(crate) fn check_svg(option: &str, path: &Path) -> Result<()> {
    let is_svg = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    ensure!(is_svg, "{option}: {} does not end in .svg: a plot is drawn as SVG only", path.display());
    check_writable(path).with_context(|| option.to_owned())
}
