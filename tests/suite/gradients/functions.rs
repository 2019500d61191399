//! gradcheck, value_and_grad and the look-up that does not stay silent.

use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::{Gradcheck, gradcheck, gradient, value_and_grad};
use corr2d::{Error, by_candle, conv2d};
use corr2d_cpu::Algorithm;
use corr2d_tests::{CASES, Case, Data};

use crate::tensors::oracle::{Oracle, assert_equal, tensor};

/// For f32: a correlation is linear in each argument, so that a long step costs nothing but rounding.
const LONG_STEP: Gradcheck = Gradcheck { step: 0.5, absolute: 1e-4, relative: 1e-4 };

#[test]
fn gradcheck_passes_in_f64() {
    for case in small_cases() {
        let inputs = reals(case, DType::F64);
        let of_conv2d = |t: &[Tensor]| conv2d(&t[0], &t[1], Some(&t[2]), &case.options);
        let compared =
            gradcheck(of_conv2d, &inputs, &Gradcheck::default()).unwrap_or_else(|error| panic!("{case}: {error}"));
        let elements: usize = inputs.iter().map(Tensor::elem_count).sum();
        let outputs = case.plan(Algorithm::Auto).unwrap().geometry().output_len();
        assert_eq!(compared, outputs * elements, "{case}");
    }
}

#[test]
fn gradcheck_passes_in_f32_with_a_long_step() {
    for case in small_cases() {
        let of_conv2d = |t: &[Tensor]| conv2d(&t[0], &t[1], Some(&t[2]), &case.options);
        gradcheck(of_conv2d, &reals(case, DType::F32), &LONG_STEP).unwrap_or_else(|error| panic!("{case}: {error}"));
    }
}

#[test]
fn gradcheck_passes_by_candle() {
    for case in small_cases() {
        let of_conv2d = |t: &[Tensor]| by_candle::conv2d(&t[0], &t[1], Some(&t[2]), &case.options);
        let outcome = gradcheck(of_conv2d, &reals(case, DType::F64), &Gradcheck::default());
        outcome.unwrap_or_else(|error| panic!("{case}: {error}"));
    }
}

#[test]
fn gradcheck_catches_a_gradient_scaled_by_1_01() {
    for case in small_cases() {
        // The value is that of y; the gradient is 1.01 times that of y.
        let scaled = |t: &[Tensor]| {
            let y = conv2d(&t[0], &t[1], Some(&t[2]), &case.options)?;
            let more = (&y * 1.01)?;
            Ok((y.detach() + (&more - more.detach())?)?)
        };
        for (dtype, check) in [(DType::F64, Gradcheck::default()), (DType::F32, LONG_STEP)] {
            let error = gradcheck(scaled, &reals(case, dtype), &check).unwrap_err();
            assert!(matches!(error, Error::WrongGradient { .. }), "{dtype:?}, {case}: {error}");
        }
    }
}

#[test]
fn gradcheck_catches_a_gradient_that_is_missing() {
    let x = tensor(&[1f64, 2.0, 3.0], &[1, 3]);
    let k = tensor(&[1f64, 2.0], &[1, 2]);
    let forgets_k = |t: &[Tensor]| corr2d::corr2d(&t[0], &t[1].detach());
    let error = gradcheck(forgets_k, &[x, k], &Gradcheck::default()).unwrap_err();
    assert!(matches!(error, Error::MissingGradient { .. }), "{error}");
}

#[test]
fn value_and_grad_gives_what_backward_gives() {
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F64);
        let arguments =
            [oracle.input.as_tensor(), oracle.weight.as_tensor(), oracle.bias.as_tensor()].map(Tensor::detach);
        let weighted = |t: &[Tensor]| {
            Ok((conv2d(&t[0], &t[1], Some(&t[2]), &case.options)? * &oracle.output_gradient)?.sum_all()?)
        };
        let (value, gradients) = value_and_grad(weighted, &arguments).unwrap();
        let want = (&oracle.output * &oracle.output_gradient).unwrap().sum_all().unwrap();
        assert_equal(&value, &want, &case.to_string());
        assert_equal(&gradients[0], &oracle.input_gradient, &case.to_string());
        assert_equal(&gradients[1], &oracle.weight_gradient, &case.to_string());
        assert_equal(&gradients[2], &oracle.bias_gradient, &case.to_string());
    }
}

