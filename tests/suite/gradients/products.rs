//! Products with Jacobian and Hessian: against central differences, and against each other.
//!
//! ```text
//! ⟨u, Jv⟩ = ⟨Jᵀu, v⟩        ⟨u, Hv⟩ = ⟨Hu, v⟩
//! ```

use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::{Pullback, hvp, hvp_approximate, jvp, jvp_by_rows, value_and_grad, vjp};
use corr2d::{Conv2dOptions, Error, Initializer, Padding, conv2d};

use super::process::{with_the_graph_cut, with_the_graph_kept};
use crate::tensors::oracle::values;

/// How far two numbers of f64 that are equal in theory may be apart, for each unit of the larger.
const ROUNDING: f64 = 1e-12;

/// The step of central differences, and what is left of their error.
const STEP: f64 = 1e-5;
const OF_DIFFERENCES: f64 = 1e-8;

/// A layer between nonlinearities, at a point, with a direction for each argument.
struct Network {
    name: &'static str,
    options: Conv2dOptions,
    /// x, weight and bias.
    point: [Tensor; 3],
}

/// A product that a function which is being differentiated makes.
type Inside = fn(&Pullback, &[Tensor]) -> corr2d::Result<Tensor>;

/// Strides, dilations, paddings that differ between the axes, groups, and all of them.
fn networks() -> Vec<Network> {
    let plain = Conv2dOptions::default();
    let padding = Padding::Explicit { top: 2, bottom: 0, left: 1, right: 3 };
    let all = Conv2dOptions { stride: (3, 2), dilation: (2, 1), groups: 2, padding, ..plain };
    let network = |name, x: [usize; 4], weight: [usize; 4], options| {
        let seed = x.iter().chain(&weight).fold(0, |seed, size| 31 * seed + *size as u64);
        let point = [draw(&x, seed), draw(&weight, seed + 1), draw(&weight[..1], seed + 2)];
        Network { name, options, point }
    };
    vec![
        network("plain", [1, 2, 4, 5], [3, 2, 2, 3], plain),
        network("stride", [2, 2, 6, 5], [2, 2, 3, 2], Conv2dOptions { stride: (2, 3), ..plain }),
        network("dilation", [1, 2, 7, 6], [2, 2, 3, 2], Conv2dOptions { dilation: (2, 3), ..plain }),
        network("groups", [1, 4, 4, 5], [6, 2, 3, 2], Conv2dOptions { groups: 2, ..plain }),
        network("depthwise", [2, 3, 4, 5], [3, 1, 2, 2], Conv2dOptions { groups: 3, ..plain }),
        network("everything", [2, 4, 7, 6], [4, 2, 3, 2], all),
    ]
}

impl Network {
    /// tanh(conv2d(sin x, exp w) + b)²: no argument enters linearly.
    fn maps(&self, t: &[Tensor]) -> corr2d::Result<Tensor> {
        Ok(conv2d(&t[0].sin()?, &t[1].exp()?, Some(&t[2]), &self.options)?.affine(0.2, 0.0)?.tanh()?.sqr()?)
    }

    /// One number of them.
    fn loss(&self, t: &[Tensor]) -> corr2d::Result<Tensor> {
        let maps = self.maps(t)?;
        let weights = draw(maps.dims(), 99);
        Ok((maps * weights)?.sum_all()?)
    }

    /// A direction for each argument.
    fn directions(&self, seed: u64) -> [Tensor; 3] {
        let mut seed = seed;
        self.point.each_ref().map(|argument| {
            seed += 1;
            draw(argument.dims(), seed)
        })
    }

    /// The point, moved along directions.
    fn moved(&self, directions: &[Tensor; 3], by: f64) -> [Tensor; 3] {
        std::array::from_fn(|index| (&self.point[index] + (&directions[index] * by).unwrap()).unwrap())
    }
}

