//! Gradients through candle's graph.

mod backward;
mod functions;
pub(crate) mod process;
mod products;
mod second_order;
