//! A tensor cut into pieces that have one writer each.

use std::mem::MaybeUninit;

use crate::{Element, threads};

/// Below so many multiplications a call stays on its own thread: waking others costs more than they save (a few
/// microseconds).
pub(super) const SEQUENTIAL_MULTIPLICATIONS: f64 = 50_000.0;

/// About how many multiplications make a piece: enough to outweigh its overhead, small enough to share evenly.
const PIECE_MULTIPLICATIONS: f64 = 200_000.0;

/// The channels that are summed at once, so that a loaded vector is used as often. The callers have a case for one, two,
/// three and four.
pub(super) const CHANNELS: usize = 4;

/// Rows of up to four neighbouring channels of one group.
pub(super) struct Piece<'a, T> {
    pub(super) batch: usize,
    pub(super) group: usize,
    /// The first of the channels, counted within the group.
    pub(super) channel: usize,
    /// The first of the rows.
    pub(super) row: usize,
    /// For each channel its rows, one after another.
    pub(super) rows: Vec<&'a mut [MaybeUninit<T>]>,
}

/// The shape of the tensor that is cut: [N, groups · channels, height, width].
#[derive(Clone, Copy)]
pub(super) struct Destination {
    pub(super) groups: usize,
    /// Channels in a group.
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
}

/// Calls `write` for every piece of `tensor`, in parallel if the work is worth it.
///
/// How the tensor is cut changes nothing in the results: `write` sums each element in an order of its own.
pub(super) fn for_each_piece<T: Element>(
    tensor: &mut [MaybeUninit<T>],
    shape: Destination,
    multiplications: f64,
    write: impl Fn(Piece<'_, T>) + Sync,
) {
    if tensor.is_empty() {
        return;
    }
    let per_row = multiplications / (tensor.len() / shape.width) as f64 * CHANNELS.min(shape.channels) as f64;
    let rows_per_piece = ((PIECE_MULTIPLICATIONS / per_row) as usize).clamp(1, shape.height);
    let pieces = cut(tensor, shape, rows_per_piece);
    threads::for_each(multiplications >= SEQUENTIAL_MULTIPLICATIONS, pieces, || (), |(), piece| write(piece));
}

fn cut<T: Element>(tensor: &mut [MaybeUninit<T>], shape: Destination, rows_per_piece: usize) -> Vec<Piece<'_, T>> {
    let plane = shape.height * shape.width;
    let mut pieces = Vec::new();
    for (index, group_planes) in tensor.chunks_mut(shape.channels * plane).enumerate() {
        for (block, planes) in group_planes.chunks_mut(CHANNELS * plane).enumerate() {
            let mut channels: Vec<_> =
                planes.chunks_mut(plane).map(|plane| plane.chunks_mut(rows_per_piece * shape.width)).collect();
            for row in (0..shape.height).step_by(rows_per_piece) {
                pieces.push(Piece {
                    batch: index / shape.groups,
                    group: index % shape.groups,
                    channel: block * CHANNELS,
                    row,
                    rows: channels.iter_mut().filter_map(Iterator::next).collect(),
                });
            }
        }
    }
    pieces
}

impl<T> Piece<'_, T> {
    /// How many rows of `width` each channel has.
    pub(super) fn height(&self, width: usize) -> usize {
        self.rows.first().map_or(0, |rows| rows.len() / width)
    }

    /// Row `index` of each channel, as an array; `M` is the number of channels.
    pub(super) fn row<const M: usize>(&mut self, index: usize, width: usize) -> [&mut [MaybeUninit<T>]; M] {
        let mut rows = self.rows.iter_mut();
        std::array::from_fn(|_| match rows.next() {
            Some(rows) => &mut rows[index * width..][..width],
            None => &mut [],
        })
    }
}
