//! Wrong numbers: the right windows and weights, summed or kept in the wrong way.

use super::super::matrix::Matrix;
use super::super::text::{Tale, Text};
use super::{Animal, Answer, windows, zeros};

/// `corr2d(X, K + b)`.
pub(super) struct BiasInside;

impl Animal for BiasInside {
    fn name(&self) -> &'static str {
        "bias-inside"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.bias_inside
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        windows(x, &k.map(|weight| weight + bias), 0.0)
    }
}

/// `s += X[i+a, j+b] * K[a, b] + bias`.
pub(super) struct BiasInTheLoop;

impl Animal for BiasInTheLoop {
    fn name(&self) -> &'static str {
        "bias-in-the-loop"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.bias_in_the_loop
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..y.height() {
            for j in 0..y.width() {
                let mut sum = 0.0;
                for a in 0..k.height() {
                    for b in 0..k.width() {
                        sum += x.at(i + a, j + b)? * k.at(a, b)? + bias;
                    }
                }
                y.put(i, j, sum)?;
            }
        }
        Ok(y)
    }
}

/// `s = 0` above all four loops.
pub(super) struct NeverReset;

impl Animal for NeverReset {
    fn name(&self) -> &'static str {
        "never-reset"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.never_reset
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        let mut sum = 0.0;
        for i in 0..y.height() {
            for j in 0..y.width() {
                for a in 0..k.height() {
                    for b in 0..k.width() {
                        sum += x.at(i + a, j + b)? * k.at(a, b)?;
                    }
                }
                y.put(i, j, sum + bias)?;
            }
        }
        Ok(y)
    }
}

/// `Y[i, j] = X[i+a, j+b] * K[a, b]`, without the plus.
pub(super) struct LastProduct;

impl Animal for LastProduct {
    fn name(&self) -> &'static str {
        "last-product"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.last_product
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..y.height() {
            for j in 0..y.width() {
                for a in 0..k.height() {
                    for b in 0..k.width() {
                        y.put(i, j, x.at(i + a, j + b)? * k.at(a, b)? + bias)?;
                    }
                }
            }
        }
        Ok(y)
    }
}

/// `Y = np.zeros((rows, columns), dtype=int)`.
pub(super) struct WholeNumbers;

impl Animal for WholeNumbers {
    fn name(&self) -> &'static str {
        "whole-numbers"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.whole_numbers
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        Ok(windows(x, k, bias)?.map(f64::trunc))
    }
}

/// The answer of an image is an image: 0 to 255.
pub(super) struct Brightness;

impl Animal for Brightness {
    fn name(&self) -> &'static str {
        "brightness"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.brightness
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        Ok(windows(x, k, bias)?.map(|value| value.clamp(0.0, 255.0)))
    }
}
