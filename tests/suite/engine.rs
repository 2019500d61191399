//! The engine on plain slices: every path, every operation, every number of threads.

mod accuracy;
mod adjoint;
mod agreement;
mod batches;
mod denormals;
mod dense_layers;
mod dense_weight_gradients;
mod determinism;
mod errors;
mod fft;
mod geometry;
mod images;
mod input_gradients;
#[cfg(target_os = "linux")]
mod memory;
mod on_path;
mod pairs;
mod prepared;
mod separable;
mod special_values;
mod strided;
mod threads;
mod weight_gradients;
mod winograd;
