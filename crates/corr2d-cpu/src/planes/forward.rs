//! The forward pass, row block by row block.

use std::mem::MaybeUninit;

use rayon::prelude::*;

use super::block::MOST_REGISTERS;
use super::parts::Parts;
use super::rows::{self, Pair, Rows, Workspace};
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
    let plane_count = output.len() / plane;
    let groups = output.chunks_mut(per_group * plane).enumerate();
    let at_once = rows::planes_at_once::<T>(isa, geometry);
    let threads = rayon::current_num_threads();
    if geometry.multiplications() < SEQUENTIAL_MULTIPLICATIONS || threads == 1 {
        let mut workspace = Workspace::new();
        let tasks =
            groups.flat_map(|(group, planes)| bands(group * per_group, planes, [plane, rows_of_band * width], at_once));
        tasks.for_each(|(index, start, rows)| task(&mut workspace, index, start / width, rows));
    } else {
        let most = if geometry.rows().dilation() == 1 { ROWS_PER_TASK } else { geometry.rows().output() };
        let length = rows_of_band.min(most) * width;
        // By two only where there are enough for all threads.
        let pairs = groups.len() * per_group.div_ceil(2) * plane.div_ceil(length);
        let at_once = if pairs >= threads { at_once } else { 1 };
        let tasks: Vec<_> =
            groups.flat_map(|(group, planes)| bands(group * per_group, planes, [plane, length], at_once)).collect();
        // Neighbouring planes on one thread share a copy of what they read: on two threads 3 → 64 channels at 224×224 took 0.54 ms
        // in as many shares as rayon likes, and take 0.47 in four. The bands of one plane share nothing.
        let shares = threads * if plane_count > 1 { 2 } else { 8 };
        let run = |share: Vec<_>| {
            let mut workspace = Workspace::new();
            share.into_iter().for_each(|(index, start, rows)| task(&mut workspace, index, start / width, rows));
        };
        shares_of(tasks, shares).into_par_iter().for_each(run);
    }
    Ok(())
}

/// Tasks in so many shares of neighbours, as equal as they can be.
fn shares_of<T>(tasks: Vec<T>, shares: usize) -> Vec<Vec<T>> {
    let count = tasks.len();
    let mut tasks = tasks.into_iter();
    let length = |share: usize| (share + 1) * count / shares - share * count / shares;
    (0..shares).map(|share| tasks.by_ref().take(length(share)).collect()).collect()
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
