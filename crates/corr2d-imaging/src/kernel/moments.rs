//! Which derivative a kernel takes, read off its moments.
//!
//! Around a pixel a picture is a sum of monomials, f = Σ f_pq · x^p · y^q / (p! · q!), where f_pq is the derivative that is
//! taken p times by x and q times by y. A correlation is linear, so it answers
//!
//! `y = Σ c_pq · f_pq`, `c_pq = Σ w · x^p · y^q / (p! · q!)`
//!
//! with x to the right and y down from the anchor. The smallest p + q of which some c_pq is not 0 is the order of the kernel:
//! below it, it is blind. The lowest coefficients are the same wherever x and y are counted from.

use super::Kernel;

/// Beyond this degree a moment says more about rounding than about the kernel.
const HIGHEST_ORDER: usize = 8;

/// How many derivatives a kernel takes; `None` where every degree up to 8 gives 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Order {
    /// Altogether: all monomials of a smaller degree p + q give 0.
    pub total: Option<usize>,
    /// Along y: in every column, all monomials `y^q` of a smaller degree q give 0.
    pub down: Option<usize>,
    /// Along x: in every row, all monomials `x^p` of a smaller degree p give 0.
    pub across: Option<usize>,
}

impl Kernel {
    /// The answer to the monomial `x^across · y^down / (across! · down!)`, whose one derivative is 1.
    ///
    /// x counts to the right and y down, from the [`anchor`](Kernel::anchor).
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// let sobel = Kernel::parse("sobel-x")?;
    /// assert_eq!(sobel.answer_to(0, 0), 0.0, "a constant");
    /// assert_eq!(sobel.answer_to(0, 1), 8.0, "x");
    /// assert_eq!(Kernel::parse("laplacian4")?.answer_to(2, 0), 1.0, "y²/2");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn answer_to(&self, down: u32, across: u32) -> f64 {
        let (row, column) = self.anchor();
        let factorial = |degree: u32| (1..=degree).map(f64::from).product::<f64>();
        let powers = (down as i32, across as i32);
        self.moment_about((row as f64, column as f64), powers) / (factorial(down) * factorial(across))
    }

    /// The order of the kernel as a derivative.
    ///
    /// An answer counts as 0 up to `tolerance` of what it would be if no weight cancelled another, `Σ |w · x^p · y^q|`, or of
    /// `Σ |w|` if that is more: 1e-6 for weights that were rounded to `f32`, 0.01 for weights that were learned.
    ///
    /// ```
    /// let order = corr2d_imaging::Kernel::parse("sobel-x")?.order(1e-6);
    /// assert_eq!((order.total, order.down, order.across), (Some(1), Some(0), Some(1)));
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn order(&self, tolerance: f64) -> Order {
        let total = self.total();
        let line = |height, width, values| Self { name: String::new(), height, width, values };
        let rows = self.rows().map(|row| line(1, self.width, row.to_vec()));
        let column = |index| self.rows().map(|row| row[index]).collect();
        let columns = (0..self.width).map(|index| line(self.height, 1, column(index)));
        Order {
            total: self.total_order(tolerance, total),
            down: columns.filter_map(|column| column.total_order(tolerance, total)).min(),
            across: rows.filter_map(|row| row.total_order(tolerance, total)).min(),
        }
    }

    /// The derivatives of the lowest order that is not 0, as (times by y, times by x, coefficient): `[(0, 1, 8.0)]`, 8 ∂f/∂x,
    /// for `sobel-x`. Empty where there is no order up to 8; `tolerance` is that of [`order`](Kernel::order).
    ///
    /// ```
    /// let laplacian = corr2d_imaging::Kernel::parse("laplacian8")?;
    /// assert_eq!(laplacian.leading_terms(1e-6), [(0, 2, 3.0), (2, 0, 3.0)]);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn leading_terms(&self, tolerance: f64) -> Vec<(u32, u32, f64)> {
        let Some(order) = self.total_order(tolerance, self.total()) else { return Vec::new() };
        let terms = (0..=order).filter(|&down| self.counts((down, order - down), tolerance, self.total()));
        terms.map(|down| (down as u32, (order - down) as u32)).map(|(y, x)| (y, x, self.answer_to(y, x))).collect()
    }

    /// The point, as (down, right) from the anchor, at which the kernel takes its derivative.
    ///
    /// For a kernel of order 0 it is the centre of mass, `(Σ w·y / Σ w, Σ w·x / Σ w)`: smoothing with it moves the picture by
    /// as much the other way. In general a kernel at a distance (t, s) answers `L + s·∂L/∂x + t·∂L/∂y + …` where it would
    /// answer L at the anchor; s and t are those that fit the coefficients of the next degree best, by least squares.
    ///
    /// `None` where the kernel has no [`order`](Kernel::order).
    ///
    /// ```
    /// use corr2d_imaging::Kernel;
    /// assert_eq!(Kernel::parse("sobel-x")?.centre(), Some((0.0, 0.0)));
    /// assert_eq!(Kernel::parse("box:2x4")?.centre(), Some((-0.5, -0.5)), "an even kernel has no pixel in its middle");
    /// assert_eq!(Kernel::parse("1,-1")?.centre(), Some((0.0, -0.5)), "the slope between two pixels");
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn centre(&self) -> Option<(f64, f64)> {
        let order = self.total_order(super::measure::ZERO, self.total())? as u32;
        let coefficients = |degree: u32| (0..=degree).map(|down| self.answer_to(down, degree - down)).collect();
        let (lowest, next): (Vec<f64>, Vec<f64>) = (coefficients(order), coefficients(order + 1));
        let product = |left: &[f64], right: &[f64]| -> f64 { left.iter().zip(right).map(|(l, r)| l * r).sum() };
        // One more derivative by x leaves the power of y, one by y raises it.
        let (square, mixed) = (product(&lowest, &lowest), product(&lowest, &lowest[1..]));
        let (by_x, by_y) = (product(&lowest, &next), product(&lowest, &next[1..]));
        let determinant = square * square - mixed * mixed;
        let solved = |own: f64, other: f64| (square * own - mixed * other) / determinant + 0.0;
        Some((solved(by_y, by_x), solved(by_x, by_y)))
    }

    /// `Σ w · y^down · x^across`, with y and x counted from a point (row, column).
    pub(super) fn moment_about(&self, point: (f64, f64), powers: (i32, i32)) -> f64 {
        self.terms_about(point, powers).sum()
    }

    fn terms_about(&self, point: (f64, f64), (down, across): (i32, i32)) -> impl Iterator<Item = f64> {
        self.values.iter().enumerate().map(move |(index, value)| {
            let (y, x) = ((index / self.width) as f64 - point.0, (index % self.width) as f64 - point.1);
            value * y.powi(down) * x.powi(across)
        })
    }

    /// `Σ |w|`, the largest answer to a picture in −1..1.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("sobel-x")?.total(), 8.0);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn total(&self) -> f64 {
        self.values.iter().map(|value| value.abs()).sum()
    }

    /// `Σ w`, the answer to a constant 1.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("sharpen")?.sum(), 1.0);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.values.iter().sum()
    }

    /// `√(Σ w²)`, by which the standard deviation of independent noise is multiplied.
    ///
    /// ```
    /// assert_eq!(corr2d_imaging::Kernel::parse("box:4x4")?.norm(), 0.25);
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn norm(&self) -> f64 {
        self.values.iter().map(|value| value * value).sum::<f64>().sqrt()
    }

    fn total_order(&self, tolerance: f64, total: f64) -> Option<usize> {
        (0..=HIGHEST_ORDER).find(|&order| (0..=order).any(|down| self.counts((down, order - down), tolerance, total)))
    }

    /// Whether a moment is more than rounding, or learning, leaves of 0.
    fn counts(&self, (down, across): (usize, usize), tolerance: f64, total: f64) -> bool {
        let (row, column) = self.anchor();
        let (anchor, powers) = ((row as f64, column as f64), (down as i32, across as i32));
        let uncancelled: f64 = self.terms_about(anchor, powers).map(f64::abs).sum();
        self.moment_about(anchor, powers).abs() > tolerance * uncancelled.max(total)
    }
}
