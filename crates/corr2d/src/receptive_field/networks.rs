//! Networks by name, with the layers that decide what an output sees: no activations, no normalisations, no classifier.
//!
//! Where a published table and a library differ, both are here. ResNets with bottlenecks have three: the unit that halves
//! the map does it
//!
//! - in the first 1×1 of a stage in the paper of 2015 (`resnet50-paper`),
//! - in the 3×3 of a stage's first unit in torchvision and candle-transformers (`resnet50`), and
//! - in the 3×3 of a stage's last unit in TF-Slim, whose figures Distill's table has (`resnet50-slim`).
//!
//! A 3×3 that halves the map, or stands before the halving, widens the field by half as much as one behind it. In the paper
//! and in TF-Slim all 3×3 of a stage count alike; in torchvision the first 3×3 of the three later stages counts half, and
//! the field has 8 + 16 + 32 pixels less: 427 and not 483.
//!
//! ```
//! use corr2d::receptive_field::{Error, networks};
//!
//! for (name, field) in [("resnet50", 427), ("resnet50-paper", 483), ("resnet50-slim", 483)] {
//!     let Some(named) = networks::by_name(name) else { continue };
//!     let network = named.network()?;
//!     assert_eq!(network.fields(named.image)?.field(network.last())?.rows.largest(), field, "{name}");
//! }
//! # Ok::<(), Error>(())
//! ```

mod inception;
mod mobilenet;
mod plain;
mod resnet;
mod u_net;

use super::error::Result;
use super::layer::Layer;
use super::network::{Network, Node};

/// A network by name.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The name.
    pub name: &'static str,
    /// Whose description it follows.
    pub about: &'static str,
    /// Height and width of the image that it was made for.
    pub image: (usize, usize),
    build: fn(&'static str) -> Result<Network>,
}

impl Named {
    /// Its layers.
    ///
    /// # Errors
    /// None that a network of this list has: the tests build all of them.
    pub fn network(&self) -> Result<Network> {
        (self.build)(self.name)
    }
}

/// All that there are, in the order of their years.
pub const ALL: &[Named] = &[
    named(
        "alexnet",
        "TF-Slim's alexnet_v2, as in Distill's table; torchvision's has 2 zeros around the image",
        224,
        plain::alexnet,
    ),
    named("vgg11", "the network of 2014, and TF-Slim's vgg_a", 224, |name| plain::vgg(name, &[1, 1, 2, 2, 2])),
    named("vgg16", "the network of 2014, as in Distill's table", 224, |name| plain::vgg(name, &[2, 2, 3, 3, 3])),
    named("vgg19", "the network of 2014", 224, |name| plain::vgg(name, &[2, 2, 4, 4, 4])),
    named("inception-v3", "TF-Slim's, as in Distill's table; torchvision's layers are the same", 299, inception::v3),
    named("resnet18", "torchvision's", 224, |name| resnet::basic(name, [2, 2, 2, 2])),
    named("resnet34", "torchvision's", 224, |name| resnet::basic(name, [3, 4, 6, 3])),
    named("resnet50", TORCHVISION, 224, |name| resnet::torchvision(name, [3, 4, 6, 3])),
    named("resnet101", TORCHVISION, 224, |name| resnet::torchvision(name, [3, 4, 23, 3])),
    named("resnet152", TORCHVISION, 224, |name| resnet::torchvision(name, [3, 8, 36, 3])),
    named("resnet50-paper", PAPER, 224, |name| resnet::paper(name, [3, 4, 6, 3])),
    named("resnet101-paper", PAPER, 224, |name| resnet::paper(name, [3, 4, 23, 3])),
    named("resnet152-paper", PAPER, 224, |name| resnet::paper(name, [3, 8, 36, 3])),
    named("resnet50-slim", SLIM, 224, |name| resnet::slim(name, [3, 4, 6, 3])),
    named("resnet101-slim", SLIM, 224, |name| resnet::slim(name, [3, 4, 23, 3])),
    named("resnet152-slim", SLIM, 224, |name| resnet::slim(name, [3, 8, 36, 3])),
    named("mobilenet-v1", "TF-Slim's, as in Distill's table", 224, mobilenet::v1),
    named("mobilenet-v2", "TF-Slim's", 224, mobilenet::v2),
    named("u-net", "the network of 2015: no padding, so that an image of 572 gives a map of 388", 572, u_net::build),
];

const TORCHVISION: &str =
    "torchvision's: a stage's first 3×3 halves the map; Distill's table has TF-Slim's, whose name here ends in -slim";
const PAPER: &str = "the paper's: a stage's first 1×1 halves the map";
const SLIM: &str = "TF-Slim's, as in Distill's table: the 3×3 of a stage's last unit halves the map";

const fn named(
    name: &'static str,
    about: &'static str,
    side: usize,
    build: fn(&'static str) -> Result<Network>,
) -> Named {
    Named { name, about, image: (side, side), build }
}

/// The network of this name.
///
/// ```
/// use corr2d::receptive_field::networks;
/// assert_eq!(networks::by_name("vgg16").map(|named| named.image), Some((224, 224)));
/// assert!(networks::by_name("vgg17").is_none());
/// ```
pub fn by_name(name: &str) -> Option<&'static Named> {
    ALL.iter().find(|named| named.name == name)
}

/// A network as it is written down: one layer behind the other, and branches from where one is.
struct Chain {
    network: Network,
    /// Where the next layer begins.
    at: Node,
}

impl Chain {
    fn new(name: &str) -> Self {
        let network = Network::new(name);
        Self { at: network.input(), network }
    }

    /// Adds a layer behind the last.
    fn then(&mut self, name: impl Into<String>, layer: Layer) -> Result<Node> {
        self.at = self.network.layer(name, layer, &[self.at])?;
        Ok(self.at)
    }

    /// Adds a branch of layers from a node, called `unit.name` each; returns its end.
    fn branch(&mut self, unit: &str, from: Node, layers: &[(&str, Layer)]) -> Result<Node> {
        self.at = from;
        for (name, layer) in layers {
            self.then(format!("{unit}.{name}"), *layer)?;
        }
        Ok(self.at)
    }

    /// Brings branches together.
    fn meet(&mut self, name: impl Into<String>, layer: Layer, branches: &[Node]) -> Result<Node> {
        self.at = self.network.layer(name, layer, branches)?;
        Ok(self.at)
    }
}
