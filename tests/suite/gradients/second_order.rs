//! The gradient of a gradient.
//!
//! Candle cuts gradients off the graph unless an environment variable says otherwise, and reads it once in a thread. So
//! each test here runs itself again as a program of its own, with the variable set.
//!
//! ```text
//! s = ⟨∂x, u⟩ + ⟨∂w, v⟩ + ⟨∂b, t⟩   with ∂ the gradients of ⟨g, y(x, w) + b⟩
//! ```
//!
//! s is linear in each of x, w and g alone, so that central differences of a step as long as 1/2 have no error but
//! rounding.

use std::process::Command;

use candle_core::{Tensor, Var};
use corr2d::{Conv2dOptions, conv2d, device};
use corr2d_cpu::Algorithm;
use corr2d_tests::{CASES, Case, Data, Results};

use crate::tensors::oracle::{tensor, values};

const KEEP_GRAPH: &str = "CANDLE_GRAD_DO_NOT_DETACH";

/// conv2d or its like on another path.
type Convolve = fn(&Tensor, &Tensor, Option<&Tensor>, &Conv2dOptions) -> corr2d::Result<Tensor>;

#[test]
fn agrees_with_central_differences() {
    with_the_graph_kept("gradients::second_order::agrees_with_central_differences", || assert_second_order(conv2d));
}

#[test]
fn agrees_with_central_differences_on_the_device_path() {
    let name = "gradients::second_order::agrees_with_central_differences_on_the_device_path";
    with_the_graph_kept(name, || assert_second_order(device::conv2d));
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

/// Runs `body` in a process where candle keeps the graph of gradients: this test, started once more.
fn with_the_graph_kept(name: &str, body: impl FnOnce()) {
    if std::env::var_os(KEEP_GRAPH).is_some() {
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(KEEP_GRAPH, "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{name} is not the name of this test: {said}");
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
