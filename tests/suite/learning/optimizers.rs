//! The optimisers: what they remember can be taken away and put back, and a gradient that is missing is said.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Optimizer, SGD};
use corr2d::optim::{Adam, AdamOptions, Resumable, Sgd, SgdOptions};
use corr2d::{Error, NamedTensors, Variables};

use crate::tensors::oracle::{tensor, values};

#[test]
fn plain_sgd_is_that_of_candle_to_the_last_bit() {
    let (ours, candles) = (Weights::new(), Weights::new());
    let mut sgd = Sgd::new(ours.variables().learned(), SgdOptions { learning_rate: 0.03, ..plain() }).unwrap();
    let mut of_candle = SGD::new(candles.variables().learned(), 0.03).unwrap();
    for step in 0..20 {
        sgd.backward_step(&ours.loss()).unwrap();
        of_candle.backward_step(&candles.loss()).unwrap();
        assert_eq!(ours.bits(), candles.bits(), "step {step}");
    }
}

#[test]
fn sgd_that_is_put_back_goes_on_as_if_it_had_not_stopped() {
    for nesterov in [false, true] {
        let options = SgdOptions { learning_rate: 0.03, momentum: 0.9, nesterov, weight_decay: 0.1 };
        assert_goes_on(|variables| Sgd::new(variables, options).unwrap());
    }
    assert_goes_on(|variables| Sgd::new(variables, SgdOptions { learning_rate: 0.03, ..plain() }).unwrap());
}

#[test]
fn adam_that_is_put_back_goes_on_as_if_it_had_not_stopped() {
    assert_goes_on(|variables| Adam::new(variables, AdamOptions::default()).unwrap());
    assert_goes_on(|variables| Adam::new(variables, AdamOptions::adam_w()).unwrap());
}

/// Stops after each of ten steps, with weights and optimiser made anew, those in another order.
fn assert_goes_on<O: Resumable>(optimizer: impl Fn(Vec<Var>) -> O) {
    let whole = Weights::new();
    let mut whole_optimizer = optimizer(whole.variables().learned());
    let mut stopped: Vec<(Weights, O)> = Vec::new();
    for step in 0..10 {
        whole_optimizer.backward_step(&whole.loss()).unwrap();
        for (weights, optimizer) in &mut stopped {
            optimizer.backward_step(&weights.loss()).unwrap();
            assert_eq!(weights.bits(), whole.bits(), "step {step}");
        }
        let weights = whole.copy();
        let mut reversed = weights.variables().learned();
        reversed.reverse();
        let mut optimizer = optimizer(reversed);
        optimizer.set_state(&weights.variables(), &whole_optimizer.state(&whole.variables()).unwrap()).unwrap();
        stopped.push((weights, optimizer));
    }
}

#[test]
fn what_is_remembered_has_the_names_of_the_variables() {
    let weights = Weights::new();
    let names = |state: NamedTensors| state.into_keys().collect::<Vec<_>>();
    let momentum = Sgd::new(weights.variables().learned(), SgdOptions { momentum: 0.5, ..plain() }).unwrap();
    assert_eq!(names(momentum.state(&weights.variables()).unwrap()), ["velocity.bias", "velocity.weight"]);
    let without = Sgd::new(weights.variables().learned(), plain()).unwrap();
    assert!(without.state(&weights.variables()).unwrap().is_empty());
    let adam = Adam::new(weights.variables().learned(), AdamOptions::default()).unwrap();
    let wanted = ["mean.bias", "mean.weight", "mean_square.bias", "mean_square.weight", "steps"];
    assert_eq!(names(adam.state(&weights.variables()).unwrap()), wanted);
}

