//! A kernel as products of a column and a row, by its singular values.
//!
//! `w = Σ_i σ_i · u_i · v_iᵀ`. If only σ₁ is not 0 the kernel is separable: a pass down and one across do for h + w products
//! a pixel what it does for h · w. The share of σ₁² in Σ σ² says how much of its energy the first product holds.
//!
//! The method is Jacobi's from one side: rotate two columns until they are perpendicular, and all pairs until none turns. What
//! is left are the columns σ_i · u_i (G. H. Golub and C. F. Van Loan, *Matrix Computations*, section 8.6).

use super::Kernel;

/// Further turns than this change nothing in f64.
const PERPENDICULAR: f64 = 1e-15;

/// A line with less than this share of the energy is what rounding left of none, and turning it would never end.
const NOTHING: f64 = 1e-32;

/// Every kernel so far was done after ten.
const MOST_SWEEPS: usize = 40;

/// Weights up to here are whole numbers in f64.
const LARGEST_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Below this share of the energy lies what rounding to `f32` leaves of 0.
const ROUNDING: f64 = 1e-12;

/// The nearest product of a column and a row, and how near it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Factors {
    /// The column, from top to bottom.
    pub down: Vec<f64>,
    /// The row, from left to right. `down[a] · across[b]` comes nearest to the weight in row a and column b.
    pub across: Vec<f64>,
    /// All singular values, the largest first.
    pub singular_values: Vec<f64>,
}

impl Factors {
    /// The share of the energy, `Σ w²`, that the product holds: 1 for a separable kernel, and for one of zeros.
    ///
    /// ```
    /// let factors = corr2d_imaging::Kernel::parse("1,0;0,1")?.factors();
    /// assert!((factors.share() - 0.5).abs() < 1e-15);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn share(&self) -> f64 {
        let energy: f64 = self.singular_values.iter().map(|value| value * value).sum();
        let first = self.singular_values.first().map_or(0.0, |value| value * value);
        if energy > 0.0 { first / energy } else { 1.0 }
    }

    /// Whether the product is the kernel, up to the rounding of `f32`.
    ///
    /// ```
    /// assert!(corr2d_imaging::Kernel::parse("gaussian:1.5")?.factors().is_exact());
    /// assert!(!corr2d_imaging::Kernel::parse("laplacian4")?.factors().is_exact());
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.rank() <= 1
    }

    /// How many products make up the kernel, up to the rounding of `f32`.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("laplacian4")?.factors().rank(), 2);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn rank(&self) -> usize {
        let energy: f64 = self.singular_values.iter().map(|value| value * value).sum();
        self.singular_values.iter().filter(|&value| value * value > ROUNDING * energy).count()
    }
}

impl Kernel {
    /// The nearest product of a column and a row, in the sense of least squares.
    ///
    /// Whole numbers are given where both factors of a kernel of whole numbers can have them; otherwise both are equally
    /// long. The largest number of the column is positive.
    ///
    /// ```
    /// let factors = corr2d_imaging::Kernel::parse("scharr-x")?.factors();
    /// assert_eq!(factors.down, [3.0, 10.0, 3.0]);
    /// assert_eq!(factors.across, [-1.0, 0.0, 1.0]);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn factors(&self) -> Factors {
        // Rows turn into each other, so the fewer of rows and columns are the ones to turn.
        let lies = self.height <= self.width;
        let lines: Vec<Vec<f64>> = if lies {
            self.rows().map(<[f64]>::to_vec).collect()
        } else {
            (0..self.width).map(|column| self.rows().map(|row| row[column]).collect()).collect()
        };
        let (long, short, singular_values) = first_product(lines);
        let (down, across) = if lies { (short, long) } else { (long, short) };
        let mut factors = Factors { down, across, singular_values };
        match self.whole_factors() {
            Some((down, across)) if factors.is_exact() => (factors.down, factors.across) = (down, across),
            _ => {}
        }
        if largest(&factors.down) < 0.0 {
            factors.down.iter_mut().chain(&mut factors.across).for_each(|value| *value = -*value + 0.0);
        }
        factors
    }

    /// The row with the largest weight without its common factor, and by what each row is a multiple of it.
    fn whole_factors(&self) -> Option<(Vec<f64>, Vec<f64>)> {
        if !self.values.iter().all(|value| value.fract() == 0.0 && value.abs() <= LARGEST_INTEGER) {
            return None;
        }
        let strongest = self.rows().max_by(|left, right| largest(left).abs().total_cmp(&largest(right).abs()))?;
        let common = strongest.iter().fold(0, |common, &value| greatest_common_divisor(common, value.abs() as u64));
        let column = strongest.iter().position(|&value| value != 0.0)?;
        let across: Vec<f64> = strongest.iter().map(|value| value / common as f64).collect();
        Some((self.rows().map(|row| row[column] / across[column]).collect(), across))
    }
}

