//! What each operator of ONNX does to what an output sees.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use corr2d::receptive_field::{Interpolation, Layer, Same, Sides, Window, WindowPadding};

use super::messages::{AttributeProto, NodeProto, TensorProto};

/// The layers that an operator is.
pub(super) struct Layers {
    /// One behind the other.
    pub(super) chain: Vec<Layer>,
    /// Whether it subtracts a mean over the image from every place.
    pub(super) normalises: bool,
}

/// One number of the output from the number at the same place, or from all channels there.
const ELEMENT_WISE: &[&str] = &[
    "Abs",
    "BatchNormalization",
    "Cast",
    "Ceil",
    "Celu",
    "Clip",
    "DequantizeLinear",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "LRN",
    "LeakyRelu",
    "Log",
    "Mish",
    "Neg",
    "PRelu",
    "QuantizeLinear",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Sigmoid",
    "Sign",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
];

/// Several numbers at the same place; with a constant, one.
const COMBINING: &[&str] = &["Add", "Div", "Max", "Mean", "Min", "Mul", "Pow", "Sub", "Sum"];

/// Everything at once.
const GLOBAL: &[&str] = &["Flatten", "Gemm", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool", "MatMul"];

/// A mean and a deviation over the whole image.
const NORMALISING: &[&str] = &["GroupNormalization", "InstanceNormalization"];

/// What an operator with so many maps as inputs is.
///
/// # Errors
/// For an operator, or a setting of one, that has no receptive field.
pub(super) fn layers(node: &NodeProto, maps: usize, constants: &HashMap<String, TensorProto>) -> Result<Layers> {
    let operator = Operator { node, constants };
    let kind = node.op_type.as_str();
    ensure!(
        node.domain.is_empty() || node.domain == "ai.onnx",
        "it is of {}, and only ONNX's own are known",
        node.domain
    );
    let chain = match kind {
        "Conv" => vec![Layer::Convolution(operator.window()?)],
        "MaxPool" => vec![Layer::MaxPooling(operator.window()?)],
        "AveragePool" | "LpPool" => vec![Layer::AveragePooling(operator.window()?)],
        "ConvTranspose" => vec![operator.transposed()?],
        "Upsample" | "Resize" => vec![operator.upsampling()?],
        "Pad" => operator.padding()?,
        "Concat" => {
            let axis = operator.integer("axis").unwrap_or(1);
            ensure!(
                matches!(axis, 1 | -3),
                "it joins maps along axis {axis}, and only channels, axis 1, stay in place"
            );
            vec![if maps > 1 { Layer::Concatenation } else { Layer::ElementWise }]
        }
        "Softmax" | "LogSoftmax" => vec![operator.softmax()?],
        "Slice" | "Split" => vec![operator.some_channels()?],
        _ if kind.starts_with("Reduce") => vec![operator.reduction()?],
        _ if ELEMENT_WISE.contains(&kind) => vec![Layer::ElementWise],
        _ if COMBINING.contains(&kind) => vec![if maps > 1 { Layer::Addition } else { Layer::ElementWise }],
        _ if GLOBAL.contains(&kind) => vec![Layer::Global],
        _ if NORMALISING.contains(&kind) => Vec::new(),
        _ => bail!(
            "it has no receptive field that is known here: end the model before it, or describe the network in TOML"
        ),
    };
    Ok(Layers { chain, normalises: NORMALISING.contains(&kind) })
}

/// An operator with what is needed to read its settings.
struct Operator<'a> {
    node: &'a NodeProto,
    constants: &'a HashMap<String, TensorProto>,
}

