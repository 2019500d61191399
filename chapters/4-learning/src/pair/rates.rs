//! The learning rate and the momentum that suit a quadratic best.
//!
//! With curvatures between μ and L, the error along each eigenvector shrinks in each step by a factor that depends on its
//! curvature, and the slowest is quickest at
//!
//! ```text
//! without momentum   lr = 2 / (L + μ)
//! momentum           lr = 4 / (√L + √μ)²      momentum = ((√L − √μ) / (√L + √μ))²
//! nesterov           lr = 4 / (3L + μ)        momentum = (√(3κ + 1) − 2) / (√(3κ + 1) + 2),  κ = L / μ
//! ```
//!
//! (*Analysis and design of optimization algorithms via integral quadratic constraints*, 2016, table 1.)

use corr2d::least_squares::Quadratic;

/// What curves less than this part of the most takes more steps than there are, at any rate; a momentum that is made for it
/// slows down all others.
const OUT_OF_REACH: f64 = 2.5e-7;

/// A rate and a momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Best {
    pub(crate) learning_rate: f64,
    pub(crate) momentum: f64,
}

/// The best rate for a given momentum, or both.
pub(crate) fn best(quadratics: &[Quadratic], momentum: Option<f64>, nesterov: bool) -> Best {
    // In a channel without any there is nothing to learn, at any rate.
    let curvatures = quadratics.iter().map(Quadratic::curvatures).filter(|(largest, _)| *largest > 0.0);
    let (largest, smallest) = curvatures.fold((0.0, f64::INFINITY), |(largest, smallest): (f64, f64), (high, low)| {
        (largest.max(high), smallest.min(low))
    });
    // A little more than measured: beyond the largest curvature's rate nothing would stop the steps from growing.
    let largest = 1.01 * largest;
    if largest == 0.0 || !smallest.is_finite() {
        return Best { learning_rate: 1.0, momentum: momentum.unwrap_or(0.0) };
    }
    let smallest = smallest.max(OUT_OF_REACH * largest);
    let (root_of_largest, root_of_smallest) = (largest.sqrt(), smallest.sqrt());
    match (momentum, nesterov) {
        (Some(0.0), _) => Best { learning_rate: 2.0 / (largest + smallest), momentum: 0.0 },
        // From (1 − √m)² / μ to (1 + √m)² / L every curvature shrinks by √m; the upper end serves smaller curvatures best.
        (Some(momentum), false) => Best { learning_rate: 0.99 * (1.0 + momentum.sqrt()).powi(2) / largest, momentum },
        // Nesterov's steps are stable up to 2 (1 + m) / (1 + 2m) / L.
        (Some(momentum), true) => Best { learning_rate: 1.0 / largest, momentum },
        (None, false) => {
            let ends = (root_of_largest + root_of_smallest, root_of_largest - root_of_smallest);
            Best { learning_rate: 4.0 / (ends.0 * ends.0), momentum: (ends.1 / ends.0).powi(2) }
        }
        (None, true) => {
            let root = (3.0 * largest / smallest + 1.0).sqrt();
            Best { learning_rate: 4.0 / (3.0 * largest + smallest), momentum: (root - 2.0) / (root + 2.0) }
        }
    }
}
