//! The forward pass: each image cut into bands of tile rows, which threads share.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use super::Tile;
use super::chunk::{Band, MakeWorkspace, Workspace};
use super::product::Tiles;
use super::transform::{F2, F4, LONGEST, Transform};
use super::weights::{Weights, moderate};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Error, Geometry, direct};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 2_000_000.0;

/// What V of a chunk should fill: less than half of a second-level cache.
const CHUNK_BYTES: usize = 384 << 10;

/// What V of a chunk may fill, for as many tiles as a block of products has.
const CHUNK_BYTES_LIMIT: usize = 2 << 20;

/// The tiles of a block of products.
const BLOCK: usize = 14;

/// The most tiles of a chunk: the other intermediate results grow with it.
const CHUNK_TILES: usize = 8 * BLOCK;

/// The bytes of V for one tile, at 8 bytes a number, in the larger patch.
fn bytes_per_tile(geometry: &Geometry) -> usize {
    geometry.input_channels_per_group().saturating_mul(LONGEST * LONGEST * size_of::<f64>())
}

/// Whether this algorithm can compute a geometry: a 3×3 kernel, stride 1, dilation 1, and so few input channels a group
/// (7281) that one tile fits the workspace.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let axis = |axis: &crate::Axis| (axis.kernel(), axis.stride(), axis.dilation()) == (3, 1, 1);
    axis(geometry.rows()) && axis(geometry.columns()) && bytes_per_tile(geometry) <= CHUNK_BYTES_LIMIT
}

/// Multiplications of a direct sum below which transforms cost more than they save.
const LEAST_MULTIPLICATIONS: f64 = 7_000_000.0;