#[test]
fn vjp_agrees_with_central_differences() {
    for network in networks() {
        let (_, pullback) = vjp(|t| network.maps(t), &network.point).unwrap();
        let [u, v] = directions(&network);
        let cotangent = draw_like(&network.maps(&network.point).unwrap(), 7);
        for directions in [u, v] {
            let product = pullback.product(&cotangent).unwrap();
            let change = |by| inner(&network.maps(&network.moved(&directions, by)).unwrap(), &cotangent);
            let measured = (change(STEP) - change(-STEP)) / (2.0 * STEP);
            assert_close(inner_all(&product, &directions), measured, OF_DIFFERENCES, network.name);
        }
    }
}

#[test]
fn vjp_of_ones_is_the_gradient_bit_for_bit_and_the_pullback_serves_any_cotangent() {
    for network in networks() {
        let (value, pullback) = vjp(|t| network.maps(t), &network.point).unwrap();
        assert_eq!(values(&value), values(&network.maps(&network.point).unwrap()), "{}", network.name);
        let of_sum = value_and_grad(|t| Ok(network.maps(t)?.sum_all()?), &network.point).unwrap().1;
        let ones = value.ones_like().unwrap();
        assert_same_bits(&pullback.product(&ones).unwrap(), &of_sum, network.name);
        // A power of two scales every product and sum without rounding.
        let four_times: Vec<Tensor> = of_sum.iter().map(|gradient| (gradient * 4.0).unwrap()).collect();
        assert_same_bits(&pullback.product(&(ones * 4.0).unwrap()).unwrap(), &four_times, network.name);
    }
}

/// The gradient of a squared error is Jᵀr, with the residual r = f(x) − target.
#[test]
fn a_cotangent_computed_from_the_value_is_a_constant() {
    for network in networks() {
        let target = network.maps(&network.point).unwrap().cos().unwrap();
        let (value, pullback) = vjp(|t| network.maps(t), &network.point).unwrap();
        let residual = (value - &target).unwrap();
        assert!(residual.track_op(), "it is in the graph");
        let product = pullback.product(&residual).unwrap();
        let error = |t: &[Tensor]| Ok(((network.maps(t)? - &target)?.sqr()?.sum_all()? * 0.5)?);
        let (_, gradients) = value_and_grad(error, &network.point).unwrap();
        assert_same_bits(&product, &gradients, network.name);
    }
}

#[test]
fn a_cotangent_that_is_not_finite_spoils_what_depends_on_it_alone() {
    // y = corr2d(x, k) with k = [1, −1]: x_j reaches y_{j−1} and y_j.
    let x = Tensor::new(&[[1f32, 2.0, 4.0, 8.0, 16.0]], &Device::Cpu).unwrap();
    let k = Tensor::new(&[[1f32, -1.0]], &Device::Cpu).unwrap();
    let (_, pullback) = vjp(|x| corr2d::corr2d(&x[0], &k), &[x]).unwrap();
    let product = pullback.product(&Tensor::new(&[[1f32, 1.0, 1.0, f32::NAN]], &Device::Cpu).unwrap()).unwrap();
    let product = values(&product[0]);
    assert_eq!(product[..3], [1.0, 0.0, 0.0]);
    assert!(product[3].is_nan() && product[4].is_nan(), "{product:?}");
}

#[test]
fn jvp_by_rows_agrees_with_central_differences_and_is_adjoint_to_vjp() {
    for network in networks() {
        assert_jvp(&network, jvp_by_rows(|t| network.maps(t), &network.point, &directions(&network)[1]));
    }
}

#[test]
fn jvp_agrees_with_central_differences_and_is_adjoint_to_vjp() {
    with_the_graph_kept("gradients::products::jvp_agrees_with_central_differences_and_is_adjoint_to_vjp", || {
        for network in networks() {
            assert_jvp(&network, jvp(|t| network.maps(t), &network.point, &directions(&network)[1]));
        }
    });
}

