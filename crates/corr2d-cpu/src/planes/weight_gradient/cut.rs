//! How the sums are cut: the kernel into tiles, the output rows into strips, the columns into segments.
//!
//! All of it depends on the geometry and the instruction set alone, and so does every bit of the result.

use std::ops::Range;

use super::tile::{MOST_ROWS, output_rows};
use crate::channels::phases;
use crate::geometry::common_divisor;
use crate::{Axis, Geometry};

/// The bytes of a segment that several tiles go over one after another: the rows that they read stay in a first-level
/// cache.
const SEGMENT: usize = 1024;

/// The most columns of a segment that a single tile goes over.
const LONGEST: usize = 8192;

/// About the elements of the rows that a strip of several blocks reads.
const STRIP: usize = 8192;

/// About the elements of the windows that are copied at once.
const COPIED: usize = 1 << 14;

/// The most elements of one window.
const MOST_COPIED: usize = 1 << 19;

/// About the taps whose sums a task keeps in lanes: 256 KiB in registers of 512 bits.
const TAPS: usize = 2048;

/// The most taps of one output channel.
const MOST_TAPS: usize = 8192;

/// The most output channels of a task.
const OUTPUTS: usize = 16;

/// How the sums of a geometry are cut.
pub(super) struct Cut {
    pub(super) tiles: Vec<Tile>,
    /// The output rows that stand between two rows of a block: through taps of one tile these read rows of one class.
    pub(super) step: usize,
    /// The rows of a block, and the blocks of a strip, one for each class.
    pub(super) block: usize,
    pub(super) blocks: usize,
    /// The strips of an image.
    pub(super) strips: usize,
    pub(super) segments: Vec<Segment>,
    /// The columns modulo the stride that some tap reads.
    pub(super) phases: Vec<usize>,
    /// The input channels whose windows are copied at once.
    pub(super) channels: usize,
    /// The output channels of a task.
    pub(super) outputs: usize,
}

/// Taps that are summed at once: kernel rows that read input rows of one class, and neighbouring kernel columns.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) row: usize,
    pub(super) rows: usize,
    /// From one of its kernel rows to the next.
    pub(super) row_step: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
    /// The taps of the tiles before.
    pub(super) start: usize,
}

/// Some output columns.
pub(super) struct Segment {
    pub(super) columns: Range<usize>,
    /// Whether whole registers of them read no padding, one number after another.
    pub(super) inside: bool,
    /// The length of a phase in a copied row.
    pub(super) phase: usize,
    /// Where a kernel column reads in a copied row.
    pub(super) offsets: Vec<usize>,
}

impl Cut {
    /// `None` for what is better left to `direct`: kernels, dilations and strides that read far apart.
    pub(super) fn new(geometry: &Geometry, bytes: usize, lanes: usize, accumulators: usize) -> Option<Self> {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let inputs = geometry.input_channels_per_group();
        let taps =
            inputs.checked_mul(rows.kernel())?.checked_mul(columns.kernel()).filter(|taps| *taps <= MOST_TAPS)?;
        let step = rows.dilation() / common_divisor(rows.stride(), rows.dilation());
        let block = output_rows(accumulators);
        // Rows that a block lacks are summed as zeros.
        if step > 1 && step.checked_mul(2 * block)? > 3 * rows.output() {
            return None;
        }
        let tiles = tiles(rows, columns.kernel(), accumulators);
        let outputs = (TAPS / taps).clamp(1, OUTPUTS).min(geometry.output_channels_per_group());
        let (phases, _) = phases(columns, 0);
        let once = outputs * tiles.len() == 1;
        let segments = segments(columns, &phases, once, bytes, lanes);
        let longest = segments.iter().map(|segment| phases.len() * segment.phase).max()?;
        let in_place = once && segments.iter().any(|segment| segment.inside);
        let read = (block * step).checked_mul(rows.stride())?;
        let blocks = if in_place { 1 } else { STRIP / read.checked_mul(longest)? };
        let blocks = blocks.clamp(1, rows.output().div_ceil(block * step));
        let window = ((block * step * blocks - 1) * rows.stride()).checked_add(rows.dilated())?;
        let window = window.checked_mul(longest).filter(|window| *window <= MOST_COPIED)?;
        let channels = (COPIED / window).clamp(1, inputs);
        let strips = rows.output().div_ceil(block * step * blocks);
        Some(Self { tiles, step, block, blocks, strips, segments, phases, channels, outputs })
    }
}

