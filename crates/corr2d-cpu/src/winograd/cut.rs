//! How an image is cut into tasks and chunks. No result depends on it.

use std::marker::PhantomData;
use std::ops::Range;

use super::lattice::{is_plain, largest};
use super::transform::Transform;
use crate::simd::{Kernel, Simd};
use crate::{Element, Geometry, threads};

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

/// Into how many bands of nearly as many rows of tiles an image is cut, how many columns of a band make a chunk, and how many
/// registers of output channels a task.
#[derive(Clone, Copy)]
pub(super) struct Cut {
    /// The rows of tiles of an image.
    rows: usize,
    bands: usize,
    pub(super) columns: usize,
    pub(super) registers: usize,
}

impl Cut {
    /// Whether one chunk has all tiles of an image.
    pub(super) fn is_whole<F: Transform>(&self, geometry: &Geometry) -> bool {
        is_plain(geometry) && self.bands == 1 && largest(geometry)[1].div_ceil(F::OUTPUTS) <= self.columns
    }

    /// The rows of tiles of each band.
    pub(super) fn bands(self) -> impl Iterator<Item = Range<usize>> {
        // The larger ones first, so that the small ones fill up.
        let start = move |band: usize| (band * self.rows).div_ceil(self.bands);
        (0..self.bands).map(move |band| start(band)..start(band + 1))
    }

    /// The most rows of tiles of a band.
    pub(super) fn most_rows(&self) -> usize {
        self.rows.div_ceil(self.bands)
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
        let rows = largest(self.geometry)[0].div_ceil(F::OUTPUTS);
        let (most, columns) = self.rows_and_columns(images);
        let mut bands = rows.div_ceil(most);
        let mut registers = self.geometry.output_channels_per_group().div_ceil(S::LANES);
        if self.parallel {
            let threads = threads::count();
            if (bands > 1 || images > 1) && images < 4 * threads {
                // As many for each thread, two if they have the tiles, or else as many as there are: on two threads 64 channels
                // at 56×56 took 0.35 ms in seven bands, which are four for one and three for the other, and take 0.30 in eight.
                let most = (rows / BLOCK.div_ceil(columns)).max(bands);
                let is_even = |bands: &usize| (images * bands).is_multiple_of(threads);
                let twice = |bands: &usize| is_even(bands) && images * bands >= 2 * threads;
                bands = (bands..=most).find(twice).or_else(|| (bands..=most).find(is_even)).unwrap_or(most);
            }
            // A small image is one band. V is then made once for each part of the channels, which costs less than reading U once
            // for each of more bands.
            let parts = threads.div_ceil(images * bands);
            registers = registers.div_ceil(parts).next_multiple_of(2);
        }
        Cut { rows, bands, columns, registers }
    }
}

impl<T: Element, F: Transform> Cutter<'_, T, F> {
    /// The most rows of tiles of a band, and the columns of a chunk.
    fn rows_and_columns(&self, images: usize) -> (usize, usize) {
        let channels = self.geometry.input_channels_per_group();
        let [rows, columns] = largest(self.geometry).map(|outputs| outputs.div_ceil(F::OUTPUTS));
        let bytes = channels * F::PIXELS * F::PIXELS * size_of::<T>();
        let least = (CHUNK_BYTES_LIMIT / bytes).clamp(1, BLOCK);
        let most = (CHUNK_BYTES / bytes).clamp(least, CHUNK_TILES);
        if images == 1 && rows * columns <= (CHUNK_BYTES_LIMIT / bytes).min(CHUNK_TILES) {
            return (rows, columns);
        }
        match columns > most {
            true => (1, columns.div_ceil(columns.div_ceil(most))),
            false => (rows.min(most / columns), columns),
        }
    }
}
