//! Some tiles of one image: patches to V, products, Y to outputs.
//!
//! Tiles are in lanes on the way in, counted row by row without gaps: each row of the image is split by columns modulo a step,
//! so that the numbers at one place of all patches lie one after another. On the way out channels are in lanes, as the
//! products leave them, and squares are transposed before they are written.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::lattice::{Lattice, lattices};
use super::product::{Product, RUN, Tiles};
use super::split::{Picture, split};
use super::transform::{LONGEST, Transform};
use super::weights::Block;
use crate::input::Planes;
use crate::simd::{Isa, Kernel, Simd, Window, WindowMut};
use crate::transpose::{MOST_LANES, transpose};
use crate::turned::Kernels;
use crate::{Aligned, Element, Error, Geometry, aligned};

/// Planes that follow each other at a power of two would share a few lines of the cache; this much keeps them apart.
const APART: usize = 48;

/// The tiles of a chunk, and where its intermediate results lie.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    rows: usize,
    pub(super) columns: usize,
    pub(super) tiles: Tiles,
    /// The length of [row of tiles][tile], for one place of the patches.
    pub(super) phase: usize,
    /// The length of [channel][tile].
    pub(super) v: usize,
    /// The length of [ξ][lane], and one more register so that tiles of a power of two are apart.
    y: usize,
    /// The length of [pixel][lane], for one row of outputs.
    pixels: usize,
}

impl Layout {
    #[inline(always)]
    pub(super) fn new<S: Simd, F: Transform>(channels: usize, rows: usize, columns: usize) -> Self {
        let tiles = Tiles::new::<S>(rows * columns);
        Self {
            rows,
            columns,
            tiles,
            phase: (rows + 1) * columns + S::LANES,
            v: channels * tiles.count() + S::LANES + APART,
            y: (F::PIXELS * F::PIXELS + 1) * S::LANES,
            pixels: (columns * F::OUTPUTS + S::LANES) * S::LANES,
        }
    }

    /// The rows of a plane that the chunk reads.
    #[inline(always)]
    pub(super) fn pixel_rows<F: Transform>(&self) -> usize {
        self.rows * F::STEP + F::PIXELS - F::STEP
    }
}

/// The intermediate results of a thread.
pub(super) struct Workspace<T> {
    /// [row modulo a step][column in the patch][row of tiles][tile].
    phases: Aligned<T>,
    /// [ξ][channel][tile].
    pub(super) v: Aligned<T>,
    /// [register][point][input channel, and one more][lane], for a run of channels.
    u: Aligned<T>,
    y: Aligned<T>,
    second_y: Aligned<T>,
    pixels: Aligned<T>,
}

/// Makes the workspace for chunks of so many rows and columns of tiles.
pub(super) struct MakeWorkspace<T, F> {
    pub(super) channels: usize,
    pub(super) rows: usize,
    pub(super) columns: usize,
    /// Whether there is room for the way from the products to the outputs.
    pub(super) outputs: bool,
    /// Whether there is room for weights.
    pub(super) weights: bool,
    pub(super) types: PhantomData<(T, F)>,
}

impl<T: Element, F: Transform> Kernel<T> for MakeWorkspace<T, F> {
    type Output = Result<Workspace<T>, Error>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Self::Output {
        let layout = Layout::new::<S, F>(self.channels, self.rows, self.columns);
        let places = F::PIXELS * F::PIXELS;
        Ok(Workspace {
            phases: aligned(F::STEP * F::PIXELS * layout.phase)?,
            v: aligned(places * layout.v)?,
            u: aligned(if self.weights {
                2 * F::POINTS * F::POINTS * (RUN.min(self.channels) + 1) * S::LANES
            } else {
                0
            })?,
            y: aligned(if self.outputs { layout.tiles.count() * layout.y } else { 0 })?,
            // A smaller chunk may go by pairs where a full one does not.
            second_y: aligned(if self.outputs { layout.tiles.count() * layout.y } else { 0 })?,
            pixels: aligned(if self.outputs { F::OUTPUTS * layout.pixels } else { 0 })?,
        })
    }
}

