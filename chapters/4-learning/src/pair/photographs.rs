//! Photographs as numbers: their channels, and what is known of each file that may spoil an answer.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use candle_core::{Device, Tensor};
use corr2d_imaging::{Picture, load_npy};

use super::arguments::{Channels, MOST_TAPS, Shift};

/// So near its lowest and highest level a pixel of a JPEG counts as cut: four levels.
const JPEG_MARGIN: f32 = 4.5 / 255.0;

/// The numbers of a file.
pub(crate) struct Photograph {
    /// [H, W] each: the brightness, or red, green and blue.
    pub(crate) channels: Vec<Tensor>,
    /// For each channel the pixels, counted row by row, at which the file's lowest or highest level stands: light beyond it
    /// was cut. Of an array, none.
    clipped: Vec<Vec<bool>>,
    pub(crate) is_jpeg: bool,
    /// How far apart the levels of the file are; of an array, 0.
    pub(crate) level: f64,
}

impl Photograph {
    /// Reads a picture or an array.
    pub(crate) fn load(path: &Path, channels: Channels) -> Result<Self> {
        let is_array = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
        if is_array {
            return Self::of_array(path);
        }
        let picture = Picture::load(path, &Device::Cpu)?;
        let (is_jpeg, level) = (starts_as_jpeg(path), f64::from(picture.depth.highest_level()).recip());
        let flags = |channel: Tensor| -> Result<Vec<bool>> {
            let pixels: Vec<f32> = channel.flatten_all()?.to_vec1()?;
            // JPEG moves pixels beside cut ones off the ends.
            let near = if is_jpeg { JPEG_MARGIN } else { 0.0 };
            Ok(pixels.into_iter().map(|pixel| pixel <= near || pixel >= 1.0 - near).collect())
        };
        let planes = picture.pixels.dim(0)?;
        let clipped = (0..planes).map(|plane| flags(picture.pixels.get(plane)?)).collect::<Result<Vec<_>>>()?;
        match channels {
            Channels::Each => {
                let channels =
                    (0..planes).map(|plane| picture.pixels.get(plane)).collect::<candle_core::Result<_>>()?;
                Ok(Self { channels, clipped, is_jpeg, level })
            }
            Channels::Luma => {
                // Where one channel was cut, the brightness is wrong too.
                let pixels = clipped[0].len();
                let any = (0..pixels).map(|pixel| clipped.iter().any(|flags| flags[pixel])).collect();
                Ok(Self { channels: vec![picture.luma()?.squeeze(0)?], clipped: vec![any], is_jpeg, level })
            }
        }
    }

    fn of_array(path: &Path) -> Result<Self> {
        let numbers = load_npy(path, &Device::Cpu)?;
        let channels = match *numbers.dims() {
            [_, _] => vec![numbers],
            [1, _, _] => vec![numbers.squeeze(0)?],
            _ => bail!("{} has shape {:?}, but it must be [H, W] or [1, H, W]", path.display(), numbers.dims()),
        };
        Ok(Self { clipped: vec![Vec::new()], channels, is_jpeg: false, level: 0.0 })
    }

    pub(crate) fn size(&self) -> Result<(usize, usize)> {
        Ok(self.channels[0].dims2()?)
    }
}

/// By the first bytes, as the decoder does.
fn starts_as_jpeg(path: &Path) -> bool {
    let mut start = [0; 3];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == [0xFF, 0xD8, 0xFF]
}

/// Two photographs before and after a filter.
pub(crate) struct Pair {
    pub(crate) input: Photograph,
    pub(crate) target: Photograph,
}

/// One channel of a pair, cut so that whole windows of the input, row by row, meet the pixels of the target.
pub(crate) struct Matched {
    pub(crate) input: Tensor,
    pub(crate) target: Tensor,
    /// Where the target was cut at its lowest or highest level.
    pub(crate) clipped: Vec<(usize, usize)>,
}

impl Pair {
    pub(crate) fn load(input: &Path, target: &Path, channels: Channels) -> Result<Self> {
        let input = Photograph::load(input, channels).context("--input")?;
        let target = Photograph::load(target, channels).context("--target")?;
        let counts = (input.channels.len(), target.channels.len());
        ensure!(
            counts.0 == counts.1,
            "--channels each needs both in colour or both grey, not {} and {}",
            kind(counts.0),
            kind(counts.1)
        );
        Ok(Self { input, target })
    }

