//! Bad calls of the trainer, the optimisers and the checkpoints.

use std::ops::ControlFlow;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Optimizer, SGD, VarMap};
use corr2d::optim::{Adam, AdamOptions, Lbfgs, LbfgsOptions, Resumable, Sgd, SgdOptions, WeightDecay};
use corr2d::{
    Batches, Checkpoint, Clip, Conv2d, Conv2dOptions, Decay, EarlyStopping, FitOptions, Initializer, Progress, Trainer,
    Variables,
};

use super::{Call, call, of, zeros};

pub(super) fn calls() -> Vec<Call> {
    let fit = |name, learning_rate: f64, input: &'static [usize], target: f64| {
        call(name, move || {
            train(learning_rate, &zeros(input), &(zeros(&[1, 1, 3, 3]).ones_like()? * target)?, squared_error)
        })
    };
    vec![
        fit("trainer: a learning rate that is NaN", f64::NAN, &[1, 1, 3, 4], 0.0),
        fit("trainer: a learning rate below zero", -0.1, &[1, 1, 3, 4], 0.0),
        fit("trainer: no learning rate", 0.0, &[1, 1, 3, 4], 0.0),
        fit("trainer: a target that is NaN", 0.1, &[1, 1, 3, 4], f64::NAN),
        fit("trainer: an input without batch", 0.1, &[1, 3, 4], 0.0),
        fit("trainer: a target of another shape", 0.1, &[1, 1, 3, 9], 0.0),
        call("trainer: a step that is too long", || {
            let ones = zeros(&[1, 1, 3, 4]).ones_like()?;
            train(1e30, &ones, &zeros(&[1, 1, 3, 3]).ones_like()?, squared_error)
        }),
        call("trainer: a gradient that is NaN under a loss that is 0", || {
            train(0.1, &zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 3, 3]), |output, _| {
                Ok(output.relu()?.sqrt()?.sum_all()?)
            })
        }),
        call("trainer: weights that are NaN from the start", || {
            let map = VarMap::new();
            let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
            let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder.pp("edges"))?;
            let variables = Variables::of(&map);
            variables.learned()[0].set(&(model.weight().detach() + f64::NAN)?)?;
            let optimizer = SGD::new(variables.learned(), 0.1)?;
            let (input, target) = (zeros(&[1, 1, 3, 4]), zeros(&[1, 1, 3, 3]));
            Trainer { model: &model, loss: squared_error, optimizer, variables: &variables }.fit(&input, &target, 5)
        }),
        call("trainer: a loss of more than one number", || {
            train(0.1, &zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 3, 3]), |output, target| Ok((output - target)?))
        }),
        call("trainer: a loss without gradient", || {
            train(0.1, &zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 3, 3]), |output, target| {
                squared_error(&output.detach(), target)
            })
        }),
    ]
}

fn train(
    learning_rate: f64,
    input: &Tensor,
    target: &Tensor,
    loss: impl Fn(&Tensor, &Tensor) -> corr2d::Result<Tensor>,
) -> corr2d::Result<corr2d::History> {
    let map = VarMap::new();
    let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
    let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
    let variables = Variables::of(&map);
    let optimizer = SGD::new(variables.learned(), learning_rate)?;
    Trainer { model: &model, loss, optimizer, variables: &variables }.fit(input, target, 20)
}

fn squared_error(output: &Tensor, target: &Tensor) -> corr2d::Result<Tensor> {
    Ok((output - target)?.sqr()?.sum_all()?)
}

