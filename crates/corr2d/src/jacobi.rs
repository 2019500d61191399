//! Eigenvalues and eigenvectors of a symmetric matrix by the method of Jacobi.
//!
//! A rotation in the plane of two axes makes one entry beside the diagonal 0. It spoils others, but the sum of their
//! squares falls with each rotation, and quadratically in the end (*Matrix Computations*, 2013, section 8.5). The matrices
//! here have a row for each weight of a kernel: 49 are a matter of milliseconds, 225 of half a second, 441 of eight. A
//! library would be faster for such, and bring fifteen crates to everyone who correlates.

/// Sweeps over all pairs of axes; about eight suffice for hundreds of rows.
const MOST_SWEEPS: usize = 50;

/// The eigenvalues, the largest first, and for each its eigenvector of length 1.
pub(crate) fn eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = matrix.len();
    let mut a = Square { size, entries: matrix.concat() };
    // Its rows become the eigenvectors.
    let mut vectors = Square { size, entries: vec![0.0; size * size] };
    vectors.entries.iter_mut().step_by(size + 1).for_each(|entry| *entry = 1.0);
    // An entry beside the diagonal as small as this is rounding: the largest eigenvalue is as large as any of these.
    let rounding = f64::EPSILON * (0..size).map(|index| a.at(index, index)).fold(0.0, f64::max);
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..size {
            for q in p + 1..size {
                if a.at(p, q).abs() > rounding {
                    rotated = true;
                    rotate(&mut a, &mut vectors, p, q);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let values = (0..size).map(|index| a.at(index, index));
    let mut pairs: Vec<(f64, Vec<f64>)> = values.zip(vectors.entries.chunks(size).map(<[f64]>::to_vec)).collect();
    pairs.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    pairs.into_iter().unzip()
}

/// Turns the plane of the axes p < q by the angle after which the entry (p, q) is 0, the smaller of the two that do.
fn rotate(a: &mut Square, vectors: &mut Square, p: usize, q: usize) {
    let (pp, pq, qq) = (a.at(p, p), a.at(p, q), a.at(q, q));
    let theta = (qq - pp) / (2.0 * pq);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = tangent.hypot(1.0).recip();
    a.turn_rows(p, q, cosine, tangent * cosine);
    a.mirror(p);
    a.mirror(q);
    for (row, column, entry) in [(p, p, pp - tangent * pq), (p, q, 0.0), (q, p, 0.0), (q, q, qq + tangent * pq)] {
        a.entries[row * a.size + column] = entry;
    }
    vectors.turn_rows(p, q, cosine, tangent * cosine);
}

/// A square matrix, row after row.
struct Square {
    size: usize,
    entries: Vec<f64>,
}

impl Square {
    fn at(&self, row: usize, column: usize) -> f64 {
        self.entries[row * self.size + column]
    }

    fn turn_rows(&mut self, p: usize, q: usize, cosine: f64, sine: f64) {
        let (above, below) = self.entries.split_at_mut(q * self.size);
        let (row_p, row_q) = (&mut above[p * self.size..][..self.size], &mut below[..self.size]);
        for (at_p, at_q) in row_p.iter_mut().zip(row_q) {
            (*at_p, *at_q) = (cosine * *at_p - sine * *at_q, sine * *at_p + cosine * *at_q);
        }
    }

    /// Copies a row to the column of the same number, which the turn of a symmetric matrix changes alike.
    fn mirror(&mut self, index: usize) {
        for other in 0..self.size {
            self.entries[other * self.size + index] = self.entries[index * self.size + other];
        }
    }
}