/// Kernel rows whose input rows differ by a multiple of the stride, a few at a time, with as many columns as there are
/// registers for.
fn tiles(rows: &Axis, kernel_columns: usize, accumulators: usize) -> Vec<Tile> {
    let step = rows.stride() / common_divisor(rows.stride(), rows.dilation());
    let most_rows = if accumulators >= 16 { MOST_ROWS } else { 5 };
    let (mut tiles, mut start) = (Vec::new(), 0);
    for class in 0..step.min(rows.kernel()) {
        let count = (rows.kernel() - class).div_ceil(step);
        let pieces = count.div_ceil(most_rows);
        for piece in 0..pieces {
            let (first, end) = (piece * count / pieces, (piece + 1) * count / pieces);
            let mut column = 0;
            while column < kernel_columns {
                let columns = widest(end - first, kernel_columns - column, accumulators);
                tiles.push(Tile {
                    row: class + first * step,
                    rows: end - first,
                    row_step: step,
                    column,
                    columns,
                    start,
                });
                start += (end - first) * columns;
                column += columns;
            }
        }
    }
    tiles
}

/// How many kernel columns a tile of so many rows takes of those that are left.
fn widest(rows: usize, left: usize, accumulators: usize) -> usize {
    let widths = [8, 7, 5, 4, 3, 2, 1];
    widths.into_iter().find(|columns| *columns <= left && exists(rows, *columns, accumulators)).unwrap_or(1)
}

/// The tiles that are compiled.
pub(super) const fn exists(rows: usize, columns: usize, accumulators: usize) -> bool {
    let wide = accumulators >= 16;
    match (rows, columns) {
        (6..=8, 1 | 2) | (5, 3) | (4, 4) | (3, 5) | (2, 7) => wide,
        (4 | 5, 1 | 2) | (3, 1..=3) | (2, 1 | 2 | 4) | (1, 1 | 2 | 4 | 8) => true,
        _ => false,
    }
}

/// Where a single tile goes over the columns, the longest segment is the one that reads no padding; where several do, the
/// segments are short, and a copy serves them all.
fn segments(columns: &Axis, phases: &[usize], once: bool, bytes: usize, lanes: usize) -> Vec<Segment> {
    let width = columns.output();
    let first = columns.before().min(width);
    let end = (columns.before() + columns.input() + 1).saturating_sub(columns.dilated()).clamp(first, width);
    let (start, stop) = (first.next_multiple_of(lanes), end / lanes * lanes);
    let mut cuts = vec![0];
    if once && columns.stride() == 1 && start + 2 * lanes < stop {
        cuts.extend((start..stop).step_by(LONGEST / lanes * lanes));
        cuts.push(stop);
    } else {
        let most = (SEGMENT / bytes / lanes).max(1) * lanes;
        let count = width.div_ceil(most);
        cuts.extend((1..count).map(|index| (index * width / count).next_multiple_of(lanes)));
    }
    cuts.push(width);
    cuts.dedup();
    let segment = |cut: &[usize]| {
        let columns_of_cut = cut[0]..cut[1];
        let whole = columns_of_cut.len().next_multiple_of(lanes);
        let inside = columns.stride() == 1
            && columns_of_cut.len() == whole
            && first <= columns_of_cut.start
            && columns_of_cut.end <= end;
        let phase = whole + (columns.dilated() - 1) / columns.stride();
        let phase = if columns.stride() == 1 { phase.next_multiple_of(lanes) } else { phase };
        let place = |b: usize| {
            let reach = b * columns.dilation();
            let index = phases.iter().position(|phase| *phase == reach % columns.stride()).unwrap_or(0);
            index * phase + reach / columns.stride()
        };
        Segment { columns: columns_of_cut, inside, phase, offsets: (0..columns.kernel()).map(place).collect() }
    };
    cuts.windows(2).map(segment).collect()
}
