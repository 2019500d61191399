//! A rectangle of the image.

use num_rational::Ratio;

/// A rectangle of the image, first and last rows and columns included. Those below 0 or beyond its end are padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the sides say all there is")]
pub struct Region {
    pub top: i64,
    pub bottom: i64,
    pub left: i64,
    pub right: i64,
}

impl Region {
    /// Its middle, (row, column), in halves of a pixel.
    ///
    /// ```
    /// use corr2d::receptive_field::{Ratio, Region};
    /// let region = Region { top: 0, bottom: 2, left: -1, right: 2 };
    /// assert_eq!(region.centre(), (Ratio::from_integer(1), Ratio::new(1, 2)));
    /// ```
    pub fn centre(&self) -> (Ratio<i64>, Ratio<i64>) {
        (Ratio::new(self.top + self.bottom, 2), Ratio::new(self.left + self.right, 2))
    }

    /// The part of it that lies in an image of this height and width; `None` if that is nothing.
    ///
    /// ```
    /// use corr2d::receptive_field::Region;
    /// let region = Region { top: -3, bottom: 3, left: 7, right: 9 };
    /// assert_eq!(region.inside((5, 9)), Some(Region { top: 0, bottom: 3, left: 7, right: 8 }));
    /// assert_eq!(region.inside((5, 7)), None);
    /// ```
    pub fn inside(&self, (height, width): (usize, usize)) -> Option<Self> {
        let last = |length: usize| i64::try_from(length).unwrap_or(i64::MAX) - 1;
        let (top, bottom) = (self.top.max(0), self.bottom.min(last(height)));
        let (left, right) = (self.left.max(0), self.right.min(last(width)));
        (top <= bottom && left <= right).then_some(Self { top, bottom, left, right })
    }
}
