//! The second way: the pixels that can reach an output, by going back from it set by set.
//!
//! ```text
//! the set of a layer's input = all positions that an output in the layer's set reads
//! ```
//!
//! A set lies on the map as it is, without padding, so that it is exact at the rim too, and it keeps the gaps that a
//! dilation or a long stride leaves.

use super::error::Result;
use super::fields::Fields;
use super::network::Node;
use super::reads::Reads;
use super::region::Region;

/// Pixels of a map, each in the set or not.
///
/// ```
/// use corr2d::receptive_field::{Layer, Network, Region, Window};
///
/// // Two taps three columns apart.
/// let mut network = Network::new("gap");
/// let conv = Layer::Convolution(Window::new((1, 2)).dilation((1, 3)));
/// let conv = network.layer("conv", conv, &[network.input()])?;
/// let mask = network.fields((2, 5))?.seen(conv, (1, 1))?.pixels;
/// assert_eq!((mask.size(), mask.count()), ((2, 5), 2));
/// assert_eq!(mask.bounds(), Some(Region { top: 1, bottom: 1, left: 1, right: 4 }));
/// assert!(mask.contains(1, 4) && !mask.contains(1, 2) && !mask.contains(9, 9));
/// # Ok::<(), corr2d::receptive_field::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    height: usize,
    width: usize,
    pixels: Vec<bool>,
}

/// What can reach an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The pixels of the image.
    pub pixels: Mask,
    /// Whether a window on the way looked at padding too.
    pub padding: bool,
}

impl Mask {
    pub(super) fn of(size: (usize, usize), in_set: impl Fn(usize, usize) -> bool) -> Self {
        let (height, width) = size;
        let pixels = (0..height * width).map(|index| in_set(index / width, index % width)).collect();
        Self { height, width, pixels }
    }

    /// Whether the pixel in this row and column is in the set; pixels outside the map are not.
    pub fn contains(&self, row: usize, column: usize) -> bool {
        row < self.height && column < self.width && self.pixels[row * self.width + column]
    }

    /// How many pixels there are in the set.
    pub fn count(&self) -> usize {
        self.pixels.iter().filter(|pixel| **pixel).count()
    }

    /// Height and width of the map.
    pub fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// The smallest rectangle around the set; `None` around nothing.
    pub fn bounds(&self) -> Option<Region> {
        let mut rows = (0..self.height).filter(|row| (0..self.width).any(|column| self.contains(*row, column)));
        let mut columns = (0..self.width).filter(|column| (0..self.height).any(|row| self.contains(row, *column)));
        let (top, left) = (rows.next()?, columns.next()?);
        let (bottom, right) = (rows.next_back().unwrap_or(top), columns.next_back().unwrap_or(left));
        let [top, bottom, left, right] = [top, bottom, left, right].map(|side| side as i64);
        Some(Region { top, bottom, left, right })
    }
}

impl Fields {
    /// The pixels that can reach one output, (row, column) from 0, of a layer.
    ///
    /// ```
    /// use corr2d::receptive_field::{Layer, Network, Window};
    ///
    /// let mut network = Network::new("dilated");
    /// let dilated = Layer::Convolution(Window::new(2).dilation((1, 3)));
    /// let conv = network.layer("conv", dilated, &[network.input()])?;
    /// let seen = network.fields((4, 6))?.seen(conv, (1, 2))?;
    /// assert_eq!((seen.pixels.count(), seen.padding), (4, false));
    /// assert!(seen.pixels.contains(1, 2) && !seen.pixels.contains(1, 3) && seen.pixels.contains(2, 5));
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSuchNode`](super::Error::NoSuchNode), [`Error::NoSuchOutput`](super::Error::NoSuchOutput).
    pub fn seen(&self, node: Node, output: (usize, usize)) -> Result<Seen> {
        self.check_output(node, output)?;
        let mut sets: Vec<Option<Mask>> = vec![None; self.steps.len()];
        sets[node.0] = Some(Mask::of(self.steps[node.0].size, |row, column| (row, column) == output));
        let mut padding = false;
        for index in (1..=node.0).rev() {
            let Some(set) = sets[index].take() else { continue };
            let placed = self.network.placed(Node(index))?;
            for (input, (rows, columns)) in placed.inputs.iter().zip(&self.steps[index].reads) {
                let size = self.steps[input.0].size;
                let target = sets[input.0].get_or_insert_with(|| Mask::of(size, |_, _| false));
                padding |= set.spread(rows, columns, target);
            }
        }
        let pixels = sets[0].take().unwrap_or_else(|| Mask::of(self.image(), |_, _| false));
        Ok(Seen { pixels, padding })
    }
}

impl Mask {
    /// Adds all that this set reads to a set of the input, and says whether padding was read. Across first, then down.
    fn spread(&self, rows: &Reads, columns: &Reads, target: &mut Self) -> bool {
        let across: Vec<_> = (0..self.width).map(|column| columns.positions(column, target.width)).collect();
        let down: Vec<_> = (0..self.height).map(|row| rows.positions(row, target.height)).collect();
        let mut padding = false;
        for (row, (targets, rows_in_padding)) in down.iter().enumerate() {
            let mut line = vec![false; target.width];
            for (column, (positions, columns_in_padding)) in across.iter().enumerate() {
                if self.contains(row, column) {
                    positions.iter().for_each(|position| line[*position] = true);
                    padding |= rows_in_padding | columns_in_padding;
                }
            }
            for row in targets {
                let start = row * target.width;
                let pixels = target.pixels[start..start + line.len()].iter_mut();
                pixels.zip(&line).for_each(|(pixel, read)| *pixel |= *read);
            }
        }
        padding
    }
}