pub(super) fn states() -> Vec<Call> {
    let plain = FitOptions::default();
    let fit = |name, options: FitOptions| call(name, move || fit_with(&options, &zeros(&[2, 1, 3, 3])));
    let schedule = |decay: Decay| FitOptions { schedule: decay.into(), ..FitOptions::default() };
    let stopping = |patience, smallest_gain| FitOptions {
        stopping: Some(EarlyStopping { patience, smallest_gain }),
        ..FitOptions::default()
    };
    let batches = |size| FitOptions { batches: Some(Batches { size, seed: 0 }), ..FitOptions::default() };
    let sgd = |name, options: SgdOptions| call(name, move || Ok(Sgd::new(vec![], options)?));
    let adam = |name, options: AdamOptions| call(name, move || Ok(Adam::new(vec![], options)?));
    vec![
        sgd("sgd: a learning rate below zero", SgdOptions { learning_rate: -1.0, ..SgdOptions::default() }),
        sgd("sgd: a momentum that forgets nothing", SgdOptions { momentum: 1.0, ..SgdOptions::default() }),
        sgd("sgd: nesterov without momentum", SgdOptions { nesterov: true, ..SgdOptions::default() }),
        sgd("sgd: a weight decay that is NaN", SgdOptions { weight_decay: f64::NAN, ..SgdOptions::default() }),
        adam(
            "adam: a learning rate without end",
            AdamOptions { learning_rate: f64::INFINITY, ..AdamOptions::adam_w() },
        ),
        adam("adam: beta1 below zero", AdamOptions { beta1: -0.1, ..AdamOptions::default() }),
        adam("adam: beta2 of one", AdamOptions { beta2: 1.0, ..AdamOptions::default() }),
        adam("adam: no epsilon", AdamOptions { epsilon: 0.0, ..AdamOptions::default() }),
        adam(
            "adam: a weight decay below zero",
            AdamOptions { weight_decay: WeightDecay::Decoupled(-0.01), ..AdamOptions::default() },
        ),
        call("lbfgs: no memory", || Ok(Lbfgs::new(vec![], LbfgsOptions { memory: 0, ..LbfgsOptions::default() })?)),
        call("optimiser: a variable without gradient", || {
            let (kernel, bias) = (variable(&[2, 3]), variable(&[4]));
            let mut sgd = Sgd::new(vec![kernel.clone(), bias], SgdOptions::default())?;
            Ok(sgd.backward_step(&kernel.sqr()?.sum_all()?)?)
        }),
        call("optimiser: a variable without name", || {
            let (kernel, bias) = (variable(&[2, 3]), variable(&[4]));
            let adam = Adam::new(vec![bias], AdamOptions::default())?;
            adam.state(&Variables::named([("kernel", &kernel)])?)
        }),
        call("variables: two of one name", || {
            Variables::named([("kernel", &variable(&[2, 3])), ("kernel", &variable(&[2, 3]))])
        }),
        call("clip: a norm beyond all numbers", || {
            let weights = Var::new(&[1e200f64, 2e200], &Device::Cpu)?;
            let mut gradients = weights.sqr()?.sum_all()?.backward()?;
            Clip::Norm(1.0).apply(&mut gradients, &Variables::named([("weights", &weights)])?)
        }),
        call("variables: freeze one that is not there", || named(&[2, 3])?.freeze("conv9.")),
        call("variables: freeze one of none", || Variables::default().freeze("conv9.")),
        fit("trainer: a schedule of steps without epochs", schedule(Decay::Step { every: 0, factor: 0.5 })),
        fit("trainer: a schedule that stops at once", schedule(Decay::Step { every: 2, factor: 0.0 })),
        fit("trainer: a cosine that rises", schedule(Decay::Cosine { smallest: 1.5 })),
        fit("trainer: gradients clipped to nothing", FitOptions { clip: Some(Clip::Norm(0.0)), ..plain.clone() }),
        fit("trainer: gradients clipped to NaN", FitOptions { clip: Some(Clip::Value(f64::NAN)), ..plain.clone() }),
        fit("trainer: no patience", stopping(0, 0.0)),
        fit("trainer: a gain below zero", stopping(3, -0.5)),
        fit("trainer: batches of no sample", batches(0)),
        call("trainer: batches of fewer targets", move || fit_with(&batches(2), &zeros(&[1, 1, 3, 3]))),
        call("trainer: a schedule of the optimiser of a NaN rate", || {
            let mut sgd = Sgd::new(vec![], SgdOptions::default())?;
            sgd.set_learning_rate(f64::NAN);
            let (model, variables) = (|x: &Tensor| Ok(x.clone()), Variables::default());
            Trainer { model: &model, loss: squared_error, optimizer: sgd, variables: &variables }.fit(
                &zeros(&[1]),
                &zeros(&[1]),
                1,
            )
        }),
        call("checkpoint: no such file", || Checkpoint::load("no-such-folder/run.safetensors")),
        call("checkpoint: a file of something else", || {
            Checkpoint::load(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).map_err(without_folder)
        }),
        call("checkpoint: weights of a layer", || {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("weights.safetensors");
            zeros(&[1, 1, 2, 3]).save_safetensors("weight", &file)?;
            Checkpoint::load(&file).map_err(without_folder)
        }),
        call("checkpoint: into no folder", || checkpoint(&[2, 3])?.save("no-such-folder/run.safetensors")),
        call("checkpoint: over a folder", || checkpoint(&[2, 3])?.save(std::env::temp_dir()).map_err(without_folder)),
        call("checkpoint: of a model of another shape", || restore(&[2, 3], &named(&[3, 2])?)),
        call("checkpoint: of a model of another dtype", || {
            restore(&[2, 3], &Variables::named([("kernel", &Var::from_tensor(&of(&[2, 3], DType::F64))?)])?)
        }),
        call("checkpoint: of a larger model", || restore(&[2, 3], &Variables::default())),
        call("checkpoint: of a model of four weights fewer", || {
            let layers = [2; 5].map(|size| variable(&[size]));
            let names = ["kernel", "second.weight", "third.weight", "fourth.weight", "fifth.weight"];
            restore(&[2], &Variables::named(names.into_iter().zip(&layers))?)
        }),
        call("checkpoint: of another optimiser", || {
            let variables = named(&[2, 3])?;
            let mut adam = Adam::new(variables.learned(), AdamOptions::default())?;
            checkpoint(&[2, 3])?.restore(&variables, &mut adam).map(drop)
        }),
    ]
}

