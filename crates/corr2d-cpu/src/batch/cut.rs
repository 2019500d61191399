//! The output channels cut into blocks, and these into pieces for the threads.
//!
//! The cut changes nothing in the results.

use std::ops::Range;

use crate::{Geometry, threads};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// Whether a call is worth more than one thread.
pub(super) fn is_shared(geometry: &Geometry) -> bool {
    geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS
}

/// The output channels of each group in blocks of at most so many, as equal as they can be.
pub(super) fn blocks(geometry: &Geometry, most: usize) -> Vec<Range<usize>> {
    let outputs = geometry.output_channels_per_group();
    let count = outputs.div_ceil(most);
    let of_group = |group: usize| {
        let first = move |block: usize| group * outputs + block * outputs / count;
        (0..count).map(move |block| first(block)..first(block + 1))
    };
    (0..geometry.groups()).flat_map(of_group).collect()
}

/// The blocks in pieces: one where each thread has as many of `all` tasks as another, or has many; else more, each of which turns
/// the images anew.
pub(super) fn pieces<'a>(geometry: &Geometry, blocks: &'a [Range<usize>], all: usize) -> Vec<&'a [Range<usize>]> {
    let threads = if is_shared(geometry) { threads::count() } else { 1 };
    let is_even = all.is_multiple_of(threads) || all >= 4 * threads;
    let count = if is_even { 1 } else { (2 * threads).div_ceil(all).min(blocks.len()) };
    (0..count).map(|piece| &blocks[piece * blocks.len() / count..(piece + 1) * blocks.len() / count]).collect()
}

/// The channels of a piece.
pub(super) fn channels(piece: &[Range<usize>]) -> Range<usize> {
    piece.first().map_or(0, |block| block.start)..piece.last().map_or(0, |block| block.end)
}

/// The blocks of a piece, group by group: with the group.
pub(super) fn of_groups<'a>(
    geometry: &Geometry,
    piece: &'a [Range<usize>],
) -> impl Iterator<Item = (usize, &'a [Range<usize>])> {
    let outputs = geometry.output_channels_per_group();
    let group = move |block: &Range<usize>| block.start / outputs;
    piece.chunk_by(move |one, next| group(one) == group(next)).map(move |blocks| (group(&blocks[0]), blocks))
}
