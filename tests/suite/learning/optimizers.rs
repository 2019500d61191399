//! The optimisers: what they remember can be taken away and put back, and a gradient that is missing is said.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Optimizer, SGD};
use corr2d::optim::{Adam, AdamOptions, Lbfgs, LbfgsOptions, Resumable, Sgd, SgdOptions};
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

#[test]
fn lbfgs_that_is_put_back_goes_on_as_if_it_had_not_stopped() {
    // In ten steps a memory of three is filled and runs over.
    let options = LbfgsOptions { learning_rate: 0.5, memory: 3 };
    assert_goes_on(|variables| Lbfgs::new(variables, options).unwrap());
    let weights = Weights::new();
    let fresh = Lbfgs::new(weights.variables().learned(), options).unwrap();
    let mut used = Lbfgs::new(weights.variables().learned(), options).unwrap();
    used.backward_step(&weights.loss()).unwrap();
    used.set_state(&weights.variables(), &fresh.state(&weights.variables()).unwrap()).unwrap();
    assert!(used.state(&weights.variables()).unwrap().is_empty(), "before its first step");
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
fn a_state_of_lbfgs_that_does_not_fit_changes_nothing() {
    let weights = Weights::new();
    let variables = weights.variables();
    let mut lbfgs = Lbfgs::new(variables.learned(), LbfgsOptions::default()).unwrap();
    for _ in 0..3 {
        lbfgs.backward_step(&weights.loss()).unwrap();
    }
    let state = lbfgs.state(&variables).unwrap();
    let with_changes = |change: &dyn Fn(&mut NamedTensors)| {
        let mut changed = state.clone();
        change(&mut changed);
        changed
    };
    let missing = with_changes(&|state| drop(state.remove("change1.bias")));
    let gap = with_changes(&|state| state.retain(|name, _| !name.starts_with("step0.")));
    let momentum = Sgd::new(variables.learned(), SgdOptions { momentum: 0.5, ..plain() }).unwrap();
    let of_sgd = momentum.state(&variables).unwrap();
    let error = |lbfgs: &mut Lbfgs, state| lbfgs.set_state(&variables, &state).unwrap_err();
    assert!(matches!(error(&mut lbfgs, missing), Error::StateMissing { names } if names == ["change1.bias"]));
    assert!(matches!(error(&mut lbfgs, gap), Error::StateLeftOver { names } if names[0] == "change0.bias"));
    assert!(matches!(error(&mut lbfgs, of_sgd), Error::StateMissing { names } if names[0] == "last_gradient.bias"));
    assert_eq!(printed(&lbfgs.state(&variables).unwrap()), printed(&state));
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
        Lbfgs::new(learned(), LbfgsOptions::default()).unwrap().backward_step(&of_weight_alone()).unwrap_err(),
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

/// Σ bend·w²: all optimisers get there, at the best rates among powers of ten and their triples.
#[test]
fn lbfgs_needs_a_small_part_of_the_steps_of_the_others_where_the_loss_is_a_long_valley() {
    fn steps<O: Optimizer>(optimizer: impl Fn(Vec<Var>) -> O) -> usize {
        let weights = Var::from_tensor(&tensor(&[1f64; 6], &[3, 2])).unwrap();
        let bends = tensor(&[0.5f64, 1.0, 5.0, 20.0, 60.0, 100.0], &[3, 2]);
        let mut optimizer = optimizer(vec![weights.clone()]);
        let step = |_: &usize| {
            let loss = (weights.sqr().unwrap() * &bends).unwrap().sum_all().unwrap();
            optimizer.backward_step(&loss).unwrap();
            values(&weights).iter().any(|weight| weight.abs() > 1e-6)
        };
        (1..5000).take_while(step).count() + 1
    }
    let best = |steps: &dyn Fn(f64) -> usize| [1e-3, 3e-3, 1e-2, 3e-2, 1e-1].map(steps).into_iter().min().unwrap();
    let sgd = |momentum: f64, nesterov| {
        best(&|learning_rate| {
            steps(|v| Sgd::new(v, SgdOptions { learning_rate, momentum, nesterov, weight_decay: 0.0 }).unwrap())
        })
    };
    let (plain, momentum, nesterov) = (sgd(0.0, false), sgd(0.9, false), sgd(0.9, true));
    let adam = best(&|learning_rate| steps(|v| Adam::new(v, AdamOptions { learning_rate, ..adam() }).unwrap()));
    let lbfgs = steps(|v| Lbfgs::new(v, LbfgsOptions::default()).unwrap());
    assert!(10 * lbfgs < plain && 4 * lbfgs < momentum.min(nesterov).min(adam));
}

fn adam() -> AdamOptions {
    AdamOptions::default()
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
        Variables::named([("weight", &self.weight), ("bias", &self.bias)]).unwrap()
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
