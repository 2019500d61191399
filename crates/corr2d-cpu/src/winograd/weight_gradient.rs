//! The weight gradient by tiles: the adjoint of the forward pass.
//!
//! ```text
//! ∂L/∂w[o, c] = Gᵀ (Σ over tiles of (Bᵀ x[c] B) ⊙ (A ∂L/∂y[o] Aᵀ)) G
//! ```
//!
//! For each of the places ξ of a patch the sum is a product of matrices, dU\[ξ\] = V\[ξ\]ᵀ · Z\[ξ\] with V as in the forward
//! pass and Z = A ∂L/∂y Aᵀ. ∂L/∂w is cut into blocks of output × input channels, and a block sums its dU over all tiles, chunk
//! after chunk in one order, before it goes back to the nine taps; so dU is never larger than a block.
//!
//! A transform mixes the numbers of a patch. If one of them is not finite, or so large that a sum might overflow, all of
//! the batch is left to [`channels`](crate::channels).
//!
//! A thread needs less than 8 MiB, whatever the geometry, and all of them 2 MiB for what parts of the positions sum.

use std::marker::PhantomData;
use std::ops::Range;

use super::Tile;
use super::chunk::{MakeWorkspace, Workspace};
use super::gradient_chunk::{Run, TAPS};
use super::lattice::{self, Lattice, largest};
use super::transform::{F2, F4, Strided, Transform};
use crate::positions::{Block, Cut, Registers, Stretch, Totals, all_below, sum_blocks};
use crate::simd::Isa;
use crate::{Aligned, Element, Error, Geometry, aligned, channels};

/// The most output channels of a block.
const OUTPUTS: usize = 64;

/// The most input channels of a block × places of a patch: V of a chunk fills half of a second-level cache.
const INPUTS_AND_PLACES: usize = 64 * 16;

/// The most tiles of a chunk × places of a patch.
const TILES_AND_PLACES: usize = 112 * 16;

/// weight_gradient = ∂L/∂weight, for a geometry that [`suits`](super::suits).
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    tile: Tile,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let scale = overflow_scale::<T>();
    if !all_below(isa, input, scale) || !all_below(isa, output_gradient, scale) || output_gradient.is_empty() {
        return channels::weight_gradient(isa, geometry, input, output_gradient, weight_gradient);
    }
    match tile.of(geometry) {
        Tile::F2 => by_tiles::<T, F2>(isa, geometry, input, output_gradient, weight_gradient),
        Tile::Strided => by_tiles::<T, Strided>(isa, geometry, input, output_gradient, weight_gradient),
        Tile::F4 => by_tiles::<T, F4>(isa, geometry, input, output_gradient, weight_gradient),
    }
}

/// What makes a number overflow of which millions of transformed products might: 2⁴⁰ and more in f32, 2⁴⁵⁰ in f64.
fn overflow_scale<T: Element>() -> T {
    T::from_f64(if size_of::<T>() == 4 { 2f64.powi(128 - 40) } else { 2f64.powi(1024 - 450) })
}

fn by_tiles<T: Element, F: Transform>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let registers = Registers::of::<T>(isa, geometry);
    let chunks = Chunks::new::<F>(geometry);
    let most = [OUTPUTS.next_multiple_of(registers.strip), INPUTS_AND_PLACES / (F::PIXELS * F::PIXELS)];
    let cut = Cut::new(geometry, registers, most, chunks.count());
    let call = Call { isa, geometry, input, output_gradient, registers, chunks, cut: &cut };
    let run = |scratch: &mut Scratch<T>, block: Block<'_, T>| {
        isa.run(Run { call: &call, scratch, block, transform: PhantomData::<F> });
    };
    sum_blocks(geometry, &cut, weight_gradient, || Scratch::new::<F>(&call), run)
}

/// The tiles of a batch, cut into chunks by the geometry alone.
pub(super) struct Chunks {
    /// Rows and columns of tiles of a chunk.
    rows: usize,
    columns: usize,
    /// Pictures, rows and columns of tiles in all.
    all: [usize; 3],
}

/// Some tiles of one picture. Those of a picture smaller than others may lie beyond its rim.
pub(super) struct Chunk {
    pub(super) image: usize,
    pub(super) lattice: Lattice,
    pub(super) rows: Range<usize>,
    pub(super) columns: Range<usize>,
}