fn assert_jvp(network: &Network, answer: corr2d::Result<(Tensor, Tensor)>) {
    let (value, product) = answer.unwrap_or_else(|error| panic!("{}: {error}", network.name));
    let [_, tangents] = directions(network);
    assert_eq!(values(&value), values(&network.maps(&network.point).unwrap()), "{}", network.name);
    assert_eq!(product.dims(), value.dims(), "{}", network.name);

    let at = |by| network.maps(&network.moved(&tangents, by)).unwrap();
    let measured = ((at(STEP) - at(-STEP)).unwrap() * (0.5 / STEP)).unwrap();
    for (computed, measured) in values(&product).into_iter().zip(values(&measured)) {
        assert_close(computed, measured, OF_DIFFERENCES, network.name);
    }

    let (_, pullback) = vjp(|t| network.maps(t), &network.point).unwrap();
    let cotangent = draw_like(&value, 5);
    let transposed = inner_all(&pullback.product(&cotangent).unwrap(), &tangents);
    assert_close(inner(&product, &cotangent), transposed, ROUNDING, network.name);
}

#[test]
fn hvp_agrees_with_central_differences_and_is_symmetric() {
    with_the_graph_kept("gradients::products::hvp_agrees_with_central_differences_and_is_symmetric", || {
        for network in networks() {
            let product = |directions: &[Tensor; 3]| hvp(|t| network.loss(t), &network.point, directions).unwrap();
            let [u, v] = directions(&network);
            let ((value, of_u), (_, of_v)) = (product(&u), product(&v));
            assert_eq!(values(&value), values(&network.loss(&network.point).unwrap()), "{}", network.name);
            assert_close(inner_all(&of_u, &v), inner_all(&of_v, &u), ROUNDING, network.name);

            let gradient_at = |by| value_and_grad(|t| network.loss(t), &network.moved(&v, by)).unwrap().1;
            let (ahead, behind) = (gradient_at(STEP), gradient_at(-STEP));
            for (index, computed) in of_v.iter().enumerate() {
                let measured = ((&ahead[index] - &behind[index]).unwrap() * (0.5 / STEP)).unwrap();
                for (computed, measured) in values(computed).into_iter().zip(values(&measured)) {
                    assert_close(computed, measured, OF_DIFFERENCES, &format!("{}, argument {index}", network.name));
                }
            }

            let (_, approximate) = hvp_approximate(|t| network.loss(t), &network.point, &v, STEP).unwrap();
            for (exact, approximate) in of_v.iter().zip(&approximate) {
                for (exact, approximate) in values(exact).into_iter().zip(values(approximate)) {
                    assert_close(approximate, exact, OF_DIFFERENCES, network.name);
                }
            }
        }
    });
}

/// The squared error of a layer is quadratic in its weight, so that differences have no error of their own.
#[test]
fn hvp_by_differences_of_a_quadratic_function_is_exact_at_a_long_step() {
    let integers = |tensor: &Tensor| (tensor * 4.0).unwrap().round().unwrap();
    for network in networks() {
        let [x, weight, bias] = network.point.each_ref().map(integers);
        let error = |t: &[Tensor]| Ok(conv2d(&x, &t[0], Some(&bias), &network.options)?.sqr()?.sum_all()?);
        let v = integers(&draw(weight.dims(), 3));
        let (_, product) = hvp_approximate(error, &[weight], std::slice::from_ref(&v), 0.5).unwrap();
        // H = 2 · JᵀJ, and Jv is the layer without bias under v.
        let along = (conv2d(&x, &v, None, &network.options).unwrap() * 2.0).unwrap();
        let (_, pullback) = vjp(|t| conv2d(&x, &t[0], None, &network.options), &[v]).unwrap();
        assert_eq!(values(&product[0]), values(&pullback.product(&along).unwrap()[0]), "{}", network.name);
    }
}

