//! Gradients beside central differences, and gradients of gradients.

use candle_core::{Tensor, Var};
use corr2d::autograd::{Gradcheck, gradcheck};
use corr2d::{Pool2dOptions, avg_pool2d, by_candle, max_pool2d};

use super::cases::{Pooled, small};
use crate::gradients::process::with_the_graph_kept;
use crate::tensors::oracle::{assert_equal, tensor};

type Function = fn(&Tensor, &Pool2dOptions) -> corr2d::Result<Tensor>;

const POOLINGS: [(&str, Function); 4] = [
    ("max_pool2d", max_pool2d),
    ("avg_pool2d", avg_pool2d),
    ("max_pool2d by candle", by_candle::max_pool2d),
    ("avg_pool2d by candle", by_candle::avg_pool2d),
];

#[test]
fn gradcheck_passes_in_f64() {
    for case in small() {
        for (name, pool) in POOLINGS {
            let compared = gradcheck(|t| pool(&t[0], &case.options), &[no_two_alike(&case)], &Gradcheck::default());
            let compared = compared.unwrap_or_else(|error| panic!("{name} of {}: {error}", case.name));
            assert_eq!(compared, case.g.len() * case.x.len(), "{name} of {}", case.name);
        }
    }
}

/// For f = Σ y³ the gradient is g = P*(3y²), and that of ⟨g, u⟩ is P*(6y · P(u)) where P is linear, or is so near x.
#[test]
fn second_order_is_that_of_a_linear_function() {
    with_the_graph_kept("pooling::gradients::second_order_is_that_of_a_linear_function", || {
        for case in small() {
            for (name, pool) in POOLINGS {
                let x = Var::from_tensor(&no_two_alike(&case)).unwrap();
                let y = pool(&x, &case.options).unwrap();
                let first = (y.sqr().unwrap() * &y).unwrap().sum_all().unwrap().backward().unwrap();
                let direction = tensor(&case.x, &case.input());
                let slope = (first.get(&x).unwrap() * &direction).unwrap().sum_all().unwrap();
                let second = slope.backward().unwrap().get(&x).unwrap().clone();

                // By first derivatives alone: y changes by P(u) along u.
                let step = 1e-4;
                let gradient_at = |by: f64| {
                    let moved =
                        Var::from_tensor(&(x.as_detached_tensor() + (&direction * by).unwrap()).unwrap()).unwrap();
                    let y = pool(&moved, &case.options).unwrap();
                    let gradients = (y.sqr().unwrap() * &y).unwrap().sum_all().unwrap().backward().unwrap();
                    gradients.get(&moved).unwrap().detach()
                };
                let measured = ((gradient_at(step) - gradient_at(-step)).unwrap() / (2.0 * step)).unwrap();
                let difference = (second.detach() - &measured).unwrap().abs().unwrap().max_all().unwrap();
                let difference = difference.to_scalar::<f64>().unwrap();
                assert!(difference < 1e-5, "{name} of {}: {difference}", case.name);
            }
        }
    });
}

#[test]
fn third_order_is_reached_through_gathers_and_scatters() {
    with_the_graph_kept("pooling::gradients::third_order_is_reached_through_gathers_and_scatters", || {
        for (name, pool) in POOLINGS {
            let options = Pool2dOptions { window: (1, 1), ..Default::default() };
            let x = Var::from_tensor(&tensor(&[5f64, -2.0], &[1, 1, 1, 2])).unwrap();
            let y = pool(&x, &options).unwrap();
            let mut derivative = (y.sqr().unwrap() * &y).unwrap();
            for want in [[75.0, 12.0], [30.0, -12.0], [6.0, 6.0]] {
                derivative = derivative.sum_all().unwrap().backward().unwrap().get(&x).unwrap().clone();
                assert_equal(&derivative.detach(), &tensor(&want, &[1, 1, 1, 2]), name);
            }
        }
    });
}

/// Where two maxima are equal there is no gradient to measure: numbers 0.1 apart, in an order that jumps about.
fn no_two_alike(case: &Pooled) -> Tensor {
    let count = case.x.len();
    let in_common = |stride: usize| (2..=stride).any(|d| stride.is_multiple_of(d) && count.is_multiple_of(d));
    let stride = (2..).find(|stride| !in_common(*stride)).unwrap();
    let x: Vec<f64> = (0..count).map(|index| (index * stride % count) as f64 / 10.0 - 2.0).collect();
    tensor(&x, &case.input())
}
