//! The prepared layer: what `Conv2d` computes, never with a stale weight, never without a gradient.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::Module;
use corr2d::{Conv2d, Conv2dOptions, Padding, PreparedConv2d};
use corr2d_tests::{CASES, Case};

use super::oracle::{Oracle, assert_equal};

/// Beside the named cases a layer of which transformed weights are kept.
fn cases() -> Vec<Case> {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let layer = |name: &'static str, input: [usize; 4], outputs: usize| Case {
        name: name.into(),
        input,
        weight: [outputs, input[1], 3, 3],
        options,
        bias: true,
    };
    let mut cases = CASES.to_vec();
    cases.push(layer("transformed_at_7", [1, 130, 7, 8], 128));
    cases.push(layer("packed_at_7", [2, 12, 7, 8], 20));
    cases
}

fn prepared(weight: &Tensor, bias: Option<&Tensor>, options: Conv2dOptions) -> PreparedConv2d {
    Conv2d::new(weight.clone(), bias.cloned(), options).unwrap().prepare().unwrap()
}

#[test]
fn every_case_is_the_reference_in_every_dtype_and_call_after_call() {
    for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16] {
        for case in cases() {
            let oracle = Oracle::integers(&case, dtype);
            let with_bias = prepared(&oracle.weight, Some(&oracle.bias), case.options);
            let without = prepared(&oracle.weight.detach(), None, case.options);
            for _ in 0..2 {
                assert_equal(&with_bias.forward(&oracle.input).unwrap(), &oracle.output, &format!("{dtype:?}, {case}"));
                let label = format!("without bias, {dtype:?}, {case}");
                assert_equal(&without.forward(&oracle.input).unwrap(), &oracle.output_without_bias, &label);
            }
        }
    }
}

/// A variable is followed; what is no variable, even if it shares the memory of one, stays as it was when prepared.
#[test]
fn a_variable_that_changes_is_seen_and_a_plain_tensor_does_not_change() {
    for dtype in [DType::F32, DType::F64, DType::BF16] {
        for case in cases() {
            let oracle = Oracle::integers(&case, dtype);
            let (x, weight, bias) = (oracle.input.detach(), &oracle.weight, &oracle.bias);
            let variable = prepared(weight, Some(bias), case.options);
            let computed = prepared(&(weight.as_tensor() * 1.0).unwrap(), Some(bias), case.options);
            let [early, late] = [(); 2].map(|_| prepared(&weight.detach(), Some(&bias.detach()), case.options));
            for layer in [&variable, &computed, &early] {
                assert_equal(&layer.forward(&x).unwrap(), &oracle.output, &format!("before, {dtype:?}, {case}"));
            }

            weight.set(&weight.neg().unwrap().detach()).unwrap();
            bias.set(&bias.neg().unwrap().detach()).unwrap();
            // −0 and 0 are one number, and adding 0 makes them one.
            let y = (variable.forward(&x).unwrap() + 0.0).unwrap();
            let negative = (oracle.output.neg().unwrap() + 0.0).unwrap();
            assert_equal(&y, &negative, &format!("after, {dtype:?}, {case}"));
            for layer in [early, late] {
                assert_equal(&layer.forward(&x).unwrap(), &oracle.output, &format!("copied, {dtype:?}, {case}"));
            }
        }
    }
}

#[test]
fn one_layer_serves_many_sizes_and_paths() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let shape = |batch, height, width| Case {
        name: format!("{batch}_{height}_{width}").into(),
        input: [batch, 96, height, width],
        weight: [64, 96, 3, 3],
        options,
        bias: true,
    };
    let sizes = [(1, 7, 8), (1, 1, 3), (2, 20, 21), (1, 7, 8), (1, 14, 3)];
    let first = Oracle::integers(&shape(1, 7, 8), DType::F32);
    let layer = prepared(&first.weight, Some(&first.bias), options);
    for (batch, height, width) in sizes {
        let oracle = Oracle::integers(&shape(batch, height, width), DType::F32);
        let want = corr2d::conv2d(&oracle.input, &first.weight, Some(&first.bias), &options).unwrap();
        let label = format!("{batch}×{height}×{width}");
        assert_equal(&layer.forward(&oracle.input).unwrap(), &want, &label);
    }
}

