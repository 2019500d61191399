//! A bar on standard error, if that is a terminal, while gradients are measured.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn over_draws(draws: usize) -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        let target = if is_terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(draws as u64), target);
        let bar = match ProgressStyle::with_template("gradient {pos} of {len} {wide_bar} {eta} left") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        // It shows at once: the first gradient alone may take seconds.
        bar.tick();
        Self { bar }
    }

    pub(crate) fn drawn(&self, done: usize) {
        self.bar.set_position(done as u64);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
