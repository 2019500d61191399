//! Some tiles of one image: patches to V, products, Y to outputs.
//!
//! Tiles are in lanes on the way in, counted row by row without gaps: each row of the image is split by columns modulo m,
//! so that the numbers at one place of all patches lie one after another. On the way out channels are in lanes, as the
//! products leave them, and squares are transposed before they are written.

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::product::{Product, RUN, Tiles};
use super::transform::{LONGEST, Transform};
use super::weights::{Block, overflow_scale};
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
    columns: usize,
    pub(super) tiles: Tiles,
    /// The length of [row of tiles][tile], for one place of the patches.
    phase: usize,
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
}

/// The intermediate results of a thread.
pub(super) struct Workspace<T> {
    /// [row modulo m][column in the patch][row of tiles][tile].
    phases: Aligned<T>,
    /// [ξ][channel][tile].
    pub(super) v: Aligned<T>,
    /// [register][ξ][input channel, and one more][lane], for a run of channels.
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
            phases: aligned(F::OUTPUTS * F::PIXELS * layout.phase)?,
            v: aligned(places * layout.v)?,
            u: aligned(if self.weights { 2 * places * (RUN.min(self.channels) + 1) * S::LANES } else { 0 })?,
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
    /// U, [register][ξ][input channel, and one more][lane].
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
        let all = self.geometry.columns().output().div_ceil(F::OUTPUTS);
        for first in (0..all).step_by(self.columns) {
            let layout = Layout::new::<S, F>(channels, self.rows, self.columns.min(all - first));
            if !self.read(simd, layout, first, channels) {
                return false;
            }
            self.products(simd, layout, first);
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
        first_column: usize,
        channels: usize,
    ) -> bool {
        let mut checks = [simd.splat(T::ZERO); LONGEST];
        for channel in 0..channels {
            self.split(simd, layout, first_column, channel, &mut checks);
            self.patches(simd, layout, channel);
        }
        let mut sums = [T::ZERO; MOST_LANES];
        for check in checks {
            simd.store(simd.add(check, simd.load(&sums, 0)), &mut sums, 0);
        }
        sums.iter().all(|sum| *sum == T::ZERO)
    }

    /// The rows that the chunk reads of one plane, with zeros for their padding, split by rows modulo m and by the column in the
    /// patch.
    #[inline(always)]
    fn split<S: Simd<Number = T>>(
        &mut self,
        simd: S,
        layout: Layout,
        first_column: usize,
        channel: usize,
        checks: &mut [S::Vector; LONGEST],
    ) {
        let (scale, zero) = (simd.splat(overflow_scale::<T>()), simd.splat(T::ZERO));
        // 0 times a product that overflowed, or that is no number, is no number.
        let check = |numbers, sum| simd.mul_add(simd.mul(numbers, scale), zero, sum);
        // Copies, which the numbers written below cannot change: so what is made of them is made once.
        let (planes, first_row) = (self.planes, self.first_row);
        let (height, top) = (self.geometry.rows().input(), self.geometry.rows().first_read());
        let (width, left) = (self.geometry.columns().input(), self.geometry.columns().first_read());
        let places = F::OUTPUTS * F::PIXELS;
        let mut phases = WindowMut::over(&mut self.workspace.phases, 0, places, layout.phase, layout.phase);
        // Columns outside and rows inside, so that the lanes beyond the rim are found once. The last first: what it writes too
        // much is the beginning of the next row.
        for column in (0..layout.columns).step_by(S::LANES).rev() {
            let first = (first_column + column) * F::OUTPUTS;
            let start = first as isize + left;
            for index in 0..layout.rows * F::OUTPUTS + 2 {
                let row = (first_row * F::OUTPUTS + index).wrapping_add_signed(top);
                let (mut here, mut next) = ([zero; 4], [zero; 4]);
                if row < height {
                    // Behind the last channel there may be none, however far apart they are said to be.
                    let ahead =
                        (channel + 1).wrapping_mul(planes.plane_step).wrapping_add(row * planes.row_step + first);
                    for register in 0..F::OUTPUTS {
                        simd.prefetch(planes.elements, ahead.wrapping_add(register * S::LANES));
                    }
                    let row = planes.row(channel, row, width);
                    here = modulo::<S, F>(simd, row, start);
                    next = modulo::<S, F>(simd, row, start + F::OUTPUTS as isize);
                }
                let phase = index % F::OUTPUTS * F::PIXELS;
                let place = index / F::OUTPUTS * layout.columns + column;
                unroll!(J in [0 1 2 3 4 5] {
                    if J < F::OUTPUTS {
                        checks[J] = check(here[J % 4], checks[J]);
                        phases.store(simd, phase + J, place, here[J % 4]);
                    } else if J < F::PIXELS {
                        // The others of these are here too.
                        if column + S::LANES == layout.columns {
                            checks[J] = check(next[J % F::OUTPUTS], checks[J]);
                        }
                        phases.store(simd, phase + J, place, next[J % F::OUTPUTS]);
                    }
                });
            }
        }
    }