#[test]
fn a_state_that_does_not_fit_changes_nothing() {
    let weights = Weights::new();
    let variables = weights.variables();
    let mut adam = Adam::new(variables.learned(), AdamOptions::default()).unwrap();
    adam.backward_step(&weights.loss()).unwrap();
    let before = printed(&adam.state(&variables).unwrap());
    let spoilt = |spoil: &dyn Fn(&mut NamedTensors)| {
        let fresh = Adam::new(variables.learned(), AdamOptions::default()).unwrap();
        let mut state = fresh.state(&variables).unwrap();
        spoil(&mut state);
        state
    };
    let zeros = |shape: &[usize], dtype| Tensor::zeros(shape, dtype, &Device::Cpu).unwrap();
    let missing = spoilt(&|state| drop(state.remove("mean.weight")));
    let left_over = spoilt(&|state| drop(state.insert("mean.other".into(), zeros(&[1], DType::F32))));
    let shape = spoilt(&|state| drop(state.insert("mean.weight".into(), zeros(&[2, 3], DType::F32))));
    let dtype = spoilt(&|state| drop(state.insert("mean.bias".into(), zeros(&[2], DType::F64))));
    let steps = spoilt(&|state| drop(state.insert("steps".into(), zeros(&[], DType::F32))));
    let error = |adam: &mut Adam, state| adam.set_state(&variables, &state).unwrap_err();
    assert!(matches!(error(&mut adam, missing), Error::StateMissing { names } if names == ["mean.weight"]));
    assert!(matches!(error(&mut adam, left_over), Error::StateLeftOver { names } if names == ["mean.other"]));
    for (name, state) in [("mean.weight", shape), ("mean.bias", dtype), ("steps", steps)] {
        assert!(matches!(error(&mut adam, state), Error::StateDiffers { name: found, .. } if found == name));
    }
    assert_eq!(printed(&adam.state(&variables).unwrap()), before);
}

#[test]
fn a_gradient_that_is_missing_is_an_error_before_anything_moves() {
    let weights = Weights::new();
    let before = weights.bits();
    let momentum = SgdOptions { momentum: 0.5, ..plain() };
    let learned = || weights.variables().learned();
    let of_weight_alone = || weights.weight.sqr().unwrap().sum_all().unwrap();
    let errors = [
        Sgd::new(learned(), plain()).unwrap().backward_step(&of_weight_alone()).unwrap_err(),
        Sgd::new(learned(), momentum).unwrap().backward_step(&of_weight_alone()).unwrap_err(),
        Adam::new(learned(), AdamOptions::default()).unwrap().backward_step(&of_weight_alone()).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("no gradient reached a variable of shape [2]"), "{error}");
    }
    assert_eq!(weights.bits(), before);
}

#[test]
fn a_frozen_variable_neither_moves_nor_needs_a_gradient() {
    let weights = Weights::new();
    let variables = weights.variables().freeze("bias").unwrap();
    let mut sgd = Sgd::new(variables.learned(), SgdOptions { learning_rate: 0.25, ..plain() }).unwrap();
    sgd.backward_step(&weights.weight.sqr().unwrap().sum_all().unwrap()).unwrap();
    assert_eq!(values(&weights.weight), [0.5, -1.0, 1.5, 2.0, -2.5, 3.0]);
    assert_eq!(values(&weights.bias), [7.0, -8.0]);
}

fn plain() -> SgdOptions {
    SgdOptions::default()
}

fn printed(state: &NamedTensors) -> Vec<String> {
    state.iter().map(|(name, tensor)| format!("{name} {:?}", values(tensor))).collect()
}

/// Two variables, 3×2 and 2, and a loss that bends differently for each of their numbers.
struct Weights {
    weight: Var,
    bias: Var,
}

impl Weights {
    fn new() -> Self {
        Self::of(&tensor(&[1f32, -2.0, 3.0, 4.0, -5.0, 6.0], &[3, 2]), &tensor(&[7f32, -8.0], &[2]))
    }

    fn of(weight: &Tensor, bias: &Tensor) -> Self {
        Self { weight: Var::from_tensor(weight).unwrap(), bias: Var::from_tensor(bias).unwrap() }
    }

    fn copy(&self) -> Self {
        Self::of(&self.weight.copy().unwrap(), &self.bias.copy().unwrap())
    }

    fn variables(&self) -> Variables {
        Variables::named([("weight", &self.weight), ("bias", &self.bias)])
    }

    fn loss(&self) -> Tensor {
        let scales = tensor(&[0.5f32, 1.0, 1.5, 2.0, 2.5, 3.0], &[3, 2]);
        let bent = (self.weight.sqr().unwrap() * scales).unwrap().sum_all().unwrap();
        (bent + self.weight.broadcast_add(&self.bias).unwrap().tanh().unwrap().sum_all().unwrap()).unwrap()
    }

    fn bits(&self) -> Vec<u64> {
        values(&self.weight).into_iter().chain(values(&self.bias)).map(f64::to_bits).collect()
    }
}
