//! The transposed convolutions of candle.

use candle_core::{DType, Device, Tensor, Var};

#[test]
fn a_transposed_convolution_of_candle_has_no_groups_and_one_number_for_both_axes() {
    // Padding, output padding, stride and dilation, as a type says.
    let _: fn(&Tensor, &Tensor, usize, usize, usize, usize) -> candle_core::Result<Tensor> = Tensor::conv_transpose2d;
    // Ours: groups, and (height, width) for each of them.
}

#[test]
fn a_transposed_convolution_of_lines_has_no_gradient_in_candle() {
    let x = Var::ones((1, 2, 5), DType::F32, &Device::Cpu).unwrap();
    let kernel = Var::ones((2, 3, 3), DType::F32, &Device::Cpu).unwrap();
    let y = x.conv_transpose1d(&kernel, 0, 0, 1, 1, 1).unwrap();
    let error = y.sum_all().unwrap().backward().unwrap_err().to_string();
    assert!(error.contains("conv-transpose1d"), "{error}");
    // Ours: the same on images of one row.
}
