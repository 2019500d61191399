//! The picture formats: what each is called and what it can hold. One table answers every question about them.

use std::path::Path;

use image::ImageFormat;

use crate::error::{Error, Result};
use crate::files::extension;

/// What one picture format can hold.
pub(crate) struct Format {
    pub(crate) name: &'static str,
    pub(crate) extensions: &'static [&'static str],
    pub(crate) id: ImageFormat,
    /// Whether 16-bit levels are written. They are read wherever the format has them.
    pub(crate) sixteen: bool,
    pub(crate) grey_alpha: bool,
    pub(crate) colour_alpha: bool,
}

const FORMATS: [Format; 6] = [
    Format {
        name: "PNG",
        extensions: &["png"],
        id: ImageFormat::Png,
        sixteen: true,
        grey_alpha: true,
        colour_alpha: true,
    },
    Format {
        name: "JPEG",
        extensions: &["jpg", "jpeg"],
        id: ImageFormat::Jpeg,
        sixteen: false,
        grey_alpha: false,
        colour_alpha: false,
    },
    Format {
        name: "BMP",
        extensions: &["bmp"],
        id: ImageFormat::Bmp,
        sixteen: false,
        grey_alpha: false,
        colour_alpha: true,
    },
    Format {
        name: "PNM",
        extensions: &["pgm", "ppm", "pnm"],
        id: ImageFormat::Pnm,
        sixteen: true,
        grey_alpha: false,
        colour_alpha: false,
    },
    Format {
        name: "TIFF",
        extensions: &["tif", "tiff"],
        id: ImageFormat::Tiff,
        sixteen: true,
        grey_alpha: false,
        colour_alpha: true,
    },
    Format {
        name: "WebP",
        extensions: &["webp"],
        id: ImageFormat::WebP,
        sixteen: false,
        grey_alpha: true,
        colour_alpha: true,
    },
];

impl Format {
    /// The format that the extension of a name asks for.
    pub(crate) fn of_name(path: &Path) -> Result<&'static Self> {
        Self::find_name(path).ok_or_else(|| Error::UnknownExtension {
            path: path.display().to_string(),
            known: Self::extensions().join(" "),
        })
    }

    pub(crate) fn find_name(path: &Path) -> Option<&'static Self> {
        let extension = extension(path);
        FORMATS.iter().find(|format| format.extensions.contains(&extension.as_str()))
    }

    /// Every extension, with its dot.
    pub(crate) fn extensions() -> Vec<String> {
        FORMATS.iter().flat_map(|format| format.extensions).map(|name| format!(".{name}")).collect()
    }

    /// The format that the first bytes belong to, whatever the name says.
    pub(super) fn of_content(bytes: &[u8], name: &str) -> Result<&'static Self> {
        let guess = image::guess_format(bytes).ok();
        FORMATS.iter().find(|format| Some(format.id) == guess).ok_or_else(|| Error::NotAPicture {
            path: name.to_string(),
            start: format!("\"{}\"", bytes[..bytes.len().min(8)].escape_ascii()),
            known: "PNG, JPEG, BMP, PNM, TIFF, WebP",
        })
    }
}
