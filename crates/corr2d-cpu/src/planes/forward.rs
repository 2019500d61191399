//! The forward pass, row block by row block.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::block::MOST_REGISTERS;
use super::parts::Parts;
use super::rows::{Rows, Workspace};
use crate::simd::Isa;
use crate::{Element, Error, Geometry, Input};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// The rows of an output plane that one task writes: several blocks, so that a task outweighs its overhead.
const ROWS_PER_TASK: usize = 8 * MOST_REGISTERS;

/// Whether zeros may stand for the padding under these weights.
pub(crate) fn suits<T: Element>(weight: &[T]) -> bool {
    weight.iter().all(|weight| weight.to_f64().is_finite())
}

/// output = correlation of input with weight, plus bias, for a stride of 1 and weights that [`suits`].
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let width = geometry.columns().output();
    let plane = geometry.rows().output() * width;
    let outputs = geometry.output_channels();
    let kernels = Parts::new(geometry, weight)?;
    let task = |workspace: &mut Workspace<T>, plane: usize, first_row: usize, output: &mut [MaybeUninit<T>]| {
        let channel = plane % outputs;
        let group = plane / geometry.output_channels_per_group();
        let first_channel = group % geometry.groups() * geometry.input_channels_per_group();
        isa.run(Rows {
            geometry,
            planes: input.planes(group / geometry.groups(), first_channel),
            group,
            parts: &kernels,
            channel,
            bias: bias.map_or(T::ZERO, |bias| bias[channel]),
            first_row,
            output,
            workspace,
        });
    };
    let rows_per_task = if geometry.rows().dilation() == 1 { ROWS_PER_TASK } else { geometry.rows().output() };
    if geometry.multiplications() < SEQUENTIAL_MULTIPLICATIONS || rayon::current_num_threads() == 1 {
        let mut workspace = Workspace::new();
        output.chunks_mut(plane).enumerate().for_each(|(index, rows)| task(&mut workspace, index, 0, rows));
    } else {
        let cut = |(index, plane)| parts(index, plane, width, rows_per_task);
        let tasks: Vec<_> = output.chunks_mut(plane).enumerate().flat_map(cut).collect();
        let run = |workspace: &mut _, (index, first_row, rows)| task(workspace, index, first_row, rows);
        tasks.into_par_iter().for_each_init(Workspace::new, run);
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
