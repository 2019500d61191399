//! What each operator of ONNX does to what an output sees.

use anyhow::{Result, bail, ensure};
use corr2d::receptive_field::{Combination, Interpolation, Layer, Sides, Window};

use super::axes;
use super::resize::upsampling;
use super::settings::{Operator, size};

/// What a value of the graph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A map [N, C, H, W].
    Map,
    /// A map of one pixel that has seen everything, behind a global pooling.
    Pixel,
    /// A map as a vector: each of its numbers is still one place.
    Places,
    /// A vector whose numbers have seen everything, behind a fully connected layer.
    Whole,
}

/// What an operator is.
pub(super) struct Meaning {
    /// Layers, one behind the other.
    pub(super) chain: Vec<Layer>,
    /// How each place is joined with what is computed of all of them, in the place of the layers.
    pub(super) over_all: Option<Combination>,
    /// What it gives.
    pub(super) form: Form,
}

impl From<Layer> for Meaning {
    fn from(layer: Layer) -> Self {
        Self { chain: vec![layer], over_all: None, form: Form::Map }
    }
}

impl Meaning {
    pub(super) fn over_all(joined: Combination) -> Self {
        Self { chain: Vec::new(), over_all: Some(joined), form: Form::Map }
    }
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
const COMBINING: &[(&str, Combination)] = &[
    ("Add", Combination::Sum),
    ("Div", Combination::Quotient),
    ("Max", Combination::Maximum),
    ("Mean", Combination::Mean),
    ("Min", Combination::Minimum),
    ("Mul", Combination::Product),
    ("Pow", Combination::Power),
    ("Sub", Combination::Difference),
    ("Sum", Combination::Sum),
    ("Where", Combination::Choice),
];

/// What runs over places, and needs a map for it.
const OF_MAPS: &[&str] = &[
    "AveragePool",
    "Conv",
    "ConvTranspose",
    "DepthToSpace",
    "GlobalAveragePool",
    "GlobalLpPool",
    "GlobalMaxPool",
    "LpPool",
    "MaxPool",
    "Pad",
    "Resize",
    "SpaceToDepth",
    "Upsample",
];

/// What leaves a map of one pixel as it is.
const ALONG_CHANNELS: &[&str] = &["Concat", "LogSoftmax", "Slice", "Softmax", "Split"];

/// What an operator is whose inputs, each of them once, are these.
///
/// # Errors
/// For an operator, or a setting of one, that has no receptive field.
pub(super) fn meaning(operator: &Operator<'_>, inputs: &[Form]) -> Result<Meaning> {
    let domain = &operator.node.domain;
    ensure!(domain.is_empty() || domain == "ai.onnx", "it is of {domain}, and only ONNX's own are known");
    let all = |forms: &[Form]| inputs.iter().all(|input| forms.contains(input));
    let kind = operator.kind();
    if all(&[Form::Pixel]) && !OF_MAPS.contains(&kind) {
        return whole(operator, inputs.len(), Form::Pixel);
    }
    if all(&[Form::Map, Form::Pixel]) {
        return on_map(operator, inputs);
    }
    ensure!(
        !OF_MAPS.contains(&kind),
        "its input is a vector, and it needs a map: end the model before it, or describe the network in TOML"
    );
    if all(&[Form::Pixel, Form::Whole]) {
        return whole(operator, inputs.len(), Form::Whole);
    }
    if all(&[Form::Places, Form::Whole]) {
        return on_vector(operator, inputs);
    }
    match combination(kind) {
        // A gate that a fully connected layer has computed.
        Some(joined) if all(&[Form::Map, Form::Pixel, Form::Whole]) => Ok(Layer::Combination(joined).into()),
        _ => bail!("it joins a map with a vector, whose places are not those of the map: flatten both, or neither"),
    }
}

/// On maps.
fn on_map(operator: &Operator<'_>, inputs: &[Form]) -> Result<Meaning> {
    let maps = inputs.len();
    let layer = match operator.kind() {
        "Conv" => Layer::Convolution(operator.window()?),
        "MaxPool" => Layer::MaxPooling(operator.window()?),
        "AveragePool" | "LpPool" => Layer::AveragePooling(operator.window()?),
        "ConvTranspose" => transposed(operator)?,
        "Upsample" | "Resize" => upsampling(operator, inputs[0])?,
        "DepthToSpace" | "SpaceToDepth" => blocks(operator)?,
        "Pad" => return padding(operator),
        "Concat" => axes::concatenation(operator, maps)?,
        "Softmax" | "LogSoftmax" => return axes::softmax(operator),
        "GroupNormalization" | "InstanceNormalization" | "LayerNormalization" => return axes::normalisation(operator),
        // As it learns, it takes the mean of all places, and not one that it has kept.
        "BatchNormalization" if operator.integer("training_mode") == Some(1) => return axes::normalisation(operator),
        "Slice" | "Split" => axes::some_channels(operator)?,
        "Flatten" => return axes::flatten(operator),
        "Gemm" | "MatMul" => bail!(
            "it multiplies along the width of a map, so that an output sees a row: flatten the map before it, or make it a convolution"
        ),
        "GlobalAveragePool" | "GlobalLpPool" | "GlobalMaxPool" => {
            return Ok(Meaning { form: Form::Pixel, ..Layer::Global.into() });
        }
        kind if kind.starts_with("Reduce") => return axes::reduction(operator),
        kind => in_place(kind, maps)?,
    };
    let single = Layer::Convolution(Window::new(1));
    let stays = matches!(layer, Layer::ElementWise | Layer::Combination(_) | Layer::Concatenation) || layer == single;
    let pixel = stays && inputs.iter().all(|input| *input == Form::Pixel);
    Ok(Meaning { form: if pixel { Form::Pixel } else { Form::Map }, ..layer.into() })
}

/// On vectors of which one at least has places.
fn on_vector(operator: &Operator<'_>, inputs: &[Form]) -> Result<Meaning> {
    let everything = || Meaning { form: Form::Whole, ..Layer::Global.into() };
    let places = |layer: Layer| Meaning { form: Form::Places, ..layer.into() };
    match operator.kind() {
        "Gemm" | "MatMul" => {
            let of_weights =
                inputs.len() == 1 && operator.first_is_map && operator.integer("transA").unwrap_or_default() == 0;
            ensure!(
                of_weights,
                "it is no fully connected layer: only a vector multiplied by constant weights is known"
            );
            Ok(everything())
        }
        "Flatten" if matches!(operator.integer("axis").unwrap_or(1), 1 | -1) => Ok(places(Layer::ElementWise)),
        kind if kind.starts_with("Reduce") || matches!(kind, "Softmax" | "LogSoftmax" | "LayerNormalization") => {
            Ok(axes::along_vector(operator)?.map_or_else(|| places(Layer::ElementWise), |()| everything()))
        }
        kind => Ok(places(in_place(kind, inputs.len())?)),
    }
}

/// On what has seen everything: so have all numbers that are made of it.
fn whole(operator: &Operator<'_>, inputs: usize, form: Form) -> Result<Meaning> {
    let kind = operator.kind();
    let in_place = in_place(kind, inputs);
    // What moves numbers about, as Reshape does, leaves no map.
    let form = if in_place.is_ok() || ALONG_CHANNELS.contains(&kind) { form } else { Form::Whole };
    let layer = match in_place {
        Ok(layer) => layer,
        Err(_) if inputs == 1 => Layer::ElementWise,
        Err(_) if matches!(kind, "Gemm" | "MatMul") => Layer::Combination(Combination::Product),
        Err(_) if kind == "Concat" => Layer::Concatenation,
        Err(error) => return Err(error),
    };
    Ok(Meaning { form, ..layer.into() })
}

/// What stays in place.
fn in_place(kind: &str, maps: usize) -> Result<Layer> {
    Ok(match combination(kind) {
        Some(joined) if maps > 1 => Layer::Combination(joined),
        Some(_) => Layer::ElementWise,
        None if ELEMENT_WISE.contains(&kind) => Layer::ElementWise,
        None if matches!(kind, "Reshape" | "Squeeze") => bail!(
            "it may move pixels to other places: a Flatten at axis 1, torch.flatten(x, 1), is known; for a GroupNorm, which is written with a Reshape, put an InstanceNorm, which sees the same; or end the model before it"
        ),
        None => bail!(
            "it has no receptive field that is known here: end the model before it, or describe the network in TOML"
        ),
    })
}

fn combination(kind: &str) -> Option<Combination> {
    COMBINING.iter().find(|(name, _)| *name == kind).map(|(_, combination)| *combination)
}

fn transposed(operator: &Operator<'_>) -> Result<Layer> {
    ensure!(
        operator.attribute("output_shape").is_none(),
        "its output_shape leaves the padding open: write the padding in numbers"
    );
    let output_padding = operator.pair("output_padding")?.unwrap_or((0, 0));
    Ok(Layer::TransposedConvolution { window: operator.window()?, output_padding })
}

/// A block of pixels becomes channels, or channels a block of pixels.
fn blocks(operator: &Operator<'_>) -> Result<Layer> {
    let side = size(operator.integer("blocksize").unwrap_or_default(), "blocksize")?;
    Ok(match operator.kind() {
        "SpaceToDepth" => Layer::Convolution(Window::new(side).stride(side)),
        // One number for each pixel of the block, where an enlargement has one for all: they see the same.
        _ => Layer::Upsampling { factor: (side, side), interpolation: Interpolation::Nearest },
    })
}

/// Zeros around the map, and where they are negative, a cropping.
fn padding(operator: &Operator<'_>) -> Result<Meaning> {
    let (grown, cropped) = operator.pads()?;
    let mut chain = Vec::new();
    if cropped != Sides::default() {
        chain.push(Layer::Cropping(cropped));
    }
    if grown != Sides::default() || chain.is_empty() {
        chain.push(Layer::Padding(grown));
    }
    Ok(Meaning { chain, over_all: None, form: Form::Map })
}
