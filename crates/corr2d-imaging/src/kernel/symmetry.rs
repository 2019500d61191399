//! Symmetry: what a kernel has in common with its mirror image.

use super::Kernel;

/// A way to mirror a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mirror {
    /// Left and right change places.
    LeftRight,
    /// Top and bottom change places.
    TopBottom,
    /// Both: the kernel turned by 180°, as convolution turns it.
    Central,
    /// Rows become columns. Only a square kernel can be like itself then.
    Transposed,
}

impl Mirror {
    /// All four.
    pub const ALL: [Self; 4] = [Self::LeftRight, Self::TopBottom, Self::Central, Self::Transposed];
}

impl Kernel {
    /// How much the kernel is like its mirror image, `Σ w · w' / Σ w²`: 1 if both are equal, −1 if one is the negative of
    /// the other, 0 if they have nothing in common.
    ///
    /// (1 + parity) / 2 is the share of its energy in the symmetric part (w + w') / 2. `None` for the transpose of what is not
    /// square, and for a kernel of zeros.
    ///
    /// ```
    /// use corr2d_imaging::{Kernel, Mirror};
    /// let sobel = Kernel::parse("sobel-x")?;
    /// assert_eq!(sobel.parity(Mirror::LeftRight), Some(-1.0));
    /// assert_eq!(sobel.parity(Mirror::TopBottom), Some(1.0));
    /// # Ok::<(), corr2d_imaging::Error>(())
    /// ```
    #[must_use]
    pub fn parity(&self, mirror: Mirror) -> Option<f64> {
        let (height, width) = (self.height, self.width);
        if mirror == Mirror::Transposed && height != width {
            return None;
        }
        let mirrored = |row: usize, column: usize| match mirror {
            Mirror::LeftRight => (row, width - 1 - column),
            Mirror::TopBottom => (height - 1 - row, column),
            Mirror::Central => (height - 1 - row, width - 1 - column),
            Mirror::Transposed => (column, row),
        };
        let common = |(index, value): (usize, &f64)| {
            let (row, column) = mirrored(index / width, index % width);
            value * self.values[row * width + column]
        };
        let energy: f64 = self.values.iter().map(|value| value * value).sum();
        (energy > 0.0).then(|| self.values.iter().enumerate().map(common).sum::<f64>() / energy)
    }
}
