//! The largest eigenvalue of a symmetric matrix of which only products are known, by the method of Lanczos.
//!
//! In the space of a vector and of what the matrix makes of it again and again, the matrix has three diagonals. Their
//! largest eigenvalue is that of the matrix where there are as many steps as rows. A hundred steps come within a part in
//! a thousand for a thousand rows, however close the next eigenvalue is (*Estimating the largest eigenvalue by the power
//! and Lanczos algorithms with a random start*, 1992).

use super::gram::dot;

const MOST_STEPS: usize = 100;

/// An entry beside the diagonal that is so small a part of those on it is what rounding leaves of 0.
const ROUNDING: f64 = 1e-14;

/// Enough to halve any interval down to neighbouring numbers.
const HALVINGS: usize = 100;

/// Of a matrix with `size` rows, at least one, none of whose eigenvalues is negative.
pub(super) fn largest_eigenvalue(size: usize, apply: impl Fn(&[f64]) -> Vec<f64>) -> f64 {
    // Perpendicular to no eigenvector by design.
    let mut vector: Vec<f64> = (0..size).map(|index| 1.0 + ((index * 7919) % 101) as f64 / 101.0).collect();
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..size.min(MOST_STEPS) {
        let length = dot(&vector, &vector).sqrt();
        vector.iter_mut().for_each(|entry| *entry /= length);
        let mut next = apply(&vector);
        diagonal.push(dot(&vector, &next));
        basis.push(vector);
        // Twice, since rounding leaves something of the first time.
        for known in basis.iter().chain(&basis) {
            let along = dot(known, &next);
            next.iter_mut().zip(known).for_each(|(entry, known)| *entry -= along * known);
        }
        let length = dot(&next, &next).sqrt();
        if length <= ROUNDING * diagonal.iter().fold(0.0, |largest: f64, entry| largest.max(*entry)) {
            break;
        }
        beside.push(length);
        vector = next;
    }
    largest_of_three_diagonals(&diagonal, &beside)
}

/// By bisection: x is larger than all eigenvalues if no pivot of x·I − T is negative (*Matrix Computations*, 2013, section
/// 8.4).
fn largest_of_three_diagonals(diagonal: &[f64], beside: &[f64]) -> f64 {
    let is_above_all = |x: f64| {
        let mut pivot = f64::INFINITY;
        diagonal.iter().zip([0.0].iter().chain(beside)).all(|(entry, beside)| {
            pivot = x - entry - beside * beside / pivot;
            pivot > 0.0
        })
    };
    let largest = |entries: &[f64]| entries.iter().fold(0.0, |largest: f64, entry| largest.max(*entry));
    let (mut low, mut high) = (largest(diagonal), largest(diagonal) + 2.0 * largest(beside));
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if is_above_all(middle) { high = middle } else { low = middle }
    }
    high
}
