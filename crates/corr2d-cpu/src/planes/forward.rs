//! The forward pass, row block by row block.

use std::mem::MaybeUninit;

use super::block::MOST_REGISTERS;
use super::parts::Parts;
use super::rows::{self, Pair, Rows, Workspace};
use super::view::rows_of_band;
use crate::simd::Isa;
use crate::{Element, Error, Geometry, Input, threads};

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
    let kernels = Parts::new(geometry, weight)?;
    let task = |workspace: &mut Workspace<T>, plane: usize, first_row: usize, outputs: Pair<'_, T>| {
        let channel = plane % geometry.output_channels();
        let group = plane / geometry.output_channels_per_group();
        let first_channel = group % geometry.groups() * geometry.input_channels_per_group();
        isa.run(Rows {
            geometry,
            planes: input.planes(group / geometry.groups(), first_channel),
            group,
            parts: &kernels,
            channel,
            bias,
            first_row,
            outputs,
            workspace,
        });
    };
    let rows_of_band = rows_of_band(geometry);
    let per_group = geometry.output_channels_per_group();
    let groups = output.chunks_mut(per_group * plane).enumerate();
    let mut at_once = rows::planes_at_once::<T>(isa, geometry);
    let mut length = rows_of_band * width;
    let threads = threads::count();
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS && threads > 1;
    if sharing {
        let most = if geometry.rows().dilation() == 1 { ROWS_PER_TASK } else { geometry.rows().output() };
        length = rows_of_band.min(most) * width;
        // By two only where there are enough for all threads.
        if groups.len() * per_group.div_ceil(2) * plane.div_ceil(length) < threads {
            at_once = 1;
        }
    }
    // Neighbouring planes on one thread share a copy of what they read.
    let tasks = groups.flat_map(|(group, planes)| bands(group * per_group, planes, [plane, length], at_once));
    threads::for_each(sharing, tasks, Workspace::new, |workspace, (index, start, rows)| {
        task(workspace, index, start / width, rows);
    });
    Ok(())
}

/// The output planes of a group, one or two at once, cut into bands, the first bands of all first: the first plane's index, where
/// the band begins, the elements.
fn bands<'a, T>(
    first: usize,
    planes: &'a mut [MaybeUninit<T>],
    [plane, length]: [usize; 2],
    at_once: usize,
) -> impl Iterator<Item = (usize, usize, Pair<'a, T>)> {
    let tasks = planes.chunks_mut(at_once * plane).map(|planes| {
        let (one, next) = planes.split_at_mut(plane);
        (one.chunks_mut(length), next.chunks_mut(length))
    });
    let mut tasks: Vec<_> = tasks.collect();
    let (mut index, mut start) = (0, 0);
    std::iter::from_fn(move || {
        if index == tasks.len() {
            (index, start) = (0, start + length);
        }
        let (one, next) = &mut tasks[index];
        index += 1;
        Some((first + at_once * (index - 1), start, (one.next()?, next.next())))
    })
}
