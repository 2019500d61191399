//! The forward pass: each image cut into bands of tile rows, which threads share, by channels too where the bands are few.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Tile;
use super::chunk::{Band, MakeWorkspace, Panels, Workspace};
use super::cut::{Cut, Cutter};
use super::transform::{F2, F4, Strided, Transform};
use super::weights::{Lanes, Weights, moderate};
use crate::simd::Isa;
use crate::turned::Kernels;
use crate::{Element, Error, Geometry, Input, direct, threads};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 2_000_000.0;

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`](super::suits).
pub(crate) fn forward<T: Element>(
    isa: Isa,
    tile: Tile,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    forward_kernels(isa, tile, geometry, input, Kernels::Given(weight), bias, output)
}

/// As [`forward`], with weights that may be turned while they are transformed.
pub(crate) fn forward_kernels<T: Element>(
    isa: Isa,
    tile: Tile,
    geometry: &Geometry,
    input: Input<'_, T>,
    kernels: Kernels<'_, T>,
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    if !moderate(kernels.numbers()) {
        return direct::forward(isa, geometry, input, &kernels.given()?, bias, output);
    }
    forward_moderate(isa, tile, None, geometry, input, kernels, bias, output)
}

/// As [`forward_kernels`], with weights that are all [`moderate`] and may be transformed already.
pub(super) fn forward_moderate<T: Element>(
    isa: Isa,
    tile: Tile,
    weights: Option<&Weights<T>>,
    geometry: &Geometry,
    input: Input<'_, T>,
    kernels: Kernels<'_, T>,
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let moderate: Vec<AtomicBool> = (0..geometry.batch()).map(|_| AtomicBool::new(true)).collect();
    let tile = tile.of(geometry);
    let call = Call { isa, tile, geometry, input, kernels, bias, moderate: &moderate };
    match tile {
        Tile::F2 => call.bands::<F2>(weights, output)?,
        Tile::Strided => call.bands::<Strided>(weights, output)?,
        Tile::F4 => call.bands::<F4>(weights, output)?,
    }
    // Images with a pixel that a transform would spread.
    let one = geometry.with_batch(1);
    for (image, (output, moderate)) in output.chunks_exact_mut(one.output_len()).zip(moderate).enumerate() {
        if !moderate.into_inner() {
            direct::forward(isa, &one, input.image(image), &kernels.given()?, bias, output)?;
        }
    }
    Ok(())
}

/// One call.
struct Call<'a, T> {
    isa: Isa,
    tile: Tile,
    geometry: &'a Geometry,
    input: Input<'a, T>,
    kernels: Kernels<'a, T>,
    bias: Option<&'a [T]>,
    /// For each image whether all of its pixels were moderate so far.
    moderate: &'a [AtomicBool],
}

/// Some output channels of a band of one group of one image.
struct Task<'a, T> {
    /// image · groups + group.
    index: usize,
    /// The first register of output channels, counted within the group.
    first_register: usize,
    /// The rows of tiles of the band.
    rows: Range<usize>,
    outputs: Vec<&'a mut [MaybeUninit<T>]>,
}

impl<T: Element> Call<'_, T> {
    fn bands<F: Transform>(&self, weights: Option<&Weights<T>>, output: &mut [MaybeUninit<T>]) -> Result<(), Error> {
        let geometry = self.geometry;
        let parallel = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS && threads::count() > 1;
        let cut = self.isa.run(Cutter::<T, F> { geometry, parallel, types: PhantomData });
        // A single chunk transforms its own weights, register by register.
        let alone = weights.is_none() && geometry.batch() == 1 && cut.is_whole::<F>(geometry);
        let made = match weights {
            None if !alone => Some(Weights::new(self.isa, self.tile, geometry, self.kernels)?),
            _ => None,
        };
        let weights = weights.or(made.as_ref());
        let lanes = self.isa.run(Lanes(PhantomData::<T>));
        let tasks = tasks::<T, F>(geometry, cut, lanes, output);
        let workspace = || {
            let channels = geometry.input_channels_per_group();
            let types = PhantomData::<(T, F)>;
            let (rows, columns) = (cut.most_rows(), cut.columns);
            self.isa.run(MakeWorkspace { channels, rows, columns, outputs: true, weights: alone, types })
        };
        threads::try_for_each(parallel, tasks, workspace, |workspace, task| {
            self.run::<F>(cut, lanes, weights, workspace, task);
            Ok(())
        })
    }

    fn run<F: Transform>(
        &self,
        cut: Cut,
        lanes: usize,
        weights: Option<&Weights<T>>,
        workspace: &mut Workspace<T>,
        mut task: Task<'_, T>,
    ) {
        let geometry = self.geometry;
        let (image, group) = (task.index / geometry.groups(), task.index % geometry.groups());
        if !self.moderate[image].load(Ordering::Relaxed) {
            return;
        }
        let first_channel = group * geometry.output_channels_per_group() + task.first_register * lanes;
        let band = Band {
            isa: self.isa,
            geometry,
            planes: self.input.planes(image, group * geometry.input_channels_per_group()),
            panels: match weights {
                Some(weights) => Panels::Made(weights.panels(group, task.first_register, cut.registers)),
                None => Panels::Kernels { kernels: self.kernels, group, first: task.first_register * lanes },
            },
            bias: self.bias.map(|bias| &bias[first_channel..][..task.outputs.len()]),
            first_row: task.rows.start,
            rows: task.rows.len(),
            columns: cut.columns,
            outputs: &mut task.outputs,
            workspace,
            transform: PhantomData::<F>,
        };
        if !self.isa.run(band) {
            self.moderate[image].store(false, Ordering::Relaxed);
        }
    }
}

/// The bands of all images, each with its rows of some output channels of a group.
fn tasks<'a, T: Element, F: Transform>(
    geometry: &Geometry,
    cut: Cut,
    lanes: usize,
    output: &'a mut [MaybeUninit<T>],
) -> impl Iterator<Item = Task<'a, T>> {
    let width = geometry.columns().output();
    let plane = geometry.rows().output() * width;
    let groups = output.chunks_exact_mut(geometry.output_channels_per_group() * plane).enumerate();
    let parts = groups.flat_map(move |(index, planes)| {
        let parts = planes.chunks_mut(cut.registers * lanes * plane).enumerate();
        parts.map(move |(part, planes)| (index, part * cut.registers, planes))
    });
    parts.flat_map(move |(index, first_register, planes)| {
        let mut left: Vec<_> = planes.chunks_exact_mut(plane).collect();
        cut.bands().map(move |rows| {
            let length = (rows.len() * F::OUTPUTS).saturating_mul(geometry.rows().dilation()).saturating_mul(width);
            // The last tiles and lattices may reach beyond the rim.
            let outputs = left.iter_mut().filter_map(|plane| plane.split_off_mut(..length.min(plane.len()))).collect();
            Task { index, first_register, rows, outputs }
        })
    })
}
