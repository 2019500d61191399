//! How an image is cut into tasks and chunks. No result depends on it.

use std::marker::PhantomData;

use super::lattice::{is_plain, largest};
use super::transform::Transform;
use crate::simd::{Kernel, Simd};
use crate::{Element, Geometry};

/// What V of a chunk should fill, less than a second-level cache: room for all tiles of 512 channels at 7×7, so that their U,
/// which only the third level holds, is read once.
const CHUNK_BYTES: usize = 640 << 10;

/// What V of a chunk may fill, for as many tiles as a block of products has. So much, too, where an image is one chunk: its U is
/// then made in the cache, a run of channels at a time. 512 channels at 14×14 take 7.4 ms instead of 15.6, 400 at 12×12 3.7 instead
/// of 7.7.
pub(super) const CHUNK_BYTES_LIMIT: usize = 2 << 20;

/// The fewest tiles of a chunk, where V has room for them: more than a block of products has.
const BLOCK: usize = 14;

/// The most tiles of a chunk: the other intermediate results grow with it.
const CHUNK_TILES: usize = 8 * BLOCK;

/// How many rows of tiles make a band, how many columns of a band a chunk, and how many registers of output channels a
/// task.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) registers: usize,
}

impl Cut {
    /// Whether one chunk has all tiles of an image.
    pub(super) fn is_whole<F: Transform>(&self, geometry: &Geometry) -> bool {
        let [rows, columns] = largest(geometry).map(|outputs| outputs.div_ceil(F::OUTPUTS));
        is_plain(geometry) && rows <= self.rows && columns <= self.columns
    }
}

/// Finds the [`Cut`] of a geometry. No result depends on it.
pub(super) struct Cutter<'a, T, F> {
    pub(super) geometry: &'a Geometry,
    pub(super) parallel: bool,
    pub(super) types: PhantomData<(T, F)>,
}

impl<T: Element, F: Transform> Kernel<T> for Cutter<'_, T, F> {
    type Output = Cut;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Cut {
        let images = self.geometry.batch() * self.geometry.groups();
        let all = largest(self.geometry)[0].div_ceil(F::OUTPUTS);
        let (rows, columns) = self.rows_and_columns(images);
        let mut registers = self.geometry.output_channels_per_group().div_ceil(S::LANES);
        if self.parallel {
            // A small image has too few bands for all threads. Its V is then made once for each part of the channels,
            // which costs less than reading U once for each of more bands.
            let parts = (2 * rayon::current_num_threads()).div_ceil(images * all.div_ceil(rows));
            registers = registers.div_ceil(parts).next_multiple_of(2);
        }
        Cut { rows, columns, registers }
    }
}

impl<T: Element, F: Transform> Cutter<'_, T, F> {
    fn rows_and_columns(&self, images: usize) -> (usize, usize) {
        let channels = self.geometry.input_channels_per_group();
        let [rows, columns] = largest(self.geometry).map(|outputs| outputs.div_ceil(F::OUTPUTS));
        let bytes = channels * F::PIXELS * F::PIXELS * size_of::<T>();
        let least = (CHUNK_BYTES_LIMIT / bytes).clamp(1, BLOCK);
        let most = (CHUNK_BYTES / bytes).clamp(least, CHUNK_TILES);
        if images == 1 && rows * columns <= (CHUNK_BYTES_LIMIT / bytes).min(CHUNK_TILES) {
            return (rows, columns);
        }
        if columns > most {
            return (1, columns.div_ceil(columns.div_ceil(most)));
        }
        let mut share = rows;
        if self.parallel {
            let tasks = 4 * rayon::current_num_threads();
            share = (rows * images).div_ceil(tasks).max(BLOCK.div_ceil(columns)).min(rows);
        }
        let most = share.min(most / columns);
        (rows.div_ceil(rows.div_ceil(most)), columns)
    }
}
