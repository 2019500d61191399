//! Poolings: against the loops of their definition, with their gradients, and beside candle's own, which are wrong.

mod candle;
mod cases;
mod engine;
mod gradients;
mod tensors;