#[test]
fn gradcheck_takes_variables_and_tensors_alike() {
    for case in small_cases() {
        let [x, weight, bias] = reals(case, DType::F64);
        let inputs = [x, Var::from_tensor(&weight).unwrap().into_inner(), bias];
        let of_conv2d = |t: &[Tensor]| conv2d(&t[0], &t[1], Some(&t[2]), &case.options);
        gradcheck(of_conv2d, &inputs, &Gradcheck::default()).unwrap_or_else(|error| panic!("{case}: {error}"));
    }
}

#[test]
fn value_and_grad_hands_a_variable_on_and_copies_a_tensor() {
    let variable = Var::new(3f64, &Device::Cpu).unwrap();
    let data = Tensor::new(5f64, &Device::Cpu).unwrap();
    let arguments = [variable.as_tensor().clone(), data.clone()];
    let product = |t: &[Tensor]| {
        assert_eq!(t[0].id(), variable.id());
        assert_ne!(t[1].id(), data.id());
        Ok((&t[0] * &t[1])?)
    };
    let (value, gradients) = value_and_grad(product, &arguments).unwrap();
    assert_eq!(value.to_scalar::<f64>().unwrap(), 15.0);
    assert_eq!(gradients.iter().map(|g| g.to_scalar::<f64>().unwrap()).collect::<Vec<_>>(), [5.0, 3.0]);
    // One tensor given twice is two arguments.
    let (_, gradients) = value_and_grad(|t| Ok((&t[0] * &t[1])?), &[data.clone(), data]).unwrap();
    assert_eq!(gradients.iter().map(|g| g.to_scalar::<f64>().unwrap()).collect::<Vec<_>>(), [5.0, 5.0]);
}

#[test]
fn an_argument_that_a_variable_went_into_is_an_error() {
    let argument = Var::new(3f64, &Device::Cpu).unwrap().affine(2.0, 0.0).unwrap();
    let square = |t: &[Tensor]| Ok(t[0].sqr()?);
    let error = value_and_grad(square, std::slice::from_ref(&argument)).unwrap_err();
    assert!(matches!(error, Error::NotALeaf { index: 0 }), "{error}");
    // What the message advises.
    let (value, gradients) = value_and_grad(square, &[argument.detach()]).unwrap();
    assert_eq!(value.to_scalar::<f64>().unwrap(), 36.0);
    assert_eq!(gradients[0].to_scalar::<f64>().unwrap(), 12.0);
}

#[test]
fn a_gradient_that_is_not_there_is_an_error_with_its_name() {
    let (used, unused) = (Var::new(2f64, &Device::Cpu).unwrap(), Var::new(5f64, &Device::Cpu).unwrap());
    let gradients = used.sqr().unwrap().backward().unwrap();
    assert_eq!(gradient(&gradients, &used, "used").unwrap().to_scalar::<f64>().unwrap(), 4.0);
    let error = gradient(&gradients, &unused, "unused").unwrap_err();
    assert!(matches!(&error, Error::MissingGradient { name } if name == "unused"), "{error}");
}

/// Cases whose every output can be differentiated by every input in a moment.
fn small_cases() -> Vec<&'static Case> {
    let small = |case: &&Case| {
        let geometry = *case.plan(Algorithm::Auto).unwrap().geometry();
        let inputs = geometry.input_len() + geometry.weight_len();
        (2..=80).contains(&geometry.output_len()) && inputs <= 150
    };
    let cases: Vec<_> = CASES.iter().filter(small).collect();
    assert!(cases.len() >= 10, "{} small cases", cases.len());
    cases
}

fn reals(case: &Case, dtype: DType) -> [Tensor; 3] {
    let shape = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
    let data = Data::<f64>::reals(case, shape);
    let of = |values: &[f64], shape: &[usize]| tensor(values, shape).to_dtype(dtype).unwrap();
    [of(&data.input, &case.input), of(&data.weight, &case.weight), of(&data.bias, &[case.weight[0]])]
}
