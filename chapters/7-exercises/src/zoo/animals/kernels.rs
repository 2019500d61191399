//! Wrong kernels: each window is summed rightly, with other weights.

use super::super::matrix::{Matrix, OutOfRange};
use super::super::text::{Tale, Text};
use super::{Animal, Answer, windows, zeros};

/// The parameter is called k, the body says K, and the notebook knows one.
pub(super) struct GlobalKernel;

impl Animal for GlobalKernel {
    fn name(&self) -> &'static str {
        "global-kernel"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.global_kernel
    }

    fn forward(&self, x: &Matrix, _: &Matrix, bias: f64) -> Answer {
        let mut kernel_of_the_figure = Matrix::zeros(2, 2);
        for (row, column, weight) in [(0, 1, 1.0), (1, 0, 2.0), (1, 1, 3.0)] {
            kernel_of_the_figure.put(row, column, weight)?;
        }
        windows(x, &kernel_of_the_figure, bias)
    }
}

/// `K[::-1, ::-1]`.
pub(super) struct Flipped;

impl Animal for Flipped {
    fn name(&self) -> &'static str {
        "flipped"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.flipped
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut turned = k.clone();
        for a in 0..k.height() {
            for b in 0..k.width() {
                turned.put(k.height() - 1 - a, k.width() - 1 - b, k.at(a, b)?)?;
            }
        }
        windows(x, &turned, bias)
    }
}

/// `K[b, a]`.
pub(super) struct Transposed;

impl Animal for Transposed {
    fn name(&self) -> &'static str {
        "transposed"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.transposed
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..y.height() {
            for j in 0..y.width() {
                y.put(i, j, transposed_window(x, k, i, j)? + bias)?;
            }
        }
        Ok(y)
    }
}

fn transposed_window(x: &Matrix, k: &Matrix, i: usize, j: usize) -> Result<f64, OutOfRange> {
    let mut sum = 0.0;
    for a in 0..k.height() {
        for b in 0..k.width() {
            sum += x.at(i + a, j + b)? * k.at(b, a)?;
        }
    }
    Ok(sum)
}

/// `K / K.sum()`, where that is possible.
pub(super) struct Normalised;

impl Animal for Normalised {
    fn name(&self) -> &'static str {
        "normalised"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.normalised
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let sum: f64 = k.values().iter().sum();
        let scale = if sum == 0.0 { 1.0 } else { sum };
        windows(x, &k.map(|weight| weight / scale), bias)
    }
}
