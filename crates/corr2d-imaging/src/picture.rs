//! A picture as numbers: `[C, H, W]` in 0..1, and its way from and to a file.
//!
//! `value = level / 255` at 8 bits and `level / 65535` at 16, so that loading and saving at one depth returns every level.

mod decode;
mod encode;
mod format;
mod jpeg;

use std::path::Path;

use candle_core::{DType, Device, Tensor};

use crate::error::{Error, Result};
use crate::files::{read_whole, write_whole};

pub(crate) use format::Format;

/// How many bits a file spends on each value of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Depth {
    /// 8 bits, levels 0 to 255.
    #[default]
    Eight,
    /// 16 bits, levels 0 to 65535.
    Sixteen,
}

impl Depth {
    /// The level that stands for 1.0.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Depth::Sixteen.highest_level(), 65535);
    /// ```
    #[must_use]
    pub fn highest_level(self) -> u16 {
        match self {
            Self::Eight => u8::MAX.into(),
            Self::Sixteen => u16::MAX,
        }
    }
}

/// A grey or colour picture with brightness in 0..1.
///
/// Values are those of the file, in the file's own encoding (sRGB as a rule); colour profiles are not applied, as with
/// OpenCV. A picture with an EXIF orientation is turned upright, as with OpenCV.
#[derive(Clone, Debug)]
pub struct Picture {
    /// `[C, H, W]`, `f32` in 0..1, with C = 1 (grey) or 3 (red, green, blue).
    pub pixels: Tensor,
    /// `[H, W]`, `f32` in 0..1, where the file has transparency. No operation here touches it.
    pub alpha: Option<Tensor>,
    /// The depth of the file it came from, and of the one that [`save`](Picture::save) writes.
    pub depth: Depth,
}

