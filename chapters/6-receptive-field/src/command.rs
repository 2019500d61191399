//! The command line: no argument runs the lesson, `--layers` counts and measures a chain, `--network` a whole network.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;
use corr2d::receptive_field::networks;
use corr2d_imaging::Picture;

use crate::apply::fields;
use crate::chain::Layer;
use crate::lesson;
use crate::network::{Asked, overview};
use crate::network_file;
use crate::text::Text;

/// Chapter 6: feature maps, and what one output sees. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-receptive-field", version, max_term_width = 80, after_help = EXAMPLES)]
pub struct Arguments {
    /// Layers from the image on, separated by commas: height x width, s with a stride, d with a
    /// dilation, as in 3x3s2d4
    #[arg(
        long,
        value_name = "LAYERS",
        allow_hyphen_values = true,
        value_delimiter = ',',
        num_args = 1,
        group = "what"
    )]
    layers: Vec<Layer>,

    /// A network by name: alexnet, vgg11, vgg16, vgg19, resnet18, resnet34, resnet50, resnet101,
    /// resnet152 (with -paper or -slim where the paper or TF-Slim halves elsewhere), inception-v3,
    /// mobilenet-v1, mobilenet-v2, u-net
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, group = "what")]
    network: Option<String>,

    /// A network from a file: a description (.toml), whose settings stand in
    /// chapters/6-receptive-field/networks/README.md, or a model (.onnx)
    #[arg(long, value_name = "FILE", group = "what")]
    network_file: Option<PathBuf>,

    /// Height and width of the image [default: the network's own]
    #[arg(long, value_name = "HxW", allow_hyphen_values = true, requires = "what", conflicts_with_all = ["layers", "image"])]
    image_size: Option<Size>,

    /// A photograph: the network is laid over it, whatever its size
    #[arg(long, value_name = "FILE", requires = "what", conflicts_with = "layers")]
    image: Option<PathBuf>,

    /// The layer whose output is looked at [default: the last one whose
    /// outputs see different places]
    #[arg(long, value_name = "NAME", allow_hyphen_values = true, requires = "what", conflicts_with = "layers")]
    layer: Option<String>,

    /// Which of its outputs, counted from 0 [default: the one in the middle]
    #[arg(long, value_name = "ROW,COLUMN", allow_hyphen_values = true, requires = "what", conflicts_with = "layers")]
    at: Option<Place>,

    /// Where to draw what that output sees, over the image, as SVG
    #[arg(long, value_name = "FILE", requires = "what", conflicts_with = "layers")]
    plot: Option<PathBuf>,

    /// Where to draw how much each pixel counts, with random weights from the seed, as a picture
    #[arg(long, value_name = "FILE", requires = "what", conflicts_with = "layers")]
    heat_map: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  chapter-receptive-field
  chapter-receptive-field --layers 7x7s2,3x3s2,3x3,3x3 --json
  chapter-receptive-field --network resnet50 --at 3,3
  chapter-receptive-field --network vgg16 --image photo.jpg --layer conv3_3 \\
    --plot field.svg --heat-map counts.png
  chapter-receptive-field --network-file model.onnx --image-size 480x640";

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if self.network.is_some() || self.network_file.is_some() {
            return self.run_network(session, text, page);
        }
        if self.layers.is_empty() {
            session.refuse_json("--layers, --network or --network-file")?;
            return lesson::run(&session.device, session.seed.unwrap_or_default(), text, page);
        }
        let fields = fields(&self.layers, &session.device)?;
        if session.json { Ok(page.json(&fields.to_json())?) } else { fields.print(text, page) }
    }
}

impl Arguments {
    fn run_network(&self, session: &Session, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let (network, image, about) = match (&self.network, &self.network_file) {
            (Some(name), _) => {
                let named = networks::by_name(name).with_context(|| unknown(name))?;
                (named.network()?, Some(named.image), Some(named.about))
            }
            (None, Some(path)) => {
                let described = network_file::read(path)?;
                (described.network, described.image, None)
            }
            (None, None) => bail!("a network is needed: add --network or --network-file"),
        };
        let photograph = self.image.as_ref().map(|path| Picture::load(path, &session.device)).transpose()?;
        let of_photograph = photograph.as_ref().map(|picture| picture.pixels.dims3()).transpose()?;
        let size =
            self.image_size.map(|size| size.0).or(of_photograph.map(|(_, height, width)| (height, width))).or(image);
        let asked = Asked {
            network,
            file: self.network_file.as_deref(),
            size: size.context("the file leaves the size of the image open: add --image-size 224x224")?,
            about,
            photograph: photograph.as_ref(),
            layer: self.layer.as_deref(),
            at: self.at.map(|place| place.0),
            plot: self.plot.as_deref(),
            heat_map: self.heat_map.as_deref(),
            seed: session.seed.unwrap_or_default(),
        };
        let found = overview(asked, &session.device)?;
        if session.json { Ok(page.json(&found.to_json()?)?) } else { found.print(text, page) }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = networks::ALL.iter().map(|named| named.name).collect();
    format!("{name:?} is no network that is known by name: {}", names.join(", "))
}

/// `480x640`, or one number for both sides.
#[derive(Clone, Copy, Debug)]
struct Size((usize, usize));

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let side = |text: &str| text.trim().parse::<usize>().ok().filter(|side| *side > 0);
        let (height, width) = text.split_once(['x', '×']).unwrap_or((text, text));
        let pair = side(height).zip(side(width));
        pair.map(Self).ok_or_else(|| format!("{text:?} is no size: write height x width, as in 480x640"))
    }
}

/// `3,5`: a row and a column.
#[derive(Clone, Copy, Debug)]
struct Place((usize, usize));

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let pair = text.split_once(',').and_then(|(row, column)| number(row).zip(number(column)));
        pair.map(Self).ok_or_else(|| format!("{text:?} is no output: write row,column, as in 3,5"))
    }
}
