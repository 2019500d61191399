//! Pictures in and out of tensors, named kernels, borders, display ranges, plots as SVG.
//!
//! A photograph becomes numbers, a kernel answers to them, and the answer becomes a picture again:
//!
//! `file → [C, H, W] in 0..1 → border → Σ window · kernel → range → 0..1 → file`
//!
//! | to | use |
//! | --- | --- |
//! | read and write PNG, JPEG, BMP, PNM, TIFF, WebP | [`Picture`], [`Depth`] |
//! | find a kernel by name, in a text or in a file | [`Kernel`] |
//! | find out what a kernel does | [`Measures`], [`Direction`], [`Order`], [`Factors`], [`Mirror`], [`Passes`], [`Nearest`] |
//! | continue an image beyond its edge | [`Border`], [`Margins`] |
//! | lay a kernel over an image | [`filter`] |
//! | show signed numbers as brightness | [`Range`], [`RangeReport`] |
//! | keep the numbers themselves | [`save`], [`save_npy`], [`load_npy`] and the safetensors pair |
//! | draw a curve or a kernel | [`plot`] |
//! | write any file whole or not at all, or several together | [`write_whole`], [`write_together`], [`check_writable`] |
//!
//! Every function returns [`Error`], whose message is one line.
//!
//! ```
//! use candle_core::{Device, Tensor};
//! use corr2d_imaging::{Border, Kernel, Picture, Range, filter};
//!
//! let step = Tensor::new(&[[[0f32, 0.0, 1.0, 1.0], [0.0, 0.0, 1.0, 1.0]]], &Device::Cpu)?;
//! let kernel = Kernel::parse("sobel-x")?.to_tensor(&Device::Cpu)?;
//! let responses = filter(&step, &kernel, Border::Replicate)?;
//! assert_eq!(responses.to_vec3::<f32>()?, [[[0.0, 4.0, 4.0, 0.0], [0.0, 4.0, 4.0, 0.0]]]);
//!
//! let (shown, report) = Range::Abs.apply(&responses)?;
//! assert_eq!(report.max, 4.0);
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("edges.png");
//! Picture::new(shown)?.save(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod border;
mod diverging;
mod error;
mod files;
mod filter;
mod kernel;
mod near;
mod picture;
pub mod plot;
mod range;

pub use array::{Target, load_npy, load_safetensors, save, save_npy, save_safetensors};
pub use border::{Border, Margins};
pub use error::{Error, Result};
pub use files::{check_writable, write_together, write_whole};
pub use filter::filter;
pub use kernel::{Direction, Factors, Kernel, Measures, Mirror, Nearest, Order, Passes};
pub use picture::{Depth, Picture};
pub use range::{Range, RangeReport};

/// The example of the README, run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
