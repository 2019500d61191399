//! Systems of equations with a symmetric positive definite matrix: A = L·Lᵀ (*Matrix Computations*, 2013, section 4.2).

use super::gram::dot;

/// A pivot that is so small a part of its diagonal entry is what rounding leaves of 0.
const ROUNDING: f64 = 1e-13;

/// The factor L of a matrix, row by row up to the diagonal.
pub(crate) struct Cholesky {
    rows: Vec<Vec<f64>>,
}

impl Cholesky {
    /// Of a symmetric matrix; `None` if it is not positive definite, up to rounding.
    pub(crate) fn of(matrix: &[Vec<f64>]) -> Option<Self> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (index, entries) in matrix.iter().enumerate() {
            let mut row = Vec::with_capacity(index + 1);
            for (column, entry) in entries[..index].iter().enumerate() {
                let above: &Vec<f64> = &rows[column];
                row.push((entry - dot(&row, &above[..column])) / above[column]);
            }
            let pivot = entries[index] - dot(&row, &row);
            if pivot.is_nan() || pivot <= ROUNDING * entries[index] {
                return None;
            }
            row.push(pivot.sqrt());
            rows.push(row);
        }
        Some(Self { rows })
    }

    /// A⁻¹·u.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = self.forwards(right);
        for index in (0..solution.len()).rev() {
            let value = solution[index] / self.rows[index][index];
            solution[index] = value;
            let above = solution[..index].iter_mut().zip(&self.rows[index]);
            above.for_each(|(entry, factor)| *entry -= value * factor);
        }
        solution
    }

    /// L⁻¹·u; its square is uᵀ·A⁻¹·u.
    pub(super) fn forwards(&self, right: &[f64]) -> Vec<f64> {
        let mut solution = Vec::with_capacity(right.len());
        for (row, value) in self.rows.iter().zip(right) {
            let index = solution.len();
            solution.push((value - dot(&row[..index], &solution)) / row[index]);
        }
        solution
    }
}
