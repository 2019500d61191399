//! Some tiles of one image: patches to V, products, Y to outputs.
//!
//! Tiles are in lanes on the way in, counted row by row without gaps: each row of the image is split by columns modulo m,
//! so that the numbers at one place of all patches lie one after another. On the way out channels are in lanes, as the
//! products leave them, and squares are transposed before they are written.

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::product::{Product, Tiles};
use super::transform::{LONGEST, Transform};
use super::weights::overflow_scale;
use crate::input::Planes;
use crate::simd::{Isa, Kernel, Simd};
use crate::transpose::{MOST_LANES, transpose};
use crate::{Aligned, Element, Error, Geometry, aligned};

/// Planes that follow each other at a power of two would share a few lines of the cache; this much keeps them apart.
const APART: usize = 48;

/// The tiles of a chunk, and where its intermediate results lie.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    rows: usize,
    columns: usize,
    pub(super) tiles: Tiles,
    /// The length of a row of the input with its padding, as far as registers reach.
    row: usize,
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
            row: (columns + S::LANES + 1) * F::OUTPUTS,
            phase: (rows + 1) * columns + S::LANES,
            v: channels * tiles.padded() + S::LANES + APART,
            y: (F::PIXELS * F::PIXELS + 1) * S::LANES,
            pixels: (columns * F::OUTPUTS + S::LANES) * S::LANES,
        }
    }
}

/// The intermediate results of a thread.
pub(super) struct Workspace<T> {
    rows: Aligned<T>,
    phases: Aligned<T>,
    /// [ξ][channel][tile].
    pub(super) v: Aligned<T>,
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
    pub(super) types: PhantomData<(T, F)>,
}

impl<T: Element, F: Transform> Kernel<T> for MakeWorkspace<T, F> {
    type Output = Result<Workspace<T>, Error>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Self::Output {
        let layout = Layout::new::<S, F>(self.channels, self.rows, self.columns);
        let places = F::PIXELS * F::PIXELS;
        Ok(Workspace {
            rows: aligned((self.rows * F::OUTPUTS + 2) * layout.row)?,
            phases: aligned(F::OUTPUTS * F::PIXELS * layout.phase)?,
            v: aligned(places * layout.v)?,
            y: aligned(if self.outputs { layout.tiles.padded() * layout.y } else { 0 })?,
            // A smaller chunk may go by pairs where a full one does not.
            second_y: aligned(if self.outputs { layout.tiles.padded() * layout.y } else { 0 })?,
            pixels: aligned(if self.outputs { F::OUTPUTS * layout.pixels } else { 0 })?,
        })
    }
}

