//! The trainer: the lesson's numbers, and what happens when numbers run away.

use std::cell::Cell;
use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD, VarMap};
use corr2d::optim::{Sgd, SgdOptions};
use corr2d::{Batches, Conv2d, Conv2dOptions, Error, FitOptions, Initializer, Progress, Result, Trainer, Variables};

use crate::tensors::oracle::{tensor, values};

/// What the lesson prints for the kernel (0.0375, −0.0543) at 0.03: losses of every second step, then the kernel.
const PRINTED_LOSSES: [&str; 5] = ["4.477", "0.752", "0.126", "0.021", "0.004"];
const PRINTED_KERNEL: [&str; 2] = ["0.9881", "-0.9899"];

#[test]
fn the_run_of_the_lesson_prints_the_figures_of_the_lesson() {
    let lesson = Lesson::beginning_with([0.0375, -0.0543]);
    let history = lesson.fit(0.03, 10).unwrap();
    let printed: Vec<_> = history.iter().skip(1).step_by(2).map(|loss| format!("{loss:.3}")).collect();
    assert_eq!(printed, PRINTED_LOSSES);
    let kernel: Vec<_> = lesson.kernel().iter().map(|weight| format!("{weight:.4}")).collect();
    assert_eq!(kernel, PRINTED_KERNEL);
}

#[test]
fn the_same_run_twice_is_the_same_bits() {
    let run = || {
        let lesson = Lesson::beginning_with([0.5, 0.25]);
        let history = lesson.fit(0.03, 20).unwrap();
        (history.iter().map(|loss| loss.to_bits()).collect::<Vec<_>>(), lesson.kernel())
    };
    assert_eq!(run(), run());
}

#[test]
fn losses_are_measured_before_their_step() {
    let lesson = Lesson::beginning_with([0.0, 0.0]);
    let losses = lesson.fit(0.03, 3).unwrap();
    // Against zeros the loss is the sum of squares of the target: twelve edges of ±1.
    assert_eq!((losses.len(), losses[0]), (3, 12.0));
    assert!(losses[1] < losses[0] && losses[2] < losses[1], "{losses:?}");
}

#[test]
fn no_epochs_change_nothing() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    assert!(lesson.fit(0.03, 0).unwrap().is_empty());
    assert_eq!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn a_batch_of_zero_has_loss_zero_and_leaves_the_weights() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let (x, y) = (lesson.x.narrow(0, 0, 0).unwrap(), lesson.y.narrow(0, 0, 0).unwrap());
    assert_eq!(lesson.fit_on(&x, &y, 0.03, 2, squared_error).unwrap(), [0.0, 0.0]);
    assert_eq!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn a_learning_rate_that_is_too_large_stops_with_the_last_finite_weights() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let error = lesson.fit(1e6, 1000).unwrap_err();
    let Error::LossNotFinite { epoch, loss, kept, learning_rate } = error else { panic!("{error}") };
    assert!(!loss.is_finite());
    assert_eq!((kept, learning_rate), (epoch - 1, 1e6));
    // The weights are those whose loss was finite: measured again, it still is.
    assert!(lesson.kernel().iter().all(|weight| weight.is_finite()), "{:?}", lesson.kernel());
    let again = lesson.fit(1e-30, 1).unwrap();
    assert!(again[0].is_finite(), "{again:?}");
}

