//! A picture becomes the bytes of a file: `level = round(value · highest level)`, pixel by pixel.

use std::io::Cursor;
use std::path::Path;

use candle_core::Tensor;
use image::codecs::{bmp::BmpEncoder, png::PngEncoder, tiff::TiffEncoder, webp::WebPEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, ImageResult};

use super::{Depth, Format, Picture, jpeg};
use crate::error::{Error, Result, one_line};
use crate::files::extension;

pub(super) fn encode(picture: &Picture, format: &Format, path: &Path) -> Result<Vec<u8>> {
    check_holds(picture, format, path)?;
    let pixels = Interleaved::of(picture)?;
    let file = match format.id {
        ImageFormat::Jpeg => jpeg::encode(&pixels.bytes(), pixels.width, pixels.height, pixels.channels),
        ImageFormat::Pnm => Ok(pixels.portable_map(extension(path) == "ppm")),
        _ => pixels.encode_with_image(format.id).map_err(one_line),
    };
    file.map_err(|cause| Error::Unwritable { path: path.display().to_string(), cause: std::io::Error::other(cause) })
}

/// Fails where saving would drop something.
fn check_holds(picture: &Picture, format: &Format, path: &Path) -> Result<()> {
    let (channels, _, _) = picture.size()?;
    let holds_alpha = if channels == 1 { format.grey_alpha } else { format.colour_alpha };
    let (lacks, instead) = if picture.depth == Depth::Sixteen && !format.sixteen {
        ("16-bit levels", "save as .png, .tiff or .pnm, or at a depth of 8 bits")
    } else if picture.alpha.is_some() && !holds_alpha {
        let lacks = if channels == 1 { "transparency beside grey" } else { "transparency" };
        (lacks, "save as .png, or without the alpha channel")
    } else if channels == 3 && extension(path) == "pgm" {
        ("colour under .pgm", "save as .ppm, or its luma")
    } else {
        return Ok(());
    };
    Err(Error::FormatLacks { path: path.display().to_string(), format: format.name, lacks, instead })
}

/// Levels that lie pixel by pixel, transparency last.
struct Interleaved {
    levels: Vec<u16>,
    height: usize,
    width: usize,
    channels: usize,
    depth: Depth,
}

impl Interleaved {
    fn of(picture: &Picture) -> Result<Self> {
        let (_, height, width) = picture.size()?;
        let mut planes = levels(&picture.pixels, picture.depth)?;
        if let Some(alpha) = &picture.alpha {
            planes.extend(levels(alpha, picture.depth)?);
        }
        let area = height * width;
        let channels = planes.len() / area;
        let levels = (0..area).flat_map(|pixel| planes[pixel..].iter().step_by(area).copied()).collect();
        Ok(Self { levels, height, width, channels, depth: picture.depth })
    }

    /// One byte a level at 8 bits, two in the order of this machine at 16.
    fn bytes(&self) -> Vec<u8> {
        match self.depth {
            Depth::Eight => self.levels.iter().map(|&level| level as u8).collect(),
            Depth::Sixteen => self.levels.iter().flat_map(|level| level.to_ne_bytes()).collect(),
        }
    }

    /// Netpbm's binary maps, P5 and P6, high byte first (netpbm.sourceforge.net/doc/ppm.html).
    fn portable_map(mut self, coloured: bool) -> Vec<u8> {
        if coloured && self.channels == 1 {
            self.levels = self.levels.iter().flat_map(|&level| [level; 3]).collect();
            self.channels = 3;
        }
        let magic = if self.channels == 1 { "P5" } else { "P6" };
        let highest = self.depth.highest_level();
        let mut file = format!("{magic}\n{} {}\n{highest}\n", self.width, self.height).into_bytes();
        match self.depth {
            Depth::Eight => file.extend(self.bytes()),
            Depth::Sixteen => file.extend(self.levels.iter().flat_map(|level| level.to_be_bytes())),
        }
        file
    }

    fn encode_with_image(&self, format: ImageFormat) -> ImageResult<Vec<u8>> {
        let (bytes, colour) = (self.bytes(), self.colour());
        let (width, height) = (self.width as u32, self.height as u32);
        let mut file = Cursor::new(Vec::new());
        match format {
            ImageFormat::Bmp => BmpEncoder::new(&mut file).write_image(&bytes, width, height, colour),
            ImageFormat::Tiff => TiffEncoder::new(&mut file).write_image(&bytes, width, height, colour),
            ImageFormat::WebP => WebPEncoder::new_lossless(&mut file).write_image(&bytes, width, height, colour),
            _ => PngEncoder::new(&mut file).write_image(&bytes, width, height, colour),
        }?;
        Ok(file.into_inner())
    }

    fn colour(&self) -> ExtendedColorType {
        match (self.channels, self.depth) {
            (1, Depth::Eight) => ExtendedColorType::L8,
            (2, Depth::Eight) => ExtendedColorType::La8,
            (3, Depth::Eight) => ExtendedColorType::Rgb8,
            (_, Depth::Eight) => ExtendedColorType::Rgba8,
            (1, Depth::Sixteen) => ExtendedColorType::L16,
            (2, Depth::Sixteen) => ExtendedColorType::La16,
            (3, Depth::Sixteen) => ExtendedColorType::Rgb16,
            (_, Depth::Sixteen) => ExtendedColorType::Rgba16,
        }
    }
}

/// Every value as a level; one that rounds to none is an error, for cutting it off would lose it in silence.
fn levels(values: &Tensor, depth: Depth) -> Result<Vec<u16>> {
    let values = values.to_dtype(candle_core::DType::F32)?.flatten_all()?.to_vec1::<f32>()?;
    crate::range::check_finite("the picture", &values)?;
    let highest = f32::from(depth.highest_level());
    let rounds = |value: f32| (0.0..=highest).contains(&(value * highest).round());
    let outside = values.iter().filter(|&&value| !rounds(value)).count();
    if outside > 0 {
        let (low, high) = crate::range::extremes(&values);
        return Err(Error::OutsideUnit { outside, total: values.len(), low, high });
    }
    Ok(values.iter().map(|&value| (value * highest).round() as u16).collect())
}
