//! Rows and columns of numbers, and what happens beyond them.

/// A matrix, row by row.
///
/// ```
/// use chapter_exercises::zoo::Matrix;
///
/// let matrix = Matrix::new(2, 3, vec![0., 1., 2., 3., 4., 5.]);
/// assert_eq!(matrix.map(|matrix| matrix.at(1, 0)), Some(Ok(3.)));
/// assert_eq!(Matrix::new(2, 3, vec![0.]), None);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    height: usize,
    width: usize,
    values: Vec<f64>,
}

/// A place that was asked for where there is none: Python's `IndexError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The place, counted from 0.
    pub place: (usize, usize),
    /// The rows and columns that there are.
    pub size: (usize, usize),
}

impl Matrix {
    /// A matrix of these values, if they fill it.
    pub fn new(height: usize, width: usize, values: Vec<f64>) -> Option<Self> {
        (height.checked_mul(width) == Some(values.len())).then_some(Self { height, width, values })
    }

    /// Nothing but zeros.
    ///
    /// ```
    /// assert_eq!(chapter_exercises::zoo::Matrix::zeros(2, 3).values(), [0.; 6]);
    /// ```
    pub fn zeros(height: usize, width: usize) -> Self {
        Self { height, width, values: vec![0.0; height * width] }
    }

    /// The same shape, each number changed.
    ///
    /// ```
    /// let ones = chapter_exercises::zoo::Matrix::zeros(1, 2).map(|value| value + 1.);
    /// assert_eq!(ones.values(), [1., 1.]);
    /// ```
    pub fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|value| change(*value)).collect(), ..*self }
    }

    /// The rows.
    ///
    /// ```
    /// assert_eq!(chapter_exercises::zoo::Matrix::zeros(2, 3).height(), 2);
    /// ```
    pub fn height(&self) -> usize {
        self.height
    }

    /// The columns.
    ///
    /// ```
    /// assert_eq!(chapter_exercises::zoo::Matrix::zeros(2, 3).width(), 3);
    /// ```
    pub fn width(&self) -> usize {
        self.width
    }

    /// All numbers, row by row.
    ///
    /// ```
    /// assert_eq!(chapter_exercises::zoo::Matrix::zeros(1, 1).values(), [0.]);
    /// ```
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The number in a row and a column, counted from 0.
    ///
    /// ```
    /// use chapter_exercises::zoo::{Matrix, OutOfRange};
    ///
    /// let beyond = OutOfRange { place: (2, 0), size: (2, 3) };
    /// assert_eq!(Matrix::zeros(2, 3).at(2, 0), Err(beyond));
    /// ```
    ///
    /// # Errors
    /// Where there is none.
    pub fn at(&self, row: usize, column: usize) -> Result<f64, OutOfRange> {
        Ok(self.values[self.index(row, column)?])
    }

    /// Puts a number in a row and a column.
    ///
    /// ```
    /// let mut matrix = chapter_exercises::zoo::Matrix::zeros(1, 2);
    /// assert_eq!(matrix.put(0, 1, 5.), Ok(()));
    /// assert_eq!(matrix.values(), [0., 5.]);
    /// ```
    ///
    /// # Errors
    /// Where there is no such place.
    pub fn put(&mut self, row: usize, column: usize, value: f64) -> Result<(), OutOfRange> {
        let index = self.index(row, column)?;
        self.values[index] = value;
        Ok(())
    }

    fn index(&self, row: usize, column: usize) -> Result<usize, OutOfRange> {
        if row < self.height && column < self.width {
            return Ok(row * self.width + column);
        }
        Err(OutOfRange { place: (row, column), size: (self.height, self.width) })
    }
}
