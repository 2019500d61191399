//! The forward pass: images cut into tasks, which threads share.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use super::cut::Cut;
use super::length::Length;
use super::task::{Call, Task, Workspace, moderate};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Axis, Element, Error, Geometry, Input, direct, threads};

/// Below so many multiplications of a direct sum a call stays on its own thread.
pub(super) const SEQUENTIAL_MULTIPLICATIONS: f64 = 2_000_000.0;

/// The outputs that are cut into tasks at once, or those of one group: the list of tasks is small beside them.
const OUTPUTS_AT_ONCE: usize = 1 << 24;

/// Whether this algorithm can compute a geometry: stride 1 and dilation 1.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let axis = |axis: &Axis| (axis.stride(), axis.dilation()) == (1, 1);
    axis(geometry.rows()) && axis(geometry.columns())
}

/// Multiplications of a direct sum for one group of one image, below which what a call prepares costs more than it saves.
const LEAST_MULTIPLICATIONS: f64 = 800_000.0;

/// By how much it must seem to take less, so that it does with every number type and instruction set.
const ADVANTAGE: f64 = 1.9;

/// Whether it beats a direct sum, by the multiplications and additions of both.
pub(crate) fn pays(geometry: &Geometry) -> bool {
    let pieces = (geometry.batch() * geometry.groups()).max(1) as f64;
    let direct = geometry.multiplications() / pieces;
    let width = geometry.columns().output() as f64;
    suits(geometry)
        && direct >= LEAST_MULTIPLICATIONS
        && Cut::new::<f32>(geometry, 16).time * width * ADVANTAGE <= direct
}

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`].
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
    let squares = weight.iter().fold(0.0, |sum, weight| sum + weight.to_f64() * weight.to_f64());
    if !moderate(T::from_f64(squares)) {
        return direct::forward(isa, geometry, input, weight, bias, output);
    }
    let (lanes, sums) = registers::<T>(isa);
    let cut = Cut::new::<T>(geometry, lanes);
    let length = Length::new(cut.length, sums >= 16);
    let call = Call { isa, geometry, input, weight, bias, cut, length };

    let spread: Vec<AtomicBool> = (0..geometry.batch()).map(|_| AtomicBool::new(false)).collect();
    let run = |workspace: &mut Workspace<T>, task: Task<'_, T>| {
        let spread = &spread[task.image];
        if !spread.load(Ordering::Relaxed) && !call.run(workspace, task) {
            spread.store(true, Ordering::Relaxed);
        }
        Ok(())
    };
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let group = geometry.output_channels_per_group() * geometry.rows().output() * geometry.columns().output();
    let groups = (OUTPUTS_AT_ONCE / group).max(1);
    for (index, output) in output.chunks_mut(groups * group).enumerate() {
        let tasks = tasks(geometry, &call.cut, index * groups, output);
        threads::try_for_each(sharing, tasks, || Workspace::new(&call.cut), run)?;
    }

    // Images with a pixel that a transform would spread.
    let one = geometry.with_batch(1);
    for (image, (output, spread)) in output.chunks_exact_mut(one.output_len()).zip(spread).enumerate() {
        if spread.into_inner() {
            direct::forward(isa, &one, input.image(image), weight, bias, output)?;
        }
    }
    Ok(())
}

/// The tasks of some groups of images, each with its outputs.
fn tasks<'a, T>(
    geometry: &Geometry,
    cut: &Cut,
    first_group: usize,
    output: &'a mut [MaybeUninit<T>],
) -> Vec<Task<'a, T>> {
    let (height, width) = (geometry.rows().output(), geometry.columns().output());
    let per_group = geometry.output_channels_per_group();
    let mut tasks = Vec::new();
    for (index, planes) in output.chunks_exact_mut(per_group * height * width).enumerate() {
        let group = first_group + index;
        for (block, planes) in planes.chunks_mut(cut.outputs * height * width).enumerate() {
            let first = tasks.len();
            let first_output = group % geometry.groups() * per_group + block * cut.outputs;
            let outputs = planes.len() / (height * width);
            for first_row in (0..height).step_by(2 * cut.run) {
                tasks.extend((0..width).step_by(cut.strip).map(|first_column| Task {
                    image: group / geometry.groups(),
                    first_output,
                    outputs,
                    first_row,
                    first_column,
                    columns: cut.strip.min(width - first_column),
                    pieces: Vec::new(),
                }));
            }
            let strips = width.div_ceil(cut.strip);
            for plane in planes.chunks_exact_mut(height * width) {
                for (rows, tasks) in plane.chunks_mut(2 * cut.run * width).zip(tasks[first..].chunks_exact_mut(strips))
                {
                    if let [task] = tasks {
                        task.pieces.push(rows);
                        continue;
                    }
                    for row in rows.chunks_exact_mut(width) {
                        for (piece, task) in row.chunks_mut(cut.strip).zip(&mut *tasks) {
                            task.pieces.push(piece);
                        }
                    }
                }
            }
        }
    }
    tasks
}

/// The lanes of a register, and how many sums they can hold.
pub(super) fn registers<T: Element>(isa: Isa) -> (usize, usize) {
    isa.run(Registers(PhantomData::<T>))
}

struct Registers<T>(PhantomData<T>);

impl<T: Element> Kernel<T> for Registers<T> {
    type Output = (usize, usize);

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> (usize, usize) {
        (S::LANES, S::ACCUMULATORS)
    }
}
