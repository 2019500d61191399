//! A run that is stopped after any epoch and gone on with has the bits of one that was not.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Module, Optimizer, VarMap};
use corr2d::optim::{Adam, AdamOptions, Lbfgs, LbfgsOptions, Resumable, Sgd, SgdOptions};
use corr2d::{
    Batches, Checkpoint, Clip, Conv2d, Conv2dOptions, Decay, EarlyStopping, Error, FitOptions, Initializer, Progress,
    Schedule, Trainer, Variables,
};

use crate::tensors::oracle::values;

const EPOCHS: usize = 7;

#[test]
fn plain_sgd_goes_on_after_any_epoch_as_if_it_had_not_stopped() {
    assert_goes_on(|v| Sgd::new(v, SgdOptions { learning_rate: 0.02, ..Default::default() }), &all_at_once());
}

#[test]
fn sgd_with_momentum_goes_on_after_any_epoch_as_if_it_had_not_stopped() {
    for nesterov in [false, true] {
        let options = SgdOptions { learning_rate: 0.01, momentum: 0.9, nesterov, weight_decay: 0.01 };
        assert_goes_on(|variables| Sgd::new(variables, options), &in_batches());
    }
}

#[test]
fn adam_goes_on_after_any_epoch_as_if_it_had_not_stopped() {
    let options = AdamOptions { learning_rate: 0.02, ..Default::default() };
    assert_goes_on(|variables| Adam::new(variables, options), &in_batches());
}

#[test]
fn adam_w_goes_on_after_any_epoch_as_if_it_had_not_stopped() {
    let options = AdamOptions { learning_rate: 0.02, ..AdamOptions::adam_w() };
    assert_goes_on(|variables| Adam::new(variables, options), &in_batches());
}

#[test]
fn lbfgs_goes_on_after_any_epoch_as_if_it_had_not_stopped() {
    // More epochs than it remembers pairs.
    let options = LbfgsOptions { learning_rate: 0.5, memory: 3 };
    assert_goes_on(|variables| Lbfgs::new(variables, options), &all_at_once());
}

fn all_at_once() -> FitOptions {
    let held_out = samples(2, 9);
    FitOptions {
        epochs: EPOCHS,
        schedule: Schedule { warm_up: 2, decay: Decay::Cosine { smallest: 0.1 } },
        held_out: Some(held_out),
        stopping: Some(EarlyStopping { patience: 2, smallest_gain: 0.0 }),
        ..Default::default()
    }
}

fn in_batches() -> FitOptions {
    FitOptions { clip: Some(Clip::Norm(3.0)), batches: Some(Batches { size: 2, seed: 5 }), ..all_at_once() }
}

fn assert_goes_on<O: Resumable>(new: impl Fn(Vec<Var>) -> candle_core::Result<O>, options: &FitOptions) {
    let folder = tempfile::tempdir().unwrap();
    let file = |epoch: usize| folder.path().join(format!("{epoch}.safetensors"));
    let (x, y) = samples(5, 3);
    let net = Net::new(1);
    let mut trainer = net.trainer(new(net.variables.learned()).unwrap());
    Checkpoint::of(&net.variables, &trainer.optimizer, &Progress::default()).unwrap().save(file(0)).unwrap();
    let whole = trainer.fit_with(&x, &y, options, Progress::default(), |epoch| {
        epoch.checkpoint()?.save(file(epoch.number))?;
        Ok(ControlFlow::Continue(()))
    });
    let whole = whole.unwrap();
    assert!(whole.epochs() >= 4, "{} epochs", whole.epochs());
    for epoch in 0..=whole.epochs() {
        // Weights that begin elsewhere, as those of another program.
        let other = Net::new(2);
        let mut trainer = other.trainer(new(other.variables.learned()).unwrap());
        let progress =
            Checkpoint::load(file(epoch)).unwrap().restore(&other.variables, &mut trainer.optimizer).unwrap();
        assert_eq!(progress.epochs(), epoch);
        let progress = trainer.fit_with(&x, &y, options, progress, |_| Ok(ControlFlow::Continue(()))).unwrap();
        assert_eq!(progress.history, whole.history, "after epoch {epoch}");
        assert_eq!(other.bits(), net.bits(), "after epoch {epoch}");
        let best = |progress: &Progress| progress.best.as_ref().map(|best| (best.epoch, best.loss));
        assert_eq!(best(&progress), best(&whole), "after epoch {epoch}");
    }
}

