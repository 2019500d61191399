#![doc = include_str!("../networks/README.md")]

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use corr2d::receptive_field::{Combination, Interpolation, Layer, Network, Node, Same, Sides, Window, WindowPadding};
use serde::Deserialize;

/// A network, and the image that it was described for.
pub(crate) struct Described {
    pub(crate) network: Network,
    pub(crate) image: Option<(usize, usize)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<String>,
    image: Option<Sizes>,
    #[serde(default)]
    layer: Vec<LayerText>,
}

/// A layer with every setting that any kind has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LayerText {
    name: Option<String>,
    kind: Kind,
    inputs: Option<Vec<String>>,
    kernel: Option<Sizes>,
    stride: Option<Sizes>,
    dilation: Option<Sizes>,
    padding: Option<Around>,
    output_padding: Option<Sizes>,
    ceil_mode: Option<bool>,
    factor: Option<Sizes>,
    interpolation: Option<Between>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Convolution,
    MaxPooling,
    AveragePooling,
    TransposedConvolution,
    Upsampling,
    Padding,
    Cropping,
    ElementWise,
    Addition,
    Subtraction,
    Multiplication,
    Division,
    Maximum,
    Minimum,
    Concatenation,
    Global,
}

/// One number for both axes, or (height, width).
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged, expecting = "here a number is needed, or [height, width]")]
enum Sizes {
    Both(usize),
    Each([usize; 2]),
}

#[derive(Clone, Deserialize)]
#[serde(
    untagged,
    expecting = "here a number is needed, or [down, across], [top, left, bottom, right], \"same\", \"same-pytorch\" or \"same-lower\""
)]
enum Around {
    All(usize),
    Axes([usize; 2]),
    Sides([usize; 4]),
    Same(SameWord),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SameWord {
    Same,
    SamePytorch,
    SameLower,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Between {
    Nearest,
    Bilinear,
}

/// Reads a description.
///
/// # Errors
/// What is wrong, with its line or its layer.
pub(crate) fn network(text: &str, path: &Path) -> Result<Described> {
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
        anyhow::anyhow!("line {line}: {}", error.message().replace('\n', ", "))
    })?;
    ensure!(!file.layer.is_empty(), "no [[layer]] in it");
    let stem = || path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let mut network = Network::new(printable(file.name.unwrap_or_else(stem))?);
    for (index, described) in (1..).zip(&file.layer) {
        let name = described.name.clone().unwrap_or_else(|| format!("layer{index}"));
        let name = printable(name)?;
        let layer = described.layer().with_context(|| format!("layer {name}"))?;
        let inputs = described.inputs(&network).with_context(|| format!("layer {name}"))?;
        network.layer(name, layer, &inputs)?;
    }
    Ok(Described { network, image: file.image.map(Sizes::pair) })
}

/// A name stands in a table and in sentences, which a line break or an escape sequence would tear apart.
fn printable(name: String) -> Result<String> {
    ensure!(!name.chars().any(char::is_control), "the name {name:?} has a line break or another control character");
    Ok(name)
}

impl LayerText {
    fn layer(&self) -> Result<Layer> {
        self.check_settings()?;
        Ok(match self.kind {
            Kind::Convolution => Layer::Convolution(self.window()?),
            Kind::MaxPooling => Layer::MaxPooling(self.window()?),
            Kind::AveragePooling => Layer::AveragePooling(self.window()?),
            Kind::TransposedConvolution => {
                let output_padding = self.output_padding.map_or((0, 0), Sizes::pair);
                Layer::TransposedConvolution { window: self.window()?, output_padding }
            }
            Kind::Upsampling => Layer::Upsampling {
                factor: self.factor.context("an upsampling needs a factor: add factor = 2")?.pair(),
                interpolation: match self.interpolation {
                    Some(Between::Bilinear) => Interpolation::Bilinear,
                    Some(Between::Nearest) | None => Interpolation::Nearest,
                },
            },
            Kind::Padding => Layer::Padding(self.sides()?),
            Kind::Cropping => Layer::Cropping(self.sides()?),
            Kind::ElementWise => Layer::ElementWise,
            Kind::Addition => Layer::Combination(Combination::Sum),
            Kind::Subtraction => Layer::Combination(Combination::Difference),
            Kind::Multiplication => Layer::Combination(Combination::Product),
            Kind::Division => Layer::Combination(Combination::Quotient),
            Kind::Maximum => Layer::Combination(Combination::Maximum),
            Kind::Minimum => Layer::Combination(Combination::Minimum),
            Kind::Concatenation => Layer::Concatenation,
            Kind::Global => Layer::Global,
        })
    }