/// A line of the kernel, and what the turns so far have made of a line of the unit matrix.
struct Line {
    weights: Vec<f64>,
    vector: Vec<f64>,
}

impl Line {
    fn energy(&self) -> f64 {
        product(&self.weights, &self.weights)
    }
}

/// Of lines, σ₁ shared out between v₁ and u₁ in equal parts, and all σ.
fn first_product(lines: Vec<Vec<f64>>) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let count = lines.len();
    let unit = |index: usize| (0..count).map(|other| if other == index { 1.0 } else { 0.0 }).collect();
    let mut lines: Vec<Line> =
        lines.into_iter().enumerate().map(|(index, weights)| Line { weights, vector: unit(index) }).collect();
    let nothing = NOTHING * lines.iter().map(Line::energy).sum::<f64>();
    for _ in 0..MOST_SWEEPS {
        let mut at_rest = true;
        for second in 1..count {
            for first in 0..second {
                let (before, after) = lines.split_at_mut(second);
                at_rest &= !make_perpendicular(&mut before[first], &mut after[0], nothing);
            }
        }
        if at_rest {
            break;
        }
    }
    lines.sort_by(|left, right| right.energy().total_cmp(&left.energy()));
    let singular_values: Vec<f64> = lines.iter().map(|line| line.energy().sqrt()).collect();
    let Some(Line { mut weights, mut vector }) = lines.into_iter().next() else { return Default::default() };
    let half = singular_values[0].sqrt();
    if half > 0.0 {
        weights.iter_mut().for_each(|value| *value /= half);
    }
    vector.iter_mut().for_each(|value| *value *= half);
    (weights, vector, singular_values)
}

/// Turns two lines until they are perpendicular; whether there was anything to turn.
fn make_perpendicular(left: &mut Line, right: &mut Line, nothing: f64) -> bool {
    let (own, other, common) = (left.energy(), right.energy(), product(&left.weights, &right.weights));
    if own.min(other) <= nothing || common.abs() <= PERPENDICULAR * (own * other).sqrt() {
        return false;
    }
    // The smaller of the two angles that will do, by its tangent.
    let ratio = (other - own) / (2.0 * common);
    let tangent = ratio.signum() / (ratio.abs() + (1.0 + ratio * ratio).sqrt());
    let cosine = (1.0 + tangent * tangent).sqrt().recip();
    let sine = cosine * tangent;
    let turn = |left: &mut [f64], right: &mut [f64]| {
        for (l, r) in left.iter_mut().zip(right) {
            (*l, *r) = (cosine * *l - sine * *r, sine * *l + cosine * *r);
        }
    };
    turn(&mut left.weights, &mut right.weights);
    turn(&mut left.vector, &mut right.vector);
    true
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(l, r)| l * r).sum()
}

/// The number that is farthest from 0, the first of several.
fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(0.0, |largest: f64, value| if value.abs() > largest.abs() { value } else { largest })
}

fn greatest_common_divisor(left: u64, right: u64) -> u64 {
    if right == 0 { left } else { greatest_common_divisor(right, left % right) }
}
