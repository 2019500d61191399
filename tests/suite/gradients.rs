//! Gradients through candle's graph.

mod backward;
mod functions;
mod second_order;
