//! The animals: what each of them computes in place of `y[i, j] = Σ_a Σ_b x[i + a, j + b] · k[a, b] + bias`.
//!
//! Each is written as its author wrote it, with two loops, and is wrong in one line. What the author thought stands in `text`.

mod kernels;
mod loops;
mod numbers;

use super::matrix::{Matrix, OutOfRange};
use super::text::{Tale, Text};

/// What an animal answers, or the place that it reached for in vain.
pub type Answer = Result<Matrix, OutOfRange>;

/// A `corr2d` that is wrong, as a layer: with a bias.
pub trait Animal: Sync {
    /// What it is called in the zoo.
    fn name(&self) -> &'static str;

    /// What its author thought, and a hint for the reader.
    fn tale<'a>(&self, text: &'a Text) -> &'a Tale;

    /// The answer to an image and a kernel that fits into it.
    ///
    /// # Errors
    /// Where it reaches beyond a matrix, as its author's program did.
    fn forward(&self, x: &Matrix, k: &Matrix, bias: f64) -> Answer;
}

/// Every animal, in the order of the list.
///
/// ```
/// use chapter_exercises::zoo::{ALL, Matrix};
///
/// // The figure of chapter 1: one of the animals gives the four numbers of the strict convolution.
/// let x = Matrix::new(3, 3, (0..9).map(f64::from).collect());
/// let k = Matrix::new(2, 2, (0..4).map(f64::from).collect());
/// let flipped = ALL.iter().find(|animal| animal.name() == "flipped");
/// let answer = flipped.zip(x.zip(k)).and_then(|(animal, (x, k))| animal.forward(&x, &k, 0.).ok());
/// assert_eq!(answer.map(|y| y.values().to_vec()), Some(vec![5., 11., 23., 29.]));
/// ```
pub static ALL: [&dyn Animal; 15] = [
    &loops::RowsForColumns,
    &loops::LastRow,
    &loops::SwappedIndices,
    &loops::OneSize,
    &loops::InPlace,
    &kernels::GlobalKernel,
    &kernels::Flipped,
    &kernels::Transposed,
    &kernels::Normalised,
    &numbers::BiasInside,
    &numbers::BiasInTheLoop,
    &numbers::NeverReset,
    &numbers::LastProduct,
    &numbers::WholeNumbers,
    &numbers::Brightness,
];

/// As many zeros as there are windows.
fn zeros(x: &Matrix, k: &Matrix) -> Matrix {
    Matrix::zeros((x.height() + 1).saturating_sub(k.height()), (x.width() + 1).saturating_sub(k.width()))
}

/// The sum of one window, rightly: most animals are wrong elsewhere.
fn window(x: &Matrix, k: &Matrix, i: usize, j: usize) -> Result<f64, OutOfRange> {
    let mut sum = 0.0;
    for a in 0..k.height() {
        for b in 0..k.width() {
            sum += x.at(i + a, j + b)? * k.at(a, b)?;
        }
    }
    Ok(sum)
}

/// All windows, rightly.
fn windows(x: &Matrix, k: &Matrix, bias: f64) -> Answer {
    let mut y = zeros(x, k);
    for i in 0..y.height() {
        for j in 0..y.width() {
            y.put(i, j, window(x, k, i, j)? + bias)?;
        }
    }
    Ok(y)
}