#[test]
fn what_differentiates_a_gradient_is_an_error_where_candle_cuts_it_off() {
    with_the_graph_cut(
        "gradients::products::what_differentiates_a_gradient_is_an_error_where_candle_cuts_it_off",
        || {
            let x = [Tensor::new(&[2f64, 3.0], &Device::Cpu).unwrap()];
            let error = jvp(|x| Ok(x[0].sqr()?), &x, &x).unwrap_err();
            assert!(matches!(error, Error::GraphNotKept { function: "jvp", otherwise: "jvp_by_rows" }), "{error}");
            let error = hvp(|x| Ok(x[0].sqr()?.sum_all()?), &x, &x).unwrap_err();
            assert!(matches!(error, Error::GraphNotKept { function: "hvp", otherwise: "hvp_approximate" }), "{error}");

            // Inside a function that is differentiated each of them would lose a factor.
            let (_, pullback) = vjp(|x| Ok(x[0].sqr()?), &x).unwrap();
            let inside: [Inside; 3] = [
                |pullback, x| Ok(pullback.product(&x[0])?[0].sum_all()?),
                |_, x| Ok(jvp_by_rows(|x| Ok(x[0].sqr()?), x, x)?.1.sum_all()?),
                |_, x| Ok(hvp_approximate(|x| Ok(x[0].sqr()?.sum_all()?), x, x, 0.5)?.1[0].sum_all()?),
            ];
            for product in inside {
                let error = value_and_grad(|x| product(&pullback, x), &x).unwrap_err();
                assert!(matches!(error, Error::GradientCutOff), "{error}");
            }
        },
    );
}

#[test]
fn products_inside_a_differentiated_function_are_differentiated_where_the_graph_is_kept() {
    let name =
        "gradients::products::products_inside_a_differentiated_function_are_differentiated_where_the_graph_is_kept";
    with_the_graph_kept(name, || {
        // f = Σ x³: Jᵀ1 = 3x², Jx = 3x³, Hx = 6x², whose sums have the derivatives 6x, 9x² and 12x.
        let cubes = |x: &[Tensor]| Ok((x[0].sqr()? * &x[0])?);
        let x = [Tensor::new(&[2f64, 3.0], &Device::Cpu).unwrap()];
        let slope = |product: &dyn Fn(&[Tensor]) -> corr2d::Result<Tensor>| {
            values(&value_and_grad(|x| Ok(product(x)?.sum_all()?), &x).unwrap().1[0])
        };
        let ones = x[0].ones_like().unwrap();
        assert_eq!(slope(&|x| Ok(vjp(cubes, x)?.1.product(&ones)?[0].clone())), [12.0, 18.0]);
        assert_eq!(slope(&|x| Ok(jvp(cubes, x, x)?.1)), [36.0, 81.0]);
        assert_eq!(slope(&|x| Ok(jvp_by_rows(cubes, x, x)?.1)), [36.0, 81.0]);
        assert_eq!(slope(&|x| Ok(hvp(|x| Ok(cubes(x)?.sum_all()?), x, x)?.1[0].clone())), [24.0, 36.0]);
    });
}

#[test]
fn a_product_by_an_argument_that_is_not_used_is_an_error() {
    let [a, b] = [2f64, 3.0].map(|value| Tensor::new(value, &Device::Cpu).unwrap());
    let forgets = |t: &[Tensor]| Ok(t[0].sqr()?);
    let both = [a.clone(), b];
    let missing =
        |error: Error| assert!(matches!(&error, Error::MissingGradient { name } if name == "argument 1"), "{error}");
    missing(vjp(forgets, &both).unwrap().1.product(&a).unwrap_err());
    missing(jvp_by_rows(forgets, &both, &both).unwrap_err());
    missing(hvp_approximate(forgets, &both, &both, 0.5).unwrap_err());
}