impl Chunks {
    fn new<F: Transform>(geometry: &Geometry) -> Self {
        let most = TILES_AND_PLACES / (F::PIXELS * F::PIXELS);
        let [rows, columns] = largest(geometry).map(|outputs| outputs.div_ceil(F::OUTPUTS));
        let share = |all: usize, most: usize| all.div_ceil(all.div_ceil(most.max(1)));
        let per_chunk = share(columns, most);
        let all = [geometry.batch() * lattice::count(geometry), rows, columns];
        Self { rows: share(rows, most / per_chunk), columns: per_chunk, all }
    }

    fn counts(&self) -> [usize; 2] {
        [self.all[1].div_ceil(self.rows), self.all[2].div_ceil(self.columns)]
    }

    pub(super) fn count(&self) -> usize {
        self.all[0] * self.counts().iter().product::<usize>()
    }

    pub(super) fn chunk(&self, geometry: &Geometry, index: usize) -> Chunk {
        let [rows, columns] = self.counts();
        let range = |index: usize, size: usize, all: usize| index * size..all.min((index + 1) * size);
        let (picture, pictures) = (index / (rows * columns), lattice::count(geometry));
        Chunk {
            image: picture / pictures,
            lattice: Lattice::nth(geometry, picture % pictures),
            rows: range(index / columns % rows, self.rows, self.all[1]),
            columns: range(index % columns, self.columns, self.all[2]),
        }
    }

    /// The most tiles of a chunk.
    fn tiles(&self) -> usize {
        self.rows * self.columns
    }
}

/// What all blocks have in common.
pub(super) struct Call<'a, T> {
    pub(super) isa: Isa,
    pub(super) geometry: &'a Geometry,
    pub(super) input: &'a [T],
    pub(super) output_gradient: &'a [T],
    pub(super) registers: Registers,
    pub(super) chunks: Chunks,
    pub(super) cut: &'a Cut,
}

impl<T> Call<'_, T> {
    /// The length of Z of one place and a strip. One register more keeps places apart in the cache.
    pub(super) fn z(&self) -> usize {
        self.chunks.tiles() * self.registers.strip + 3 * self.registers.lanes
    }

    /// The length of dU of one place and a strip.
    pub(super) fn du(&self) -> usize {
        self.cut.inputs.next_multiple_of(self.registers.taps) * self.registers.strip
    }

    /// The length of the taps' sums of a strip.
    pub(super) fn sums(&self) -> usize {
        self.cut.inputs * TAPS * self.registers.strip
    }

    /// The length of a row of ∂L/∂y with channels in lanes.
    pub(super) fn pixels<F: Transform>(&self) -> usize {
        (self.chunks.columns * F::OUTPUTS + self.registers.lanes) * self.registers.lanes
    }
}

/// What a thread keeps from one block to the next.
pub(super) struct Scratch<T> {
    pub(super) patches: Workspace<T>,
    /// [channel][column] of one row of a dilated picture.
    pub(super) row: Vec<T>,
    /// [row][column][lane].
    pub(super) pixels: Aligned<T>,
    /// [strip][ξ][tile][register][lane].
    pub(super) z: Aligned<T>,
    /// [strip][ξ][input channel][register][lane].
    pub(super) du: Aligned<T>,
    /// [strip][input channel][tap][register][lane].
    pub(super) totals: Totals<T>,
    pub(super) taps: Vec<usize>,
    pub(super) stretches: Vec<Stretch>,
}

impl<T: Element> Scratch<T> {
    fn new<F: Transform>(call: &Call<'_, T>) -> Result<Self, Error> {
        let (strips, places) = (call.cut.outputs / call.registers.strip, F::PIXELS * F::PIXELS);
        let Chunks { rows, columns, .. } = call.chunks;
        let types = PhantomData::<(T, F)>;
        let make = MakeWorkspace { channels: call.cut.inputs, rows, columns, outputs: false, weights: false, types };
        Ok(Self {
            patches: call.isa.run(make)?,
            row: Vec::new(),
            pixels: aligned(rows * F::OUTPUTS * call.pixels::<F>())?,
            z: aligned(strips * places * call.z())?,
            du: aligned(strips * places * call.du())?,
            totals: Totals::new(strips * call.sums(), call.chunks.count())?,
            taps: Vec::new(),
            stretches: Vec::new(),
        })
    }
}