/// Whether a tile beats a direct sum at nine tenths of what the processor can.
///
/// Measured on one core of Zen 4 with AVX-512, as the time of a direct sum at 115 GFLOP/s over that of a call, weights
/// transformed in it; channels × channels at the size of a side. 2×2: 16×16 at 56 0.9, 24×24 at 28 0.84, 32×32 at 14 0.8;
/// 16×64 and 32×32 at 28 1.2, 64×64 at 14 1.1, from there up to 1.6. 4×4: 16×16 at 56 1.1, 32×32 at 28 1.2, 256×256 at 14
/// 1.4, from 64×64 at 56 on 2.1 to 2.4; but 512×512 at 14 0.25 and at 28 0.8, where U no longer fits a cache.
pub(crate) fn pays(tile: Tile, geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let pairs = inputs.saturating_mul(outputs);
    let side = geometry.rows().output().min(geometry.columns().output());
    let pairs_pay = match tile {
        Tile::F2 => pairs >= 1024,
        Tile::F4 => pairs.saturating_mul(geometry.groups()) <= 1 << 17,
    };
    let large = side >= 14 && geometry.multiplications() >= LEAST_MULTIPLICATIONS;
    suits(geometry) && inputs.min(outputs) >= 16 && large && pairs_pay
}

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`].
pub(crate) fn forward<T: Element>(
    isa: Isa,
    tile: Tile,
    geometry: &Geometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    if !moderate(weight) {
        return direct::forward(isa, geometry, input, weight, bias, output);
    }
    let weights = Weights::new(isa, tile, geometry, weight)?;
    forward_transformed(&weights, geometry, input, weight, bias, output)
}

/// As [`forward`], with weights that are transformed already.
fn forward_transformed<T: Element>(
    weights: &Weights<T>,
    geometry: &Geometry,
    input: &[T],
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    let moderate: Vec<AtomicBool> = (0..geometry.batch()).map(|_| AtomicBool::new(true)).collect();
    let call = Call { weights, geometry, input, bias, moderate: &moderate };
    match weights.tile {
        Tile::F2 => call.bands::<F2>(output)?,
        Tile::F4 => call.bands::<F4>(output)?,
    }
    // Images with a pixel that a transform would spread.
    let one = geometry.with_batch_of_one();
    let images = input.chunks_exact(one.input_len()).zip(output.chunks_exact_mut(one.output_len()));
    for ((input, output), moderate) in images.zip(moderate) {
        if !moderate.into_inner() {
            direct::forward(weights.isa, &one, input, weight, bias, output)?;
        }
    }
    Ok(())
}

/// One call, with its weights.
struct Call<'a, T> {
    weights: &'a Weights<T>,
    geometry: &'a Geometry,
    input: &'a [T],
    bias: Option<&'a [T]>,
    /// For each image whether all of its pixels were moderate so far.
    moderate: &'a [AtomicBool],
}

/// A band of one group of one image, and its outputs.
struct Task<'a, T> {
    /// image · groups + group.
    index: usize,
    first_row: usize,
    outputs: Vec<&'a mut [MaybeUninit<T>]>,
}

impl<T: Element> Call<'_, T> {
    fn bands<F: Transform>(&self, output: &mut [MaybeUninit<T>]) -> Result<(), Error> {
        let geometry = self.geometry;
        let parallel = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS && rayon::current_num_threads() > 1;
        let cut = self.weights.isa.run(Cutter::<T, F> { geometry, parallel, types: PhantomData });
        let tasks = tasks::<T, F>(geometry, cut, output);
        let workspace = || {
            let channels = geometry.input_channels_per_group();
            let make = MakeWorkspace { channels, rows: cut.rows, columns: cut.columns, types: PhantomData::<(T, F)> };
            self.weights.isa.run(make)
        };
        if parallel {
            let tasks: Vec<_> = tasks.collect();
            tasks.into_par_iter().try_for_each_init(workspace, |workspace, task| match workspace {
                Ok(workspace) => {
                    self.run::<F>(cut, workspace, task);
                    Ok(())
                }
                Err(error) => Err(error.clone()),
            })
        } else {
            let mut workspace = workspace()?;
            tasks.for_each(|task| self.run::<F>(cut, &mut workspace, task));
            Ok(())
        }
    }

    fn run<F: Transform>(&self, cut: Cut, workspace: &mut Workspace<T>, mut task: Task<'_, T>) {
        let geometry = self.geometry;
        let (image, group) = (task.index / geometry.groups(), task.index % geometry.groups());
        if !self.moderate[image].load(Ordering::Relaxed) {
            return;
        }
        let planes = geometry.input_channels_per_group() * geometry.rows().input() * geometry.columns().input();
        let outputs = geometry.output_channels_per_group();
        let rows = geometry.rows().output().div_ceil(F::OUTPUTS);
        let band = Band {
            isa: self.weights.isa,
            geometry,
            planes: &self.input[task.index * planes..][..planes],
            panels: self.weights.group(group),
            bias: self.bias.map(|bias| &bias[group * outputs..][..outputs]),
            first_row: task.first_row,
            rows: cut.rows.min(rows - task.first_row),
            columns: cut.columns,
            outputs: &mut task.outputs,
            workspace,
            transform: PhantomData::<F>,
        };
        if !self.weights.isa.run(band) {
            self.moderate[image].store(false, Ordering::Relaxed);
        }
    }
}

/// The bands of all images, each with its rows of all output channels of a group.
fn tasks<'a, T: Element, F: Transform>(
    geometry: &Geometry,
    cut: Cut,
    output: &'a mut [MaybeUninit<T>],
) -> impl Iterator<Item = Task<'a, T>> {
    let width = geometry.columns().output();
    let plane = geometry.rows().output() * width;
    let rows = geometry.rows().output().div_ceil(F::OUTPUTS);
    let groups = output.chunks_exact_mut(geometry.output_channels_per_group() * plane).enumerate();
    groups.flat_map(move |(index, planes)| {
        let length = cut.rows * F::OUTPUTS * width;
        let mut planes: Vec<_> = planes.chunks_exact_mut(plane).map(|plane| plane.chunks_mut(length)).collect();
        (0..rows).step_by(cut.rows).map(move |first_row| {
            let outputs = planes.iter_mut().filter_map(Iterator::next).collect();
            Task { index, first_row, outputs }
        })
    })
}

/// How many rows of tiles make a band, and how many columns of a band a chunk.
#[derive(Clone, Copy)]
struct Cut {
    rows: usize,
    columns: usize,
}

/// Finds the [`Cut`] of a geometry. No result depends on it.
struct Cutter<'a, T, F> {
    geometry: &'a Geometry,
    parallel: bool,
    types: PhantomData<(T, F)>,
}

impl<T: Element, F: Transform> Kernel<T> for Cutter<'_, T, F> {
    type Output = Cut;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Cut {
        let channels = self.geometry.input_channels_per_group();
        let rows = self.geometry.rows().output().div_ceil(F::OUTPUTS);
        let columns = self.geometry.columns().output().div_ceil(F::OUTPUTS);
        let bytes = channels * F::PIXELS * F::PIXELS * size_of::<T>();
        let least = (CHUNK_BYTES_LIMIT / bytes).clamp(1, BLOCK);
        let most = (CHUNK_BYTES / bytes).clamp(least, CHUNK_TILES);
        if columns > most {
            return Cut { rows: 1, columns: columns.div_ceil(columns.div_ceil(most)) };
        }
        let mut share = rows;
        if self.parallel {
            let tasks = 4 * rayon::current_num_threads();
            share = (rows * self.geometry.batch() * self.geometry.groups()).div_ceil(tasks).clamp(1, rows);
        }
        // The fewest tiles that hang over, and of those the largest bands.
        let computed = |band: usize| {
            let last = rows % band;
            let last = if last > 0 { Tiles::new::<S>(last * columns).padded() } else { 0 };
            rows / band * Tiles::new::<S>(band * columns).padded() + last
        };
        let rows = (1..=share.min(most / columns)).rev().min_by_key(|band| computed(*band)).unwrap_or(1);
        Cut { rows, columns }
    }
}