    /// Whether the target lacks the rim that a kernel leaves, and of which kernel.
    pub(crate) fn implied_size(&self) -> Result<Option<(usize, usize)>> {
        let (input, target) = (self.input.size()?, self.target.size()?);
        let smaller = target != input && target.0 <= input.0 && target.1 <= input.1;
        Ok(smaller.then(|| (input.0 - target.0 + 1, input.1 - target.1 + 1)))
    }

    /// A channel as windows of a kernel with `margin` more taps on each side, and the target that each made when it was moved
    /// by `shift` afterwards.
    pub(crate) fn matched(
        &self,
        channel: usize,
        kernel: (usize, usize),
        margin: (usize, usize),
        shift: Shift,
    ) -> Result<Matched> {
        let (image, found) = (self.input.size()?, self.target.size()?);
        ensure!(
            kernel.0 <= image.0 && kernel.1 <= image.1,
            "--kernel-size {}x{} is larger than the input of {}×{}: take a smaller kernel",
            kernel.0,
            kernel.1,
            image.0,
            image.1
        );
        let windows = (image.0 - kernel.0 + 1, image.1 - kernel.1 + 1);
        let is_whole = found == image;
        if found != windows && !is_whole {
            return Err(self.mismatch(image, found, windows));
        }
        // The window (i, j) made the pixel of the target that is so far on: as far as the anchor is from the first tap.
        let anchor = if is_whole { (kernel.0 / 2, kernel.1 / 2) } else { (0, 0) };
        let further = ((anchor.0 + margin.0) as isize + shift.down, (anchor.1 + margin.1) as isize + shift.right);
        let rows = overlap(windows.0.saturating_sub(2 * margin.0), found.0, further.0);
        let columns = overlap(windows.1.saturating_sub(2 * margin.1), found.1, further.1);
        let (Some(rows), Some(columns)) = (rows, columns) else {
            bail!(
                "a shift of {shift} leaves nothing in common of input and target, {}×{} windows",
                windows.0,
                windows.1
            );
        };
        let taps = (kernel.0 + 2 * margin.0, kernel.1 + 2 * margin.1);
        let input = self.input.channels[channel].narrow(0, rows.window, rows.count + taps.0 - 1)?.narrow(
            1,
            columns.window,
            columns.count + taps.1 - 1,
        )?;
        let target = self.target.channels[channel].narrow(0, rows.target, rows.count)?.narrow(
            1,
            columns.target,
            columns.count,
        )?;
        let flags = &self.target.clipped[channel];
        let is_clipped = |place: &(usize, usize)| {
            let index = (rows.target + place.0) * found.1 + columns.target + place.1;
            flags.get(index).copied().unwrap_or(false)
        };
        let places = (0..rows.count).flat_map(|row| (0..columns.count).map(move |column| (row, column)));
        let clipped = if flags.contains(&true) { places.filter(is_clipped).collect() } else { Vec::new() };
        Ok(Matched { input: input.contiguous()?, target: target.contiguous()?, clipped })
    }

    fn mismatch(&self, image: (usize, usize), found: (usize, usize), windows: (usize, usize)) -> anyhow::Error {
        let suits = match self.implied_size() {
            Ok(Some((height, width))) if height * width <= MOST_TAPS => {
                format!("; it would suit --kernel-size {height}x{width}")
            }
            _ => String::new(),
        };
        anyhow::anyhow!(
            "--target is {}×{}, but the input is {}×{}: the target must be as large, or {}×{} without its rim{suits}",
            found.0,
            found.1,
            image.0,
            image.1,
            windows.0,
            windows.1
        )
    }
}

fn kind(channels: usize) -> &'static str {
    if channels == 1 { "grey" } else { "colour" }
}

/// Where windows and target meet along an axis.
struct Overlap {
    window: usize,
    target: usize,
    count: usize,
}

/// Of `windows`, each of which made the pixel of the target that is `further` on.
fn overlap(windows: usize, targets: usize, further: isize) -> Option<Overlap> {
    let window = usize::try_from(-further).unwrap_or(0);
    let target = usize::try_from(further).unwrap_or(0);
    let count = windows.checked_sub(window)?.min(targets.checked_sub(target)?);
    (count > 0).then_some(Overlap { window, target, count })
}
