//! The layer of exercise 2 written in five ways, and what candle makes of each.

use anyhow::Result;
use candle_core::{DType, Tensor, Var};
use candle_nn::{Optimizer, SGD};
use chapter_kit::figure;
use corr2d::corr2d;

use super::super::{list, table};
use super::Setting;
use super::text::Text;

// ANCHOR: windows
/// The layer as tensors: window · kernel, summed, window by window, and all sums stacked.
fn by_windows(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    let mut sums = Vec::new();
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        sums.push(x.narrow(0, row, 2)?.narrow(1, column, 2)?.mul(k)?.sum_all()?);
    }
    Ok(Tensor::stack(&sums, 0)?.reshape((2, 2))?)
}
// ANCHOR_END: windows

// ANCHOR: numbers
/// The layer as it is written first: numbers out of the tensors, loops, a tensor out of the sums.
pub(super) fn by_numbers(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    let (pixels, weights) = (x.to_vec2::<f32>()?, k.to_vec2::<f32>()?);
    let mut y = [[0f32; 2]; 2];
    for (i, j, a, b) in (0..16).map(|n| (n / 8, n / 4 % 2, n / 2 % 2, n % 2)) {
        y[i][j] += pixels[i + a][j + b] * weights[a][b];
    }
    Ok(Tensor::new(&y, x.device())?)
}
// ANCHOR_END: numbers

// ANCHOR: in-place
/// Zeros, into which each sum is written in place.
fn by_slice_set(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    let y = Tensor::zeros(4, DType::F32, x.device())?;
    let sums = by_windows(x, k)?.flatten_all()?;
    for place in 0..4 {
        y.slice_set(&sums.narrow(0, place, 1)?.contiguous()?, 0, place)?;
    }
    Ok(y.reshape((2, 2))?)
}

/// Zeros, of which each step makes a new tensor with one sum in it.
fn by_slice_assign(x: &Tensor, k: &Tensor) -> Result<Tensor> {
    let mut y = Tensor::zeros(4, DType::F32, x.device())?;
    let sums = by_windows(x, k)?.flatten_all()?;
    for place in 0..4 {
        y = y.slice_assign(&[place..=place], &sums.narrow(0, place, 1)?)?;
    }
    Ok(y.reshape((2, 2))?)
}
// ANCHOR_END: in-place

type Layer = fn(&Tensor, &Tensor) -> Result<Tensor>;

/// The same layer in five ways.
const LAYERS: [(&str, Layer); 5] = [
    ("narrow, mul, sum_all, stack", by_windows),
    ("to_vec2, for, Tensor::new", by_numbers),
    ("zeros, slice_set", by_slice_set),
    ("zeros, slice_assign", by_slice_assign),
    ("corr2d", |x, k| Ok(corr2d(x, k)?)),
];

/// What backward leaves for the kernel.
#[derive(PartialEq)]
pub(super) enum Left {
    Gradient,
    Zero,
    Error,
    Nothing,
}

/// The loss of a layer, and what candle's `get` answers for the kernel once backward has run, or the error of backward.
fn backward(layer: Layer, setting: &Setting) -> Result<(Tensor, candle_core::Result<Option<Tensor>>)> {
    let k = Var::from_tensor(&setting.k)?;
    let loss = (layer(&setting.x, &k)? * &setting.g)?.sum_all()?;
    let gradient = loss.backward().map(|gradients| gradients.get(&k).cloned());
    Ok((loss, gradient))
}

/// As candle prints an answer of `get`.
fn printed(gradient: Option<&Tensor>) -> Result<String> {
    gradient.map_or(Ok("None".to_owned()), |gradient| Ok(list(&figure::numbers(gradient)?)))
}

/// What backward leaves for the kernel of the layer as it is written first, and how that is printed.
pub(super) fn left_by_numbers(setting: &Setting) -> Result<(Left, String)> {
    let gradient = match backward(by_numbers, setting)?.1 {
        Ok(gradient) => gradient,
        Err(error) => return Ok((Left::Error, error.to_string())),
    };
    let left = match &gradient {
        None => Left::Nothing,
        Some(gradient) if figure::numbers(gradient)?.iter().all(|slope| *slope == 0.0) => Left::Zero,
        Some(_) => Left::Gradient,
    };
    Ok((left, printed(gradient.as_ref())?))
}

/// A line a layer: its gradient by the kernel, as candle's `get` answers.
pub(super) fn gradients(setting: &Setting, text: &Text) -> Result<String> {
    let mut lines = Vec::new();
    for (name, layer) in LAYERS {
        let (loss, gradient) = backward(layer, setting)?;
        let (loss, found) = (figure::scalar(figure::numbers(&loss)?[0]), printed(gradient?.as_ref())?);
        lines.push((name.to_owned(), format!("{} {loss}   {found}", text.loss)));
    }
    Ok(table(&lines))
}

/// The kernel after three steps of candle's optimiser down the loss, through numbers and through corr2d.
pub(super) fn trained(setting: &Setting) -> Result<String> {
    let mut lines = Vec::new();
    for (name, layer) in [LAYERS[1], LAYERS[4]] {
        let k = Var::from_tensor(&setting.k)?;
        let mut optimiser = SGD::new(vec![k.clone()], 1.0)?;
        for _ in 0..3 {
            optimiser.backward_step(&(layer(&setting.x, &k)? * &setting.g)?.sum_all()?)?;
        }
        let (before, after) = (list(&figure::numbers(&setting.k)?), list(&figure::numbers(&k)?));
        lines.push((name.to_owned(), format!("{before} → {after}")));
    }
    Ok(table(&lines))
}
