//! What candle 0.11.1 does where we do otherwise. Each test runs both, so that it fails when candle changes: then a
//! reason of ours is gone, and with it perhaps some code. `corr2d::candle_differences` shows them as a table.

mod convolution;
mod pooling;
mod table;
mod transposed;

use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Init, VarBuilder, VarMap};
use corr2d::{Conv2dOptions, Error, Initializer, conv2d};
use corr2d_tests::CASES;

use crate::gradients::process::{with_the_graph_cut, with_the_graph_kept};
use crate::tensors::oracle::{Oracle, assert_equal, tensor, values};

#[test]
fn floor_remainders_that_differ_break_the_backward_pass_of_candle() {
    for name in ["floor_remainder_of_rows_only", "floor_remainder_of_columns_only", "floor_remainder_differs"] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let oracle = Oracle::integers(case, DType::F32);
        let (stride, weighted) =
            (case.options.stride.0, |y: Tensor| (y * &oracle.output_gradient).unwrap().sum_all().unwrap());

        let theirs = oracle.input.conv2d(&oracle.weight, 0, stride, 1, 1).unwrap();
        assert_equal(&theirs, &oracle.output_without_bias, name);
        let error = weighted(theirs).backward().unwrap_err().to_string();
        assert!(error.contains("shape mismatch"), "{name}: {error}");

        let gradients =
            weighted(conv2d(&oracle.input, &oracle.weight, None, &case.options).unwrap()).backward().unwrap();
        assert_equal(gradients.get(&oracle.input).unwrap(), &oracle.input_gradient, name);
        assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, name);
    }
}

#[test]
fn output_channels_that_groups_do_not_divide_are_dropped_by_candle() {
    let (x, weight) = (ones(&[1, 4, 5, 6]), ones(&[5, 2, 3, 2]));
    assert_eq!(x.conv2d(&weight, 0, 1, 1, 2).unwrap().dims(), [1, 4, 3, 5], "candle now says something");
    let error = conv2d(&x, &weight, None, &Conv2dOptions { groups: 2, ..Default::default() }).unwrap_err();
    assert_eq!(error.to_string(), "2 groups do not divide 5 output channels: take a divisor of 5");
}

#[test]
fn a_kernel_larger_than_the_input_is_no_error_of_candle() {
    let (x, weight) = (ones(&[1, 1, 3, 4]), ones(&[1, 1, 5, 2]));
    // A panic in debug builds, an empty or absurd shape in release builds; not an error that a program could show.
    let theirs = catch_unwind(AssertUnwindSafe(|| x.conv2d(&weight, 0, 1, 1, 1)));
    assert!(!matches!(theirs, Ok(Err(_))), "candle now returns {theirs:?}");
    let error = conv2d(&x, &weight, None, &Conv2dOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Shape(corr2d_cpu::Error::KernelTooLarge { .. })), "{error}");
}

#[test]
fn a_stride_of_zero_is_a_panic_of_candle() {
    let (x, weight) = (ones(&[1, 1, 3, 4]), ones(&[1, 1, 2, 2]));
    assert!(catch_unwind(AssertUnwindSafe(|| x.conv2d(&weight, 0, 0, 1, 1))).is_err(), "candle no longer panics");
    let error = conv2d(&x, &weight, None, &Conv2dOptions { stride: (0, 0), ..Default::default() }).unwrap_err();
    assert!(matches!(error, Error::Shape(corr2d_cpu::Error::Zero { .. })), "{error}");
}

#[test]
fn bf16_is_not_correlated_by_candle_on_the_cpu() {
    let case = CASES.iter().find(|case| case.name == "resnet_block").unwrap();
    let oracle = Oracle::integers(case, DType::BF16);
    assert!(oracle.input.conv2d(&oracle.weight, 1, 1, 1, 1).is_err(), "candle now does");
    assert_equal(
        &conv2d(&oracle.input, &oracle.weight, None, &case.options).unwrap(),
        &oracle.output_without_bias,
        "bf16",
    );
}