#[test]
fn all_gradients_flow_and_are_those_of_the_reference() {
    for case in cases() {
        let oracle = Oracle::integers(&case, DType::F32);
        let layer = prepared(&oracle.weight, Some(&oracle.bias), case.options);
        // Kept by an inference before.
        layer.forward(&oracle.input.detach()).unwrap();
        let y = layer.forward(&oracle.input).unwrap();
        let gradients = (y * &oracle.output_gradient).unwrap().sum_all().unwrap().backward().unwrap();
        let label = case.to_string();
        assert_equal(gradients.get(&oracle.input).unwrap(), &oracle.input_gradient, &label);
        assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, &label);
        assert_equal(gradients.get(&oracle.bias).unwrap(), &oracle.bias_gradient, &label);

        // An input that is not tracked does not keep the weight from its gradient.
        let y = layer.forward(&oracle.input.detach()).unwrap();
        let gradients = (y * &oracle.output_gradient).unwrap().sum_all().unwrap().backward().unwrap();
        assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, &label);
    }
}

/// While one thread sets the weight, every result is that of one weight or of the other.
#[test]
fn threads_share_a_layer_whose_weight_changes() {
    let one = Tensor::ones((64, 64, 3, 3), DType::F32, &Device::Cpu).unwrap();
    let two = (&one * 2.0).unwrap();
    let weight = Var::from_tensor(&one).unwrap();
    let layer = prepared(&weight, None, Conv2dOptions::default());
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let layer = &layer;
            scope.spawn(move || {
                for _ in 0..30 {
                    let x = Tensor::ones((1, 64, 9, 9 + thread), DType::F32, &Device::Cpu).unwrap();
                    let y = layer.forward(&x).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
                    assert!(y.iter().all(|sum| *sum == y[0]) && [576.0, 1152.0].contains(&y[0]), "{}", y[0]);
                }
            });
        }
        for step in 0..30 {
            weight.set(if step % 2 == 0 { &two } else { &one }).unwrap();
        }
    });
}

#[test]
fn weights_that_are_not_finite_are_answered_as_by_the_layer() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    for special in [f32::NAN, f32::INFINITY] {
        let mut weight = vec![1f32; 64 * 64 * 9];
        weight[4] = special;
        let weight = Tensor::from_vec(weight, (64, 64, 3, 3), &Device::Cpu).unwrap();
        let layer = Conv2d::new(weight, None, options).unwrap();
        let prepared = layer.prepare().unwrap();
        let x = Tensor::ones((1, 64, 7, 8), DType::F32, &Device::Cpu).unwrap();
        let values = |y: Tensor| y.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let want = values(layer.forward(&x).unwrap());
        for _ in 0..2 {
            for (got, want) in values(prepared.forward(&x).unwrap()).iter().zip(&want) {
                assert!(got == want || got.is_nan() && want.is_nan(), "{got} for {want}");
            }
        }
    }
}

#[test]
fn what_is_wrong_is_said_as_by_conv2d() {
    let weight = Tensor::ones((4, 3, 3, 3), DType::F32, &Device::Cpu).unwrap();
    let layer = prepared(&weight, None, Conv2dOptions::default());
    for (shape, dtype) in [(&[1, 3, 5][..], DType::F32), (&[1, 2, 5, 5], DType::F32), (&[1, 3, 5, 5], DType::F64)] {
        let x = Tensor::ones(shape, dtype, &Device::Cpu).unwrap();
        let want = corr2d::conv2d(&x, &weight, None, &Conv2dOptions::default()).unwrap_err();
        assert_eq!(layer.forward(&x).unwrap_err().to_string(), want.to_string());
    }
}
