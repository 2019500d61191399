//! A network as PyTorch and others write it: an ONNX file.
//!
//! Of a model only the graph is read, of its weights only their shapes. What an operator does to what an output sees
//! stands in `operators`; one that moves pixels about in another way is an error that names it.

mod messages;
mod operators;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use corr2d::receptive_field::{Layer, Network, Node};
use prost::Message;

use crate::toml_file::Described;
use messages::{GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto};

/// Reads a model.
///
/// # Errors
/// What is no model, has more than one image, or an operator without a receptive field.
pub(crate) fn network(bytes: &[u8], path: &Path) -> Result<Described> {
    let model = ModelProto::decode(bytes).map_err(|error| anyhow::anyhow!("this is no ONNX model: {error}"))?;
    let graph = model.graph.context("this is no ONNX model: it has no graph")?;
    let stem = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let input = image_of(&graph)?;
    let mut reader = Reader {
        network: Network::new(stem),
        maps: HashMap::new(),
        constants: graph.initializer.iter().map(|tensor| (tensor.name.clone(), tensor.clone())).collect(),
        flat: HashSet::new(),
        names: HashSet::from(["input".to_owned()]),
    };
    reader.maps.insert(input.name.clone(), reader.network.input());
    for node in &graph.node {
        reader.read(node).with_context(|| format!("operator {} {}", node.op_type, called(node)))?;
    }
    ensure!(reader.network.last() != reader.network.input(), "no operator of the graph takes its image");
    Ok(Described { network: reader.network, image: size_of(input) })
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
    /// Which values of the graph are maps.
    maps: HashMap<String, Node>,
    /// Which are known numbers.
    constants: HashMap<String, TensorProto>,
    /// The maps of one pixel behind a global pooling or a fully connected layer.
    flat: HashSet<Node>,
    names: HashSet<String>,
}

impl Reader {
    fn read(&mut self, node: &NodeProto) -> Result<()> {
        if node.op_type == "Constant" {
            let value = node.attribute.iter().find_map(|attribute| attribute.t.clone());
            if let (Some(value), Some(name)) = (value, node.output.first()) {
                self.constants.insert(name.clone(), value);
            }
            return Ok(());
        }
        let inputs: Vec<Node> = node.input.iter().filter_map(|name| self.maps.get(name).copied()).collect();
        // What is computed of weights and shapes alone is none of the image's business, unless a map needs it later.
        if inputs.is_empty() {
            if let ("Cast" | "Identity", [from], [to]) = (node.op_type.as_str(), &*node.input, &*node.output) {
                self.constants.extend(self.constants.get(from).cloned().map(|value| (to.clone(), value)));
            }
            return Ok(());
        }
        let name = self.free_name(node);
        let flat = inputs.iter().all(|input| self.flat.contains(input));
        let end = if flat { self.on_flat(name, &inputs)? } else { self.on_map(name, node, &inputs)? };
        if flat || self.network.layer_of(end)? == Layer::Global {
            self.flat.insert(end);
        }
        self.maps.extend(node.output.iter().map(|output| (output.clone(), end)));
        Ok(())
    }

    /// On one pixel every operator sees that pixel: classifiers end so.
    fn on_flat(&mut self, name: String, inputs: &[Node]) -> Result<Node> {
        let mut inputs = inputs.to_vec();
        inputs.dedup();
        let layer = if inputs.len() > 1 { Layer::Addition } else { Layer::ElementWise };
        Ok(self.network.layer(name, layer, &inputs)?)
    }

    fn on_map(&mut self, name: String, node: &NodeProto, inputs: &[Node]) -> Result<Node> {
        let mut at = inputs.to_vec();
        // A value that meets itself, as in x · x, is one value.
        at.dedup();
        let layers = operators::layers(node, at.len(), &self.constants)?;
        if layers.normalises {
            // Each output depends on its own place, and on a mean over all of them.
            let mean = self.network.layer(format!("{name}.mean"), Layer::Global, &at[..1])?;
            return Ok(self.network.layer(name, Layer::Addition, &[at[0], mean])?);
        }
        let last = layers.chain.len().saturating_sub(1);
        for (index, layer) in layers.chain.iter().enumerate() {
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
        let mut name = short.to_owned();
        let mut copies = 1;
        while !self.names.insert(name.clone()) {
            copies += 1;
            name = format!("{short}_{copies}");
        }
        name
    }
}
