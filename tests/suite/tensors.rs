//! The functions on candle tensors.

mod device;
mod functions;
mod layout;
#[cfg(target_os = "linux")]
mod memory;
pub(crate) mod oracle;
mod prepared;
mod threads;
mod views;
