//! The transposed convolutions of candle.

use candle_core::{DType, Device, Tensor, Var};
use corr2d::{ConvTranspose2dOptions, conv_transpose2d};

use crate::tensors::oracle::values;

#[test]
fn a_transposed_convolution_of_candle_has_no_groups_and_one_number_for_both_axes() {
    // Padding, output padding, stride and dilation, as a type says.
    let _: fn(&Tensor, &Tensor, usize, usize, usize, usize) -> candle_core::Result<Tensor> = Tensor::conv_transpose2d;
    let ones = |shape: [usize; 4]| Tensor::ones(&shape, DType::F32, &Device::Cpu).unwrap();
    let options = ConvTranspose2dOptions { stride: (2, 1), dilation: (1, 2), groups: 2, ..Default::default() };
    let y = conv_transpose2d(&ones([1, 4, 3, 5]), &ones([4, 3, 2, 2]), None, &options).unwrap();
    assert_eq!(y.dims(), [1, 6, 6, 7]);
}

#[test]
fn a_transposed_convolution_of_lines_has_no_gradient_in_candle() {
    let x = Var::ones((1, 2, 5), DType::F32, &Device::Cpu).unwrap();
    let kernel = Var::ones((2, 3, 3), DType::F32, &Device::Cpu).unwrap();
    let y = x.conv_transpose1d(&kernel, 0, 0, 1, 1, 1).unwrap();
    let error = y.sum_all().unwrap().backward().unwrap_err().to_string();
    assert!(error.contains("conv-transpose1d"), "{error}");
    // The same line as an image of one row: three kernels of three ones each read every number.
    let (x, kernel) = (x.as_tensor().unsqueeze(2).unwrap(), kernel.as_tensor().unsqueeze(2).unwrap());
    let x = Var::from_tensor(&x).unwrap();
    let y = conv_transpose2d(&x, &kernel, None, &ConvTranspose2dOptions::default()).unwrap();
    assert_eq!(values(y.sum_all().unwrap().backward().unwrap().get(&x).unwrap()), [9.0; 10]);
}
