//! The optimisers move weights as PyTorch's do. `fixtures/pytorch/optimizers.py` makes the numbers.

use candle_core::{Tensor, Var};
use candle_nn::Optimizer;
use corr2d::optim::{Adam, AdamOptions, Lbfgs, LbfgsOptions, Sgd, SgdOptions, WeightDecay};
use serde_json::Value;

use crate::tensors::oracle::{tensor, values};

/// Adam divides by roots: six steps of a few roundings each.
const RELATIVE: f64 = 1e-14;

#[test]
fn sgd_takes_the_weights_where_pytorch_does_to_the_last_bit() {
    let cases = cases("SGD");
    assert_eq!(cases.len(), 6);
    for case in cases {
        let options = SgdOptions {
            learning_rate: case.option("lr", 1e-3),
            momentum: case.option("momentum", 0.0),
            nesterov: case.0["options"]["nesterov"].as_bool().unwrap_or(false),
            weight_decay: case.option("weight_decay", 0.0),
        };
        case.assert_moves(|variables| Sgd::new(variables, options).unwrap(), 0.0);
    }
}

#[test]
fn adam_takes_the_weights_where_pytorch_does() {
    assert_adam("Adam", AdamOptions::default());
}

#[test]
fn adam_w_takes_the_weights_where_pytorch_does() {
    assert_adam("AdamW", AdamOptions::adam_w());
}

fn assert_adam(kind: &str, plain: AdamOptions) {
    let cases = cases(kind);
    assert_eq!(cases.len(), 4, "{kind}");
    for case in cases {
        let beta = |index: usize, otherwise| case.0["options"]["betas"][index].as_f64().unwrap_or(otherwise);
        let options = AdamOptions {
            learning_rate: case.option("lr", plain.learning_rate),
            beta1: beta(0, plain.beta1),
            beta2: beta(1, plain.beta2),
            epsilon: case.option("eps", plain.epsilon),
            weight_decay: match plain.weight_decay {
                WeightDecay::Coupled(decay) => WeightDecay::Coupled(case.option("weight_decay", decay)),
                WeightDecay::Decoupled(decay) => WeightDecay::Decoupled(case.option("weight_decay", decay)),
            },
        };
        case.assert_moves(|variables| Adam::new(variables, options).unwrap(), RELATIVE);
    }
}

#[test]
fn lbfgs_takes_the_weights_where_pytorch_does() {
    let cases = cases("LBFGS");
    assert_eq!(cases.len(), 2);
    for case in cases {
        let memory = case.option("history_size", 100.0) as usize;
        let options = LbfgsOptions { learning_rate: case.option("lr", 1.0), memory };
        // A step is a difference of sums that nearly cancel.
        case.assert_moves(|variables| Lbfgs::new(variables, options).unwrap(), 1e-12);
    }
}

struct Case(Value);

fn cases(kind: &str) -> Vec<Case> {
    let all: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/pytorch/optimizers.json")).unwrap();
    all.into_iter().filter(|case| case["kind"] == kind).map(Case).collect()
}

impl Case {
    fn option(&self, name: &str, otherwise: f64) -> f64 {
        self.0["options"][name].as_f64().unwrap_or(otherwise)
    }

    /// The numbers of a weight under some part of the case.
    fn tensor(&self, part: &Value, name: &str) -> Tensor {
        let numbers = part[name].as_array().unwrap().iter();
        let numbers: Vec<f64> = numbers.map(|number| number.as_str().unwrap().parse().unwrap()).collect();
        let shape: Vec<usize> = serde_json::from_value(self.0["shapes"][name].clone()).unwrap();
        tensor(&numbers, &shape)
    }

    fn assert_moves<O: Optimizer>(&self, optimizer: impl Fn(Vec<Var>) -> O, relative: f64) {
        let names = ["weight", "bias"];
        let variables = names.map(|name| Var::from_tensor(&self.tensor(&self.0["start"], name)).unwrap());
        let mut optimizer = optimizer(variables.to_vec());
        let steps = self.0["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 6);
        for (step, wanted) in (1..).zip(steps) {
            // The gradient of Σ w·g is g.
            let products = variables.iter().zip(names).map(|(variable, name)| {
                (variable.as_tensor() * self.tensor(&wanted["gradients"], name)).unwrap().sum_all().unwrap()
            });
            let loss = products.reduce(|sum, product| (sum + product).unwrap()).unwrap();
            optimizer.backward_step(&loss).unwrap();
            for (variable, name) in variables.iter().zip(names) {
                let wanted = values(&self.tensor(&wanted["weights"], name));
                for (index, (got, want)) in values(variable).into_iter().zip(wanted).enumerate() {
                    let label = format!("{} {}: {name} {index} after step {step}", self.0["kind"], self.0["name"]);
                    assert!((got - want).abs() <= relative * want.abs(), "{label}: {got} but PyTorch {want}");
                }
            }
        }
    }
}
