//! The forward pass: tasks run one after another, or shared by threads.

use std::mem::MaybeUninit;

use super::cut::{Cut, flat, wanted_tasks};
use super::packed::{Lanes, Packed};
use super::task::{Rows, Run, Task, Workspace};
use crate::simd::Isa;
use crate::turned::Kernels;
use crate::{Element, Error, Geometry, Input, threads};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// output = correlation of input with weight, plus bias.
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    forward_kernels(isa, geometry, input, Kernels::Given(weight), bias, output)
}

/// As [`forward`], with weights that may be turned while they are packed.
pub(crate) fn forward_kernels<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    kernels: Kernels<'_, T>,
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    forward_packed(isa, geometry, input, kernels, None, bias, output)
}

/// As [`forward_kernels`], with weights that may be packed already.
pub(super) fn forward_packed<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    kernels: Kernels<'_, T>,
    kept: Option<&Packed<T>>,
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let lanes = isa.run::<T, _>(Lanes);
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let threads = if sharing { threads::count() } else { 1 };
    let flat = if input.has_whole_planes(geometry) { flat(geometry, wanted_tasks(threads)) } else { None };
    let (geometry, input) = match &flat {
        Some(flat) => (flat, input.with_rows_of(flat)),
        None => (geometry, input),
    };
    let cut = Cut::new(geometry, lanes, threads, kept.is_some());
    let packed_now = if kept.is_some() || cut.uses_weights_once(geometry) {
        None
    } else {
        Some(Packed::new(isa, geometry, kernels, sharing)?)
    };
    let packed = kept.or(packed_now.as_ref());
    let planes = input.planes(0, 0);
    let rows_of = |block| {
        let rows = cut.rows_of(geometry, block);
        Rows::in_place(geometry, rows.clone(), planes).unwrap_or_else(|| Rows::new(geometry, rows, cut.columns))
    };
    let layouts: Vec<_> = (0..geometry.rows().output().div_ceil(cut.rows)).map(rows_of).collect();
    let run = |workspace: &mut Workspace<T>, task: Task<'_, T>| {
        let rows = &layouts[task.block];
        isa.run(Run { isa, geometry, input, kernels, bias, packed, cut: &cut, rows, workspace, task })
    };
    threads::try_for_each(sharing, cut.tasks(geometry, output), || Ok(Workspace::new()), run)
}