/// Candle does not tell a second derivative of zero from one that was lost.
#[test]
fn the_hessian_of_a_linear_function_is_an_error() {
    with_the_graph_kept("gradients::products::the_hessian_of_a_linear_function_is_an_error", || {
        let x = [Tensor::new(&[2f64, 3.0], &Device::Cpu).unwrap()];
        let error = hvp(|x| Ok(x[0].affine(2.0, 0.0)?.sum_all()?), &x, &x).unwrap_err();
        let name = "argument 0 of the gradient";
        assert!(matches!(&error, Error::MissingGradient { name: found } if found == name), "{error}");
    });
    let x = [Tensor::new(&[2f64, 3.0], &Device::Cpu).unwrap()];
    let (_, product) = hvp_approximate(|x| Ok(x[0].affine(2.0, 0.0)?.sum_all()?), &x, &x, 0.5).unwrap();
    assert_eq!(values(&product[0]), [0.0, 0.0]);
}

#[test]
fn variables_count_every_way_in_which_a_function_reaches_them() {
    let w = Var::new(3f64, &Device::Cpu).unwrap();
    let argument = [w.as_tensor().clone()];
    // w² through the argument and through the capture.
    let (_, pullback) = vjp(|t| Ok((&t[0] * w.as_tensor())?), &argument).unwrap();
    let one = Tensor::new(1f64, &Device::Cpu).unwrap();
    assert_eq!(values(&pullback.product(&one).unwrap()[0]), [6.0]);
    let (_, slope) = jvp_by_rows(|t| Ok((&t[0] * w.as_tensor())?), &argument, &[one]).unwrap();
    assert_eq!(values(&slope), [6.0]);
}

#[test]
fn half_precision_is_multiplied_and_summed_as_the_gradients_are() {
    for dtype in [DType::F16, DType::BF16] {
        let x = Tensor::new(&[[1f32, 2.0, 4.0]], &Device::Cpu).unwrap().to_dtype(dtype).unwrap();
        let k = Tensor::new(&[[1f32, -1.0]], &Device::Cpu).unwrap().to_dtype(dtype).unwrap();
        let tangents = [x.clone(), k.clone()];
        // y is bilinear, so that along (x, k) itself it grows twice as fast as it is large.
        let (value, product) = jvp_by_rows(|t| corr2d::corr2d(&t[0], &t[1]), &tangents, &tangents).unwrap();
        assert_eq!(product.dtype(), dtype);
        assert_eq!(values(&product), values(&(value * 2.0).unwrap()), "{dtype:?}");
    }
}

/// u and v.
fn directions(network: &Network) -> [[Tensor; 3]; 2] {
    [network.directions(1_000), network.directions(2_000)]
}

fn draw(shape: &[usize], seed: u64) -> Tensor {
    Initializer::Uniform { low: -1.0, high: 1.0 }.draw(shape, seed, DType::F64, &Device::Cpu).unwrap()
}

fn draw_like(tensor: &Tensor, seed: u64) -> Tensor {
    draw(tensor.dims(), seed)
}

fn inner(a: &Tensor, b: &Tensor) -> f64 {
    values(a).iter().zip(values(b)).map(|(a, b)| a * b).sum()
}

fn inner_all(a: &[Tensor], b: &[Tensor]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| inner(a, b)).sum()
}

fn assert_close(computed: f64, measured: f64, tolerance: f64, label: &str) {
    // Written so that a NaN on either side fails.
    assert!((computed - measured).abs() <= tolerance * (1.0 + measured.abs()), "{label}: {computed}, not {measured}");
}

fn assert_same_bits(got: &[Tensor], want: &[Tensor], label: &str) {
    let bits = |tensors: &[Tensor]| -> Vec<Vec<u64>> {
        tensors.iter().map(|tensor| values(tensor).iter().map(|value| value.to_bits()).collect()).collect()
    };
    assert_eq!(bits(got), bits(want), "{label}");
}
