//! The planes that a task reads.

use std::ops::Range;

use crate::input::Planes;
use crate::{Element, Geometry};

/// The planes of one group of one image, or a padded copy of them.
#[derive(Clone, Copy)]
pub(super) struct View<'a, T> {
    planes: Planes<'a, T>,
    pub(super) height: usize,
    pub(super) width: usize,
    /// The rows of padding above, and the columns of padding on the left.
    pub(super) before: (usize, usize),
}

/// The elements of padded planes that are copied as a whole: a tenth of a second-level cache.
const COPIED: usize = 1 << 14;

/// As many where several output channels read the copy: this, and kernels cut once a call, took 3 → 64
/// channels at 224×224 from 2.65 ms to 1.92.
const COPIED_FOR_MANY: usize = 1 << 18;

/// A copy of small planes with their padding, kept for the next task on the same planes.
pub(super) struct Padded<T> {
    /// Which planes.
    group: Option<usize>,
    copy: Vec<T>,
}

impl<T: Element> Padded<T> {
    pub(super) fn new() -> Self {
        Self { group: None, copy: Vec::new() }
    }

    /// A view of the planes of a group: of a copy in which no register reads padding, if they are small and some register
    /// would.
    #[inline(never)]
    pub(super) fn view<'a>(
        &'a mut self,
        geometry: &Geometry,
        lanes: usize,
        group: usize,
        planes: Planes<'a, T>,
    ) -> View<'a, T> {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let plain =
            View { planes, height: rows.input(), width: columns.input(), before: (rows.before(), columns.before()) };
        let height = rows.output() - 1 + rows.dilated();
        let width = columns.output().max(lanes) - 1 + columns.dilated();
        let size = (geometry.input_channels_per_group()).checked_mul(height).and_then(|size| size.checked_mul(width));
        let needed = plain.before != (0, 0) || height > plain.height || width > plain.width;
        let most = if geometry.output_channels_per_group() >= 4 { COPIED_FOR_MANY } else { COPIED };
        let Some(size) = size.filter(|size| needed && *size <= most) else { return plain };
        if self.group != Some(group) {
            self.group = Some(group);
            // What lies around the planes is 0 from the first time on.
            self.copy.resize(size, T::ZERO);
            let (top, left) = plain.before;
            let (rows, columns) = (plain.height.min(height - top), plain.width.min(width - left));
            for (channel, copy) in self.copy.chunks_exact_mut(height * width).enumerate() {
                for (row, copy) in copy[top * width..].chunks_mut(width).enumerate().take(rows) {
                    copy[left..left + columns].copy_from_slice(planes.row(channel, row, columns));
                }
            }
        }
        let planes = Planes { elements: &self.copy, plane_step: height * width, row_step: width };
        View { planes, height, width, before: (0, 0) }
    }
}

impl<'a, T: Element> View<'a, T> {
    /// The planes from one channel on.
    #[inline(always)]
    pub(super) fn planes_from(&self, channel: usize) -> &'a [T] {
        self.planes.from(channel)
    }

    /// From one plane to the next.
    #[inline(always)]
    pub(super) fn plane_step(&self) -> usize {
        self.planes.plane_step
    }

    /// From one row to the next.
    #[inline(always)]
    pub(super) fn row_step(&self) -> usize {
        self.planes.row_step
    }

    /// A copy of `rows` rows of `width` numbers of some channels from a corner on, which may lie in the padding.
    #[inline(never)]
    pub(super) fn rim<'w>(
        &self,
        channels: Range<usize>,
        corner: (isize, isize),
        rows: usize,
        row_step: usize,
        width: usize,
        rim: &'w mut Vec<T>,
    ) -> &'w [T] {
        let begin = corner.1.min(0).unsigned_abs().min(width);
        let from = corner.1.max(0) as usize;
        let end = begin + self.width.saturating_sub(from).min(width - begin);
        rim.resize(channels.len() * rows * width, T::ZERO);
        for (channel, copies) in channels.zip(rim.chunks_exact_mut(rows * width)) {
            for (index, copy) in copies.chunks_exact_mut(width).enumerate() {
                let row = corner.0.wrapping_add_unsigned(index * row_step);
                if row >= 0 && row < self.height as isize && begin < end {
                    copy[..begin].fill(T::ZERO);
                    copy[begin..end]
                        .copy_from_slice(&self.planes.row(channel, row as usize, self.width)[from..][..end - begin]);
                    copy[end..].fill(T::ZERO);
                } else {
                    copy.fill(T::ZERO);
                }
            }
        }
        rim
    }
}
