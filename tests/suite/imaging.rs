//! corr2d-imaging: pictures, kernels, borders, ranges and plots, good and bad.

mod arrays;
mod bad_input;
mod borders;
mod filters;
mod kernels;
mod literals;
mod nearest;
mod outputs;
mod pictures;
mod plots;
mod properties;
mod ranges;

use candle_core::{Device, Tensor};

/// A row-major tensor of two or three axes from whole numbers.
fn tensor<S: Into<candle_core::Shape>>(values: impl IntoIterator<Item = i32>, shape: S) -> Tensor {
    let values: Vec<f32> = values.into_iter().map(|value| value as f32).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn flat(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Every file in a folder, drafts included.
fn files(folder: &std::path::Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