    /// V = Bᵀ x B of one channel. What the last register of a row writes too much is overwritten by the next channel.
    #[inline(always)]
    fn patches<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, channel: usize) {
        let Workspace { phases, v, .. } = &mut *self.workspace;
        let phases = Window::new(phases, 0, F::OUTPUTS * F::PIXELS, layout.phase, layout.phase);
        let (places, length) = (F::PIXELS * F::PIXELS, layout.tiles.count().next_multiple_of(S::LANES));
        let mut v = WindowMut::over(v, channel * layout.tiles.count(), places, layout.v, length);
        for tile in (0..layout.tiles.count()).step_by(S::LANES) {
            let mut columns = [[simd.splat(T::ZERO); LONGEST]; LONGEST];
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::PIXELS {
                    let mut x = [simd.splat(T::ZERO); LONGEST];
                    unroll!(I in [0 1 2 3 4 5] {
                        if I < F::PIXELS {
                            let phase = I % F::OUTPUTS * F::PIXELS + J;
                            x[I] = phases.load(simd, phase, I / F::OUTPUTS * layout.columns + tile);
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
    fn products<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, first_column: usize) {
        let channels = self.geometry.input_channels_per_group();
        let places = F::PIXELS * F::PIXELS;
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
                    Panels::Made(panels) => &panels[register * places * panel..],
                    Panels::Kernels { .. } => u,
                };
                for place in 0..places {
                    let u = |register: usize| &u[(register * places + place) * panel..][..length];
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
            self.write(simd, layout, first_column, register * S::LANES);
            if width == 2 {
                std::mem::swap(&mut self.workspace.y, &mut self.workspace.second_y);
                self.write(simd, layout, first_column, (register + 1) * S::LANES);
            }
        }
    }

    /// U of some registers and input channels, where it is to be made here.
    #[inline(always)]
    fn transform_weights<S: Simd<Number = T>>(&mut self, register: usize, width: usize, channels: Range<usize>) {
        if let Panels::Kernels { kernels, group, first } = self.panels {
            let length = F::PIXELS * F::PIXELS * (channels.len() + 1) * S::LANES;
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
    fn write<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, first_column: usize, first_channel: usize) {
        let width = self.geometry.columns().output();
        let bias = match self.bias {
            Some(bias) => simd.load_within(bias, first_channel as isize),
            None => simd.splat(T::ZERO),
        };
        let (left, right) = (first_column * F::OUTPUTS, (first_column + layout.columns) * F::OUTPUTS);
        let columns = left..right.min(width);
        for row in 0..layout.rows {
            self.tiles(simd, layout, row, bias);
            let height = self.geometry.rows().output() - (self.first_row + row) * F::OUTPUTS;
            for a in 0..F::OUTPUTS.min(height) {
                let start = (row * F::OUTPUTS + a) * width;
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

/// A row from `start` on, as many pixels as m registers hold, split by their place modulo m.
#[inline(always)]
fn modulo<S: Simd, F: Transform>(simd: S, row: &[S::Number], start: isize) -> [S::Vector; 4] {
    let register = |index: usize| simd.load_within(row, start + (index * S::LANES) as isize);
    let (even, odd) = simd.unzip(register(0), register(1));
    if F::OUTPUTS == 2 {
        return [even, odd, even, odd];
    }
    let (more_even, more_odd) = simd.unzip(register(2), register(3));
    let (zero, two) = simd.unzip(even, more_even);
    let (one, three) = simd.unzip(odd, more_odd);
    [zero, one, two, three]
}
