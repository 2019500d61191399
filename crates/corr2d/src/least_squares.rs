//! The kernel that made one image of another, by least squares.
//!
//! Sought are a kernel k and a bias β for which the sum over all windows of (Σ k·x + β − y)² is smallest. That sum is a
//! quadratic in k and β, and a few sums over the images, their *moments*, say all about it:
//!
//! ```text
//! Σ (k·x + β − y)² = kᵀ G k + 2 β sᵀk + n β² − 2 cᵀk − 2 β Σy + Σy²
//!
//! G[a, b] = Σ x[p + a] · x[p + b]     s[a] = Σ x[p + a]     c[a] = Σ x[p + a] · y[p]     over the n windows p
//! ```
//!
//! So images are gone through once, however many there are and whatever is asked of them afterwards: [`Moments`] of several
//! images add up, and those of a smaller kernel are a part of those of a larger one. A [`Fit`] is the best kernel, with
//! [`Terms`] that it has to keep; [`Quadratic`] is the same loss for gradient descent, at a price that does not depend on
//! the size of the images. (*Numerical Methods for Least Squares Problems*, 1996, chapters 2 and 5.)
//!
//! | file | what it holds |
//! | --- | --- |
//! | `moments`, `adding` | the sums, and how images are added to them |
//! | `gram` | G from the correlation of an image with itself |
//! | `terms` | what a kernel has to keep, and the unknowns that are left |
//! | `quadratic` | the loss in these unknowns |
//! | `fit` | the best kernel, and how well it is determined |
//! | `nonnegative` | the best kernel without a negative tap |
//! | `cholesky`, `smallest` | systems of equations, and those without a single solution |
//! | `lanczos` | how steep the loss is at most |

mod adding;
mod cholesky;
mod fit;
mod gram;
mod lanczos;
mod moments;
mod nonnegative;
mod quadratic;
mod smallest;
mod terms;

pub(crate) use cholesky::Cholesky;
pub use fit::Fit;
pub use moments::Moments;
pub use quadratic::Quadratic;
pub use terms::{Symmetry, Terms};