#[test]
fn the_file_is_read_by_anything_that_reads_safetensors() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    let net = Net::new(1);
    let (x, y) = samples(5, 3);
    let options = SgdOptions { learning_rate: 0.01, momentum: 0.5, ..Default::default() };
    let mut trainer = net.trainer(Sgd::new(net.variables.learned(), options).unwrap());
    let saved = trainer.fit_with(&x, &y, &all_at_once(), Progress::default(), |epoch| {
        epoch.checkpoint()?.save(&file)?;
        Ok(ControlFlow::Break(()))
    });
    let losses = saved.unwrap().history.losses;
    let tensors = candle_core::safetensors::load(&file, &Device::Cpu).unwrap();
    let mut names: Vec<_> = tensors.keys().map(String::as_str).collect();
    names.sort();
    let wanted = "best.first.weight best.second.bias best.second.weight history.held_out history.losses \
                  optimizer.velocity.first.weight optimizer.velocity.second.bias optimizer.velocity.second.weight \
                  record variable.first.bias variable.first.weight variable.second.bias \
                  variable.second.weight";
    assert_eq!(names.join(" "), wanted, "the bias of the first layer is frozen");
    assert_eq!(tensors["history.losses"].to_vec1::<f64>().unwrap(), losses);
    assert_eq!(values(&tensors["variable.first.weight"]), values(net.first.weight()));
}

#[test]
fn a_checkpoint_of_another_model_changes_neither_variables_nor_optimiser() {
    let net = Net::new(1);
    let sgd = |variables: &Variables| {
        Sgd::new(variables.learned(), SgdOptions { momentum: 0.5, ..Default::default() }).unwrap()
    };
    let mut optimizer = sgd(&net.variables);
    let state = |optimizer: &Sgd| {
        let state = optimizer.state(&net.variables).unwrap();
        state.values().map(values).collect::<Vec<_>>()
    };
    let (bits, remembered) = (net.bits(), state(&optimizer));
    let learns_all = Variables::of(&net.map);
    let checkpoints = [
        // The variables are the same, but one more of them learns.
        Checkpoint::of(&learns_all, &sgd(&learns_all), &Progress::default()).unwrap(),
        Checkpoint::of(&Variables::default(), &sgd(&Variables::default()), &Progress::default()).unwrap(),
    ];
    for checkpoint in checkpoints {
        let error = checkpoint.restore(&net.variables, &mut optimizer).unwrap_err();
        assert!(matches!(error, Error::StateLeftOver { .. } | Error::StateMissing { .. }), "{error}");
        assert_eq!((net.bits(), state(&optimizer)), (bits.clone(), remembered.clone()));
    }
}

#[test]
fn a_file_cut_off_anywhere_is_said_to_be_no_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    save(&file).unwrap();
    let whole = fs::read(&file).unwrap();
    for length in (0..whole.len()).step_by(7) {
        fs::write(&file, &whole[..length]).unwrap();
        let error = Checkpoint::load(&file).unwrap_err();
        assert!(matches!(error, Error::NoCheckpoint { .. }), "{length} bytes: {error}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
}

#[test]
fn a_save_that_fails_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    fs::write(&file, "what was there").unwrap();
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&file, permissions).unwrap();
    let error = save(&file).unwrap_err();
    assert!(matches!(error, Error::Unwritable { .. }), "{error}");
    assert_eq!(fs::read_to_string(&file).unwrap(), "what was there");
}

