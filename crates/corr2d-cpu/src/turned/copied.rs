//! A padded copy of the rows that all classes read for some rows of theirs.
//!
//! Each class by itself would copy what it reads with other padding, and the copy costs as much as its short sums.

use std::ops::Range;

use crate::buffer::with_room_for;
use crate::geometry::Class;
use crate::{Element, Error, Geometry};

/// The elements of a copy, in bytes: half a second-level cache.
const COPIED: usize = 640 << 10;

/// The rows of a block of registers.
pub(super) const ROWS: usize = 8;

pub(super) struct Copied<T> {
    numbers: Vec<T>,
    /// The output gradient's row and column at the corner of the copy, in the padding if negative.
    corner: (isize, isize),
    size: (usize, usize),
}

impl<T: Element> Copied<T> {
    /// How many rows of each class a copy should serve: whole blocks of rows, or none.
    pub(super) fn rows(geometry: &Geometry, rows: &[Option<Class>], columns: &[Option<Class>]) -> usize {
        let (across, reach) = (read(columns, 0..geometry.columns().class_len(0)), read(rows, 0..1));
        let row = geometry.output_channels().saturating_mul(across.len().max(1)).saturating_mul(size_of::<T>());
        (COPIED / row + 1).saturating_sub(reach.len()) / ROWS * ROWS
    }

    /// A copy for some rows of each class of some images.
    pub(super) fn new(
        geometry: &Geometry,
        rows: &[Option<Class>],
        columns: &[Option<Class>],
        images: usize,
        part: Range<usize>,
        gradient: &[T],
    ) -> Result<Self, Error> {
        let (down, across) = (read(rows, part), read(columns, 0..geometry.columns().class_len(0)));
        let (height, width) = (geometry.rows().output(), geometry.columns().output());
        // What lies inside the gradient, seen from the copy.
        let inside = |read: &Range<isize>, length: usize| {
            let clamp = |position: isize| position.clamp(0, length as isize);
            clamp(read.start)..clamp(read.end)
        };
        let (kept_rows, kept) = (inside(&down, height), inside(&across, width));
        let left = kept.start.saturating_sub(across.start).max(0).unsigned_abs();
        let planes = images * geometry.output_channels();
        let mut numbers = with_room_for(planes.saturating_mul(down.len()).saturating_mul(across.len()))?;
        for plane in gradient.chunks_exact(height * width) {
            for row in down.clone() {
                let length = numbers.len();
                if kept_rows.contains(&row) && !kept.is_empty() {
                    let row = &plane[row as usize * width..][..width];
                    numbers.resize(length + left, T::ZERO);
                    numbers.extend_from_slice(&row[kept.start as usize..kept.end as usize]);
                    numbers.resize(length + across.len(), T::ZERO);
                } else {
                    numbers.resize(length + across.len(), T::ZERO);
                }
            }
        }
        Ok(Self { numbers, corner: (down.start, across.start), size: (down.len(), across.len()) })
    }

    /// The geometry of a class that reads the copy.
    pub(super) fn geometry(&self, class: &Geometry) -> Geometry {
        class.on_copy(self.corner, self.size)
    }

    pub(super) fn numbers(&self) -> &[T] {
        &self.numbers
    }
}

/// The positions that some outputs of all classes of an axis read.
fn read(classes: &[Option<Class>], outputs: Range<usize>) -> Range<isize> {
    let first = |class: &Class| class.axis.first_read() + outputs.start as isize;
    let end = |class: &Class| class.axis.first_read() + (outputs.end - 1 + class.axis.dilated()) as isize;
    let classes = || classes.iter().flatten();
    let start = classes().map(first).min().unwrap_or(0);
    start..classes().map(end).max().unwrap_or(0).max(start)
}