/// Some rows of tiles of one group of one image, for some of its output channels.
pub(super) struct Band<'a, 'b, T, F> {
    pub(super) isa: Isa,
    pub(super) geometry: &'a Geometry,
    /// The input planes of the group.
    pub(super) planes: Planes<'a, T>,
    /// The transformed weights of these channels.
    pub(super) panels: &'a [T],
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
            self.pad(layout, first_column, channel);
            self.split(simd, layout, &mut checks);
            self.patches(simd, layout, channel);
        }
        let mut sums = [T::ZERO; MOST_LANES];
        for check in checks {
            simd.store(simd.add(check, simd.load(&sums, 0)), &mut sums, 0);
        }
        sums.iter().all(|sum| *sum == T::ZERO)
    }

    /// The rows that the chunk reads of one plane, with their padding.
    #[inline(always)]
    fn pad(&mut self, layout: Layout, first_column: usize, channel: usize) {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        // Where the input begins and ends in a padded row, and where the padded row begins in the input.
        let first = (first_column * F::OUTPUTS) as isize + columns.first_read();
        let begin = first.min(0).unsigned_abs().min(layout.row);
        let end = columns.input().saturating_add_signed(first.saturating_neg()).clamp(begin, layout.row);
        let skipped = first.max(0).unsigned_abs();
        let padded = self.workspace.rows.chunks_exact_mut(layout.row).take(layout.rows * F::OUTPUTS + 2);
        for (index, padded) in padded.enumerate() {
            let row = (self.first_row * F::OUTPUTS + index).checked_add_signed(rows.first_read());
            match row.filter(|row| *row < rows.input()) {
                Some(row) => {
                    let row = self.planes.row(channel, row, columns.input());
                    padded[..begin].fill(T::ZERO);
                    if begin < end {
                        padded[begin..end].copy_from_slice(&row[skipped..][..end - begin]);
                    }
                    padded[end..].fill(T::ZERO);
                }
                None => padded.fill(T::ZERO),
            }
        }
    }

    /// The padded rows, split by rows modulo m and by the column in the patch.
    #[inline(always)]
    fn split<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, checks: &mut [S::Vector; LONGEST]) {
        let (scale, zero) = (simd.splat(overflow_scale::<T>()), simd.splat(T::ZERO));
        let Workspace { rows, phases, .. } = &mut *self.workspace;
        for index in 0..layout.rows * F::OUTPUTS + 2 {
            let row = &rows[index * layout.row..][..layout.row];
            let start = index % F::OUTPUTS * F::PIXELS * layout.phase + index / F::OUTPUTS * layout.columns;
            for column in (0..layout.columns).step_by(S::LANES) {
                let here = modulo::<S, F>(simd, row, column * F::OUTPUTS);
                let next = modulo::<S, F>(simd, row, (column + 1) * F::OUTPUTS);
                unroll!(J in [0 1 2 3 4 5] {
                    if J < F::PIXELS {
                        let numbers = if J < F::OUTPUTS { here[J % 4] } else { next[J % F::OUTPUTS] };
                        // 0 times a product that overflowed, or that is no number, is no number.
                        checks[J] = simd.mul_add(simd.mul(numbers, scale), zero, checks[J]);
                        simd.store(numbers, phases, start + J * layout.phase + column);
                    }
                });
            }
        }
    }

    /// V = Bᵀ x B of one channel. What the last register of a row writes too much is overwritten by the next channel.
    #[inline(always)]
    fn patches<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, channel: usize) {
        let Workspace { phases, v, .. } = &mut *self.workspace;
        for tile in (0..layout.rows * layout.columns).step_by(S::LANES) {
            let mut columns = [[simd.splat(T::ZERO); LONGEST]; LONGEST];
            unroll!(J in [0 1 2 3 4 5] {
                if J < F::PIXELS {
                    let mut x = [simd.splat(T::ZERO); LONGEST];
                    unroll!(I in [0 1 2 3 4 5] {
                        if I < F::PIXELS {
                            let phase = (I % F::OUTPUTS * F::PIXELS + J) * layout.phase;
                            x[I] = simd.load(phases, phase + I / F::OUTPUTS * layout.columns + tile);
                        }
                    });
                    let column = F::input(simd, x);
                    unroll!(I in [0 1 2 3 4 5] { columns[I][J] = column[I]; });
                }
            });
            let start = channel * layout.tiles.padded() + tile;
            unroll!(I in [0 1 2 3 4 5] {
                if I < F::PIXELS {
                    let row = F::input(simd, columns[I]);
                    unroll!(J in [0 1 2 3 4 5] {
                        if J < F::PIXELS {
                            simd.store(row[J], v, (I * F::PIXELS + J) * layout.v + start);
                        }
                    });
                }
            });
        }
    }

    /// Y\[ξ\] = V\[ξ\] · U\[ξ\] and the outputs, for one or two registers of channels at a time.
    #[inline(always)]
    fn products<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, first_column: usize) {
        let length = self.geometry.input_channels_per_group() * S::LANES;
        let panel = length + S::LANES;
        let places = F::PIXELS * F::PIXELS;
        let width = if layout.tiles.pairs { 2 } else { 1 };
        for (index, panels) in self.panels.chunks(places * panel * width).enumerate() {
            let (panels, second) = panels.split_at(places * panel);
            for place in 0..places {
                let Workspace { v, y, second_y, .. } = &mut *self.workspace;
                let u = &panels[place * panel..][..length];
                let second_u = (!second.is_empty()).then(|| &second[place * panel..][..length]);
                self.isa.run(Product {
                    tiles: layout.tiles,
                    v: &v[place * layout.v..],
                    u,
                    second_u,
                    y: &mut y[place * S::LANES..],
                    y_stride: layout.y,
                    second_y: &mut second_y[place * S::LANES..],
                });
            }
            self.write(simd, layout, first_column, index * width * S::LANES);
            if !second.is_empty() {
                std::mem::swap(&mut self.workspace.y, &mut self.workspace.second_y);
                self.write(simd, layout, first_column, (index * width + 1) * S::LANES);
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
fn modulo<S: Simd, F: Transform>(simd: S, row: &[S::Number], start: usize) -> [S::Vector; 4] {
    let row = &row[start..][..F::OUTPUTS * S::LANES];
    let (even, odd) = simd.unzip(simd.load(row, 0), simd.load(row, S::LANES));
    if F::OUTPUTS == 2 {
        return [even, odd, even, odd];
    }
    let (more_even, more_odd) = simd.unzip(simd.load(row, 2 * S::LANES), simd.load(row, 3 * S::LANES));
    let (zero, two) = simd.unzip(even, more_even);
    let (one, three) = simd.unzip(odd, more_odd);
    [zero, one, two, three]
}
