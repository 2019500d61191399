//! A network: layers, and which takes whose output.

use std::collections::HashMap;

use super::error::{Error, Result};
use super::fields::Fields;
use super::layer::Layer;

/// A layer of a network, as the handle that other layers take their input by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(pub(super) usize);

/// A network of one image. Layers stand in the order in which they were added, each behind those it takes its inputs from.
///
/// ```
/// use corr2d::receptive_field::{Combination, Layer, Network, Window};
///
/// // A residual unit.
/// let mut network = Network::new("unit");
/// let input = network.input();
/// let conv = network.layer("conv", Layer::Convolution(Window::new(3).padding(1)), &[input])?;
/// let sum = network.layer("sum", Layer::Combination(Combination::Sum), &[conv, input])?;
/// assert_eq!(network.fields((8, 9))?.field(sum)?.rows.largest(), 3);
/// assert_eq!((network.last(), network.nodes().count()), (sum, 3));
/// assert_eq!((network.name_of(sum)?, network.layer_of(sum)?), ("sum", Layer::Combination(Combination::Sum)));
/// assert_eq!(network.inputs_of(sum)?, [conv, input]);
/// # Ok::<(), corr2d::receptive_field::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    name: String,
    layers: Vec<Placed>,
    names: HashMap<String, Node>,
}

/// A layer with its name and its inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) name: String,
    pub(super) layer: Layer,
    pub(super) inputs: Vec<Node>,
}

impl Network {
    /// A network that has an image, under the name `input`, and no layer yet.
    ///
    /// ```
    /// use corr2d::receptive_field::Network;
    /// assert_eq!(Network::new("empty").name(), "empty");
    /// ```
    pub fn new(name: impl Into<String>) -> Self {
        let input = Placed { name: "input".to_owned(), layer: Layer::Input, inputs: Vec::new() };
        Self { name: name.into(), names: HashMap::from([(input.name.clone(), Node(0))]), layers: vec![input] }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The image.
    pub fn input(&self) -> Node {
        Node(0)
    }

    /// Adds a layer, and returns the handle to its output.
    ///
    /// ```
    /// use corr2d::receptive_field::{Combination, Layer, Network};
    ///
    /// let mut network = Network::new("short");
    /// let relu = network.layer("relu", Layer::ElementWise, &[network.input()])?;
    /// assert_eq!(
    ///     network.layer("relu", Layer::ElementWise, &[relu]).unwrap_err().to_string(),
    ///     "two layers are called relu: give one of them another name",
    /// );
    /// assert_eq!(
    ///     network.layer("sum", Layer::Combination(Combination::Sum), &[relu]).unwrap_err().to_string(),
    ///     "layer sum: add takes 2 inputs or more, but has 1",
    /// );
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NameTaken`], [`Error::InputCount`], [`Error::NoSuchNode`], [`Error::Holes`].
    pub fn layer(&mut self, name: impl Into<String>, layer: Layer, inputs: &[Node]) -> Result<Node> {
        let name = name.into();
        if self.names.contains_key(&name) {
            return Err(Error::NameTaken { name });
        }
        let (wanted, fits) = match layer {
            Layer::Input => ("no input", inputs.is_empty()),
            Layer::Combination(_) | Layer::Concatenation => ("2 inputs or more", inputs.len() >= 2),
            _ => ("1 input", inputs.len() == 1),
        };
        if !fits || layer == Layer::Input {
            return Err(Error::InputCount { layer: name, kind: layer.to_string(), wanted, found: inputs.len() });
        }
        for input in inputs {
            self.placed(*input)?;
        }
        if let Layer::TransposedConvolution { window, .. } = layer {
            let dense = window.dilation == (1, 1);
            if !dense || window.kernel.0 < window.stride.0 || window.kernel.1 < window.stride.1 {
                return Err(Error::Holes { layer: name, window: window.to_string() });
            }
        }
        let node = Node(self.layers.len());
        self.names.insert(name.clone(), node);
        self.layers.push(Placed { name, layer, inputs: inputs.to_vec() });
        Ok(node)
    }

    /// The layer of this name.
    ///
    /// ```
    /// use corr2d::receptive_field::Network;
    /// let network = Network::new("empty");
    /// assert_eq!((network.find("input"), network.find("conv1")), (Some(network.input()), None));
    /// ```
    pub fn find(&self, name: &str) -> Option<Node> {
        self.names.get(name).copied()
    }

    /// All nodes, the image first.
    pub fn nodes(&self) -> impl DoubleEndedIterator<Item = Node> + use<> {
        (0..self.layers.len()).map(Node)
    }

    /// The last layer that was added, or the image.
    pub fn last(&self) -> Node {
        Node(self.layers.len().saturating_sub(1))
    }

    /// The name of a layer.
    ///
    /// # Errors
    /// [`Error::NoSuchNode`].
    pub fn name_of(&self, node: Node) -> Result<&str> {
        Ok(&self.placed(node)?.name)
    }

    /// What a layer does.
    ///
    /// # Errors
    /// [`Error::NoSuchNode`].
    pub fn layer_of(&self, node: Node) -> Result<Layer> {
        Ok(self.placed(node)?.layer)
    }

    /// Where a layer takes its inputs from.
    ///
    /// # Errors
    /// [`Error::NoSuchNode`].
    pub fn inputs_of(&self, node: Node) -> Result<&[Node]> {
        Ok(&self.placed(node)?.inputs)
    }

    /// Lays the network over an image of this height and width, and computes what every output sees.
    ///
    /// The size is needed because TensorFlow's padding depends on it; so does what a global pooling sees.
    ///
    /// # Errors
    /// [`Error::Sizes`], [`Error::SizesDiffer`], [`Error::SameWithStride`], [`Error::NothingLeft`], [`Error::TooLarge`].
    pub fn fields(&self, image: (usize, usize)) -> Result<Fields> {
        Fields::of(self.clone(), image)
    }

    pub(super) fn placed(&self, node: Node) -> Result<&Placed> {
        self.layers.get(node.0).ok_or(Error::NoSuchNode { index: node.0, nodes: self.layers.len() })
    }
}
