//! The forward pass, row block by row block.

use rayon::prelude::*;

use super::block::{Corner, MOST_ROWS, Source};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Error, Geometry};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// The rows of an output plane that one task writes: several blocks, so that a task outweighs its overhead.
const ROWS_PER_TASK: usize = 8 * MOST_ROWS;

/// Whether zeros may stand for the padding under these weights.
pub(crate) fn suits<T: Element>(weight: &[T]) -> bool {
    weight.iter().all(|weight| weight.to_f64().is_finite())
}

/// output = correlation of input with weight, plus bias, for a stride of 1 and weights that [`suits`].
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [T],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let width = geometry.columns().output();
    let plane = geometry.rows().output() * width;
    let task = |plane_index: usize, first_row: usize, rows: &mut [T]| {
        isa.run(Rows { geometry, input, weight, bias, plane_index, first_row, rows, scratch: Vec::new() });
    };
    let rows_per_task = if geometry.rows().dilation() == 1 { ROWS_PER_TASK } else { geometry.rows().output() };
    if geometry.multiplications() < SEQUENTIAL_MULTIPLICATIONS || rayon::current_num_threads() == 1 {
        output.chunks_mut(plane).enumerate().for_each(|(index, rows)| task(index, 0, rows));
    } else {
        let cut = |(index, plane)| parts(index, plane, width, rows_per_task);
        let tasks: Vec<_> = output.chunks_mut(plane).enumerate().flat_map(cut).collect();
        tasks.into_par_iter().for_each(|(index, first_row, rows)| task(index, first_row, rows));
    }
    Ok(())
}

/// An output plane cut into runs of rows: its index, the first row, the rows.
fn parts<T>(
    index: usize,
    plane: &mut [T],
    width: usize,
    rows: usize,
) -> impl Iterator<Item = (usize, usize, &mut [T])> {
    plane.chunks_mut(rows * width).enumerate().map(move |(part, chunk)| (index, part * rows, chunk))
}

/// Some rows of one output plane.
struct Rows<'a, T> {
    geometry: &'a Geometry,
    input: &'a [T],
    weight: &'a [T],
    bias: Option<&'a [T]>,
    /// Which plane: image · output channels + channel.
    plane_index: usize,
    first_row: usize,
    rows: &'a mut [T],
    /// For what blocks at the rim read.
    scratch: Vec<T>,
}

impl<T: Element> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let geometry = self.geometry;
        let width = geometry.columns().output();
        let step = geometry.rows().dilation();
        let height = self.rows.len() / width;
        // Rows of one class modulo the dilation read rows of one class, each the next one of the last.
        for class in 0..step.min(height) {
            let count = (height - class).div_ceil(step);
            let mut done = 0;
            while done < count {
                let left = count - done;
                let first = class + done * step;
                done += match left {
                    8.. => self.row_block::<S, 8>(simd, first),
                    4.. => self.row_block::<S, 4>(simd, first),
                    _ => self.row_block::<S, 1>(simd, first),
                };
            }
        }
    }
}

impl<'a, T: Element> Rows<'a, T> {
    /// Writes `ROWS` rows from `first` on, as far apart as the dilation, and returns how many they were.
    #[inline(always)]
    fn row_block<S: Simd<Number = T>, const ROWS: usize>(&mut self, simd: S, first: usize) -> usize {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let (source, bias) = (self.source(), self.bias());
        let row = (self.first_row + first) as isize - rows.before() as isize;
        let width = columns.output();
        let mut j = 0;
        while j < width {
            // The last register goes back to end with the row: what it writes twice is the same.
            j = j.min(width.saturating_sub(S::LANES));
            let corner = Corner { row, column: j as isize - columns.before() as isize };
            let sums = source.sums::<S, ROWS>(simd, bias, corner, &mut self.scratch);
            // A register longer than the row is written in part.
            let whole = width >= S::LANES;
            unroll!(R in [0 1 2 3 4 5 6 7] {
                if R < ROWS {
                    let destination = &mut self.rows[(first + R * rows.dilation()) * width..][..width];
                    if whole { simd.store(sums[R], destination, j) } else { simd.store_first(sums[R], destination, j) }
                }
            });
            j += S::LANES;
        }
        ROWS
    }

    #[inline(always)]
    fn source(&self) -> Source<'a, T> {
        let geometry = self.geometry;
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let (image, output) = (self.plane_index / geometry.output_channels(), self.output_channel());
        let channels = geometry.input_channels_per_group();
        let group = output / geometry.output_channels_per_group();
        let plane = rows.input() * columns.input();
        let taps = rows.kernel() * columns.kernel();
        Source {
            planes: &self.input[(image * geometry.input_channels() + group * channels) * plane..],
            channels,
            height: rows.input(),
            width: columns.input(),
            weights: &self.weight[output * channels * taps..],
            kernel: (rows.kernel(), columns.kernel()),
            dilation: (rows.dilation(), columns.dilation()),
        }
    }

    fn output_channel(&self) -> usize {
        self.plane_index % self.geometry.output_channels()
    }

    fn bias(&self) -> T {
        self.bias.map_or(T::ZERO, |bias| bias[self.output_channel()])
    }
}
