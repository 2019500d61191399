//! A tensor cut into bands: neighbouring rows of one plane, which have one writer.

use crate::{Error, threads};

/// Below so many elements a call stays on its own thread: waking others costs more than they save.
pub(super) const SEQUENTIAL_ELEMENTS: usize = 50_000;

/// About how many elements make a band: enough to outweigh its overhead, small enough to stay in the nearest caches.
pub(super) const BAND_ELEMENTS: usize = 8192;

/// Neighbouring rows of one plane.
pub(super) struct Band<'a, T> {
    pub(super) plane: usize,
    /// The first of the rows.
    pub(super) first: usize,
    pub(super) rows: &'a mut [T],
}

/// Calls `write` for every band of a tensor of planes [height, width], in parallel if the work is worth it, each time
/// with the scratch memory of its thread. `read` is how many elements are read for each one that is written.
///
/// How the tensor is cut changes nothing in the results: each row is computed by itself.
pub(super) fn for_each_band<T: Send, S>(
    tensor: &mut [T],
    (height, width): (usize, usize),
    read: usize,
    scratch: impl Fn() -> S + Sync,
    write: impl Fn(&mut S, Band<'_, T>) -> Result<(), Error> + Sync,
) -> Result<(), Error> {
    let rows = (BAND_ELEMENTS / width.saturating_mul(read)).clamp(1, height);
    let elements = tensor.len().saturating_mul(read);
    let planes = tensor.chunks_mut(height * width).enumerate();
    let mut bands = planes.flat_map(|(plane, rows_of_plane)| {
        let bands = rows_of_plane.chunks_mut(rows * width).enumerate();
        bands.map(move |(index, band)| Band { plane, first: index * rows, rows: band })
    });
    let together = (BAND_ELEMENTS / (rows * width).saturating_mul(read)).max(1);
    let some = std::iter::from_fn(move || {
        Some(bands.by_ref().take(together).collect::<Vec<_>>()).filter(|some| !some.is_empty())
    });
    threads::try_for_each(
        elements >= SEQUENTIAL_ELEMENTS,
        some,
        || Ok(scratch()),
        |scratch, bands| bands.into_iter().try_for_each(|band| write(scratch, band)),
    )
}
