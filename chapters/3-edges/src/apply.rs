//! A kernel on the reader's own photograph.

use std::path::Path;

use anyhow::{Context, Result};
use candle_core::{Device, Tensor};
use chapter_kit::figure::{self, PICTURE_COLUMNS};
use chapter_kit::{Page, json};
use corr2d_imaging::{Border, Kernel, Picture, Range, RangeReport, Target};
use serde_json::Value;

use crate::photograph;
use crate::text::Text;

/// A letter is the mean of many pixels, most of them dark: a third of the strongest response is white already.
const CONTRAST: f64 = 3.0;

/// What is asked for.
pub(crate) struct Filter<'a> {
    pub(crate) image: Option<&'a Path>,
    pub(crate) kernel: &'a str,
    pub(crate) border: Border,
    pub(crate) range: Range,
    pub(crate) luma: bool,
    pub(crate) output: Option<(Target, &'a Path)>,
}

/// What came of it.
pub(crate) struct Filtered<'a> {
    asked: &'a Filter<'a>,
    kernel: Kernel,
    pixels: Tensor,
    responses: Tensor,
    shown: Tensor,
    report: RangeReport,
}

/// Loads, filters, and writes the output if there is to be one.
pub(crate) fn filter<'a>(asked: &'a Filter<'a>, device: &Device) -> Result<Filtered<'a>> {
    let kernel = Kernel::parse(asked.kernel).context("--kernel")?;
    let picture = match asked.image {
        Some(path) => Picture::load(path, device).context("--image")?,
        None => photograph::camera(device)?,
    };
    let pixels = if asked.luma { picture.luma()? } else { picture.pixels.clone() };
    let responses = corr2d_imaging::filter(&pixels, &kernel.to_tensor(device)?, asked.border)?;
    let (shown, report) = asked.range.apply(&responses)?;
    let filtered = Filtered { asked, kernel, pixels, responses, shown, report };
    match asked.output {
        Some((Target::Picture, path)) => filtered.picture(&picture)?.save(path).context("--output")?,
        Some((_, path)) => corr2d_imaging::save(path, &filtered.responses).context("--output")?,
        None => {}
    }
    Ok(filtered)
}

impl Filtered<'_> {
    /// The responses as a picture, as transparent and as deep as the photograph. Without a border the rim is gone from
    /// the transparency too.
    fn picture(&self, photograph: &Picture) -> Result<Picture> {
        let (height, width) = size(&self.shown)?;
        let (top, left) = match self.asked.border {
            Border::Valid => (self.kernel.height() / 2, self.kernel.width() / 2),
            _ => (0, 0),
        };
        let crop = |alpha: &Tensor| alpha.narrow(0, top, height)?.narrow(1, left, width);
        let alpha = photograph.alpha.as_ref().map(crop).transpose()?;
        Ok(Picture { pixels: self.shown.clone(), alpha, depth: photograph.depth })
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let image = self.asked.image.map_or(text.lesson_photograph.to_owned(), |path| path.display().to_string());
        page.heading(&(text.filtered_title)(self.kernel.name(), &image))?;
        page.figure(&figure::matrix_that_fits(&self.kernel.to_tensor(&Device::Cpu)?)?)?;
        page.text(&(text.gain)(&figure::scalar(self.kernel.gain()), self.kernel.measures()))?;
        let (channels, _, _) = self.responses.dims3()?;
        let (from, to) = (size(&self.pixels)?, size(&self.responses)?);
        page.text(&(text.filtered)(channels, from, to, self.asked.border.name()))?;
        let number = |value: f32| figure::scalar(f64::from(value));
        let mut found = (text.responses)(&number(self.report.min), &number(self.report.max));
        if self.report.clipped > 0 {
            found.push(' ');
            found.push_str(&(text.clipped)(self.report.clipped, self.report.total));
        }
        page.text(&found)?;
        self.print_output(text, page)
    }

    fn print_output(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let Some((target, path)) = self.asked.output else {
            page.text(text.no_output)?;
            // An edge that one colour climbs and another descends must not cancel in the mean.
            let strength = (Range::Abs.apply(&self.responses.abs()?.mean(0)?)?.0 * CONTRAST)?;
            let columns = PICTURE_COLUMNS.min(strength.dim(1)?);
            return Ok(page.figure(&figure::picture(&strength, columns)?)?);
        };
        let name = path.display().to_string();
        match target {
            Target::Picture => page.text(&(text.written)(&name, self.asked.range.name()))?,
            _ => page.text(&(text.written_raw)(&name))?,
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let kernel = serde_json::json!({
            "name": self.kernel.name(),
            "rows": self.kernel.rows().map(|row| json::numbers("the kernel", row)).collect::<Result<Vec<_>>>()?,
            "gain": json::number("the gain", self.kernel.gain())?,
        });
        Ok(serde_json::json!({
            "image": self.asked.image.map(|path| path.display().to_string()),
            "kernel": kernel,
            "border": self.asked.border.name(),
            "shape": { "image": self.pixels.dims(), "responses": self.responses.dims() },
            "min": json::number("the smallest response", self.report.min)?,
            "max": json::number("the largest response", self.report.max)?,
            "range": self.asked.range.name(),
            "clipped": self.report.clipped,
            "output": self.asked.output.map(|(_, path)| path.display().to_string()),
        }))
    }
}

fn size(tensor: &Tensor) -> Result<(usize, usize)> {
    let (_, height, width) = tensor.dims3()?;
    Ok((height, width))
}
