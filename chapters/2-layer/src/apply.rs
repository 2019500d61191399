//! A trained layer on the reader's own photograph: each output channel becomes a picture.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use candle_core::{DType, Device, Tensor};
use candle_nn::Module;
use chapter_kit::figure::{self, PICTURE_COLUMNS};
use chapter_kit::{Page, json};
use corr2d::{Conv2d, Conv2dOptions};
use corr2d_imaging::{Picture, Range, Target, load_safetensors};
use serde_json::Value;

use crate::text::Text;

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) weights: &'a Path,
    pub(crate) layer: Option<&'a str>,
    pub(crate) image: &'a Path,
    pub(crate) options: Conv2dOptions,
    pub(crate) output: Option<(Target, &'a Path)>,
}

/// The layer, and its output [O, H, W].
pub(crate) struct Maps<'a> {
    asked: &'a Asked<'a>,
    layer: Conv2d,
    pixels: Tensor,
    maps: Tensor,
    min: f32,
    max: f32,
}

/// Loads layer and photograph, runs the one on the other, and writes the output if there is to be one.
pub(crate) fn run_layer<'a>(asked: &'a Asked<'a>, device: &Device) -> Result<Maps<'a>> {
    let layer = load_layer(asked, device).context("--weights")?;
    let picture = Picture::load(asked.image, device).context("--image")?;
    let pixels = channels_for(&layer, &picture)?;
    let maps = layer.forward(&pixels.unsqueeze(0)?)?.squeeze(0)?;
    let (shown, report) = Range::Signed.apply(&maps)?;
    match asked.output {
        Some((Target::Picture, path)) => Picture::new(tiled(&shown)?)?.save(path).context("--output")?,
        Some((_, path)) => corr2d_imaging::save(path, &maps).context("--output")?,
        None => {}
    }
    Ok(Maps { asked, layer, pixels, maps, min: report.min, max: report.max })
}

fn load_layer(asked: &Asked<'_>, device: &Device) -> Result<Conv2d> {
    // Metal takes no f64, so the numbers become f32 in main memory.
    let tensors = load_safetensors(asked.weights, &Device::Cpu)?;
    let to_device = |tensor: &Tensor| tensor.to_dtype(DType::F32)?.to_device(device);
    let prefix = asked.layer.map_or(String::new(), |layer| format!("{layer}."));
    let find = |name: &str| tensors.iter().find(|(found, _)| *found == format!("{prefix}{name}"));
    if let [(name, kernel)] = tensors.as_slice()
        && kernel.rank() == 2
        && name == "kernel"
    {
        let weight = to_device(kernel)?.unsqueeze(0)?.unsqueeze(0)?;
        return Ok(Conv2d::new(weight, None, asked.options)?);
    }
    let Some((_, weight)) = find("weight") else {
        let names: Vec<_> = tensors.iter().map(|(name, _)| name.as_str()).collect();
        bail!("{} holds no {prefix}weight, but {}: choose with --layer", asked.weights.display(), names.join(", "));
    };
    let bias = find("bias").map(|(_, bias)| to_device(bias)).transpose()?;
    Ok(Conv2d::new(to_device(weight)?, bias, asked.options)?)
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
        page.text(&(text.extremes)(&figure::scalar(self.min.into()), &figure::scalar(self.max.into())))?;
        let Some((target, path)) = asked.output else {
            page.text(text.no_output)?;
            let first = Range::Signed.apply(&self.maps.get(0)?)?.0;
            return Ok(page.figure(&figure::picture(&first, PICTURE_COLUMNS.min(width))?)?);
        };
        let name = path.display().to_string();
        match target {
            Target::Picture => page.text(&(text.written)(&name, maps))?,
            _ => page.text(&(text.written_raw)(&name))?,
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        Ok(serde_json::json!({
            "weights": self.asked.weights.display().to_string(),
            "image": self.asked.image.display().to_string(),
            "shape": { "image": self.pixels.dims(), "weight": self.layer.weight().dims(), "maps": self.maps.dims() },
            "bias": self.layer.bias().is_some(),
            "min": json::number("the smallest output", self.min)?,
            "max": json::number("the largest output", self.max)?,
            "output": self.asked.output.map(|(_, path)| path.display().to_string()),
        }))
    }
}
