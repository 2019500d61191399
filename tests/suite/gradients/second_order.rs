//! The gradient of a gradient.
//!
//! Candle cuts gradients off the graph unless it is told otherwise before it starts: see `process`.
//!
//! ```text
//! s = ⟨∂x, u⟩ + ⟨∂w, v⟩ + ⟨∂b, t⟩   with ∂ the gradients of ⟨g, y(x, w) + b⟩
//! ```
//!
//! s is linear in each of x, w and g alone, so that central differences of a step as long as 1/2 have no error but
//! rounding.

use candle_core::{Tensor, Var};
use corr2d::autograd::{Gradcheck, gradcheck, value_and_grad};
use corr2d::{Conv2dOptions, Error, by_candle, conv2d};
use corr2d_cpu::Algorithm;
use corr2d_tests::{CASES, Case, Data, Results};

use super::process::{with_the_graph_cut, with_the_graph_kept};
use crate::tensors::oracle::{tensor, values};

/// conv2d or its like on another path.
type Convolve = fn(&Tensor, &Tensor, Option<&Tensor>, &Conv2dOptions) -> corr2d::Result<Tensor>;

#[test]
fn agrees_with_central_differences() {
    with_the_graph_kept("gradients::second_order::agrees_with_central_differences", || assert_second_order(conv2d));
}

#[test]
fn agrees_with_central_differences_by_candle() {
    let name = "gradients::second_order::agrees_with_central_differences_by_candle";
    with_the_graph_kept(name, || assert_second_order(by_candle::conv2d));
}

#[test]
fn third_order_of_a_bilinear_function_is_zero_or_its_coefficient() {
    let name = "gradients::second_order::third_order_of_a_bilinear_function_is_zero_or_its_coefficient";
    with_the_graph_kept(name, || {
        // y = x · w, so ∂³(y³) / ∂x³ = 6 w³.
        let variable = |value: f64| Var::from_tensor(&tensor(&[value], &[1, 1])).unwrap();
        let (x, w) = (variable(5.0), variable(2.0));
        let y = corr2d::corr2d(&x, &w).unwrap();
        let mut derivative = (y.sqr().unwrap() * &y).unwrap();
        for expected in [3.0 * 8.0 * 25.0, 6.0 * 8.0 * 5.0, 6.0 * 8.0] {
            derivative = derivative.sum_all().unwrap().backward().unwrap().get(&x).unwrap().clone();
            assert_eq!(values(&derivative), [expected]);
        }
    });
}

#[test]
fn a_gradient_inside_a_differentiated_function_is_differentiated() {
    let name = "gradients::second_order::a_gradient_inside_a_differentiated_function_is_differentiated";
    with_the_graph_kept(name, || {
        // f = x³: x · f′ = 3x³, whose derivative at 2 is 36; x · f″ = 6x², whose derivative is 24.
        for x in [tensor(&[2f64], &[]), Var::from_tensor(&tensor(&[2f64], &[])).unwrap().into_inner()] {
            let at = |function: fn(&[Tensor]) -> corr2d::Result<Tensor>| {
                let (value, gradients) = value_and_grad(function, std::slice::from_ref(&x)).unwrap();
                [values(&value)[0], values(&gradients[0])[0]]
            };
            assert_eq!(at(times_first_derivative), [24.0, 36.0]);
            assert_eq!(at(times_second_derivative), [24.0, 24.0]);
            let checked = gradcheck(times_first_derivative, std::slice::from_ref(&x), &Gradcheck::default());
            assert_eq!(checked.unwrap(), 1);
        }
    });
}

/// Without the error the outer gradient of the first were 28, not 36: candle keeps one of the factors of a product and cuts off the other.
#[test]
fn a_gradient_that_candle_would_cut_off_is_an_error() {
    with_the_graph_cut("gradients::second_order::a_gradient_that_candle_would_cut_off_is_an_error", || {
        let x = [tensor(&[2f64], &[])];
        for function in [times_first_derivative, times_second_derivative] {
            let error = value_and_grad(function, &x).unwrap_err();
            assert!(matches!(error, Error::GradientCutOff), "{error}");
            let error = gradcheck(function, &x, &Gradcheck::default()).unwrap_err();
            assert!(matches!(error, Error::GradientCutOff), "{error}");
        }
        // An error and a panic inside leave nothing behind.
        let panics = || value_and_grad(|_| panic!("inside"), &x).map(drop);
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        assert_eq!(values(&value_and_grad(cube, &x).unwrap().1[0]), [12.0]);
    });
}