#[test]
fn candle_computes_gradients_that_nobody_asked_for() {
    let x = ones(&[1, 1, 5, 6]);
    let weight = Var::from_tensor(&ones(&[1, 1, 2, 3])).unwrap();
    let backward = |y: Tensor| y.sum_all().unwrap().backward().unwrap();
    assert!(backward(x.conv2d(&weight, 0, 1, 1, 1).unwrap()).get(&x).is_some(), "candle no longer does");
    assert!(backward(conv2d(&x, &weight, None, &Conv2dOptions::default()).unwrap()).get(&x).is_none());
}

#[test]
fn the_generator_of_candle_cannot_be_seeded_on_the_cpu() {
    assert!(Device::Cpu.set_seed(7).is_err(), "candle now can");
    let draw = || values(&Initializer::PyTorch.draw((4, 3, 5, 2), 7, DType::F32, &Device::Cpu).unwrap());
    assert_eq!(draw(), draw());
}

#[test]
fn the_default_weights_of_candle_are_not_those_of_torch() {
    let bound = 24f64.sqrt().recip();
    let largest = |tensor: &Tensor| values(tensor).iter().fold(0f64, |largest, value| largest.max(value.abs()));
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let theirs = candle_nn::conv2d(6, 500, 2, Default::default(), builder).unwrap();
    // Normal, so that some of 12 000 weights lie far outside; and a bias of ±1/√6, not ±1/√24.
    assert!(largest(theirs.weight()) > 2.0 * bound, "candle now keeps within ±1/√fan-in");
    assert!(largest(theirs.bias().unwrap()) > 1.5 * bound, "the bias of candle now keeps within ±1/√fan-in");

    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu).pp("ours");
    let ours = corr2d::Conv2d::build(6, 500, 2, Conv2dOptions::default(), builder).unwrap();
    assert!(largest(ours.weight()) <= bound && largest(ours.bias().unwrap()) <= bound);
}

/// The ops of a graph get whatever dtypes they are handed, so the functions check.
#[test]
fn candle_does_not_check_the_dtypes_of_an_operation_of_ours() {
    let (x, weight) = (ones(&[1, 1, 3, 4]), ones(&[1, 1, 2, 2]).to_dtype(DType::F64).unwrap());
    let error = conv2d(&x, &weight, None, &Conv2dOptions::default()).unwrap_err();
    assert!(matches!(error, Error::DTypeMismatch { .. }), "{error}");
}

#[test]
fn a_missing_gradient_is_skipped_by_the_optimizers_of_candle() {
    use candle_nn::{Optimizer, SGD};
    let (used, unused) = (Var::new(1f32, &Device::Cpu).unwrap(), Var::new(1f32, &Device::Cpu).unwrap());
    let mut sgd = SGD::new(vec![used.clone(), unused.clone()], 0.5).unwrap();
    sgd.backward_step(&used.sqr().unwrap()).unwrap();
    let moved = [&used, &unused].map(|variable| variable.to_scalar::<f32>().unwrap());
    assert_eq!(moved, [0.0, 1.0], "candle now says something");
    let gradients = used.sqr().unwrap().backward().unwrap();
    assert!(corr2d::autograd::gradient(&gradients, &unused, "unused").is_err());
}

/// Gradients are cut off the graph unless candle is told otherwise: see `gradients::second_order`.
#[test]
fn candle_cuts_gradients_off_the_graph() {
    with_the_graph_cut("candle::candle_cuts_gradients_off_the_graph", || assert!(!gradient_of_the_input().track_op()));
}

#[test]
fn candle_keeps_gradients_in_the_graph_when_told_to() {
    let name = "candle::candle_keeps_gradients_in_the_graph_when_told_to";
    with_the_graph_kept(name, || assert!(gradient_of_the_input().track_op()));
}

fn gradient_of_the_input() -> Tensor {
    let x = Var::from_tensor(&tensor(&[2f32, 3.0, 4.0], &[1, 3])).unwrap();
    let k = Var::from_tensor(&tensor(&[5f32, 6.0], &[1, 2])).unwrap();
    let gradients = corr2d::corr2d(&x, &k).unwrap().sum_all().unwrap().backward().unwrap();
    gradients.get(&x).unwrap().clone()
}

fn ones(shape: &[usize]) -> Tensor {
    Init::Const(1.0).var(shape, DType::F32, &Device::Cpu).unwrap().as_tensor().detach()
}
