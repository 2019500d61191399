//! One task: the weights of some output channels of one group, summed over some strips.

use std::ops::Range;

use super::cut::{Cut, Segment, Tile, exists};
use super::tile::{Operands, add, output_rows};
use super::window::{copy_gradient, copy_input};
use crate::simd::{Kernel, Simd, Window};
use crate::{Element, Geometry, aligned_in};

/// What a thread keeps from one task to the next.
pub(super) struct Workspace<T> {
    /// Windows of some input channels, and rows of one output channel, with zeros for what is not there.
    input: Vec<T>,
    gradient: Vec<T>,
    /// For each pair of channels tile by tile, as [`add`] keeps them.
    lanes: Vec<T>,
    /// The result of a task, [output][input][row][column].
    pub(super) sums: Vec<f64>,
}

impl<T> Workspace<T> {
    pub(super) fn new() -> Self {
        Self { input: Vec::new(), gradient: Vec::new(), lanes: Vec::new(), sums: Vec::new() }
    }
}

/// Some output channels of one group over some strips of the batch. `ASKS`: whether to ask ahead for what sums read, where that
/// is not seen coming; a task of its own, since the mere presence of that code made others up to 1.3 times slower.
pub(super) struct Task<'a, T, const ASKS: bool> {
    pub(super) geometry: &'a Geometry,
    pub(super) cut: &'a Cut,
    pub(super) input: &'a [T],
    pub(super) gradient: &'a [T],
    /// Counted over all groups.
    pub(super) outputs: Range<usize>,
    pub(super) strips: Range<usize>,
    pub(super) workspace: &'a mut Workspace<T>,
}

/// Some output rows of one image.
struct Strip {
    image: usize,
    row: usize,
    /// Those that exist.
    rows: usize,
    /// Those of whole blocks.
    whole: usize,
}

impl<T: Element, const ASKS: bool> Kernel<T> for Task<'_, T, ASKS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        let (geometry, cut) = (self.geometry, self.cut);
        let channels = geometry.input_channels_per_group();
        let first_channel = self.outputs.start / geometry.output_channels_per_group() * channels;
        let taps = geometry.rows().kernel() * geometry.columns().kernel();
        let plane = geometry.rows().input() * geometry.columns().input();
        let output_plane = geometry.rows().output() * geometry.columns().output();
        let Workspace { input: inputs, gradient: gradients, lanes, sums } = self.workspace;
        let lanes = aligned_in(lanes, self.outputs.len() * channels * taps * 2 * S::LANES);
        lanes.fill(T::ZERO);
        for strip in self.strips {
            let strip = Strip::new(geometry, cut, strip);
            for segment in &cut.segments {
                for chunk in (0..channels).step_by(cut.channels) {
                    let chunk = chunk..channels.min(chunk + cut.channels);
                    let first = (strip.image * geometry.input_channels() + first_channel + chunk.start) * plane;
                    let planes = &self.input[first..][..chunk.len() * plane];
                    let windows = strip.windows(simd, geometry, cut, segment, planes, inputs);
                    for output in self.outputs.clone() {
                        let place = strip.image * geometry.output_channels() + output;
                        let gradient = &self.gradient[place * output_plane..][..output_plane];
                        let gradient = strip.gradient(simd, geometry, segment, gradient, gradients);
                        for channel in chunk.clone() {
                            let pair = (output - self.outputs.start) * channels + channel;
                            let lanes = &mut lanes[pair * taps * 2 * S::LANES..][..taps * 2 * S::LANES];
                            let window = windows.channel(channel - chunk.start);
                            all_tiles::<S, ASKS>(simd, geometry, cut, segment, &strip, window, gradient, lanes);
                        }
                    }
                }
            }
        }
        sums.clear();
        sums.resize(self.outputs.len() * channels * taps, 0.0);
        for (sums, lanes) in sums.chunks_exact_mut(taps).zip(lanes.chunks_exact(taps * 2 * S::LANES)) {
            for tile in &cut.tiles {
                add_lanes(tile, geometry.columns().kernel(), lanes, S::LANES, sums);
            }
        }
    }
}

/// What some input channels are read from.
struct Windows<'a, T> {
    planes: &'a [T],
    /// The numbers of a channel.
    plane: usize,
    /// Where the first output reads through the first tap, and how far rows are apart.
    start: usize,
    row: usize,
}

impl<'a, T> Windows<'a, T> {
    #[inline(always)]
    fn channel(&self, index: usize) -> (&'a [T], usize, usize) {
        (&self.planes[index * self.plane..][..self.plane], self.start, self.row)
    }
}

impl Strip {
    #[inline(always)]
    fn new(geometry: &Geometry, cut: &Cut, index: usize) -> Self {
        let height = geometry.rows().output();
        let block = cut.block * cut.step;
        let row = index % cut.strips * block * cut.blocks;
        let rows = (height - row).min(block * cut.blocks);
        Self { image: index / cut.strips, row, rows, whole: rows.next_multiple_of(block) }
    }

    /// Whether whole blocks read rows of the image alone.
    #[inline(always)]
    fn reads_no_padding(&self, geometry: &Geometry) -> bool {
        let rows = geometry.rows();
        let top = self.row * rows.stride();
        let end = top + (self.whole - 1) * rows.stride() + rows.dilated();
        self.rows == self.whole && top >= rows.before() && end <= rows.before() + rows.input()
    }

