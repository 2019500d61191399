//! What one output of a network sees: exact arithmetic for chains and for networks with branches.
//!
//! A network is described layer by layer, without weights and channels, which have no influence. [`Network::fields`] lays
//! it over an image and computes for the outputs of every layer, along each axis,
//!
//! ```text
//! region of output u = [u · stride − padding, u · stride − padding + field − 1]
//! field   = 1 + Σ (kernel − 1) · dilation · (the strides before it)
//! stride  = Π strides
//! padding = Σ paddings · (the strides before it)
//! ```
//!
//! (Araujo, Norris and Sim, *Computing Receptive Fields of Convolutional Neural Networks*, Distill, 2019.) Where branches
//! meet, the region is the smallest rectangle around theirs. Behind a transposed convolution the stride is a fraction, and
//! neighbouring outputs may see regions of different sizes; their pattern repeats, and one period of it is kept, in
//! integers.
//!
//! Two other ways lead to the same place, and the tests hold all three together: [`Fields::seen`] goes back from one output
//! set by set, and [`Fields::gradient`] is the gradient of that output through a real network. That gradient has also the
//! answer to another question: [`Fields::effective`] measures how much of the field counts.
//!
//! ```
//! use corr2d::receptive_field::{Layer, Network, Window};
//!
//! let mut network = Network::new("two layers");
//! let first = network.layer("first", Layer::Convolution(Window::new(3).stride(2).padding(1)), &[network.input()])?;
//! let second = network.layer("second", Layer::Convolution(Window::new(3).padding(1)), &[first])?;
//!
//! let fields = network.fields((9, 12))?;
//! let rows = &fields.field(second)?.rows;
//! assert_eq!((rows.largest(), rows.padding(), rows.stride()), (7, 3, Some(2.into())));
//!
//! let region = fields.region(second, (2, 0))?;
//! assert_eq!((region.top, region.bottom, region.left, region.right), (1, 7, -3, 3));
//! // Four columns of it lie in the padding.
//! assert_eq!(fields.seen(second, (2, 0))?.pixels.count(), 7 * 4);
//! # Ok::<(), corr2d::receptive_field::Error>(())
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `layer` | the layers that a network is made of |
//! | `network` | the network: which layer takes whose output |
//! | `fields` | a network over an image: what the outputs of every layer see, and whether its paths are aligned |
//! | `steps` | one layer over an image: the size of its map, and what an output reads of each input |
//! | `windows` | windows as the engine takes them, 'same' padding in numbers |
//! | `region` | a rectangle of the image |
//! | `whole` | the largest image of which one output sees everything |
//! | `axis` | the field along one axis: stride, padding, regions |
//! | `reads` | which positions one output of one layer reads |
//! | `reach` | regions that repeat with a period, through a layer |
//! | `sets` | the second way: sets of pixels, from an output back |
//! | `model` | the third way: a real network of this crate, and its gradient |
//! | `memory` | whether a machine would hold it |
//! | `effective` | how much of the field counts |
//! | `gaussian` | the bell that comes nearest to it |
//! | [`networks`] | AlexNet to U-Net, by name |

mod axis;
mod effective;
mod error;
mod fields;
mod gaussian;
mod layer;
mod memory;
mod model;
mod network;
pub mod networks;
mod reach;
mod reads;
mod region;
mod sets;
mod steps;
mod whole;
mod windows;

pub use axis::AxisField;
pub use effective::EffectiveField;
pub use error::{Error, Result};
pub use fields::{Alignment, Field, Fields};
pub use gaussian::Gaussian;
pub use layer::{Combination, Interpolation, Layer, Pair, Same, Sides, Window, WindowPadding};
pub use model::Weights;
pub use network::{Network, Node};
pub use num_rational::Ratio;
pub use region::Region;
pub use sets::{Mask, Seen};
