//! The bytes of a picture file become planes of numbers: `plane[c][y][x] = level / highest level`.

use std::error::Error as _;
use std::io::Cursor;

use candle_core::{Device, Tensor};
use image::error::UnsupportedErrorKind;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageError, ImageReader, Limits};

use super::{Depth, Format, Picture, jpeg};
use crate::error::{Error, Result, bytes as shown_bytes, one_line};

/// The numbers of one picture may fill this much: 1 GiB, or 89 megapixels of RGB.
const MAX_PICTURE_BYTES: u128 = 1 << 30;

pub(super) fn decode(bytes: &[u8], name: &str, device: &Device) -> Result<Picture> {
    if bytes.is_empty() {
        return Err(Error::EmptyFile { path: name.to_string() });
    }
    let format = Format::of_content(bytes, name)?;
    let image = match format.id {
        image::ImageFormat::Jpeg => jpeg::decode(bytes, name)?,
        _ if is_cut_webp(bytes) => {
            return Err(Error::Truncated { path: name.into(), format: format.name, bytes: bytes.len() });
        }
        _ => decode_with_image(bytes, format, name)?,
    };
    to_picture(&image, name, device)
}

/// Fails where the picture has no pixel, or more than the budget allows; `channels` counts transparency too.
pub(super) fn check_size(name: &str, width: usize, height: usize, channels: usize) -> Result<()> {
    if width == 0 || height == 0 {
        return Err(Error::NoPixels { path: name.to_string(), width, height });
    }
    let needed = width as u128 * height as u128 * channels as u128 * size_of::<f32>() as u128;
    if needed > MAX_PICTURE_BYTES {
        let (needed, limit) = (shown_bytes(needed), shown_bytes(MAX_PICTURE_BYTES));
        return Err(Error::TooManyPixels { path: name.to_string(), width, height, needed, limit });
    }
    Ok(())
}

/// A WebP file says how long it is, and its decoder calls a shorter one corrupt.
fn is_cut_webp(bytes: &[u8]) -> bool {
    match bytes {
        [b'R', b'I', b'F', b'F', a, b, c, d, rest @ ..] => {
            (rest.len() as u64) < u64::from(u32::from_le_bytes([*a, *b, *c, *d]))
        }
        _ => false,
    }
}

fn decode_with_image(bytes: &[u8], format: &Format, name: &str) -> Result<DynamicImage> {
    let fail = |cause| explain(cause, bytes.len(), format, name);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.id);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PICTURE_BYTES as u64);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fail)?;
    let (width, height) = decoder.dimensions();
    let channels = decoder.color_type().channel_count().into();
    check_size(name, width as usize, height as usize, channels)?;
    check_layout(&decoder, name)?;
    let orientation = decoder.orientation().map_err(fail)?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(fail)?;
    image.apply_orientation(orientation);
    Ok(image)
}

fn check_layout(decoder: &impl ImageDecoder, name: &str) -> Result<()> {
    let found = match (decoder.original_color_type(), decoder.color_type()) {
        (ExtendedColorType::Cmyk8 | ExtendedColorType::Cmyk16, _) => "CMYK pixels",
        (_, ColorType::Rgb32F | ColorType::Rgba32F) => "pixels of 32-bit floating point",
        _ => return Ok(()),
    };
    Err(Error::UnsupportedPixels { path: name.to_string(), found: found.to_string() })
}

/// Says in our words what the decoder met.
fn explain(cause: ImageError, length: usize, format: &Format, name: &str) -> Error {
    let (path, format) = (name.to_string(), format.name);
    match &cause {
        ImageError::Unsupported(unsupported) => {
            let found = match unsupported.kind() {
                UnsupportedErrorKind::Color(ExtendedColorType::Unknown(bits)) => format!("pixels of {bits} bits"),
                kind => format!("an uncommon kind of {format} ({})", one_line(format!("{kind:?}"))),
            };
            Error::UnsupportedPixels { path, found }
        }
        _ if ends_early(&cause) => Error::Truncated { path, format, bytes: length },
        // What the decoder said, without "Format error decoding PNG" before it.
        _ => Error::Damaged { path, format, cause: cause.source().map_or_else(|| one_line(&cause), one_line) },
    }
}

/// Whether an unexpected end of the data is among the causes.
fn ends_early(cause: &(dyn std::error::Error + 'static)) -> bool {
    let here =
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::UnexpectedEof);
    // Decoders that wrap the end of the data in an error of their own still say so.
    let said = ["end of file", "eof", "failed to fill whole buffer", "not enough data"]
        .iter()
        .any(|words| cause.to_string().to_lowercase().contains(words));
    here || said || cause.source().is_some_and(ends_early)
}

fn to_picture(image: &DynamicImage, name: &str, device: &Device) -> Result<Picture> {
    let (height, width) = (image.height() as usize, image.width() as usize);
    let channels = usize::from(image.color().channel_count());
    let (planes, depth) = match image {
        DynamicImage::ImageLuma8(_)
        | DynamicImage::ImageLumaA8(_)
        | DynamicImage::ImageRgb8(_)
        | DynamicImage::ImageRgba8(_) => (planes(image.as_bytes(), channels, 255.0), Depth::Eight),
        DynamicImage::ImageLuma16(levels) => (planes(levels, channels, 65535.0), Depth::Sixteen),
        DynamicImage::ImageLumaA16(levels) => (planes(levels, channels, 65535.0), Depth::Sixteen),
        DynamicImage::ImageRgb16(levels) => (planes(levels, channels, 65535.0), Depth::Sixteen),
        DynamicImage::ImageRgba16(levels) => (planes(levels, channels, 65535.0), Depth::Sixteen),
        other => {
            let found = format!("pixels of type {:?}", other.color());
            return Err(Error::UnsupportedPixels { path: name.to_string(), found });
        }
    };
    let all = Tensor::from_vec(planes, (channels, height, width), device)?;
    if channels % 2 == 1 {
        return Ok(Picture { pixels: all, alpha: None, depth });
    }
    let pixels = all.narrow(0, 0, channels - 1)?.contiguous()?;
    let alpha = all.get(channels - 1)?.contiguous()?;
    Ok(Picture { pixels, alpha: Some(alpha), depth })
}

/// Levels that lie pixel by pixel, as numbers that lie channel by channel.
fn planes<Level: Copy + Into<f32>>(levels: &[Level], channels: usize, highest: f32) -> Vec<f32> {
    (0..channels)
        .flat_map(|channel| levels.iter().skip(channel).step_by(channels))
        .map(|&level| level.into() / highest)
        .collect()
}
