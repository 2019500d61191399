//! A network as PyTorch and others write it: an ONNX file.
//!
//! Of a model only the graph is read, of its weights only their shapes. An operator that moves pixels about in a way that
//! is not known is an error that names it: a field is right, or there is none.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `operators` | what each operator does to what an output sees |
//! | `axes` | those that run along axes: softmax, means, slices |
//! | `resize` | enlarging, which four settings decide |
//! | `settings` | attributes, constants, windows |
//! | `messages` | the file format |

mod axes;
mod messages;
mod operators;
mod resize;
mod settings;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use corr2d::receptive_field::{Layer, Network, Node};
use prost::Message;

use crate::toml_file::Described;
use messages::{AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};
use operators::{Form, Meaning};
use settings::Operator;

/// Reads a model.
///
/// # Errors
/// What is no model, has more than one image, or an operator without a receptive field.
pub(crate) fn network(bytes: &[u8], path: &Path) -> Result<Described> {
    let model = ModelProto::decode(bytes).map_err(|error| anyhow::anyhow!("this is no ONNX model: {error}"))?;
    let mut graph = model.graph.context("this is no ONNX model: it has no graph")?;
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let input = image_of(&graph)?.clone();
    let weights = std::mem::take(&mut graph.initializer);
    let own = model.opset_import.iter().find(|set| matches!(set.domain.as_str(), "" | "ai.onnx"));
    let mut reader = Reader {
        network: Network::new(stem.replace(char::is_control, "·")),
        maps: HashMap::new(),
        known: weights.iter().map(|tensor| tensor.name.clone()).collect(),
        constants: weights.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect(),
        version: own.map_or(1, |set| set.version),
        names: HashSet::from(["input".to_owned()]),
    };
    reader.known.extend(graph.input.iter().map(|input| input.name.clone()));
    reader.maps.insert(input.name.clone(), (reader.network.input(), Form::Map));
    for node in &graph.node {
        reader.read(node).with_context(|| format!("operator {} {}", node.op_type, called(node)))?;
    }
    ensure!(reader.network.last() != reader.network.input(), "no operator of the graph takes its image");
    Ok(Described { network: reader.network, image: size_of(&input) })
}

/// The one input that is no weight.
fn image_of(graph: &GraphProto) -> Result<&ValueInfoProto> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|tensor| tensor.name.as_str()).collect();
    let mut images = graph.input.iter().filter(|input| !weights.contains(input.name.as_str()));
    let image = images.next().context("the graph has no input")?;
    let others = images.count();
    ensure!(others == 0, "the graph has {} inputs, and a receptive field lies in one image", others + 1);
    let rank = shape_of(image).map_or(4, <[_]>::len);
    ensure!(rank == 4, "its input has {rank} axes, and an image [N, C, H, W] has 4");
    Ok(image)
}

fn shape_of(input: &ValueInfoProto) -> Option<&[messages::Dimension]> {
    Some(&input.r#type.as_ref()?.tensor_type.as_ref()?.shape.as_ref()?.dim)
}

/// Height and width of the image, where the file says them.
fn size_of(input: &ValueInfoProto) -> Option<(usize, usize)> {
    let [_, _, height, width] = shape_of(input)? else { return None };
    let side = |dimension: &messages::Dimension| usize::try_from(dimension.dim_value?).ok().filter(|side| *side > 0);
    Some((side(height)?, side(width)?))
}

/// The name of an operator, or of what it gives.
fn called(node: &NodeProto) -> &str {
    if node.name.is_empty() { node.output.first().map_or("", String::as_str) } else { &node.name }
}

/// What was read so far.
struct Reader {
    network: Network,
    /// Which values of the graph come from the image, and what they are.
    maps: HashMap<String, (Node, Form)>,
    /// Which are known numbers.
    constants: HashMap<String, TensorProto>,
    /// All values so far: an operator stands behind those that it takes its inputs from.
    known: HashSet<String>,
    version: i64,
    names: HashSet<String>,
}

/// What carries a graph of its own, into which nobody has looked.
const WITH_GRAPHS: [&str; 4] = ["If", "Loop", "Scan", "SequenceMap"];

impl Reader {
    fn read(&mut self, node: &NodeProto) -> Result<()> {
        let unknown = node.input.iter().find(|name| !name.is_empty() && !self.known.contains(*name));
        ensure!(unknown.is_none(), "its input {} is given by nothing before it", unknown.map_or("", String::as_str));
        self.known.extend(node.output.iter().cloned());
        let kind = node.op_type.as_str();
        ensure!(!WITH_GRAPHS.contains(&kind), "it has a graph of its own, which is not read: end the model before it");
        if kind == "Constant" {
            let value = node.attribute.iter().find_map(AttributeProto::tensor);
            self.constants.extend(node.output.first().cloned().zip(value));
            return Ok(());
        }
        let mut inputs: Vec<(Node, Form)> = Vec::new();
        for input in node.input.iter().filter_map(|name| self.maps.get(name)) {
            // A value that meets itself, as in x · x, is one value.
            if !inputs.contains(input) {
                inputs.push(*input);
            }
        }
        // What is computed of weights and shapes alone is none of the image's business, unless a map needs it later.
        if inputs.is_empty() || matches!(kind, "Shape" | "Size") {
            if let ("Cast" | "Identity", [from], [to]) = (kind, &*node.input, &*node.output) {
                self.constants.extend(self.constants.get(from).cloned().map(|value| (to.clone(), value)));
            }
            return Ok(());
        }
        let first_is_map = node.input.first().is_some_and(|name| self.maps.contains_key(name));
        let operator = Operator { node, constants: &self.constants, version: self.version, first_is_map };
        let (nodes, forms): (Vec<Node>, Vec<Form>) = inputs.into_iter().unzip();
        let meaning = operators::meaning(&operator, &forms)?;
        let form = meaning.form;
        let end = self.add(node, meaning, nodes)?;
        self.maps.extend(node.output.iter().map(|output| (output.clone(), (end, form))));
        Ok(())
    }

    /// Adds the layers that an operator is.
    fn add(&mut self, node: &NodeProto, meaning: Meaning, mut at: Vec<Node>) -> Result<Node> {
        let name = self.free_name(node);
        if let (Some(joined), Some(&place)) = (meaning.over_all, at.first()) {
            // Each output depends on its own place, and on a number that all of them give.
            let all = self.network.layer(format!("{name}.all"), Layer::Global, &[place])?;
            return Ok(self.network.layer(name, Layer::Combination(joined), &[place, all])?);
        }
        let last = meaning.chain.len().saturating_sub(1);
        for (index, layer) in meaning.chain.iter().enumerate() {
            let name = if index == last { name.clone() } else { format!("{name}.{index}") };
            at = vec![self.network.layer(name, *layer, &at)?];
        }
        at.first().copied().context("it has no input")
    }

    /// `/layer1/conv1/Conv` becomes `layer1/conv1`: what PyTorch calls the module, without what it does.
    fn free_name(&mut self, node: &NodeProto) -> String {
        let full = called(node).trim_matches('/');
        let short = match full.rsplit_once('/') {
            Some((module, operator)) if operator.starts_with(&node.op_type) => module,
            _ => full,
        };
        let short = if short.is_empty() { node.op_type.as_str() } else { short };
        // A line break or an escape sequence would tear the table apart.
        let short = short.replace(char::is_control, "·");
        let mut name = short.clone();
        let mut copies = 1;
        while !self.names.insert(name.clone()) {
            copies += 1;
            name = format!("{short}_{copies}");
        }
        name
    }
}
