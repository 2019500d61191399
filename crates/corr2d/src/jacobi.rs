//! Eigenvalues and eigenvectors of a symmetric matrix by the method of Jacobi.
//!
//! A rotation in the plane of two axes makes one entry beside the diagonal 0. It spoils others, but the sum of their
//! squares falls with each rotation, and quadratically in the end (*Matrix Computations*, 2013, section 8.5). The matrices
//! here have a row for each weight of a kernel, few enough that nothing faster is worth a library.

/// Sweeps over all pairs of axes; about six suffice for hundreds of rows.
const MOST_SWEEPS: usize = 50;

/// The eigenvalues, the largest first, and for each its eigenvector of length 1.
pub(crate) fn eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = matrix.len();
    let mut a = matrix.to_vec();
    // The rows become the eigenvectors.
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|row| (0..size).map(|column| f64::from(u8::from(row == column))).collect()).collect();
    // Beside the largest eigenvalue, which the trace bounds, this is nothing.
    let nothing = f64::EPSILON * f64::EPSILON * (0..size).map(|index| a[index][index].abs()).sum::<f64>();
    for _ in 0..MOST_SWEEPS {
        let mut rotated = false;
        for p in 0..size {
            for q in p + 1..size {
                let rounding = f64::EPSILON * (a[p][p] * a[q][q]).abs().sqrt();
                if a[p][q].abs() > rounding.max(nothing) {
                    rotated = true;
                    rotate(&mut a, &mut vectors, p, q);
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = (0..size).map(|index| a[index][index]).zip(vectors).collect();
    pairs.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    pairs.into_iter().unzip()
}

/// Turns the plane of the axes p < q by the angle after which the entry (p, q) is 0, the smaller of the two that do.
fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = tangent.hypot(1.0).recip();
    let sine = tangent * cosine;
    // What the turn makes of the diagonal, without the rounding of the turn itself.
    let (at_p, at_q) = (a[p][p] - tangent * a[p][q], a[q][q] + tangent * a[p][q]);
    turn_rows(a, p, q, cosine, sine);
    for row in a.iter_mut() {
        (row[p], row[q]) = (cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]);
    }
    (a[p][p], a[p][q], a[q][p], a[q][q]) = (at_p, 0.0, 0.0, at_q);
    turn_rows(vectors, p, q, cosine, sine);
}

fn turn_rows(rows: &mut [Vec<f64>], p: usize, q: usize, cosine: f64, sine: f64) {
    let (above, below) = rows.split_at_mut(q);
    for (at_p, at_q) in above[p].iter_mut().zip(below[0].iter_mut()) {
        (*at_p, *at_q) = (cosine * *at_p - sine * *at_q, sine * *at_p + cosine * *at_q);
    }
}
