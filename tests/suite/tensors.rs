//! The functions on candle tensors.

mod device;
mod functions;
pub(crate) mod oracle;
mod views;
