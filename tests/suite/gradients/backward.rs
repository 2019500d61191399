//! `backward` through conv2d, against the gradients of the textbook loops.

use candle_core::{DType, Tensor, Var};
use corr2d::{Conv2dOptions, conv2d, convolve2d, corr2d};
use corr2d_tests::{CASES, random_case};

use crate::tensors::oracle::{Oracle, assert_equal, tensor};

#[test]
fn every_named_case_has_the_gradients_of_the_reference() {
    for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16] {
        for case in CASES {
            assert_gradients(case, dtype);
        }
    }
}

#[test]
fn three_hundred_random_cases_have_the_gradients_of_the_reference() {
    for case in (40_000..40_300).map(random_case) {
        assert_gradients(&case, DType::F32);
    }
}

#[test]
fn an_input_that_is_not_tracked_gets_no_gradient() {
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F32);
        let (x, w, b) = (oracle.input.detach(), oracle.weight.detach(), oracle.bias.detach());
        let backward = |y: corr2d::Result<Tensor>| y.unwrap().sum_all().unwrap().backward().unwrap();

        let gradients = backward(conv2d(&x, &oracle.weight, Some(&b), &case.options));
        assert!(gradients.get(&x).is_none() && gradients.get(&b).is_none(), "{case}");
        assert!(gradients.get(&oracle.weight).is_some(), "{case}");

        let gradients = backward(conv2d(&oracle.input, &w, None, &case.options));
        assert!(gradients.get(&w).is_none(), "{case}");
        assert!(gradients.get(&oracle.input).is_some(), "{case}");

        let gradients = backward(conv2d(&x, &w, Some(&oracle.bias), &case.options));
        assert!(gradients.get(&x).is_none() && gradients.get(&w).is_none(), "{case}");
        assert!(gradients.get(&oracle.bias).is_some(), "{case}");
    }
}

#[test]
fn a_result_of_untracked_tensors_is_not_tracked() {
    let oracle = Oracle::integers(&CASES[0], DType::F32);
    let y = conv2d(&oracle.input.detach(), &oracle.weight.detach(), None, &Conv2dOptions::default()).unwrap();
    assert!(!y.track_op());
}

#[test]
fn gradients_of_a_tensor_that_is_used_twice_add_up() {
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F64);
        let y = || conv2d(&oracle.input, &oracle.weight, None, &case.options).unwrap();
        let three_times = (((y() * &oracle.output_gradient).unwrap() * 2.0).unwrap()
            + (y() * &oracle.output_gradient).unwrap())
        .unwrap();
        let gradients = three_times.sum_all().unwrap().backward().unwrap();
        let times_three = |tensor: &Tensor| (tensor * 3.0).unwrap();
        assert_equal(gradients.get(&oracle.input).unwrap(), &times_three(&oracle.input_gradient), &case.to_string());
        assert_equal(gradients.get(&oracle.weight).unwrap(), &times_three(&oracle.weight_gradient), &case.to_string());
    }
}

#[test]
fn a_tensor_correlated_with_itself_has_twice_itself_as_gradient() {
    let x = Var::from_tensor(&tensor(&[1f64, -2.0, 3.0, 4.0, -5.0, 6.0], &[2, 3])).unwrap();
    let y = corr2d(&x, &x).unwrap();
    assert_eq!(y.to_vec2::<f64>().unwrap(), [[91.0]]);
    let gradients = y.sum_all().unwrap().backward().unwrap();
    assert_equal(gradients.get(&x).unwrap(), &(x.as_tensor().detach() * 2.0).unwrap(), "self-correlation");
}

#[test]
fn a_chain_of_two_layers_is_differentiated_through() {
    // y = corr2d(corr2d(x, a), b) is bilinear in a and b: ⟨a, ∂a⟩ = ⟨b, ∂b⟩ = ⟨x, ∂x⟩ = Σ g · y.
    let integers =
        |count: usize, step: usize| -> Vec<f64> { (0..count).map(|index| (index * step % 17) as f64 - 8.0).collect() };
    let variable = |count, step, shape: &[usize]| Var::from_tensor(&tensor(&integers(count, step), shape)).unwrap();
    let (x, a, b) = (variable(63, 5, &[7, 9]), variable(6, 7, &[2, 3]), variable(6, 3, &[3, 2]));
    let y = corr2d(&corr2d(&x, &a).unwrap(), &b).unwrap();
    let g = tensor(&integers(24, 11), &[4, 6]);
    let weighted = (&y * g).unwrap().sum_all().unwrap();
    let gradients = weighted.backward().unwrap();
    let want = weighted.to_scalar::<f64>().unwrap();
    for (name, variable) in [("x", &x), ("a", &a), ("b", &b)] {
        let gradient = gradients.get(variable).unwrap();
        let sum = (gradient * variable.as_tensor().detach()).unwrap().sum_all().unwrap().to_scalar::<f64>().unwrap();
        assert_eq!(sum, want, "{name}");
    }
}

#[test]
fn convolve2d_is_differentiated_through_the_turn() {
    let x = tensor(&[1f64, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
    let k = Var::from_tensor(&tensor(&[10f64, 20.0], &[1, 2])).unwrap();
    let gradients = convolve2d(&x, &k).unwrap().sum_all().unwrap().backward().unwrap();
    // The first tap of k meets the right pixel of each window: 2 + 3 + 5 + 6; the second the left one.
    assert_eq!(gradients.get(&k).unwrap().to_vec2::<f64>().unwrap(), [[16.0, 12.0]]);
}

fn assert_gradients(case: &corr2d_tests::Case, dtype: DType) {
    let oracle = Oracle::integers(case, dtype);
    let label = format!("{dtype:?}, {case}");
    let y = conv2d(&oracle.input, &oracle.weight, Some(&oracle.bias), &case.options).unwrap();
    let gradients = (y * &oracle.output_gradient).unwrap().sum_all().unwrap().backward().unwrap();
    let gradient = |variable: &Var| gradients.get(variable).unwrap_or_else(|| panic!("{label}: none"));
    assert_equal(gradient(&oracle.input), &oracle.input_gradient, &format!("input gradient, {label}"));
    assert_equal(gradient(&oracle.weight), &oracle.weight_gradient, &format!("weight gradient, {label}"));
    assert_equal(gradient(&oracle.bias), &oracle.bias_gradient, &format!("bias gradient, {label}"));
}
