//! Of all solutions of a system that does not determine one, the smallest.
//!
//! Cholesky's factor with the largest pivot first stops where nothing but rounding is left: A = L·Lᵀ with as many columns
//! as A has rank. A·u = b has the smallest solution u = L·(LᵀL)⁻²·Lᵀ·b (*Matrix Computations*, 2013, sections 4.2.8 and
//! 5.5).

use super::cholesky::Cholesky;
use super::gram::dot;

/// A pivot that is so small a part of the trace is what rounding leaves of 0.
const ROUNDING: f64 = 1e-13;

/// A factor with fewer columns than rows, and what is needed to solve with it.
pub(super) struct Thin {
    /// The columns of L.
    columns: Vec<Vec<f64>>,
    /// The factor of LᵀL; None of a matrix of rank 0.
    between: Option<Cholesky>,
}

impl Thin {
    /// Of a symmetric matrix without negative eigenvalues, with no more columns than `most`.
    pub(super) fn of(matrix: &[Vec<f64>], most: usize) -> Self {
        let mut left: Vec<f64> = matrix.iter().enumerate().map(|(index, row)| row[index]).collect();
        let nothing = ROUNDING * left.iter().sum::<f64>();
        let mut columns: Vec<Vec<f64>> = Vec::new();
        while columns.len() < most {
            let pivot = left.iter().copied().enumerate().max_by(|(_, one), (_, other)| one.total_cmp(other));
            let Some((index, pivot)) = pivot.filter(|(_, pivot)| *pivot > nothing) else { break };
            let mut column = matrix[index].clone();
            for known in &columns {
                let along = known[index];
                column.iter_mut().zip(known).for_each(|(entry, known)| *entry -= along * known);
            }
            let root = pivot.sqrt();
            column.iter_mut().for_each(|entry| *entry /= root);
            left.iter_mut().zip(&column).for_each(|(left, entry)| *left -= entry * entry);
            // Nothing but rounding is left of it.
            left[index] = 0.0;
            columns.push(column);
        }
        Self::of_columns(columns)
    }

    fn of_columns(mut columns: Vec<Vec<f64>>) -> Self {
        loop {
            let products = columns.iter().map(|one| columns.iter().map(|other| dot(one, other)).collect());
            let between = Cholesky::of(&products.collect::<Vec<Vec<f64>>>());
            // The last columns have the smallest pivots: without them the others are told apart.
            if between.is_some() || columns.pop().is_none() {
                return Self { columns, between };
            }
        }
    }

    pub(super) fn rank(&self) -> usize {
        self.columns.len()
    }

    /// The smallest of all u for which A·u is as near to `right` as can be.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = vec![0.0; right.len()];
        let Some(between) = &self.between else { return solution };
        let along: Vec<f64> = self.columns.iter().map(|column| dot(column, right)).collect();
        for (column, share) in self.columns.iter().zip(between.solve(&between.solve(&along))) {
            solution.iter_mut().zip(column).for_each(|(entry, column)| *entry += share * column);
        }
        solution
    }
}
