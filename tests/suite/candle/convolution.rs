//! Convolutions of candle beside ours: the gradient of conv1d, and what its arguments cannot say.

use candle_core::{DType, Device, Tensor};
use candle_nn::{Conv2dConfig, VarBuilder, VarMap};
use corr2d::candle_compat::TensorCorr2d;
use corr2d::{Conv2dOptions, conv2d};
use corr2d_tests::{CASES, Case};

use crate::tensors::oracle::{Oracle, assert_equal, values};

/// The kernel of that convolution is the output gradient with batch and channels exchanged. Candle copies it, because it
/// is not contiguous, and then reads the original.
#[test]
fn the_weight_gradient_of_conv1d_is_wrong_in_candle_for_batches() {
    for batch in [1, 2, 5] {
        let name = format!("conv1d of {batch}").into();
        let case = Case { name, input: [batch, 3, 1, 7], weight: [4, 3, 1, 3], options: plain(), bias: false };
        let oracle = Oracle::integers(&case, DType::F32);
        let line = |tensor: &Tensor| tensor.squeeze(2).unwrap();

        let theirs = line(&oracle.input).conv1d(&line(&oracle.weight), 0, 1, 1, 1).unwrap();
        assert_equal(&theirs, &line(&oracle.output_without_bias), &case.to_string());
        let gradients = weighted(&theirs, &line(&oracle.output_gradient)).backward().unwrap();
        let is_right = values(gradients.get(&oracle.weight).unwrap()) == values(&oracle.weight_gradient);
        assert_eq!(is_right, batch == 1, "candle now differs otherwise, {case}");

        // [N, C, L] as images of one row.
        let ours = conv2d(&oracle.input, &oracle.weight, None, &case.options).unwrap();
        let gradients = weighted(&ours, &oracle.output_gradient).backward().unwrap();
        assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, &case.to_string());
    }
}

#[test]
fn one_padding_stride_and_dilation_serve_both_axes_of_candle() {
    for name in ["stride_of_rows_only", "dilation_differs", "padding_of_four_sizes", "everything_at_once"] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let oracle = Oracle::integers(case, DType::F32);
        let ours = conv2d(&oracle.input, &oracle.weight, None, &case.options).unwrap();
        assert_equal(&ours, &oracle.output_without_bias, name);
        // Nothing that candle can be asked has this answer.
        let grid = (0..5)
            .flat_map(|padding| (1..5).flat_map(move |stride| (1..5).map(move |dilation| [padding, stride, dilation])));
        let mut asked = 0;
        for [padding, stride, dilation] in grid {
            let groups = case.options.groups;
            // Sizes that do not fit are a panic in candle.
            if oracle.input.corr2d(&oracle.weight, padding, stride, dilation, groups).is_err() {
                continue;
            }
            let theirs = oracle.input.conv2d(&oracle.weight, padding, stride, dilation, groups).unwrap();
            let differs = theirs.dims() != ours.dims() || values(&theirs) != values(&ours);
            assert!(differs, "padding {padding}, stride {stride} and dilation {dilation} serve {case}");
            asked += 1;
        }
        assert!(asked >= 20, "{asked} questions for {case}");
    }
}

#[test]
fn the_layers_that_candle_builds_are_square() {
    // The size of the kernel is one number, as a type says.
    let build: fn(usize, usize, usize, Conv2dConfig, VarBuilder<'static>) -> candle_core::Result<candle_nn::Conv2d> =
        candle_nn::conv2d;
    let builder = || VarBuilder::from_varmap(&VarMap::new(), DType::F32, &Device::Cpu);
    assert_eq!(build(3, 8, 5, Conv2dConfig::default(), builder()).unwrap().weight().dims(), [8, 3, 5, 5]);
    let ours = corr2d::Conv2d::build(3, 8, (3, 5), plain(), builder()).unwrap();
    assert_eq!(ours.weight().dims(), [8, 3, 3, 5]);
}

#[test]
fn input_channels_that_groups_do_not_divide_make_a_layer_of_candle_that_takes_no_input() {
    let config = Conv2dConfig { groups: 2, ..Default::default() };
    let builder = || VarBuilder::from_varmap(&VarMap::new(), DType::F32, &Device::Cpu);
    let theirs = candle_nn::conv2d(5, 4, 3, config, builder()).unwrap();
    assert_eq!(theirs.weight().dims(), [4, 2, 3, 3], "candle now says something");
    let x = Tensor::ones((1, 5, 6, 7), DType::F32, &Device::Cpu).unwrap();
    assert!(x.apply(&theirs).is_err());
    let error = corr2d::candle_compat::conv2d(5, 4, 3, config, builder()).unwrap_err();
    assert_eq!(error.to_string(), "2 groups do not divide 5 input channels: take a divisor of 5");
}

fn weighted(y: &Tensor, by: &Tensor) -> Tensor {
    (y * by).unwrap().sum_all().unwrap()
}

fn plain() -> Conv2dOptions {
    Conv2dOptions::default()
}
