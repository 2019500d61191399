//! The command line: no argument runs the lesson, any other runs a trained layer on a photograph.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;
use corr2d::{Conv2dOptions, Padding};
use corr2d_imaging::Target;

use crate::apply::{Asked, run_layer};
use crate::lesson;
use crate::text::Text;

/// Chapter 2: a convolutional layer, its parameters and its gradient. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-layer", version, max_term_width = 80, after_help = EXAMPLES)]
pub struct Arguments {
    /// The layer: a .safetensors file with a weight [O, C, h, w] and perhaps a bias [O], or with one
    /// kernel [h, w], as chapter-learning saves it
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,

    /// Which layer of the file, as in conv1 for conv1.weight and conv1.bias
    #[arg(long, value_name = "NAME", requires = "weights")]
    layer: Option<String>,

    /// The photograph: PNG, JPEG, BMP, PNM, TIFF or WebP
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// same: as many outputs as pixels, divided by the stride, as TensorFlow pads; valid: whole
    /// windows only; or a number of pixels for every side, as PyTorch pads
    #[arg(long, value_name = "PADDING", default_value = "same", requires = "weights")]
    padding: Sides,

    /// How far the window moves from one output to the next
    #[arg(long, value_name = "N", default_value_t = 1, requires = "weights")]
    stride: usize,

    /// Where to write the maps: a picture by its extension, or .npy or .safetensors for the outputs
    /// as they are, [map, row, column]
    #[arg(long, value_name = "FILE", requires = "image")]
    output: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

/// A padding as an argument.
#[derive(Clone, Copy, Debug)]
struct Sides(Padding);

impl FromStr for Sides {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let all = |pixels| Padding::Explicit { top: pixels, bottom: pixels, left: pixels, right: pixels };
        match text {
            "same" => Ok(Self(Padding::Same)),
            "valid" => Ok(Self(Padding::Valid)),
            number => match number.parse() {
                Ok(pixels) => Ok(Self(all(pixels))),
                Err(_) => Err("take same, valid or a number of pixels".to_owned()),
            },
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  chapter-layer
  chapter-layer --weights conv.safetensors --image photo.png --output map.png
  chapter-layer --weights resnet.safetensors --layer conv1 --stride 2 \\
    --padding 3 --image photo.png --output maps.npy

A layer of one input channel sees the brightness of a colour photograph.";

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if self.weights.is_none() && self.image.is_none() {
            session.refuse_json("--weights and --image")?;
            return lesson::run(&session.device, text, page);
        }
        let asked = Asked {
            weights: self.weights.as_deref().context("--image needs a layer: add --weights FILE.safetensors")?,
            layer: self.layer.as_deref(),
            image: self.image.as_deref().context("--weights needs a picture: add --image FILE")?,
            options: self.options(),
            output: self.output()?,
        };
        let maps = run_layer(&asked, &session.device)?;
        if session.json { Ok(page.json(&maps.to_json()?)?) } else { maps.print(text, page) }
    }
}

impl Arguments {
    /// Where the maps go, and as what. A name that nothing can be written under is refused before any work.
    fn output(&self) -> Result<Option<(Target, &Path)>> {
        let Some(path) = self.output.as_deref() else { return Ok(None) };
        Ok(Some((Target::of(path).context("--output")?, path)))
    }

    fn options(&self) -> Conv2dOptions {
        Conv2dOptions { stride: (self.stride, self.stride), padding: self.padding.0, ..Default::default() }
    }
}
