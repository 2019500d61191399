//! The Gram matrix of the windows of an image, from the correlation of the image with itself.
//!
//! ```text
//! G[a, b] = Σ over windows p of x[p + a] · x[p + b] = Σ over q in the windows, moved by a, of x[q] · x[q + (b − a)]
//! ```
//!
//! Entries of one difference b − a sum the same products but for some at the rim. What they share, most of the image, is a
//! weight gradient of the engine for all differences at once. The rows and columns at the rim are summed once for each
//! difference, and each entry adds those that lie in its own windows. A 7×7 kernel has 1225 entries, but 85 differences.

use corr2d_cpu::{Algorithm, Conv2dOptions, Plan};

use crate::error::Result;

/// An image in rows, and the kernel whose windows are looked at.
#[derive(Clone, Copy)]
pub(super) struct Windows<'a> {
    pub(super) pixels: &'a [f64],
    pub(super) image: (usize, usize),
    pub(super) kernel: (usize, usize),
}

impl Windows<'_> {
    /// Rows and columns of windows.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.image.0 - self.kernel.0 + 1, self.image.1 - self.kernel.1 + 1)
    }

    /// Whether some pixels lie in all windows' middle, so that the entries share anything.
    pub(super) fn share_a_core(&self) -> bool {
        let (rows, columns) = self.count();
        rows >= self.kernel.0 && columns >= self.kernel.1
    }

    /// The pixel that a tap meets in a window.
    fn pixel(&self, row: usize, column: usize) -> f64 {
        self.pixels[row * self.image.1 + column]
    }
}

/// Adds the products of all windows to `gram`, a row and a column for each tap. Only entries (a, b) with a ≤ b are filled.
///
/// The windows must [share a core](Windows::share_a_core).
pub(super) fn add_gram(windows: &Windows<'_>, gram: &mut [f64]) -> Result<()> {
    let (height, width) = windows.kernel;
    let core = core_sums(windows)?;
    let rim = Rim::of(windows);
    for down in 0..height {
        for lag in 0..2 * width - 1 {
            let across = lag as isize - (width as isize - 1);
            if down == 0 && across < 0 {
                continue;
            }
            let sums = rim.sums(down, across);
            for top in 0..height - down {
                for left in (-across).max(0) as usize..width - across.max(0) as usize {
                    let (a, b) = (top * width + left, (top + down) * width + left.wrapping_add_signed(across));
                    gram[a * height * width + b] += core[down * (2 * width - 1) + lag] + sums.beside(top, left);
                }
            }
        }
    }
    Ok(())
}

/// For each difference the products over the pixels that a tap meets in some window wherever it stands in the kernel:
/// the correlation of the image with its own middle.
fn core_sums(windows: &Windows<'_>) -> Result<Vec<f64>> {
    let ((height, width), (rows, columns), line) = (windows.kernel, windows.count(), windows.image.1);
    let rows_of_core = windows.pixels.chunks_exact(line).take(rows).skip(height - 1);
    let mut core = Vec::with_capacity((rows - height + 1) * (columns - width + 1));
    rows_of_core.for_each(|row| core.extend_from_slice(&row[width - 1..columns]));
    let plan = Plan::new([1, 1, rows, line], [1, 1, height, 2 * width - 1], &over_pixels())?;
    let mut sums = vec![0.0; height * (2 * width - 1)];
    plan.weight_gradient(&windows.pixels[(height - 1) * line..], &core, &mut sums)?;
    Ok(sums)
}

/// Sums over pixels, in which products of grey levels are exact. `Auto` would take transforms under large kernels, which round
/// them, and what differs by little has its rank by the last digits.
pub(super) fn over_pixels() -> Conv2dOptions {
    Conv2dOptions { algorithm: Algorithm::Direct, ..Default::default() }
}

/// The image at its left and right rim with columns as rows, so that sums along either are sums of neighbours.
struct Rim<'a> {
    windows: &'a Windows<'a>,
    left: Vec<f64>,
    right: Vec<f64>,
}

/// The products of one difference at the rim.
struct RimSums<'a> {
    rim: &'a Rim<'a>,
    down: usize,
    across: isize,
    /// Of the h − 1 rows above the core and of those below it, over the columns of the core.
    rows: Vec<f64>,
    /// Of the w − 1 columns to the left of the core and of those to its right, over the rows of the core.
    columns: Vec<f64>,
}

impl<'a> Rim<'a> {
    fn of(windows: &'a Windows<'a>) -> Self {
        let (strip, line) = (2 * (windows.kernel.1 - 1), windows.image.1);
        let turned = |first: usize| {
            let column = |column: usize| windows.pixels.iter().skip(first + column).step_by(line).copied();
            (0..strip).flat_map(column).collect()
        };
        Self { windows, left: turned(0), right: turned(line - strip) }
    }

    fn sums(&self, down: usize, across: isize) -> RimSums<'_> {
        let ((height, width), (rows, columns)) = (self.windows.kernel, self.windows.count());
        let line = self.windows.image.1;
        // The rows of the core are the columns' length, and the other way round.
        let (core_rows, core_columns) = (height - 1..rows, width - 1..columns);
        let row = |row: usize| {
            let start = row * line;
            let other = start + down * line;
            let others = core_columns.start.wrapping_add_signed(across)..core_columns.end.wrapping_add_signed(across);
            let pixels = &self.windows.pixels;
            dot(
                &pixels[start + core_columns.start..start + core_columns.end],
                &pixels[other + others.start..other + others.end],
            )
        };
        // A row or column is left out where its partner lies outside the image: no window holds both.
        let rows_at_rim = (0..height - 1).chain((rows..rows + height - 1).take(height - 1 - down));
        let sums_of_rows = rows_at_rim.map(row).collect();
        let column = |strip: &[f64], column: usize| {
            let tall = self.windows.image.0;
            match column.checked_add_signed(across) {
                Some(other) if other < 2 * (width - 1) => dot(
                    &strip[column * tall + core_rows.start..column * tall + core_rows.end],
                    &strip[other * tall + core_rows.start + down..other * tall + core_rows.end + down],
                ),
                _ => 0.0,
            }
        };
        let left = (0..width - 1).map(|index| column(&self.left, index));
        let right = (0..width - 1).map(|index| column(&self.right, width - 1 + index));
        RimSums { rim: self, down, across, rows: sums_of_rows, columns: left.chain(right).collect() }
    }
}

impl RimSums<'_> {
    /// What lies in the windows, moved by the tap (top, left), but not in the core.
    fn beside(&self, top: usize, left: usize) -> f64 {
        let windows = self.rim.windows;
        let ((height, width), (rows, columns)) = (windows.kernel, windows.count());
        let of_rows: f64 = self.rows[top..height - 1 + top].iter().sum();
        let of_columns: f64 = self.columns[left..width - 1 + left].iter().sum();
        let above_and_below = (top..height - 1).chain(rows..rows + top);
        let corners = above_and_below.map(|row| {
            let aside = (left..width - 1).chain(columns..columns + left);
            let product = |column: usize| {
                windows.pixel(row, column) * windows.pixel(row + self.down, column.wrapping_add_signed(self.across))
            };
            aside.map(product).sum::<f64>()
        });
        of_rows + of_columns + corners.sum::<f64>()
    }
}

/// Σ a · b with a few sums beside each other, which a processor adds at the same time.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Σ a, in the same way.
pub(super) fn sum(a: &[f64]) -> f64 {
    let (a, rest) = a.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for a in a {
        for lane in 0..8 {
            sums[lane] += a[lane];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
