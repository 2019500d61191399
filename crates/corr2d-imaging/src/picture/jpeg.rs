//! JPEG, to the last bit as OpenCV and Pillow read it: all three follow libjpeg-turbo's integer transform.

use image::{DynamicImage, GrayImage, RgbImage, metadata::Orientation};
use libjpeg_turbo_rs::{ColorSpace, DecodeWarning, Decoder, JpegError, PixelFormat, Subsampling, compress};

use super::decode::check_size;
use crate::error::{Error, Result, one_line};

const NAME: &str = "JPEG";
/// OpenCV's default.
const QUALITY: u8 = 95;
/// A progressive file of honest tools has a dozen scans; thousands only serve to keep the reader busy.
const MAX_SCANS: u32 = 500;

pub(super) fn decode(bytes: &[u8], name: &str) -> Result<DynamicImage> {
    let fail = |cause| explain(cause, bytes.len(), name);
    let mut decoder = Decoder::new(bytes).map_err(fail)?;
    let format = pixel_format(&decoder, name)?;
    let channels = if format == PixelFormat::Grayscale { 1 } else { 3 };
    check_size(name, decoder.header().width(), decoder.header().height(), channels)?;
    let orientation = decoder.exif_orientation().and_then(Orientation::from_exif);
    decoder.set_output_format(format);
    decoder.set_scan_limit(MAX_SCANS);
    let decoded = decoder.decode_image().map_err(fail)?;
    let cut = |warning: &DecodeWarning| matches!(warning, DecodeWarning::TruncatedData { .. });
    if decoded.warnings.iter().any(cut) {
        return Err(fail(JpegError::UnexpectedEof));
    }
    let (width, height) = (decoded.width as u32, decoded.height as u32);
    let image = match format {
        PixelFormat::Grayscale => GrayImage::from_raw(width, height, decoded.data).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, decoded.data).map(DynamicImage::from),
    };
    let mut image = image.ok_or_else(|| fail(JpegError::UnexpectedEof))?;
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    Ok(image)
}

/// Writes `levels`, pixel by pixel, with 1 or 3 channels; colour keeps its full resolution, for edges live there.
pub(super) fn encode(levels: &[u8], width: usize, height: usize, channels: usize) -> Result<Vec<u8>, String> {
    let format = if channels == 1 { PixelFormat::Grayscale } else { PixelFormat::Rgb };
    compress(levels, width, height, format, QUALITY, Subsampling::S444).map_err(one_line)
}

fn pixel_format(decoder: &Decoder<'_>, name: &str) -> Result<PixelFormat> {
    let header = decoder.header();
    let found = match decoder.jpeg_color_space() {
        _ if header.precision != 8 => format!("JPEG levels of {} bits", header.precision),
        ColorSpace::Grayscale => return Ok(PixelFormat::Grayscale),
        ColorSpace::YCbCr | ColorSpace::Rgb => return Ok(PixelFormat::Rgb),
        ColorSpace::Cmyk | ColorSpace::Ycck => "CMYK pixels".to_string(),
        _ => format!("{} JPEG channels without a known meaning", header.components.len()),
    };
    Err(Error::UnsupportedPixels { path: name.to_string(), found })
}

fn explain(cause: JpegError, bytes: usize, name: &str) -> Error {
    let path = name.to_string();
    match cause {
        JpegError::UnexpectedEof => Error::Truncated { path, format: NAME, bytes },
        JpegError::Unsupported(found) => {
            Error::UnsupportedPixels { path, found: format!("an uncommon kind of JPEG ({})", one_line(found)) }
        }
        other => Error::Damaged { path, format: NAME, cause: one_line(other) },
    }
}
