//! Correlation and strict convolution of the reader's own photograph, and their difference.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use candle_core::{DType, Device, Tensor};
use chapter_kit::figure::{self, PICTURE_COLUMNS};
use chapter_kit::{Page, json};
use corr2d_imaging::{
    Border, Kernel, Margins, Picture, Range, Target, check_writable, filter, save_npy, save_safetensors, write_together,
};
use serde_json::Value;

use crate::both::{NAMES, with_difference};
use crate::photograph;
use crate::symmetry::Turned;
use crate::text::Text;

/// A letter is the mean of many pixels, most of them dark: a third of the strongest difference is white already.
const CONTRAST: f64 = 3.0;

/// Less is what rounding leaves of equal numbers, on one machine more than on another.
const HALF_A_LEVEL: f64 = 0.5 / 255.0;

/// What is asked for of a photograph.
pub(crate) struct Asked<'a> {
    pub(crate) image: Option<&'a Path>,
    pub(crate) kernel: &'a str,
    pub(crate) border: Border,
    pub(crate) range: Range,
    pub(crate) output: Option<(Target, &'a Path)>,
}

/// Both results [C, H, W] of a photograph.
pub(crate) struct Photographed<'a> {
    asked: &'a Asked<'a>,
    kernel: Kernel,
    pixels: Tensor,
    results: [Tensor; 3],
    /// The lowest and the highest number of each.
    extremes: [(f32, f32); 3],
    /// How many numbers of the two results differ by half a level or more.
    differing: usize,
    written: Vec<PathBuf>,
}

/// Loads, lays the kernel both ways, and writes all three results if they are to be written.
pub(crate) fn photograph<'a>(asked: &'a Asked<'a>, device: &Device) -> Result<Photographed<'a>> {
    let written = asked.files()?;
    let kernel = Kernel::parse(asked.kernel).context("--kernel")?;
    let picture = match asked.image {
        Some(path) => Picture::load(path, device).context("--image")?,
        None => photograph::camera(device)?,
    };
    let pixels = picture.pixels.clone();
    let (correlation, convolution) = laid_both_ways(&pixels, &kernel.to_tensor(device)?, asked.border)?;
    let results = with_difference(correlation, convolution)?;
    let extremes = |result: &Tensor| -> Result<(f32, f32)> {
        let (_, report) = Range::Signed.apply(result)?;
        Ok((report.min, report.max))
    };
    let extremes = [extremes(&results[0])?, extremes(&results[1])?, extremes(&results[2])?];
    let differing = results[2].abs()?.ge(HALF_A_LEVEL)?.to_dtype(DType::U32)?.sum_all()?.to_scalar::<u32>()? as usize;
    let photographed = Photographed { asked, kernel, pixels, results, extremes, differing, written };
    photographed.write(&picture).context("--output")?;
    Ok(photographed)
}

/// Correlation and strict convolution for the same pixels.
fn laid_both_ways(pixels: &Tensor, kernel: &Tensor, border: Border) -> Result<(Tensor, Tensor)> {
    let (mut correlation, mut convolution) = (filter(pixels, kernel, border)?, convolved(pixels, kernel, border)?);
    if border != Border::Valid {
        return Ok((correlation, convolution));
    }
    // Along an even side, whole windows begin one pixel later for the correlation and end one earlier for the convolution.
    let (_, height, width) = pixels.dims3()?;
    let (k_height, k_width) = kernel.dims2()?;
    for (axis, length) in [(1, k_height), (2, k_width)] {
        if length % 2 == 0 {
            let common = correlation.dim(axis)? - 1;
            ensure!(
                common > 0,
                "--border valid: an even kernel of {k_height}×{k_width} leaves no pixel of {height}×{width} to both: \
                 take another border or kernel"
            );
            correlation = correlation.narrow(axis, 0, common)?;
            convolution = convolution.narrow(axis, 1, common)?;
        }
    }
    Ok((correlation, convolution))
}

/// Strict convolution with the weight on the pixel that correlation has there, so that the answers differ by the turn and
/// not by a shift: the turned kernel reaches as far down as the other reaches up.
fn convolved(pixels: &Tensor, kernel: &Tensor, border: Border) -> Result<Tensor> {
    let (height, width) = kernel.dims2()?;
    let Margins { top, bottom, left, right } = Margins::around(height, width);
    let padded = border.pad(pixels, Margins { top: bottom, bottom: top, left: right, right: left })?;
    Ok(filter(&padded, &kernel.flip(&[0, 1])?, Border::Valid)?)
}

impl Asked<'_> {
    /// The files that will be written, refused before any work if they cannot be.
    fn files(&self) -> Result<Vec<PathBuf>> {
        let paths = match self.output {
            Some((Target::Picture, path)) => NAMES.iter().map(|name| beside(path, name)).collect(),
            Some((_, path)) => vec![path.to_path_buf()],
            None => Vec::new(),
        };
        for path in &paths {
            check_writable(path).context("--output")?;
        }
        Ok(paths)
    }
}

