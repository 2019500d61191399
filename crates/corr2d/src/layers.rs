//! The layers: a convolution with channels, one that learns its channels from its input, one that keeps what the
//! engine makes of its weight, a transposed one, poolings, and the lesson's own.

mod conv2d;
mod conv_transpose2d;
mod corr2d_layer;
mod lazy;
mod pools;
mod prepared;

pub use conv_transpose2d::ConvTranspose2d;
pub use conv2d::Conv2d;
pub(crate) use conv2d::weight_shape;
pub use corr2d_layer::Corr2dLayer;
pub use lazy::LazyConv2d;
pub use pools::{AvgPool2d, MaxPool2d};
pub use prepared::PreparedConv2d;