fn fit_with(options: &FitOptions, target: &Tensor) -> corr2d::Result<Progress> {
    let map = VarMap::new();
    let builder = Initializer::Zeros.var_builder(&map, 0, DType::F32, &Device::Cpu);
    let model = Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder)?;
    let variables = Variables::of(&map);
    let optimizer = Sgd::new(variables.learned(), SgdOptions::default())?;
    let mut trainer = Trainer { model: &model, loss: squared_error, optimizer, variables: &variables };
    let go_on = |_: &corr2d::Epoch<'_, Sgd>| Ok(ControlFlow::Continue(()));
    trainer.fit_with(&zeros(&[2, 1, 3, 4]), target, options, Progress::default(), go_on)
}

fn variable(shape: &[usize]) -> Var {
    Var::from_tensor(&zeros(shape)).unwrap()
}

fn named(shape: &[usize]) -> corr2d::Result<Variables> {
    Variables::named([("kernel", &variable(shape))])
}

fn with_momentum(variables: &Variables) -> corr2d::Result<Sgd> {
    Ok(Sgd::new(variables.learned(), SgdOptions { momentum: 0.5, ..SgdOptions::default() })?)
}

fn checkpoint(shape: &[usize]) -> corr2d::Result<Checkpoint> {
    let variables = named(shape)?;
    Checkpoint::of(&variables, &with_momentum(&variables)?, &Progress::default())
}

/// Of a kernel of some shape, in place of other variables.
fn restore(shape: &[usize], variables: &Variables) -> corr2d::Result<Progress> {
    checkpoint(shape)?.restore(variables, &mut with_momentum(variables)?)
}

/// The message with the name of the file alone: its folder is another one each time.
fn without_folder(error: corr2d::Error) -> corr2d::Error {
    let short = |path: String| path.rsplit('/').next().unwrap().to_owned();
    match error {
        corr2d::Error::NoCheckpoint { path, why } => corr2d::Error::NoCheckpoint { path: short(path), why },
        corr2d::Error::Unwritable { cause, .. } => corr2d::Error::Unwritable { path: "folder".to_owned(), cause },
        error => error,
    }
}
