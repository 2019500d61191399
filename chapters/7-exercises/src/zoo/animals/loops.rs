//! Wrong loops: the right sum in the wrong place, or not everywhere.

use super::super::matrix::Matrix;
use super::super::text::{Tale, Text};
use super::{Animal, Answer, window, zeros};

/// `for j in range(Y.shape[0])`.
pub(super) struct RowsForColumns;

impl Animal for RowsForColumns {
    fn name(&self) -> &'static str {
        "rows-for-columns"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.rows_for_columns
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..y.height() {
            for j in 0..y.height() {
                y.put(i, j, window(x, k, i, j)? + bias)?;
            }
        }
        Ok(y)
    }
}

/// `for i in range(H - h)`.
pub(super) struct LastRow;

impl Animal for LastRow {
    fn name(&self) -> &'static str {
        "last-row"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.last_row
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..x.height().saturating_sub(k.height()) {
            for j in 0..y.width() {
                y.put(i, j, window(x, k, i, j)? + bias)?;
            }
        }
        Ok(y)
    }
}

/// `X[j:j+h, i:i+w]`.
pub(super) struct SwappedIndices;

impl Animal for SwappedIndices {
    fn name(&self) -> &'static str {
        "swapped-indices"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.swapped_indices
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let mut y = zeros(x, k);
        for i in 0..y.height() {
            for j in 0..y.width() {
                y.put(i, j, window(x, k, j, i)? + bias)?;
            }
        }
        Ok(y)
    }
}

/// `n = K.shape[0]`, and n for the width too.
pub(super) struct OneSize;

impl Animal for OneSize {
    fn name(&self) -> &'static str {
        "one-size"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.one_size
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let n = k.height();
        let mut y = Matrix::zeros((x.height() + 1).saturating_sub(n), (x.width() + 1).saturating_sub(n));
        for i in 0..y.height() {
            for j in 0..y.width() {
                let mut sum = bias;
                for a in 0..n {
                    for b in 0..n {
                        sum += x.at(i + a, j + b)? * k.at(a, b)?;
                    }
                }
                y.put(i, j, sum)?;
            }
        }
        Ok(y)
    }
}

/// `Y = X`, which copies nothing, and each sum goes to the middle of its window.
pub(super) struct InPlace;

impl Animal for InPlace {
    fn name(&self) -> &'static str {
        "in-place"
    }

    fn tale<'a>(&self, text: &'a Text) -> &'a Tale {
        &text.in_place
    }

    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer {
        let (mut x, mut y) = (x.clone(), zeros(x, k));
        let (row, column) = (k.height() / 2, k.width() / 2);
        for i in 0..y.height() {
            for j in 0..y.width() {
                x.put(i + row, j + column, window(&x, k, i, j)? + bias)?;
            }
        }
        for i in 0..y.height() {
            for j in 0..y.width() {
                y.put(i, j, x.at(i + row, j + column)?)?;
            }
        }
        Ok(y)
    }
}
