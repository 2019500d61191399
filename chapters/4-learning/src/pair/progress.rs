//! A bar on standard error, if that is a terminal: what is done, what is left, and the loss.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar is drawn ten times in a second at most; between, a step costs it nothing to speak of.
const DRAWN_EVERY: usize = 64;

pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn over_pairs(pairs: usize) -> Self {
        Self::new(pairs, "pair {pos} of {len} {wide_bar} {eta} left")
    }

    pub(crate) fn over_steps(steps: usize, from: usize) -> Self {
        let progress = Self::new(steps, "step {pos} of {len} at most, unexplained {msg} {wide_bar} {eta} left");
        progress.bar.set_position(from as u64);
        progress.bar.reset_eta();
        progress
    }

    fn new(length: usize, template: &str) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(length as u64), target);
        let bar = match ProgressStyle::with_template(template) {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        Self { bar }
    }

    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn step(&self, step: usize, loss: f64) {
        if step.is_multiple_of(DRAWN_EVERY) && !self.bar.is_hidden() {
            self.bar.set_position(step as u64);
            self.bar.set_message(format!("{loss:.3e}"));
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