impl Operator<'_> {
    fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// A setting of one number; 0 may be left out of a file.
    fn integer(&self, name: &str) -> Option<i64> {
        Some(self.attribute(name)?.i.unwrap_or_default())
    }

    fn word(&self, name: &str) -> String {
        let word = self.attribute(name).and_then(|attribute| attribute.s.as_deref());
        String::from_utf8_lossy(word.unwrap_or_default()).into_owned()
    }

    /// A constant that an input names.
    fn constant(&self, input: usize) -> Option<&TensorProto> {
        self.constants.get(self.node.input.get(input)?)
    }

    /// A setting of two numbers, (height, width).
    fn pair(&self, name: &str) -> Result<Option<(usize, usize)>> {
        let Some(attribute) = self.attribute(name) else { return Ok(None) };
        let &[height, width] = attribute.ints.as_slice() else {
            bail!("its {name} has {} numbers, and an image needs 2", attribute.ints.len());
        };
        Ok(Some((size(height, name)?, size(width, name)?)))
    }

    fn window(&self) -> Result<Window> {
        let kernel = match self.pair("kernel_shape")? {
            Some(kernel) => kernel,
            None => self.kernel_of_weight()?,
        };
        Ok(Window {
            kernel,
            stride: self.pair("strides")?.unwrap_or((1, 1)),
            dilation: self.pair("dilations")?.unwrap_or((1, 1)),
            padding: self.window_padding()?,
            ceil_mode: self.integer("ceil_mode").unwrap_or_default() != 0,
        })
    }

    fn kernel_of_weight(&self) -> Result<(usize, usize)> {
        let weight = self.constant(1).context("it has neither a kernel_shape nor a weight whose shape is known")?;
        let &[_, _, height, width] = weight.dims.as_slice() else {
            bail!("its weight has {} axes, and that of an image has 4", weight.dims.len());
        };
        Ok((size(height, "kernel")?, size(width, "kernel")?))
    }

    fn window_padding(&self) -> Result<WindowPadding> {
        Ok(match self.word("auto_pad").as_str() {
            "SAME_UPPER" => WindowPadding::Same(Same::TensorFlow),
            "SAME_LOWER" => WindowPadding::Same(Same::Lower),
            "VALID" => WindowPadding::Explicit(Sides::default()),
            "" | "NOTSET" => match self.attribute("pads") {
                None => WindowPadding::Explicit(Sides::default()),
                Some(pads) => WindowPadding::Explicit(four_sides(&pads.ints)?),
            },
            other => bail!("its auto_pad is {other}, and ONNX has NOTSET, VALID, SAME_UPPER and SAME_LOWER"),
        })
    }

    fn transposed(&self) -> Result<Layer> {
        ensure!(
            self.attribute("output_shape").is_none(),
            "its output_shape leaves the padding open: write the padding in numbers"
        );
        let output_padding = self.pair("output_padding")?.unwrap_or((0, 0));
        Ok(Layer::TransposedConvolution { window: self.window()?, output_padding })
    }

    /// Enlarging by whole factors that are known.
    fn upsampling(&self) -> Result<Layer> {
        // Resize has a region of interest between its image and the factors.
        let scales = self.constant(if self.node.op_type == "Resize" { 2 } else { 1 }).and_then(TensorProto::floats);
        let scales = scales.filter(|scales| !scales.is_empty());
        let scales =
            scales.context("its factors are not known: write the model with a scale factor and not with a size")?;
        let whole = |scale: f32| (scale >= 1.0 && scale.fract() == 0.0).then_some(scale as usize);
        let factor = match scales.as_slice() {
            [1.0, 1.0, height, width] => whole(*height).zip(whole(*width)),
            _ => None,
        };
        let factor = factor.with_context(|| {
            format!("it scales by {scales:?}, and only whole factors of height and width are known")
        })?;
        let interpolation = match self.word("mode").as_str() {
            "" | "nearest" => Interpolation::Nearest,
            "linear" | "bilinear" => Interpolation::Bilinear,
            other => bail!("its mode is {other}, and only nearest and linear are known"),
        };
        let places = self.word("coordinate_transformation_mode");
        let known = match interpolation {
            Interpolation::Nearest if places == "asymmetric" => self.word("nearest_mode") == "floor",
            Interpolation::Nearest => matches!(places.as_str(), "" | "half_pixel" | "pytorch_half_pixel"),
            Interpolation::Bilinear => matches!(places.as_str(), "" | "half_pixel" | "pytorch_half_pixel"),
        };
        ensure!(known, "it places pixels by {places}, whose regions are not the same everywhere");
        Ok(Layer::Upsampling { factor, interpolation })
    }

    /// Zeros around the map, and where they are negative, a cropping.
    fn padding(&self) -> Result<Vec<Layer>> {
        let mode = self.word("mode");
        ensure!(
            matches!(mode.as_str(), "" | "constant"),
            "its mode is {mode}, which reads pixels again: only constant is known"
        );
        let pads = match self.attribute("pads") {
            Some(attribute) => attribute.ints.clone(),
            None => self
                .constant(1)
                .and_then(TensorProto::integers)
                .context("its pads are computed in the model: give the padding to the layer behind it")?,
        };
        let &[0, 0, top, left, 0, 0, bottom, right] = pads.as_slice() else {
            bail!("its pads are {pads:?}, and an image has [0, 0, top, left, 0, 0, bottom, right]");
        };
        let sides = [top, left, bottom, right];
        let grown = four_sides(&sides.map(|side| side.max(0)))?;
        let cropped = four_sides(&sides.map(|side| side.min(0).saturating_neg()))?;
        let mut chain = Vec::new();
        if cropped != Sides::default() {
            chain.push(Layer::Cropping(cropped));
        }
        if grown != Sides::default() || chain.is_empty() {
            chain.push(Layer::Padding(grown));
        }
        Ok(chain)
    }

    /// Over the channels of each place, or over all places.
    fn reduction(&self) -> Result<Layer> {
        let axes = match self.attribute("axes") {
            Some(attribute) => attribute.ints.clone(),
            None => self.constant(1).and_then(TensorProto::integers).unwrap_or_default(),
        };
        let mut axes: Vec<i64> =
            axes.into_iter().map(|axis| if axis < 0 { axis.saturating_add(4) } else { axis }).collect();
        axes.sort_unstable();
        match axes.as_slice() {
            [1] => Ok(Layer::ElementWise),
            [] | [2, 3] | [1, 2, 3] | [0, 1, 2, 3] => Ok(Layer::Global),
            axes => bail!(
                "it runs over axes {axes:?}: only over channels, or over height and width, an output sees a rectangle"
            ),
        }
    }

    /// A part of the channels, and all of the image.
    fn some_channels(&self) -> Result<Layer> {
        let axes = match self.node.op_type.as_str() {
            "Split" => self.integer("axis").map(|axis| vec![axis]),
            _ => self.constant(3).and_then(TensorProto::integers),
        };
        let of_channels = axes.is_some_and(|axes| matches!(axes.as_slice(), [1 | -3]));
        ensure!(
            of_channels,
            "it may take a part of the image away, and only one of the channels is known: crop in TOML"
        );
        Ok(Layer::ElementWise)
    }

    fn softmax(&self) -> Result<Layer> {
        match self.integer("axis").unwrap_or(-1) {
            1 | -3 => Ok(Layer::ElementWise),
            axis => {
                bail!("it runs along axis {axis}, and only along the channels, axis 1, an output sees its own place")
            }
        }
    }
}

fn size(number: i64, name: &str) -> Result<usize> {
    usize::try_from(number).ok().with_context(|| format!("its {name} holds {number}: it must not be negative"))
}

/// ONNX's order: top, left, bottom, right.
fn four_sides(pads: &[i64]) -> Result<Sides> {
    let &[top, left, bottom, right] = pads else {
        bail!("its pads are {} numbers, and an image needs 4", pads.len());
    };
    let side = |number| size(number, "pads");
    Ok(Sides { top: side(top)?, left: side(left)?, bottom: side(bottom)?, right: side(right)? })
}
