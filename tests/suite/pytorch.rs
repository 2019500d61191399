//! Outputs, gradients and steps equal PyTorch's, which `fixtures/pytorch` holds with the scripts that made them.

mod conv2d;
mod optimizers;
mod pooling_and_transposed;