    /// What a segment reads of some planes: where it lies, if there is no padding in it and no stride, or else a copy.
    #[inline(always)]
    fn windows<'w, S: Simd>(
        &self,
        simd: S,
        geometry: &Geometry,
        cut: &Cut,
        segment: &Segment,
        planes: &'w [S::Number],
        copy: &'w mut Vec<S::Number>,
    ) -> Windows<'w, S::Number> {
        let (rows, width) = (geometry.rows(), geometry.columns().input());
        let plane = rows.input() * width;
        if segment.inside && self.reads_no_padding(geometry) {
            let top = self.row * rows.stride() - rows.before();
            let left = segment.columns.start - geometry.columns().before();
            return Windows { planes, plane, start: top * width + left, row: width };
        }
        let top = (self.row * rows.stride()) as isize - rows.before() as isize;
        let (height, row) = ((self.whole - 1) * rows.stride() + rows.dilated(), cut.phases.len() * segment.phase);
        let copy = aligned_in(copy, planes.len() / plane * height * row);
        copy_input(simd, geometry, cut, segment, planes, top, height, copy);
        Windows { planes: copy, plane: height * row, start: 0, row }
    }

    /// The rows of a segment of an output plane: where they begin, and how far they are apart.
    #[inline(always)]
    fn gradient<'g, S: Simd>(
        &self,
        simd: S,
        geometry: &Geometry,
        segment: &Segment,
        plane: &'g [S::Number],
        copy: &'g mut Vec<S::Number>,
    ) -> (&'g [S::Number], usize) {
        let width = geometry.columns().output();
        let rows = &plane[self.row * width..][..self.rows * width];
        let columns = segment.columns.len().next_multiple_of(S::LANES);
        if self.rows == self.whole && columns == segment.columns.len() {
            return (&rows[segment.columns.start..], width);
        }
        let copy = aligned_in(copy, self.whole * columns);
        copy_gradient(simd, rows, width, segment, columns, copy);
        (copy, columns)
    }
}

/// Adds what a strip and a segment give to the taps of one pair of channels. A window comes with where the first output
/// reads through the first tap and how far its rows are apart, a gradient with how far its rows are.
#[inline(always)]
fn all_tiles<S: Simd, const ASKS: bool>(
    simd: S,
    geometry: &Geometry,
    cut: &Cut,
    segment: &Segment,
    strip: &Strip,
    (window, start, row): (&[S::Number], usize, usize),
    (gradient, gradient_row): (&[S::Number], usize),
    lanes: &mut [S::Number],
) {
    let block = const { output_rows(S::ACCUMULATORS) };
    let blocks = strip.whole / (block * cut.step);
    let columns = segment.columns.len().next_multiple_of(S::LANES);
    let (stride, dilation) = (geometry.rows().stride(), geometry.rows().dilation());
    let reads = columns + segment.offsets.iter().copied().max().unwrap_or(0);
    // The first of several tiles goes over short pieces of rows, of which the processor does not see the next coming. A single
    // tile goes along whole rows; what was copied is in a cache.
    let uncopied = segment.inside && strip.reads_no_padding(geometry);
    for tile in &cut.tiles {
        let offsets = &segment.offsets[tile.column..][..tile.columns];
        let lanes = &mut lanes[2 * tile.start * S::LANES..][..2 * tile.rows * tile.columns * S::LANES];
        for class in 0..cut.step {
            let first = start + (class * stride + tile.row * dilation) * row;
            let input_rows = blocks * block + tile.rows - 1;
            let operands = Operands {
                input: Window::new(window, first, input_rows, stride * cut.step * row, reads),
                gradient: Window::new(gradient, class * gradient_row, blocks * block, cut.step * gradient_row, columns),
                blocks,
                columns,
            };
            match tile.start {
                0 if const { ASKS } && uncopied => one_tile::<S, ASKS>(simd, tile, &operands, offsets, lanes),
                _ => one_tile::<S, false>(simd, tile, &operands, offsets, lanes),
            }
        }
    }
}

#[inline(always)]
fn one_tile<S: Simd, const ASKS: bool>(
    simd: S,
    tile: &Tile,
    operands: &Operands<'_, S::Number>,
    offsets: &[usize],
    lanes: &mut [S::Number],
) {
    macro_rules! compiled {
        ($($rows:literal: [$($columns:literal)*])*) => {
            match (tile.rows, tile.columns) {
                $($(($rows, $columns) if const { exists($rows, $columns, S::ACCUMULATORS) } => {
                    if const { S::ACCUMULATORS >= 16 } {
                        add::<S, 7, $rows, $columns, ASKS>(simd, operands, offsets, lanes);
                    } else {
                        add::<S, 4, $rows, $columns, false>(simd, operands, offsets, lanes);
                    }
                })*)*
                _ => {}
            }
        };
    }
    compiled! {
        1: [1 2 4 8]
        2: [1 2 4 7]
        3: [1 2 3 5]
        4: [1 2 4]
        5: [1 2 3]
        6: [1 2]
        7: [1 2]
        8: [1 2]
    }
}

/// Adds up the lanes of the taps of a tile, in f64 and in a fixed order.
#[inline(always)]
fn add_lanes<T: Element>(tile: &Tile, kernel_columns: usize, lanes: &[T], width: usize, sums: &mut [f64]) {
    let taps = tile.rows * tile.columns;
    let (totals, rests) = lanes[2 * tile.start * width..][..2 * taps * width].split_at(taps * width);
    for (index, (totals, rests)) in totals.chunks_exact(width).zip(rests.chunks_exact(width)).enumerate() {
        let (column, row) = (tile.column + index / tile.rows, tile.row + index % tile.rows * tile.row_step);
        // Two chains, so that one waits for the other's sum.
        let (mut even, mut odd) = (0.0, 0.0);
        for ([t0, t1], [r0, r1]) in totals.as_chunks().0.iter().zip(rests.as_chunks().0) {
            even += t0.to_f64() + r0.to_f64();
            odd += t1.to_f64() + r1.to_f64();
        }
        sums[row * kernel_columns + column] = even + odd;
    }
}
