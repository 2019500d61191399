//! Gradients beside central differences, and gradients of gradients.

use candle_core::{Tensor, Var};
use corr2d::autograd::{Gradcheck, gradcheck};
use corr2d::{ConvTranspose2dOptions, by_candle, conv_transpose2d};

use super::cases::{Transposed, small};
use crate::gradients::process::with_the_graph_kept;
use crate::tensors::oracle::{tensor, values};

type Function = fn(&Tensor, &Tensor, Option<&Tensor>, &ConvTranspose2dOptions) -> corr2d::Result<Tensor>;

#[test]
fn gradcheck_passes_in_f64_for_x_weight_and_bias() {
    for case in small() {
        for function in [conv_transpose2d as Function, by_candle::conv_transpose2d] {
            let transposed = |t: &[Tensor]| function(&t[0], &t[1], Some(&t[2]), &case.options);
            let compared = gradcheck(transposed, &inputs(&case), &Gradcheck::default());
            let compared = compared.unwrap_or_else(|error| panic!("{}: {error}", case.name));
            assert_eq!(compared, case.y.len() * (case.x.len() + case.w.len() + case.b.len()), "{}", case.name);
        }
    }
}

#[test]
fn second_order_agrees_with_central_differences() {
    let name = "transposed::gradients::second_order_agrees_with_central_differences";
    with_the_graph_kept(name, || small().iter().for_each(|case| assert_second_order(case, conv_transpose2d)));
}

#[test]
fn second_order_agrees_with_central_differences_by_candle() {
    let name = "transposed::gradients::second_order_agrees_with_central_differences_by_candle";
    with_the_graph_kept(name, || {
        small().iter().for_each(|case| assert_second_order(case, by_candle::conv_transpose2d))
    });
}

/// s = ⟨∂x, u⟩ + ⟨∂w, v⟩ with ∂ the gradients of ⟨y², 1⟩ / 2, so that s is a polynomial in x and w.
fn assert_second_order(case: &Transposed, function: Function) {
    let [x, w, b] = inputs(case);
    let slope = |t: &[Tensor]| -> corr2d::Result<Tensor> {
        let y = function(&t[0], &t[1], Some(&t[2]), &case.options)?;
        let first = (y.sqr()?.sum_all()? * 0.5)?.backward()?;
        let along = |tensor: &Tensor, from: &Tensor| -> corr2d::Result<Tensor> {
            Ok((corr2d::autograd::gradient(&first, tensor, "an argument")? * from.flip(&[0])?)?.sum_all()?)
        };
        Ok((along(&t[0], &x)? + along(&t[1], &w)?)?)
    };
    let variables = [&x, &w, &b].map(|tensor| Var::from_tensor(tensor).unwrap().into_inner());
    let second = slope(&variables).unwrap().backward().unwrap();
    for (index, variable) in variables.iter().enumerate() {
        let computed = values(second.get(variable).unwrap());
        // A few elements of each, from end to end.
        for element in (0..computed.len()).step_by(1 + computed.len() / 7) {
            let moved = |by: f64| {
                let mut numbers = values(variable);
                numbers[element] += by;
                let mut arguments = variables.clone().map(|argument| Var::from_tensor(&argument).unwrap().into_inner());
                arguments[index] = Var::from_tensor(&tensor(&numbers, variable.dims())).unwrap().into_inner();
                values(&slope(&arguments).unwrap())[0]
            };
            let measured = (moved(1e-4) - moved(-1e-4)) / 2e-4;
            let close = (computed[element] - measured).abs() <= 1e-4 * (1.0 + measured.abs());
            assert!(
                close,
                "{} by element {element} of argument {index}: {measured} measured, {}",
                case.name, computed[element]
            );
        }
    }
}

fn inputs(case: &Transposed) -> [Tensor; 3] {
    let real = |numbers: &[f64]| numbers.iter().map(|number| number / 8.0 + 0.1).collect::<Vec<f64>>();
    let bias = tensor(&real(&case.b), &[case.b.len()]);
    [tensor(&real(&case.x), &case.input), tensor(&real(&case.w), &case.weight), bias]
}