/// edges.png and a word become edges-correlation.png.
fn beside(path: &Path, word: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-{word}.{extension}"))
}

impl Photographed<'_> {
    fn write(&self, photograph: &Picture) -> Result<()> {
        match self.asked.output {
            Some((Target::Picture, _)) => self.write_pictures(photograph),
            Some((Target::Npy, path)) => Ok(save_npy(path, &Tensor::stack(&self.results, 0)?)?),
            Some((Target::Safetensors, path)) => {
                let named: Vec<_> = NAMES.iter().copied().zip(&self.results).collect();
                Ok(save_safetensors(path, &named)?)
            }
            None => Ok(()),
        }
    }

    /// One scale for all three, so that the same brightness means the same number.
    fn write_pictures(&self, photograph: &Picture) -> Result<()> {
        let (shown, _) = self.asked.range.apply(&Tensor::stack(&self.results, 0)?)?;
        let alpha = photograph.alpha.as_ref().map(|alpha| self.seen_by_whole_windows(alpha)).transpose()?;
        let mut files = Vec::new();
        for (index, path) in self.written.iter().enumerate() {
            let picture = Picture { pixels: shown.get(index)?, alpha: alpha.clone(), depth: photograph.depth };
            files.push((path.as_path(), picture.encode(path)?));
        }
        let files: Vec<(&Path, &[u8])> = files.iter().map(|(path, content)| (*path, content.as_slice())).collect();
        Ok(write_together(&files)?)
    }

    /// The transparency of the photograph where there are results: without a border the rim is gone from it too.
    fn seen_by_whole_windows(&self, alpha: &Tensor) -> Result<Tensor> {
        let (_, height, width) = self.results[0].dims3()?;
        let (top, left) = match self.asked.border {
            Border::Valid => (self.kernel.height() / 2, self.kernel.width() / 2),
            _ => (0, 0),
        };
        Ok(alpha.narrow(0, top, height)?.narrow(1, left, width)?)
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let image = self.asked.image.map_or(text.lesson_photograph.to_owned(), |path| path.display().to_string());
        page.heading(&(text.photographed_title)(self.kernel.name(), &image))?;
        let k = self.kernel.to_tensor(&Device::Cpu)?;
        let (k, turned) = (figure::matrix_that_fits(&k)?, figure::matrix_that_fits(&k.flip(&[0, 1])?)?);
        page.figure(&figure::beside(&[text.correlation, &k, "     ", text.convolution, &turned]))?;
        page.text((text.turned)(Turned::of(&self.kernel)))?;
        page.figure(&self.table(text))?;
        page.text(&(text.differing)(self.differing, self.total(), self.asked.border.name()))?;
        if self.written.is_empty() {
            page.text(text.no_output)?;
            let shown = (Range::Abs.apply(&self.results[2].abs()?.mean(0)?)?.0 * CONTRAST)?;
            return Ok(page.figure(&figure::picture(&shown, PICTURE_COLUMNS.min(shown.dim(1)?))?)?);
        }
        let names: Vec<String> = self.written.iter().map(|path| path.display().to_string()).collect();
        let names = names.join(", ");
        match self.asked.output {
            Some((Target::Picture, _)) => page.text(&(text.written)(&names, self.asked.range.name()))?,
            _ => page.text(&(text.written_raw)(&names))?,
        }
        Ok(())
    }

    fn total(&self) -> usize {
        self.results[0].elem_count()
    }

    fn table(&self, text: &Text) -> String {
        let number = |value: f32| figure::scalar(f64::from(value));
        let names = [text.correlation, text.convolution, text.difference];
        let line =
            |(name, (low, high)): (&str, &(f32, f32))| format!("{name:<13} {:>11} {:>11}", number(*low), number(*high));
        let head = format!("{:<13} {:>11} {:>11}", "", text.lowest, text.highest);
        std::iter::once(head).chain(names.into_iter().zip(&self.extremes).map(line)).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let rows = self.kernel.rows().map(|row| json::numbers("the kernel", row)).collect::<Result<Vec<_>>>()?;
        let mut value = serde_json::json!({
            "image": self.asked.image.map(|path| path.display().to_string()),
            "kernel": { "name": self.kernel.name(), "rows": rows },
            "turned": Turned::of(&self.kernel).name(),
            "border": self.asked.border.name(),
            "range": self.asked.range.name(),
            "shape": { "image": self.pixels.dims(), "responses": self.results[0].dims() },
            "differing": self.differing,
            "total": self.total(),
            "output": self.written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        });
        for (name, (low, high)) in NAMES.iter().zip(self.extremes) {
            value[*name] = serde_json::json!({ "min": json::number(name, low)?, "max": json::number(name, high)? });
        }
        Ok(value)
    }
}
