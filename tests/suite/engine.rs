//! The engine on plain slices: every path, every operation, every number of threads.

mod accuracy;
mod adjoint;
mod agreement;
mod dense_layers;
mod determinism;
mod errors;
mod geometry;
mod prepared;
mod special_values;
mod winograd;