fn cube(x: &[Tensor]) -> corr2d::Result<Tensor> {
    Ok((x[0].sqr()? * &x[0])?)
}

fn times_first_derivative(x: &[Tensor]) -> corr2d::Result<Tensor> {
    Ok((&x[0] * &value_and_grad(cube, x)?.1[0])?)
}

fn times_second_derivative(x: &[Tensor]) -> corr2d::Result<Tensor> {
    let derivative = |x: &[Tensor]| Ok(value_and_grad(cube, x)?.1[0].clone());
    Ok((&x[0] * &value_and_grad(derivative, x)?.1[0])?)
}

fn assert_second_order(convolve: Convolve) {
    let cases: Vec<_> = CASES.iter().filter(|case| is_small(case)).collect();
    assert!(cases.len() >= 20, "{} cases", cases.len());
    for case in cases {
        let point = point(case);
        let directions = Directions::of(case);
        let computed = second_gradients(convolve, case, &point, &directions);
        for (index, name) in ["x", "w", "g"].into_iter().enumerate() {
            let length = [&point.input, &point.weight, &point.output_gradient][index].len();
            for element in 0..length {
                let moved = |by: f64| {
                    let mut moved = point.clone();
                    [&mut moved.input, &mut moved.weight, &mut moved.output_gradient][index][element] += by;
                    directions.sum(case, &moved)
                };
                let measured = moved(0.5) - moved(-0.5);
                let computed = computed[index][element];
                let close = (computed - measured).abs() <= 1e-9 * (1.0 + measured.abs());
                assert!(close, "by element {element} of {name}: {computed}, measured {measured}, on {case}");
            }
        }
    }
}

/// ∂s/∂x, ∂s/∂w and ∂s/∂g through candle's graph.
fn second_gradients(convolve: Convolve, case: &Case, point: &Data<f64>, directions: &Directions) -> [Vec<f64>; 3] {
    let output_shape = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
    let variable = |values: &[f64], shape: &[usize]| Var::from_tensor(&tensor(values, shape)).unwrap();
    let x = variable(&point.input, &case.input);
    let w = variable(&point.weight, &case.weight);
    let b = variable(&point.bias, &[case.weight[0]]);
    let g = variable(&point.output_gradient, &output_shape);

    let y = convolve(&x, &w, Some(&b), &case.options).unwrap();
    let first = (y * g.as_tensor()).unwrap().sum_all().unwrap().backward().unwrap();
    let along = |variable: &Var, direction: &[f64]| {
        let direction = tensor(direction, variable.dims());
        (first.get(variable).unwrap() * direction).unwrap().sum_all().unwrap()
    };
    let s = along(&x, &directions.input) + along(&w, &directions.weight);
    let s = (s.unwrap() + along(&b, &directions.bias)).unwrap();
    let second = s.backward().unwrap();
    [&x, &w, &g].map(|variable| values(second.get(variable).unwrap()))
}

/// u, v and t.
struct Directions {
    input: Vec<f64>,
    weight: Vec<f64>,
    bias: Vec<f64>,
}

impl Directions {
    fn of(case: &Case) -> Self {
        let other = Case { name: format!("directions of {}", case.name).into(), ..case.clone() };
        let Data { input, weight, bias, .. } = self::point(&other);
        Self { input, weight, bias }
    }

    /// s, by the textbook loops.
    fn sum(&self, case: &Case, point: &Data<f64>) -> f64 {
        let gradients = Results::of(&case.plan(Algorithm::Reference).unwrap(), point).unwrap();
        let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        inner(&gradients.input_gradient, &self.input)
            + inner(&gradients.weight_gradient, &self.weight)
            + inner(&gradients.bias_gradient, &self.bias)
    }
}

fn point(case: &Case) -> Data<f64> {
    Data::reals(case, case.plan(Algorithm::Auto).unwrap().geometry().output_shape())
}

fn is_small(case: &Case) -> bool {
    let geometry = *case.plan(Algorithm::Auto).unwrap().geometry();
    case.input[0] > 0 && geometry.input_len() + geometry.weight_len() + geometry.output_len() <= 500
}
