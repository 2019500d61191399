//! Calls of functions that are being differentiated, and what may not happen inside of them.

use std::cell::Cell;

use candle_core::{DType, Device, Tensor, Var};

use crate::error::{Error, Result};

/// Calls a function whose result will be differentiated.
///
/// # Errors
/// [`Error::GradientCutOff`] inside another such call, unless candle keeps the graph of gradients: the gradient of this
/// one is then what the outer result is made of.
pub(super) fn call(function: impl FnOnce(&[Tensor]) -> Result<Tensor>, variables: &[Tensor]) -> Result<Tensor> {
    let inside = Inside::enter();
    if inside.depth > 1 && !gradients_stay_in_the_graph()? {
        return Err(Error::GradientCutOff);
    }
    function(variables)
}

/// Refuses a backward pass inside a function that is being differentiated, unless candle keeps the graph of gradients.
///
/// # Errors
/// [`Error::GradientCutOff`].
pub(super) fn not_inside_another() -> Result<()> {
    if DEPTH.get() > 0 && !gradients_stay_in_the_graph()? {
        return Err(Error::GradientCutOff);
    }
    Ok(())
}

/// Refuses a function that differentiates a gradient, unless candle keeps the graph of gradients.
///
/// # Errors
/// [`Error::GraphNotKept`].
pub(super) fn needs_the_graph(function: &'static str, otherwise: &'static str) -> Result<()> {
    if gradients_stay_in_the_graph()? { Ok(()) } else { Err(Error::GraphNotKept { function, otherwise }) }
}

thread_local! {
    /// How many functions are being differentiated, each inside the one before.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// One level deeper, until it is dropped: by a return, an error or a panic.
struct Inside {
    depth: usize,
}

impl Inside {
    fn enter() -> Self {
        let depth = DEPTH.get() + 1;
        DEPTH.set(depth);
        Self { depth }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(self.depth - 1);
    }
}

/// Asks candle itself, which reads its environment variable once in a thread: by now it may say something else.
///
/// Candle cuts at each step of the backward pass. So in y = (1 · x)² the gradient that arrives at 1 · x, which is
/// 2 · (1 · x), goes on to x as a part of the graph or as a mere number.
fn gradients_stay_in_the_graph() -> Result<bool> {
    let x = Var::ones((), DType::F32, &Device::Cpu)?;
    let gradients = x.affine(1.0, 0.0)?.sqr()?.backward()?;
    Ok(gradients.get(&x).is_some_and(Tensor::track_op))
}