#[test]
fn a_target_that_is_nan_stops_at_once_and_changes_nothing() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let nan = (&lesson.y * f64::NAN).unwrap();
    let error = lesson.fit_on(&lesson.x, &nan, 0.03, 5, squared_error).unwrap_err();
    assert!(matches!(error, Error::LossNotFinite { epoch: 1, kept: 0, .. }), "{error}");
    assert_eq!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn weights_that_overflow_in_the_last_step_are_put_back() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    // The loss is finite, the gradient finite, their step beyond f32.
    let error = lesson.fit(f64::from(f32::MAX), 1).unwrap_err();
    assert!(matches!(error, Error::WeightsNotFinite { epoch: 1, kept: 1, .. }), "{error}");
    assert_eq!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn weights_that_are_nan_under_a_finite_loss_are_put_back() {
    // Steps of one from 2 to 0, where the gradient of √relu is ∞ · 0; relu then makes 0 of the outputs that are NaN.
    let hides_nan = |output: &Tensor, _: &Tensor| {
        let sum = output.sum_all()?;
        Ok(if values(&sum)[0] > 0.0 { sum } else { output.relu()?.sqrt()?.sum_all()? })
    };
    let one = tensor(&[1f32], &[1, 1, 1, 1]);
    for epochs in [3, 4, 20] {
        let lesson = Lesson::beginning_with([2.0, 0.0]);
        let x = tensor(&[1f32, 0.0], &[1, 1, 1, 2]);
        let error = lesson.fit_on(&x, &one, 1.0, epochs, hides_nan).unwrap_err();
        let Error::WeightsNotFinite { variable, epoch, kept, learning_rate } = error else { panic!("{error}") };
        assert_eq!((variable.as_str(), epoch, kept, learning_rate), ("weight", 3, 3, 1.0), "{epochs} epochs");
        assert_eq!(lesson.kernel(), [0.0, 0.0], "{epochs} epochs");
    }
}

#[test]
fn weights_that_are_nan_before_any_step_are_said_to_be() {
    let lesson = Lesson::beginning_with([f32::NAN, 0.25]);
    // A loss that does not show it.
    let hides_nan = |output: &Tensor, _: &Tensor| Ok(output.relu()?.sum_all()?);
    let error = lesson.fit_on(&lesson.x, &lesson.y, 0.03, 5, hides_nan).unwrap_err();
    assert!(matches!(error, Error::WeightsNotFinite { epoch: 0, kept: 0, .. }), "{error}");
}

#[test]
fn a_learning_rate_out_of_range_is_refused_before_anything_moves() {
    for learning_rate in [f64::NAN, f64::INFINITY, -0.03, 0.0] {
        let lesson = Lesson::beginning_with([0.5, 0.25]);
        let error = lesson.fit(learning_rate, 5).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }), "{learning_rate}: {error}");
        assert_eq!(lesson.kernel(), [0.5, 0.25]);
    }
}

#[test]
fn a_variable_that_the_loss_does_not_reach_is_an_error_with_its_name() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let cut_off = |output: &Tensor, target: &Tensor| squared_error(&output.detach(), target);
    let error = lesson.fit_on(&lesson.x, &lesson.y, 0.03, 5, cut_off).unwrap_err();
    assert!(matches!(&error, Error::MissingGradient { name } if name == "weight"), "{error}");
    assert_eq!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn a_batch_that_runs_away_puts_back_the_weights_that_its_epoch_began_with() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    // Four samples in batches of one; the third batch of the second epoch has a loss that is NaN.
    let batch = |tensor: &Tensor| tensor.repeat((4, 1, 1, 1)).unwrap();
    let (x, y) = (batch(&lesson.x), batch(&lesson.y));
    let (calls, began) = (Cell::new(0), Cell::new([0.0; 2]));
    let loss = |output: &Tensor, target: &Tensor| {
        calls.set(calls.get() + 1);
        if calls.get() == 5 {
            began.set([lesson.kernel()[0], lesson.kernel()[1]]);
        }
        let scale = if calls.get() == 7 { f64::NAN } else { 1.0 };
        Ok((squared_error(output, target)? * scale)?)
    };
    let optimizer = Sgd::new(lesson.variables.learned(), SgdOptions::default()).unwrap();
    let mut trainer = Trainer { model: &lesson.model, loss, optimizer, variables: &lesson.variables };
    let options = FitOptions { batches: Some(Batches { size: 1, seed: 1 }), ..Default::default() };
    let mut over = vec![];
    let ended = trainer.fit_with(&x, &y, &options, Progress::default(), |epoch| {
        over.push(epoch.number);
        Ok(ControlFlow::Continue(()))
    });
    let error = ended.unwrap_err();
    assert!(matches!(error, Error::LossNotFinite { epoch: 2, kept: 2, .. }), "{error}");
    assert_eq!((over, calls.get()), (vec![1], 7));
    assert_eq!(lesson.kernel(), began.get());
    assert_ne!(lesson.kernel(), [0.5, 0.25]);
}