/// The weights of some registers of output channels.
#[derive(Clone, Copy)]
pub(super) enum Panels<'a, T> {
    /// U, [register][point][input channel, and one more][lane].
    Made(&'a [T]),
    /// To be transformed here, where nothing else needs them: so that U of a run of channels never leaves the cache.
    Kernels {
        kernels: Kernels<'a, T>,
        group: usize,
        /// The first output channel, counted within the group.
        first: usize,
    },
}

/// Some rows of tiles of one group of one image, for some of its output channels.
pub(super) struct Band<'a, 'b, T, F> {
    pub(super) isa: Isa,
    pub(super) geometry: &'a Geometry,
    /// The input planes of the group.
    pub(super) planes: Planes<'a, T>,
    /// The weights of these channels.
    pub(super) panels: Panels<'a, T>,
    /// The bias of these channels.
    pub(super) bias: Option<&'a [T]>,
    pub(super) first_row: usize,
    pub(super) rows: usize,
    /// How many columns of tiles make a chunk.
    pub(super) columns: usize,
    /// For each of these channels its rows of this band.
    pub(super) outputs: &'a mut [&'b mut [MaybeUninit<T>]],
    pub(super) workspace: &'a mut Workspace<T>,
    pub(super) transform: PhantomData<F>,
}

impl<T: Element, F: Transform> Kernel<T> for Band<'_, '_, T, F> {
    /// Whether all pixels were moderate; if not, the outputs are unspecified.
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> bool {
        let channels = self.geometry.input_channels_per_group();
        for lattice in lattices(self.geometry) {
            let [rows, columns] = [lattice.rows, lattice.columns].map(|line| line.outputs.div_ceil(F::OUTPUTS));
            let rows = self.rows.min(rows.saturating_sub(self.first_row));
            if rows == 0 {
                continue;
            }
            for first in (0..columns).step_by(self.columns) {
                let layout = Layout::new::<S, F>(channels, rows, self.columns.min(columns - first));
                if !self.read(simd, layout, lattice, first, channels) {
                    return false;
                }
                self.products(simd, layout, lattice, first);
            }
        }
        true
    }
}

impl<T: Element, F: Transform> Band<'_, '_, T, F> {
    /// V = Bᵀ x B of the first channels. Returns whether all pixels are moderate.
    #[inline(always)]
    pub(super) fn read<S: Simd<Number = T>>(
        &mut self,
        simd: S,
        layout: Layout,
        lattice: Lattice,
        first_column: usize,
        channels: usize,
    ) -> bool {
        let mut checks = [simd.splat(T::ZERO); LONGEST];
        let Lattice { rows, columns } = lattice;
        let (first_row, first_column) = (self.first_row * F::OUTPUTS, first_column * F::OUTPUTS);
        let picture = Picture {
            planes: self.planes,
            size: [self.geometry.rows().input(), self.geometry.columns().input()],
            first: [rows.input(first_row), columns.input(first_column)],
            step: rows.step,
        };
        for channel in 0..channels {
            let phases = &mut self.workspace.phases;
            match columns.step {
                1 => split::<S, F, 1>(simd, layout, picture, channel, phases, &mut checks),
                _ => split::<S, F, 2>(simd, layout, picture, channel, phases, &mut checks),
            }
            self.patches(simd, layout, channel);
        }
        let mut sums = [T::ZERO; MOST_LANES];
        for check in checks {
            simd.store(simd.add(check, simd.load(&sums, 0)), &mut sums, 0);
        }
        sums.iter().all(|sum| *sum == T::ZERO)
    }

