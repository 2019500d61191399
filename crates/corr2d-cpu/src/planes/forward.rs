//! The forward pass, row block by row block.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::block::MOST_REGISTERS;
use super::parts::Parts;
use super::rows::{Rows, Workspace};
use super::view::rows_of_band;
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
    let rows_of_band = rows_of_band(geometry);
    let per_group = geometry.output_channels_per_group();
    let groups = output.chunks_mut(per_group * plane).enumerate();
    if geometry.multiplications() < SEQUENTIAL_MULTIPLICATIONS || rayon::current_num_threads() == 1 {
        let mut workspace = Workspace::new();
        let tasks = groups.flat_map(|(group, planes)| bands(group * per_group, planes, plane, rows_of_band * width));
        tasks.for_each(|(index, start, rows)| task(&mut workspace, index, start / width, rows));
    } else {
        let most = if geometry.rows().dilation() == 1 { ROWS_PER_TASK } else { geometry.rows().output() };
        let length = rows_of_band.min(most) * width;
        let tasks: Vec<_> =
            groups.flat_map(|(group, planes)| bands(group * per_group, planes, plane, length)).collect();
        let run = |workspace: &mut _, (index, start, rows)| task(workspace, index, start / width, rows);
        tasks.into_par_iter().for_each_init(Workspace::new, run);
    }
    Ok(())
}

/// Output planes cut into bands, the first bands of all planes first: the plane's index, where the band begins, its elements.
fn bands<T>(
    first: usize,
    planes: &mut [T],
    plane: usize,
    length: usize,
) -> impl Iterator<Item = (usize, usize, &mut [T])> {
    let mut planes: Vec<_> = planes.chunks_mut(plane).map(|plane| plane.chunks_mut(length)).collect();
    (0..plane).step_by(length).flat_map(move |start| {
        let bands: Vec<_> = planes.iter_mut().filter_map(Iterator::next).collect();
        bands.into_iter().enumerate().map(move |(index, band)| (first + index, start, band))
    })
}
