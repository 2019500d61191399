//! On candle tensors: every dtype, every layout, both engines, the layers.

use candle_core::{DType, Tensor, Var};
use candle_nn::Module;
use corr2d::{AvgPool2d, MaxPool2d, Pool2dOptions, avg_pool2d, by_candle, max_pool2d};

use super::cases::{Pooled, named, random};
use crate::tensors::oracle::{assert_equal, tensor};

type Function = fn(&Tensor, &Pool2dOptions) -> corr2d::Result<Tensor>;

#[test]
fn every_case_is_exact_in_every_dtype_with_its_gradient() {
    for case in named().iter().chain(&random()) {
        for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16] {
            assert_agrees(case, dtype, max_pool2d, avg_pool2d);
        }
    }
}

#[test]
fn every_case_is_exact_by_candle_with_its_gradient() {
    let few_windows = |case: &&Pooled| case.g.len() < 2000;
    for case in named().iter().chain(&random()).filter(few_windows) {
        for dtype in [DType::F32, DType::F64, DType::F16] {
            assert_agrees(case, dtype, by_candle::max_pool2d, by_candle::avg_pool2d);
        }
    }
}

fn assert_agrees(case: &Pooled, dtype: DType, max: Function, average: Function) {
    let of = |numbers: &[f64], shape: [usize; 4]| tensor(numbers, &shape).to_dtype(dtype).unwrap();
    let results =
        [("maxima", max, &case.max, &case.max_gradient), ("averages", average, &case.average, &case.average_gradient)];
    for (what, pool, y, gradient) in results {
        let label = format!("{what}, {dtype:?}, {}", case.name);
        let x = Var::from_tensor(&of(&case.x, case.input())).unwrap();
        let got = pool(&x, &case.options).unwrap_or_else(|error| panic!("{label}: {error}"));
        assert_equal(&got, &of(y, case.output()), &label);
        let gradients = (got * of(&case.g, case.output())).unwrap().sum_all().unwrap().backward().unwrap();
        assert_equal(gradients.get(&x).unwrap(), &of(gradient, case.input()), &format!("gradient of {label}"));
    }
}

#[test]
fn views_give_the_same_bits() {
    for case in named().into_iter().filter(|case| !case.x.is_empty()) {
        let x = tensor(&case.x, &case.input());
        let turned = x.transpose(2, 3).unwrap().contiguous().unwrap().transpose(2, 3).unwrap();
        let behind = Tensor::cat(&[&x, &x], 1).unwrap().narrow(1, case.input()[1], case.input()[1]).unwrap();
        for view in [turned, behind] {
            let y = max_pool2d(&view, &case.options).unwrap();
            assert_equal(&y, &tensor(&case.max, &case.output()), &format!("maxima of {}", case.name));
            let variable = Var::from_tensor(&x).unwrap();
            let through = variable.transpose(2, 3).unwrap().contiguous().unwrap().transpose(2, 3).unwrap();
            let y = max_pool2d(&through, &case.options).unwrap();
            // The gradient of a transposed result arrives transposed.
            let g = tensor(&case.g, &case.output()).transpose(2, 3).unwrap();
            let gradients = (y.transpose(2, 3).unwrap() * g).unwrap().sum_all().unwrap().backward().unwrap();
            let want = tensor(&case.max_gradient, &case.input());
            assert_equal(gradients.get(&variable).unwrap(), &want, &format!("gradient of {}", case.name));
            let y = avg_pool2d(&view, &case.options).unwrap();
            assert_equal(&y, &tensor(&case.average, &case.output()), &format!("averages of {}", case.name));
        }
    }
}

#[test]
fn an_untracked_input_gets_no_gradient() {
    let x = tensor(&[1f32, 2.0, 3.0, 4.0, 5.0, 6.0], &[1, 1, 2, 3]);
    let options = Pool2dOptions { window: (2, 1), ..Default::default() };
    for pool in [max_pool2d as Function, avg_pool2d, by_candle::max_pool2d, by_candle::avg_pool2d] {
        assert!(!pool(&x, &options).unwrap().track_op());
        let scale = Var::new(2f32, x.device()).unwrap();
        let gradients =
            pool(&x, &options).unwrap().broadcast_mul(&scale).unwrap().sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&x).is_none());
    }
}

#[test]
fn layers_compute_what_the_functions_compute() {
    for case in named() {
        let x = tensor(&case.x, &case.input());
        let y = MaxPool2d::new(case.options).forward(&x).unwrap();
        assert_equal(&y, &tensor(&case.max, &case.output()), &case.name);
        let y = AvgPool2d::new(case.options).forward(&x).unwrap();
        assert_equal(&y, &tensor(&case.average, &case.output()), &case.name);
    }
}
