//! What a kernel has to keep, and the unknowns that are left.

use crate::error::{Error, Result};

/// What a kernel of least squares has to keep, beside its size.
///
/// ```
/// use corr2d::least_squares::{Symmetry, Terms};
///
/// // A blur that adds no light and takes none.
/// let blur = Terms { sum_one: true, nonnegative: true, symmetry: Symmetry::Point, ..Terms::default() };
/// assert!(blur.bias && blur.ridge == 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Whether a constant may be added to each output.
    pub bias: bool,
    /// ρ in (mean squared error) + ρ · Σ k²: large taps are dear.
    pub ridge: f64,
    /// Which taps are the same.
    pub symmetry: Symmetry,
    /// Whether the taps sum to 1.
    pub sum_one: bool,
    /// Whether no tap is negative.
    pub nonnegative: bool,
}

impl Default for Terms {
    /// A bias, and nothing else.
    fn default() -> Self {
        Self { bias: true, ridge: 0.0, symmetry: Symmetry::None, sum_one: false, nonnegative: false }
    }
}

/// Which taps of a kernel are the same.
///
/// ```
/// use corr2d::least_squares::Symmetry;
///
/// assert_eq!(Symmetry::default(), Symmetry::None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Symmetry {
    /// None need be.
    #[default]
    None,
    /// Those that a turn by 180 degrees exchanges: blurs along a line, whatever its direction.
    Point,
    /// Those to the left and to the right, and above and below: box, Gaussian, lens blur.
    Mirror,
    /// Those of `Mirror`, and rows and columns: kernels that are square and the same in both directions.
    Square,
}

impl Terms {
    /// Whether they can be kept at all by a kernel of (height, width).
    pub(super) fn check(&self, (height, width): (usize, usize)) -> Result<()> {
        if !(self.ridge.is_finite() && self.ridge >= 0.0) {
            let found = self.ridge.to_string();
            return Err(Error::Setting { what: "the ridge", found, wanted: "0 or positive, and finite" });
        }
        if self.symmetry == Symmetry::Square && height != width {
            let found = format!("{height}×{width}");
            return Err(Error::Setting { what: "a kernel with the symmetry of a square", found, wanted: "square" });
        }
        Ok(())
    }
}

impl Symmetry {
    /// For each tap the number of its class, and how many classes there are.
    pub(super) fn classes(self, (height, width): (usize, usize)) -> (Vec<usize>, usize) {
        let mut seen = Vec::new();
        let class = |tap: usize| {
            let smallest = self.smallest((height, width), tap / width, tap % width);
            seen.iter().position(|other| *other == smallest).unwrap_or_else(|| {
                seen.push(smallest);
                seen.len() - 1
            })
        };
        let classes = (0..height * width).map(class).collect();
        (classes, seen.len())
    }

    /// The first of the taps that have to be the same as this one.
    fn smallest(self, (height, width): (usize, usize), row: usize, column: usize) -> (usize, usize) {
        let (below, right) = (height - 1 - row, width - 1 - column);
        match self {
            Self::None => (row, column),
            Self::Point => (row, column).min((below, right)),
            Self::Mirror => (row.min(below), column.min(right)),
            Self::Square => {
                let (row, column) = (row.min(below), column.min(right));
                (row.min(column), row.max(column))
            }
        }
    }
}
