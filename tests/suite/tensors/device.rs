//! The path made of candle's own operations, which CUDA and Metal run, here on the CPU.

use candle_core::DType;
use corr2d::device;
use corr2d_tests::{CASES, Case, random_case};

use super::oracle::{Oracle, assert_equal};

#[test]
fn every_named_case_equals_the_reference_with_all_gradients() {
    for dtype in [DType::F32, DType::F64] {
        for case in CASES {
            assert_agrees(case, dtype);
        }
    }
}

#[test]
fn two_hundred_random_cases_equal_the_reference_with_all_gradients() {
    for case in (30_000..30_200).map(random_case) {
        assert_agrees(&case, DType::F64);
    }
}

#[test]
fn an_untracked_input_gets_no_gradient() {
    for case in CASES.iter().take(10) {
        let oracle = Oracle::integers(case, DType::F32);
        let data = oracle.input.detach();
        let y = device::conv2d(&data, &oracle.weight, None, &case.options).unwrap();
        let gradients = y.sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&data).is_none(), "{case}");
        assert!(gradients.get(&oracle.weight).is_some(), "{case}");
    }
}

#[test]
fn bad_shapes_are_the_same_errors_as_on_the_cpu() {
    let case = &CASES[0];
    let oracle = Oracle::integers(case, DType::F32);
    let message = |result: corr2d::Result<candle_core::Tensor>| result.unwrap_err().to_string();
    // The input as a kernel for the kernel: too large.
    let got = message(device::conv2d(&oracle.weight, &oracle.input, None, &case.options));
    assert_eq!(got, message(corr2d::conv2d(&oracle.weight, &oracle.input, None, &case.options)));
}

fn assert_agrees(case: &Case, dtype: DType) {
    let oracle = Oracle::integers(case, dtype);
    let label = format!("{dtype:?}, {case}");
    let (x, w, b) = (&oracle.input, &oracle.weight, &oracle.bias);
    let plain = device::conv2d(x, w, None, &case.options).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_equal(&plain, &oracle.output_without_bias, &label);
    let y = device::conv2d(x, w, Some(b), &case.options).unwrap();
    assert_equal(&y, &oracle.output, &label);
    let gradients = (y * &oracle.output_gradient).unwrap().sum_all().unwrap().backward();
    let gradients = gradients.unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_equal(gradients.get(x).unwrap(), &oracle.input_gradient, &format!("input gradient, {label}"));
    assert_equal(gradients.get(w).unwrap(), &oracle.weight_gradient, &format!("weight gradient, {label}"));
    assert_equal(gradients.get(b).unwrap(), &oracle.bias_gradient, &format!("bias gradient, {label}"));
}