#[test]
fn weights_that_are_not_finite_are_found_before_anyone_saves_them() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let too_fast = SgdOptions { learning_rate: f64::from(f32::MAX), ..Default::default() };
    let optimizer = Sgd::new(lesson.variables.learned(), too_fast).unwrap();
    let mut trainer = Trainer { model: &lesson.model, loss: squared_error, optimizer, variables: &lesson.variables };
    let looks = |_: &corr2d::Epoch<'_, Sgd>| panic!("an epoch with infinite weights is over");
    let ended = trainer.fit_with(&lesson.x, &lesson.y, &FitOptions::default(), Progress::default(), looks);
    assert!(matches!(ended.unwrap_err(), Error::WeightsNotFinite { epoch: 1, kept: 1, .. }));
}

#[test]
fn a_frozen_variable_stays_and_the_loss_need_not_reach_it() {
    let (weight, bias) = (Var::new(3f64, &Device::Cpu).unwrap(), Var::new(5f64, &Device::Cpu).unwrap());
    let variables = Variables::named([("weight", &weight), ("bias", &bias)]).unwrap().freeze("bias").unwrap();
    for reaches in [false, true] {
        let loss = |_: &Tensor, _: &Tensor| {
            let square = weight.sqr()?;
            Ok(if reaches { (square * bias.as_tensor())? } else { square })
        };
        // Of candle, whose optimiser moves whatever has a gradient, and was given what learns.
        let optimizer = SGD::new(variables.learned(), 0.01).unwrap();
        let unchanged = |input: &Tensor| Ok(input.clone());
        let mut trainer = Trainer { model: &unchanged, loss, optimizer, variables: &variables };
        let before = values(&weight)[0];
        trainer.fit(&tensor(&[0f32], &[1]), &tensor(&[0f32], &[1]), 3).unwrap();
        assert!(values(&weight)[0] < before, "{reaches}");
        assert_eq!(values(&bias), [5.0], "{reaches}");
    }
}

#[test]
fn another_optimizer_learns_as_well() {
    let lesson = Lesson::beginning_with([0.5, 0.25]);
    let settings = ParamsAdamW { lr: 0.05, weight_decay: 0.0, ..Default::default() };
    let mut trainer = Trainer {
        model: &lesson.model,
        loss: squared_error,
        optimizer: AdamW::new(lesson.variables.learned(), settings).unwrap(),
        variables: &lesson.variables,
    };
    let history = trainer.fit(&lesson.x, &lesson.y, 300).unwrap();
    assert!(history.losses[299] < 1e-4, "{}", history.losses[299]);
}

/// The lesson: a 6×8 image with a black bar, its edges, and a kernel 1×2 to find.
struct Lesson {
    variables: Variables,
    model: Conv2d,
    x: Tensor,
    y: Tensor,
}

impl Lesson {
    fn beginning_with(kernel: [f32; 2]) -> Self {
        let x = [1f32, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0].repeat(6);
        let y = [0f32, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0].repeat(6);
        let map = VarMap::new();
        let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
        let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder).unwrap();
        let variables = Variables::of(&map);
        variables.learned()[0].set(&tensor(&kernel, &[1, 1, 1, 2])).unwrap();
        Self { variables, model, x: tensor(&x, &[1, 1, 6, 8]), y: tensor(&y, &[1, 1, 6, 7]) }
    }

    fn fit(&self, learning_rate: f64, epochs: usize) -> Result<Vec<f64>> {
        self.fit_on(&self.x, &self.y, learning_rate, epochs, squared_error)
    }

    fn fit_on(
        &self,
        x: &Tensor,
        y: &Tensor,
        learning_rate: f64,
        epochs: usize,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
    ) -> Result<Vec<f64>> {
        let optimizer = SGD::new(self.variables.learned(), learning_rate).unwrap();
        let mut trainer = Trainer { model: &self.model, loss, optimizer, variables: &self.variables };
        Ok(trainer.fit(x, y, epochs)?.losses)
    }

    fn kernel(&self) -> Vec<f64> {
        values(self.model.weight())
    }
}

fn squared_error(output: &Tensor, target: &Tensor) -> Result<Tensor> {
    Ok((output - target)?.sqr()?.sum_all()?)
}