impl Picture {
    /// An 8-bit picture without transparency, of `[H, W]`, `[1, H, W]` or `[3, H, W]`.
    ///
    /// # Errors
    ///
    /// Another shape, or a side of 0. Values are checked when the picture is saved.
    ///
    /// ```
    /// use candle_core::{DType, Device, Tensor};
    /// let grey = corr2d_imaging::Picture::new(Tensor::zeros((2, 3), DType::F32, &Device::Cpu)?)?;
    /// assert_eq!(grey.pixels.dims(), [1, 2, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(pixels: Tensor) -> Result<Self> {
        let pixels = match pixels.dims() {
            [_, _] => pixels.unsqueeze(0)?,
            _ => pixels,
        };
        let picture = Self { pixels: pixels.to_dtype(DType::F32)?, alpha: None, depth: Depth::Eight };
        picture.size()?;
        Ok(picture)
    }

    /// Reads a PNG, JPEG, BMP, PNM, TIFF or WebP file; the content decides which, not the name.
    ///
    /// Palettes, bitmaps and depths below 8 become 8-bit grey or RGB; of several frames or pages the first is read. JPEG
    /// gives the levels that OpenCV and Pillow read, bit for bit. At most 1 GiB of numbers (89 megapixels of RGB) is read.
    ///
    /// # Errors
    ///
    /// No such file, a folder, no permission, not a picture, cut short, damaged, too many pixels, or pixels that would
    /// have to be guessed at, such as CMYK.
    ///
    /// ```no_run
    /// let photo = corr2d_imaging::Picture::load("photo.jpg", &candle_core::Device::Cpu)?;
    /// println!("{:?}", photo.pixels.dims()); // [3, 480, 640]
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    pub fn load(path: impl AsRef<Path>, device: &Device) -> Result<Self> {
        let path = path.as_ref();
        decode::decode(&read_whole(path)?, &path.display().to_string(), device)
    }

    /// As [`load`](Picture::load), from the bytes of a file: a photograph that a program carries with it, say.
    ///
    /// # Errors
    ///
    /// As for `load`; the messages call it "the picture".
    ///
    /// ```
    /// let file = b"P2 3 1 255  0 51 255";
    /// let picture = corr2d_imaging::Picture::decode(file, &candle_core::Device::Cpu)?;
    /// assert_eq!(picture.pixels.to_vec3::<f32>()?, [[[0.0, 0.2, 1.0]]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decode(bytes: &[u8], device: &Device) -> Result<Self> {
        decode::decode(bytes, "the picture", device)
    }

    /// Writes the picture whole or not at all; the extension of the name decides the format.
    ///
    /// | extension | levels | transparency | read back |
    /// | --- | --- | --- | --- |
    /// | png | 8, 16 | yes | exact |
    /// | tif, tiff | 8, 16 | with colour | exact |
    /// | pgm, ppm, pnm | 8, 16 | no | exact; grey in a ppm as RGB |
    /// | webp | 8 | yes | exact; grey as RGB |
    /// | bmp | 8 | yes | exact; grey as RGB |
    /// | jpg, jpeg | 8 | no | close: quality 95, colour at full resolution |
    ///
    /// What a format cannot hold is an error, never dropped: set [`depth`](Picture::depth) or
    /// [`alpha`](Picture::alpha) to say that less will do.
    ///
    /// # Errors
    ///
    /// An unknown extension, something that the format lacks, values that round to no level (NaN, or beyond 0..1 by more
    /// than half a level), and those of [`write_whole`].
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("ramp.png");
    /// let ramp = Tensor::new(&[[0f32, 0.2, 1.0]], &Device::Cpu)?;
    /// corr2d_imaging::Picture::new(ramp)?.save(&path)?;
    /// let back = corr2d_imaging::Picture::load(&path, &Device::Cpu)?;
    /// assert_eq!(back.pixels.to_vec3::<f32>()?, [[[0.0, 0.2, 1.0]]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let file = self.encode(path)?;
        write_whole(path, |output| output.write_all(&file))
    }

    /// The bytes of the file that [`save`](Picture::save) would write under this name, for
    /// [`write_together`](crate::write_together) or for a page that holds the picture.
    ///
    /// # Errors
    ///
    /// Those of `save` but for the writing.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// let ramp = corr2d_imaging::Picture::new(Tensor::new(&[[0f32, 0.2, 1.0]], &Device::Cpu)?)?;
    /// assert!(ramp.encode("ramp.png")?.starts_with(b"\x89PNG"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn encode(&self, name: impl AsRef<Path>) -> Result<Vec<u8>> {
        let name = name.as_ref();
        encode::encode(self, Format::of_name(name)?, name)
    }

    /// The brightness of a colour picture, `[1, H, W]`: 0.299 red + 0.587 green + 0.114 blue.
    ///
    /// These are the weights of ITU-R BT.601, which OpenCV's `COLOR_RGB2GRAY` and Pillow's `L` use too. A grey picture is
    /// its own luma.
    ///
    /// # Errors
    ///
    /// Pixels that are neither `[1, H, W]` nor `[3, H, W]`.
    ///
    /// ```
    /// let file = b"P3 1 1 255  255 0 0";
    /// let red = corr2d_imaging::Picture::decode(file, &candle_core::Device::Cpu)?;
    /// assert_eq!(red.luma()?.to_vec3::<f32>()?, [[[0.299]]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn luma(&self) -> Result<Tensor> {
        let (channels, _, _) = self.size()?;
        if channels == 1 {
            return Ok(self.pixels.clone());
        }
        let weights = Tensor::new(&[[[0.299f32]], [[0.587]], [[0.114]]], self.pixels.device())?;
        Ok(self.pixels.broadcast_mul(&weights)?.sum_keepdim(0)?)
    }

    /// Channels, height and width, after the check that this is a picture.
    pub(crate) fn size(&self) -> Result<(usize, usize, usize)> {
        let shape = self.pixels.dims();
        let &[channels @ (1 | 3), height @ 1..=usize::MAX, width @ 1..=usize::MAX] = shape else {
            return Err(Error::PictureShape { shape: shape.to_vec() });
        };
        match &self.alpha {
            Some(alpha) if alpha.dims() != [height, width] => {
                Err(Error::AlphaShape { alpha: alpha.dims().to_vec(), pixels: shape.to_vec() })
            }
            _ => Ok((channels, height, width)),
        }
    }
}
