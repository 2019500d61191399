//! The forward pass: images, groups, channels and pixels cut into tasks, by the geometry alone.

use std::mem::MaybeUninit;

use super::block::{Block, CHANNELS, PIXELS, Workspace};
use super::pack::Pack;
use crate::simd::Isa;
use crate::{Aligned, Element, Error, Geometry, Input, aligned, threads};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// output = correlation of input with weight, plus bias, for weights that are finite.
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
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let packed = pack(isa, geometry, weight, sharing)?;
    let taps = weight.len() / geometry.output_channels();
    let run = |workspace: &mut Workspace<T>, mut task: Task<'_, T>| {
        isa.run(Block {
            geometry,
            planes: input.planes(
                task.group / geometry.groups(),
                task.group % geometry.groups() * geometry.input_channels_per_group(),
            ),
            weights: &packed[task.channel * taps..][..task.rows.len() * taps],
            bias: bias.map(|bias| &bias[task.channel..]),
            first: task.pixel,
            rows: &mut task.rows,
            workspace,
        });
        Ok(())
    };
    threads::try_for_each(sharing, tasks(geometry, output), || Workspace::new(geometry), run)
}

/// The packed weights of all groups.
fn pack<T: Element>(isa: Isa, geometry: &Geometry, weight: &[T], sharing: bool) -> Result<Aligned<T>, Error> {
    let taps = weight.len() / geometry.output_channels();
    let mut packed = aligned(weight.len())?;
    let group = geometry.output_channels_per_group() * taps;
    // A whole number of tiles.
    let part = CHANNELS * taps;
    let parts = packed.chunks_mut(group).zip(weight.chunks(group));
    let parts = parts.flat_map(|(packed, weights)| packed.chunks_mut(part).zip(weights.chunks(part)));
    let pack = |(): &mut (), (packed, weights): (&mut [T], &[T])| isa.run(Pack { weights, taps, packed });
    threads::for_each(sharing, parts, || (), pack);
    Ok(packed)
}

/// Some channels of a group on some pixels.
struct Task<'a, T> {
    /// The group, counted through all images.
    group: usize,
    /// The first output channel.
    channel: usize,
    /// The first pixel of the output plane.
    pixel: usize,
    /// Each channel's pixels.
    rows: Vec<&'a mut [MaybeUninit<T>]>,
}

fn tasks<'a, T>(geometry: &Geometry, output: &'a mut [MaybeUninit<T>]) -> Vec<Task<'a, T>> {
    let channels = geometry.output_channels_per_group();
    let plane = geometry.rows().output() * geometry.columns().output();
    let mut tasks = Vec::new();
    for (group, planes) in output.chunks_mut(channels * plane).enumerate() {
        for (part, planes) in planes.chunks_mut(CHANNELS * plane).enumerate() {
            let (first_task, count) = (tasks.len(), planes.len() / plane);
            let channel = group % geometry.groups() * channels + part * CHANNELS;
            let task = |pixel| Task { group, channel, pixel, rows: Vec::with_capacity(count) };
            tasks.extend((0..plane).step_by(PIXELS).map(task));
            for plane in planes.chunks_mut(plane) {
                for (task, pixels) in tasks[first_task..].iter_mut().zip(plane.chunks_mut(PIXELS)) {
                    task.rows.push(pixels);
                }
            }
        }
    }
    tasks
}
