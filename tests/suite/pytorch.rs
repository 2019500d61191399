//! Outputs and gradients equal PyTorch's, which `fixtures/pytorch` holds with the scripts that made them.

mod conv2d;
mod pooling_and_transposed;