    /// A setting that says nothing for the layer is a mistake of its writer.
    fn check_settings(&self) -> Result<()> {
        let windowed = ["kernel", "stride", "padding"].as_slice();
        let known = match self.kind {
            Kind::Convolution => [windowed, &["dilation"]].concat(),
            Kind::MaxPooling | Kind::AveragePooling => [windowed, &["dilation", "ceil-mode"]].concat(),
            Kind::TransposedConvolution => [windowed, &["output-padding"]].concat(),
            Kind::Upsampling => vec!["factor", "interpolation"],
            Kind::Padding | Kind::Cropping => vec!["padding"],
            _ => Vec::new(),
        };
        let given = [
            ("kernel", self.kernel.is_some()),
            ("stride", self.stride.is_some()),
            ("dilation", self.dilation.is_some()),
            ("padding", self.padding.is_some()),
            ("output-padding", self.output_padding.is_some()),
            ("ceil-mode", self.ceil_mode.is_some()),
            ("factor", self.factor.is_some()),
            ("interpolation", self.interpolation.is_some()),
        ];
        match given.into_iter().find(|(name, given)| *given && !known.contains(name)) {
            Some((name, _)) if known.is_empty() => bail!("this kind has no {name}: it has no settings"),
            Some((name, _)) => bail!("this kind has no {name}: it has {}", known.join(", ")),
            None => Ok(()),
        }
    }

    fn window(&self) -> Result<Window> {
        let window = Window::new(self.kernel.context("its kernel is missing: add kernel = 3, or [3, 5]")?.pair());
        Ok(Window {
            stride: self.stride.map_or((1, 1), Sizes::pair),
            dilation: self.dilation.map_or((1, 1), Sizes::pair),
            padding: self.padding.clone().map_or(window.padding, Around::padding),
            ceil_mode: self.ceil_mode.unwrap_or_default(),
            ..window
        })
    }

    fn sides(&self) -> Result<Sides> {
        match self
            .padding
            .clone()
            .context("its sides are missing: add padding = 1, or [top, left, bottom, right]")?
            .padding()
        {
            WindowPadding::Explicit(sides) => Ok(sides),
            WindowPadding::Same(_) => bail!("'same' is for windows: give the sides in numbers"),
        }
    }

    fn inputs(&self, network: &Network) -> Result<Vec<Node>> {
        let Some(names) = &self.inputs else { return Ok(vec![network.last()]) };
        let find =
            |name: &String| network.find(name).with_context(|| format!("its input {name} is no layer before it"));
        names.iter().map(find).collect()
    }
}

impl Sizes {
    fn pair(self) -> (usize, usize) {
        match self {
            Self::Both(side) => (side, side),
            Self::Each([height, width]) => (height, width),
        }
    }
}

impl Around {
    fn padding(self) -> WindowPadding {
        let [top, left, bottom, right] = match self {
            Self::All(side) => [side; 4],
            Self::Axes([vertical, horizontal]) => [vertical, horizontal, vertical, horizontal],
            Self::Sides(sides) => sides,
            Self::Same(SameWord::Same) => return WindowPadding::Same(Same::TensorFlow),
            Self::Same(SameWord::SamePytorch) => return WindowPadding::Same(Same::PyTorch),
            Self::Same(SameWord::SameLower) => return WindowPadding::Same(Same::Lower),
        };
        WindowPadding::Explicit(Sides { top, bottom, left, right })
    }
}
