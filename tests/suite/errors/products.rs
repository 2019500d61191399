//! Bad calls of products with Jacobian and Hessian, where candle cuts gradients off the graph.

use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::{hvp, hvp_approximate, jvp, jvp_by_rows, value_and_grad, vjp};

use super::{Call, call, of, zeros};

pub(super) fn calls() -> Vec<Call> {
    let squares = |t: &[Tensor]| Ok(t[0].sqr()?);
    let sum_of_squares = |t: &[Tensor]| Ok(t[0].sqr()?.sum_all()?);
    let cotangent = move |name, u: &'static [usize], dtype| {
        call(name, move || vjp(squares, &[zeros(&[2, 3])])?.1.product(&of(u, dtype)))
    };
    let by_rows = move |name, tangents: &'static [&'static [usize]]| {
        let tangents: Vec<Tensor> = tangents.iter().map(|shape| zeros(shape)).collect();
        call(name, move || jvp_by_rows(squares, &[zeros(&[2, 3])], &tangents))
    };
    let approximate = move |name, dtype, step| {
        call(name, move || hvp_approximate(sum_of_squares, &[of(&[2], dtype)], &[of(&[2], dtype)], step))
    };
    vec![
        cotangent("vjp: a cotangent of another shape", &[3, 2], DType::F32),
        cotangent("vjp: a cotangent of another dtype", &[2, 3], DType::F64),
        call("vjp: an argument that is not used", move || {
            vjp(squares, &[zeros(&[2]), zeros(&[3])])?.1.product(&zeros(&[2]))
        }),
        call("vjp: an argument computed from a variable", move || {
            vjp(squares, &[Var::new(1f32, &Device::Cpu)?.affine(2.0, 0.0)?])
        }),
        call("vjp: in a function that is differentiated", move || {
            let (_, pullback) = vjp(squares, &[zeros(&[])])?;
            value_and_grad(|u| Ok(pullback.product(&u[0])?[0].clone()), &[zeros(&[])])
        }),
        call("jvp: without the graph", move || jvp(squares, &[zeros(&[2])], &[zeros(&[2])])),
        call("hvp: without the graph", move || hvp(sum_of_squares, &[zeros(&[2])], &[zeros(&[2])])),
        by_rows("jvp_by_rows: no tangent", &[]),
        by_rows("jvp_by_rows: a tangent too many", &[&[2, 3], &[2, 3]]),
        by_rows("jvp_by_rows: a tangent of another shape", &[&[3, 2]]),
        call("jvp_by_rows: no argument", || jvp_by_rows(|_| Ok(zeros(&[2])), &[], &[])),
        call("hvp_approximate: more than one number", move || {
            hvp_approximate(squares, &[zeros(&[2])], &[zeros(&[2])], 0.5)
        }),
        approximate("hvp_approximate: no step", DType::F64, 0.0),
        approximate("hvp_approximate: a step that is NaN", DType::F64, f64::NAN),
        approximate("hvp_approximate: half precision", DType::BF16, 0.5),
    ]
}