    /// V = Bᵀ x B of one channel. What the last register of a row writes too much is overwritten by the next channel.
    #[inline(always)]
    fn patches<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, channel: usize) {
        let Workspace { phases, v, .. } = &mut *self.workspace;
        let phases = Window::new(phases, 0, F::STEP * F::PIXELS, layout.phase, layout.phase);
        let (places, length) = (F::PIXELS * F::PIXELS, layout.tiles.count().next_multiple_of(S::LANES));
        let mut v = WindowMut::over(v, channel * layout.tiles.count(), places, layout.v, length);
        for tile in (0..layout.tiles.count()).step_by(S::LANES) {
            let mut columns = [[simd.splat(T::ZERO); LONGEST]; LONGEST];
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::PIXELS {
                    let mut x = [simd.splat(T::ZERO); LONGEST];
                    unroll!(I in [0 1 2 3 4 5] {
                        if I < F::PIXELS {
                            let phase = I % F::STEP * F::PIXELS + J;
                            x[I] = phases.load(simd, phase, I / F::STEP * layout.columns + tile);
                        }
                    });
                    let column = F::input(simd, x);
                    unroll!(I in [0 1 2 3 4 5] { columns[I][J] = column[I]; });
                }
            });
            unroll!(I in [0 1 2 3 4 5] {
                if I < F::PIXELS {
                    let row = F::input(simd, columns[I]);
                    unroll!(J in [0 1 2 3 4 5] {
                        if J < F::PIXELS {
                            v.store(simd, I * F::PIXELS + J, tile, row[J]);
                        }
                    });
                }
            });
        }
    }

    /// Y\[ξ\] = V\[ξ\] · U\[ξ\] and the outputs, for one or two registers of channels at a time.
    #[inline(always)]
    fn products<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, lattice: Lattice, first_column: usize) {
        let channels = self.geometry.input_channels_per_group();
        let (places, points) = (F::PIXELS * F::PIXELS, F::POINTS * F::POINTS);
        let registers = self.outputs.len().div_ceil(S::LANES);
        let width = if layout.tiles.pairs { 2 } else { 1 };
        let stretch = match self.panels {
            Panels::Made(_) => channels,
            Panels::Kernels { .. } => RUN,
        };
        for register in (0..registers).step_by(width) {
            let width = width.min(registers - register);
            for first in (0..channels).step_by(stretch) {
                let channels = first..channels.min(first + stretch);
                self.transform_weights::<S>(register, width, channels.clone());
                let (length, panel) = (channels.len() * S::LANES, (channels.len() + 1) * S::LANES);
                let Workspace { v, u, y, second_y, .. } = &mut *self.workspace;
                let u = match self.panels {
                    Panels::Made(panels) => &panels[register * points * panel..],
                    Panels::Kernels { .. } => u,
                };
                for place in 0..places {
                    let u = |register: usize| &u[(register * points + F::point(place)) * panel..][..length];
                    self.isa.run(Product {
                        tiles: layout.tiles,
                        v: &v[place * layout.v + first * layout.tiles.count()..],
                        u: u(0),
                        second_u: (width == 2).then(|| u(1)),
                        y: &mut y[place * S::LANES..],
                        y_stride: layout.y,
                        second_y: &mut second_y[place * S::LANES..],
                        first: first == 0,
                    });
                }
            }
            self.write(simd, layout, lattice, first_column, register * S::LANES);
            if width == 2 {
                std::mem::swap(&mut self.workspace.y, &mut self.workspace.second_y);
                self.write(simd, layout, lattice, first_column, (register + 1) * S::LANES);
            }
        }
    }

    /// U of some registers and input channels, where it is to be made here.
    #[inline(always)]
    fn transform_weights<S: Simd<Number = T>>(&mut self, register: usize, width: usize, channels: Range<usize>) {
        if let Panels::Kernels { kernels, group, first } = self.panels {
            let length = F::POINTS * F::POINTS * (channels.len() + 1) * S::LANES;
            for (index, panels) in self.workspace.u.chunks_exact_mut(length).take(width).enumerate() {
                self.isa.run(Block::<T, F> {
                    kernels,
                    geometry: self.geometry,
                    group,
                    first: first + (register + index) * S::LANES,
                    channels: channels.clone(),
                    panels,
                    transform: PhantomData,
                });
            }
        }
    }

    /// The outputs Aᵀ y A + bias of one register of channels.
    #[inline(always)]
    fn write<S: Simd<Number = T>>(
        &mut self,
        simd: S,
        layout: Layout,
        Lattice { rows, columns: line }: Lattice,
        first_column: usize,
        first_channel: usize,
    ) {
        let width = self.geometry.columns().output();
        let bias = match self.bias {
            Some(bias) => simd.load_within(bias, first_channel as isize),
            None => simd.splat(T::ZERO),
        };
        let (left, right) = (first_column * F::OUTPUTS, (first_column + layout.columns) * F::OUTPUTS);
        let columns = left..right.min(line.outputs);
        for row in 0..layout.rows {
            self.tiles(simd, layout, row, bias);
            let height = rows.outputs - (self.first_row + row) * F::OUTPUTS;
            for a in 0..F::OUTPUTS.min(height) {
                let start = rows.output(row * F::OUTPUTS + a) * width;
                let pixels = &self.workspace.pixels[a * layout.pixels..][..layout.pixels];
                for first in (0..columns.len()).step_by(S::LANES) {
                    let mut square = [bias; MOST_LANES];
                    unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                        if I < S::LANES {
                            square[I] = simd.load(pixels, (first + I) * S::LANES);
                        }
                    });
                    let square = transpose(simd, square);
                    let outputs = &mut self.outputs[first_channel..];
                    if line.step > 1 {
                        let mut numbers = [T::ZERO; MOST_LANES * MOST_LANES];
                        let numbers = &mut numbers[..S::LANES * S::LANES];
                        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                            if I < S::LANES {
                                simd.store(square[I], numbers, I * S::LANES);
                            }
                        });
                        let count = (columns.len() - first).min(S::LANES);
                        for (numbers, output) in numbers.chunks_exact(S::LANES).zip(outputs) {
                            line.spread(&numbers[..count], left + first, &mut output[start..][..width]);
                        }
                        continue;
                    }
                    unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                        if I < S::LANES && let Some(output) = outputs.get_mut(I) {
                            simd.write_first(square[I], &mut output[start..][columns.clone()], first);
                        }
                    });
                }
            }
        }
    }

    /// One row of tiles: Y to pixels, with channels in lanes.
    #[inline(always)]
    fn tiles<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, row: usize, bias: S::Vector) {
        let Workspace { y, pixels, .. } = &mut *self.workspace;
        for column in 0..layout.columns {
            let y = &y[(row * layout.columns + column) * layout.y..][..F::PIXELS * F::PIXELS * S::LANES];
            let mut lines = [[simd.splat(T::ZERO); LONGEST]; 4];
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::PIXELS {
                    let mut numbers = [simd.splat(T::ZERO); LONGEST];
                    unroll!(I in [0 1 2 3 4 5] {
                        if I < F::PIXELS {
                            numbers[I] = simd.load(y, (I * F::PIXELS + J) * S::LANES);
                        }
                    });
                    let line = F::output(simd, numbers);
                    unroll!(I in [0 1 2 3] { lines[I][J] = line[I]; });
                }
            });
            unroll!(I in [0 1 2 3] {
                if I < F::OUTPUTS {
                    let line = F::output(simd, lines[I]);
                    unroll!(J in [0 1 2 3] {
                        if J < F::OUTPUTS {
                            let pixel = I * layout.pixels + (column * F::OUTPUTS + J) * S::LANES;
                            simd.store(simd.add(line[J], bias), pixels, pixel);
                        }
                    });
                }
            });
        }
    }
}