#[test]
fn a_save_that_fails_at_the_end_leaves_no_draft() {
    let folder = tempfile::tempdir().unwrap();
    // Longer than file systems allow: the draft is complete when this shows.
    let error = save(&folder.path().join("n".repeat(300))).unwrap_err();
    assert!(matches!(error, Error::Unwritable { .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "no draft");
}

#[test]
fn drafts_that_a_killed_run_left_stop_no_save() {
    let folder = tempfile::tempdir().unwrap();
    // In a container the new run may have the number of the process that was killed.
    let drafts = (0..1000).map(|number| folder.path().join(format!(".draft-{}-{number}", std::process::id())));
    drafts.clone().for_each(|draft| fs::write(draft, "half a file").unwrap());
    let file = folder.path().join("run.safetensors");
    save(&file).unwrap();
    Checkpoint::load(&file).unwrap();
    for draft in drafts {
        assert_eq!(fs::read_to_string(&draft).unwrap(), "half a file", "another run may be writing it");
    }
}

#[test]
fn the_best_epoch_of_a_model_whose_weights_are_all_frozen_is_loaded_again() {
    let net = Net::new(1);
    let frozen = Variables::of(&net.map).freeze("").unwrap();
    let mut optimizer = Sgd::new(frozen.learned(), SgdOptions::default()).unwrap();
    let best = corr2d::Best { epoch: 3, loss: 0.5, variables: Default::default() };
    let progress = Progress { best: Some(best), ..Default::default() };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    Checkpoint::of(&frozen, &optimizer, &progress).unwrap().save(&file).unwrap();
    let best = Checkpoint::load(&file).unwrap().restore(&frozen, &mut optimizer).unwrap().best.unwrap();
    assert_eq!((best.epoch, best.loss, best.variables.len()), (3, 0.5, 0));
}

#[test]
fn a_save_replaces_the_last_one_and_leaves_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run.safetensors");
    fs::write(&file, "the last one").unwrap();
    save(&file).unwrap();
    save(&file).unwrap();
    Checkpoint::load(&file).unwrap();
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["run.safetensors"]);
}

#[cfg(unix)]
#[test]
fn a_save_through_a_link_replaces_what_it_points_to_and_keeps_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("run.safetensors"), folder.path().join("latest"));
    fs::write(&file, "the last one").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    save(&link).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    Checkpoint::load(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

fn save(file: &Path) -> corr2d::Result<()> {
    let net = Net::new(1);
    let optimizer = Adam::new(net.variables.learned(), AdamOptions::default())?;
    Checkpoint::of(&net.variables, &optimizer, &Progress::default())?.save(file)
}

/// Two layers, the bias of the first of them frozen.
struct Net {
    map: VarMap,
    variables: Variables,
    first: Conv2d,
    second: Conv2d,
}

type Loss = fn(&Tensor, &Tensor) -> corr2d::Result<Tensor>;

impl Net {
    fn new(seed: u64) -> Self {
        let map = VarMap::new();
        let builder = Initializer::PyTorch.var_builder(&map, seed, DType::F32, &Device::Cpu);
        let layer = |name: &str, inputs, outputs, kernel: (usize, usize)| {
            Conv2d::build(inputs, outputs, kernel, Conv2dOptions::default(), builder.pp(name)).unwrap()
        };
        let (first, second) = (layer("first", 1, 3, (2, 3)), layer("second", 3, 1, (2, 1)));
        let variables = Variables::of(&map).freeze("first.bias").unwrap();
        Self { map, variables, first, second }
    }

    fn trainer<O>(&self, optimizer: O) -> Trainer<'_, Self, Loss, O> {
        Trainer { model: self, loss: squared_error, optimizer, variables: &self.variables }
    }

    fn bits(&self) -> Vec<u64> {
        let tensors = [&self.first, &self.second].map(|layer| [Some(layer.weight()), layer.bias()]);
        let numbers = tensors.into_iter().flatten().flatten().flat_map(values);
        numbers.map(f64::to_bits).collect()
    }
}

impl Module for Net {
    fn forward(&self, x: &Tensor) -> candle_core::Result<Tensor> {
        x.apply(&self.first)?.tanh()?.apply(&self.second)
    }
}

/// Inputs 5×6, and as targets what another net makes of them, with some noise.
fn samples(count: usize, seed: u64) -> (Tensor, Tensor) {
    let draw = |shape: [usize; 4], stream, std| {
        let law = Initializer::Normal { mean: 0.0, std };
        law.draw(&shape, 100 * seed + stream, DType::F32, &Device::Cpu).unwrap()
    };
    let teacher = Net::new(77);
    let x = draw([count, 1, 5, 6], 0, 1.0);
    let y = (teacher.forward(&x).unwrap().detach() + draw([count, 1, 3, 4], 1, 0.1)).unwrap();
    (x, y)
}

fn squared_error(output: &Tensor, target: &Tensor) -> corr2d::Result<Tensor> {
    Ok((output - target)?.sqr()?.sum_all()?)
}
