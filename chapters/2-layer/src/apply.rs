//! A trained layer on the reader's own photograph: each output channel becomes a picture.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use candle_core::{DType, Device, Tensor};
use candle_nn::Module;
use chapter_kit::{Page, figure};
use corr2d::{Conv2d, Conv2dOptions};
use corr2d_imaging::{Picture, Range, Target, load_safetensors};
use serde_json::{Value, json};

use crate::text::Text;

/// The letters in a row of a picture.
const PICTURE_COLUMNS: usize = 72;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) weights: &'a Path,
    pub(crate) layer: Option<&'a str>,
    pub(crate) image: &'a Path,
    pub(crate) options: Conv2dOptions,
    pub(crate) output: Option<&'a Path>,
}

/// The layer, and its output [O, H, W].
pub(crate) struct Maps<'a> {
    asked: &'a Asked<'a>,
    layer: Conv2d,
    pixels: Tensor,
    maps: Tensor,
    min: f64,
    max: f64,
}

/// Loads layer and photograph, runs the one on the other, and writes the output if there is to be one.
pub(crate) fn run_layer<'a>(asked: &'a Asked<'a>, device: &Device) -> Result<Maps<'a>> {
    let target = asked.output.map(Target::of).transpose().context("--output")?;
    let layer = load_layer(asked, device).context("--weights")?;
    let picture = Picture::load(asked.image, device).context("--image")?;
    let pixels = channels_for(&layer, &picture)?;
    let maps = layer.forward(&pixels.unsqueeze(0)?)?.squeeze(0)?;
    let (shown, report) = Range::Signed.apply(&maps)?;
    match (target, asked.output) {
        (Some(Target::Picture), Some(path)) => Picture::new(tiled(&shown)?)?.save(path).context("--output")?,
        (Some(_), Some(path)) => corr2d_imaging::save(path, &maps).context("--output")?,
        _ => {}
    }
    Ok(Maps { asked, layer, pixels, maps, min: report.min.into(), max: report.max.into() })
}

fn load_layer(asked: &Asked<'_>, device: &Device) -> Result<Conv2d> {
    let tensors = load_safetensors(asked.weights, device)?;
    let prefix = asked.layer.map_or(String::new(), |layer| format!("{layer}."));
    let find = |name: &str| tensors.iter().find(|(found, _)| *found == format!("{prefix}{name}"));
    let Some((_, weight)) = find("weight") else {
        let names: Vec<_> = tensors.iter().map(|(name, _)| name.as_str()).collect();
        bail!("{} holds no {prefix}weight, but {}: choose with --layer", asked.weights.display(), names.join(", "));
    };
    let bias = find("bias").map(|(_, bias)| bias.to_dtype(DType::F32)).transpose()?;
    Ok(Conv2d::new(weight.to_dtype(DType::F32)?, bias, asked.options)?)
}

/// The channels that the layer takes: all three colours, or the brightness.
fn channels_for(layer: &Conv2d, picture: &Picture) -> Result<Tensor> {
    let wanted = layer.weight().dim(1)?;
    let found = picture.pixels.dim(0)?;
    ensure!(
        wanted == found || wanted == 1,
        "the layer takes {wanted} channels, but the picture has {found}: take a {} picture or another layer",
        if wanted == 3 { "colour" } else { "different" }
    );
    Ok(if wanted == found { picture.pixels.clone() } else { picture.luma()? })
}

/// Maps [O, H, W] side by side, in a grid that is about as wide as it is high, on grey.
fn tiled(maps: &Tensor) -> Result<Tensor> {
    let (count, height, width) = maps.dims3()?;
    let across = (1..=count).find(|across| across * across >= count).unwrap_or(1);
    let down = count.div_ceil(across);
    let grey = Tensor::full(0.5f32, (across * down - count, height, width), maps.device())?;
    let all = if grey.elem_count() == 0 { maps.clone() } else { Tensor::cat(&[maps, &grey], 0)? };
    let grid = all.reshape((down, across, height, width))?.transpose(1, 2)?;
    Ok(grid.reshape((1, down * height, across * width))?)
}

impl Maps<'_> {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let asked = self.asked;
        page.heading(&(text.layer_title)(&asked.weights.display().to_string(), &asked.image.display().to_string()))?;
        let bias = self.layer.bias();
        let parameters = self.layer.weight().elem_count() + bias.map_or(0, Tensor::elem_count);
        page.text(&(text.layer)(self.layer.weight().dims(), bias.is_some(), parameters))?;
        let ((_, from_height, from_width), (maps, height, width)) = (self.pixels.dims3()?, self.maps.dims3()?);
        page.text(&(text.maps)(maps, (from_height, from_width), (height, width)))?;
        page.text(&(text.extremes)(&figure::scalar(self.min), &figure::scalar(self.max)))?;
        let Some(path) = asked.output else {
            page.text(text.no_output)?;
            let first = Range::Signed.apply(&self.maps.get(0)?)?.0;
            return Ok(page.figure(&figure::picture(&first, PICTURE_COLUMNS.min(width))?)?);
        };
        let name = path.display().to_string();
        match Target::of(path)? {
            Target::Picture => page.text(&(text.written)(&name, maps))?,
            _ => page.text(&(text.written_raw)(&name))?,
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "weights": self.asked.weights.display().to_string(),
            "image": self.asked.image.display().to_string(),
            "shape": { "image": self.pixels.dims(), "weight": self.layer.weight().dims(), "maps": self.maps.dims() },
            "bias": self.layer.bias().is_some(),
            "min": self.min,
            "max": self.max,
            "output": self.asked.output.map(|path| path.display().to_string()),
        })
    }
}
