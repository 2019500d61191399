//! Transposed convolutions and poolings as PyTorch computes them, exactly: all numbers of the fixtures are integers or
//! quotients that both round once. `fixtures/pytorch/pooling_and_transposed.py` makes them.

use candle_core::{Tensor, Var};
use corr2d::{ConvTranspose2dOptions, Padding, Pool2dOptions, avg_pool2d, by_candle, conv_transpose2d, max_pool2d};
use corr2d_tests::compare::assert_same;
use serde_json::Value;

use crate::tensors::oracle::{tensor, values};

#[test]
fn transposed_convolutions_are_those_of_pytorch_with_all_gradients() {
    for case in cases(include_str!("../../fixtures/pytorch/conv_transpose2d.json")) {
        for (engine, function) in
            [("conv_transpose2d", conv_transpose2d as Transposed), ("by candle", by_candle::conv_transpose2d)]
        {
            let options = ConvTranspose2dOptions {
                stride: case.pair("stride"),
                padding: case.padding(),
                output_padding: case.pair("output_padding"),
                dilation: case.pair("dilation"),
                groups: case.sizes("groups")[0],
                ..Default::default()
            };
            let bias = case.numbers("bias");
            let (x, weight) = (case.variable("x", "x_shape"), case.variable("weight", "weight_shape"));
            let b = Var::from_tensor(&tensor(&bias, &[bias.len()])).unwrap();
            let y =
                function(&x, &weight, Some(&b), &options).unwrap_or_else(|error| panic!("{}: {error}", case.name()));
            case.assert_is(engine, "y", &y, &case.sizes("y_shape"));
            let gradients = (y * case.tensor("g", "y_shape")).unwrap().sum_all().unwrap().backward().unwrap();
            case.assert_is(engine, "gx", gradients.get(&x).unwrap(), x.dims());
            case.assert_is(engine, "gw", gradients.get(&weight).unwrap(), weight.dims());
            case.assert_is(engine, "gb", gradients.get(&b).unwrap(), b.dims());
        }
    }
}

#[test]
fn maxima_are_those_of_pytorch_with_their_gradient() {
    let cases = cases(include_str!("../../fixtures/pytorch/max_pool2d.json"));
    assert!(cases.iter().any(|case| case.numbers("y").iter().any(|number| number.is_nan())), "a case has NaN");
    for case in cases {
        assert_pools(&case, "max_pool2d", max_pool2d);
        assert_pools(&case, "max_pool2d by candle", by_candle::max_pool2d);
    }
}

#[test]
fn averages_are_those_of_pytorch_with_their_gradient() {
    for case in cases(include_str!("../../fixtures/pytorch/avg_pool2d.json")) {
        assert_pools(&case, "avg_pool2d", avg_pool2d);
        assert_pools(&case, "avg_pool2d by candle", by_candle::avg_pool2d);
    }
}

type Transposed = fn(&Tensor, &Tensor, Option<&Tensor>, &ConvTranspose2dOptions) -> corr2d::Result<Tensor>;

fn assert_pools(case: &Case, engine: &str, pool: fn(&Tensor, &Pool2dOptions) -> corr2d::Result<Tensor>) {
    let flag = |name: &str| case.0[name].as_bool().unwrap();
    let options = Pool2dOptions {
        window: case.pair("window"),
        stride: Some(case.pair("stride")),
        padding: case.padding(),
        dilation: case.pair("dilation"),
        ceil_mode: flag("ceil_mode"),
        count_include_pad: flag("count_include_pad"),
    };
    let x = case.variable("x", "x_shape");
    let y = pool(&x, &options).unwrap_or_else(|error| panic!("{}: {error}", case.name()));
    case.assert_is(engine, "y", &y, &case.sizes("y_shape"));
    let gradients = (y * case.tensor("g", "y_shape")).unwrap().sum_all().unwrap().backward().unwrap();
    case.assert_is(engine, "gx", gradients.get(&x).unwrap(), x.dims());
}

struct Case(Value);

fn cases(json: &str) -> Vec<Case> {
    let Value::Array(cases) = serde_json::from_str(json).unwrap() else { panic!("a list of cases") };
    assert!(cases.len() >= 12, "{} cases", cases.len());
    cases.into_iter().map(Case).collect()
}

impl Case {
    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    fn sizes(&self, field: &str) -> Vec<usize> {
        let size = |value: &Value| value.as_u64().unwrap() as usize;
        match &self.0[field] {
            Value::Array(values) => values.iter().map(size).collect(),
            value => vec![size(value)],
        }
    }

    fn pair(&self, field: &str) -> (usize, usize) {
        let sizes = self.sizes(field);
        (sizes[0], sizes[1])
    }

    /// PyTorch pads both sides alike.
    fn padding(&self) -> Padding {
        let (rows, columns) = self.pair("padding");
        Padding::Explicit { top: rows, bottom: rows, left: columns, right: columns }
    }

    /// NaN is null.
    fn numbers(&self, field: &str) -> Vec<f64> {
        let numbers = self.0[field].as_array().unwrap();
        numbers.iter().map(|value| value.as_f64().unwrap_or(f64::NAN)).collect()
    }

    fn tensor(&self, field: &str, shape: &str) -> Tensor {
        tensor(&self.numbers(field), &self.sizes(shape))
    }

    fn variable(&self, field: &str, shape: &str) -> Var {
        Var::from_tensor(&self.tensor(field, shape)).unwrap()
    }

    fn assert_is(&self, engine: &str, field: &str, got: &Tensor, shape: &[usize]) {
        let label = format!("{field} of {} by {engine}", self.name());
        assert_eq!(got.dims(), shape, "{label}");
        // Which sign a zero has is left open.
        let unsigned = |numbers: Vec<f64>| numbers.into_iter().map(|number| number + 0.0).collect::<Vec<_>>();
        assert_same(&unsigned(values(got)), &unsigned(self.numbers(field)), shape, &label);
    }
}
