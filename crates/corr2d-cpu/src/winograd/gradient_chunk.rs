//! Some tiles of the weight gradient: Z = A ∂L/∂y Aᵀ with output channels in lanes, dU\[ξ\] += V\[ξ\]ᵀ · Z\[ξ\], and Gᵀ dU G.

use std::marker::PhantomData;

use super::chunk::{Band, Layout, Panels};
use super::lattice::Lattice;
use super::transform::{LONGEST, Transform};
use super::weight_gradient::{Call, Chunk, Scratch};
use crate::Element;
use crate::channels::copy_phase;
use crate::input::Input;
use crate::positions::{Block, GROUP, Products, RUN, Rows, Stretch, registers_of, write_taps};
use crate::simd::{Kernel, Simd, Window, WindowMut};

/// The taps of a kernel.
pub(super) const TAPS: usize = 9;

/// One block, summed over all its tiles.
pub(super) struct Run<'a, 'b, T, F> {
    pub(super) call: &'a Call<'a, T>,
    pub(super) scratch: &'a mut Scratch<T>,
    pub(super) block: Block<'b, T>,
    pub(super) transform: PhantomData<F>,
}

impl<T: Element, F: Transform> Kernel<T> for Run<'_, '_, T, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let length = self.strips() * self.call.sums();
        self.scratch.totals.begin();
        for (index, chunk) in self.call.cut.chunks(self.block.part).enumerate() {
            if index > 0 && index % GROUP == 0 {
                self.taps(simd);
                self.scratch.totals.keep(length);
            }
            self.add(simd, &self.call.chunks.chunk(self.call.geometry, chunk), index % GROUP > 0);
        }
        self.taps(simd);
        self.scratch.totals.finish(length);
        self.write(simd);
    }
}

impl<T: Element, F: Transform> Run<'_, '_, T, F> {
    const PLACES: usize = F::PIXELS * F::PIXELS;

    #[inline(always)]
    fn strips(&self) -> usize {
        self.block.rows.len().div_ceil(self.call.registers.strip)
    }

    /// The registers of a strip.
    #[inline(always)]
    fn registers<S: Simd>(&self, strip: usize) -> usize {
        registers_of::<S>(self.block.rows.len(), strip)
    }

    /// dU of a chunk, set or added to that of the others.
    #[inline(always)]
    fn add<S: Simd<Number = T>>(&mut self, simd: S, chunk: &Chunk, add: bool) {
        let tiles = chunk.rows.len() * chunk.columns.len();
        let layout = Layout::new::<S, F>(self.block.inputs, chunk.rows.len(), chunk.columns.len());
        self.patches(simd, layout, chunk);
        for strip in 0..self.strips() {
            for register in 0..self.registers::<S>(strip) {
                self.pixels(simd, chunk, strip, register);
                self.places(simd, chunk, strip, register);
            }
        }
        let Scratch { patches, z, du, taps, stretches, .. } = &mut *self.scratch;
        taps.clear();
        taps.extend((0..self.block.inputs).map(|channel| channel * layout.tiles.count()));
        taps.resize(self.block.inputs.next_multiple_of(self.call.registers.taps), 0);
        stretches.clear();
        stretches.extend((0..tiles).step_by(RUN).map(|tile| Stretch {
            x: tile,
            position: tile,
            length: RUN.min(tiles - tile),
        }));
        for place in 0..Self::PLACES {
            for strip in 0..self.block.rows.len().div_ceil(self.call.registers.strip) {
                let index = strip * Self::PLACES + place;
                self.call.isa.run(Products {
                    x: &patches.v[place * layout.v..],
                    taps,
                    stretches,
                    panel: &z[index * self.call.z()..][..self.call.z()],
                    registers: registers_of::<S>(self.block.rows.len(), strip),
                    add,
                    sums: &mut du[index * self.call.du()..][..self.call.du()],
                });
            }
        }
    }

    /// V = Bᵀ x B of the input channels of the block.
    #[inline(always)]
    fn patches<S: Simd<Number = T>>(&mut self, simd: S, layout: Layout, chunk: &Chunk) {
        let Call { isa, geometry, input, .. } = self.call;
        let channel = self.block.group * geometry.input_channels_per_group() + self.block.input;
        let band = &mut Band {
            isa: *isa,
            geometry,
            planes: Input::contiguous(geometry, input).planes(chunk.image, channel),
            panels: Panels::Made(&[]),
            bias: None,
            first_row: chunk.rows.start,
            rows: chunk.rows.len(),
            columns: chunk.columns.len(),
            outputs: &mut [],
            workspace: &mut self.scratch.patches,
            transform: PhantomData::<F>,
        };
        let moderate = band.read(simd, layout, chunk.lattice, chunk.columns.start, self.block.inputs);
        debug_assert!(moderate, "all of the input was looked at before");
    }

    /// ∂L/∂y of a register of channels, with channels in lanes, and 0 beyond the rim.
    #[inline(always)]
    fn pixels<S: Simd<Number = T>>(&mut self, simd: S, chunk: &Chunk, strip: usize, register: usize) {
        let Call { geometry, output_gradient, .. } = self.call;
        let (height, width) = (geometry.rows().output(), geometry.columns().output());
        let channel = strip * self.call.registers.strip + register * S::LANES;
        let channels = S::LANES.min(self.block.rows.len() - channel);
        let first = (chunk.image * geometry.groups() + self.block.group) * geometry.output_channels_per_group();
        let start = (first + self.block.output + channel) * height * width;
        let (first, all) = (chunk.columns.start * F::OUTPUTS, chunk.columns.len() * F::OUTPUTS);
        let Lattice { rows: lines, columns } = chunk.lattice;
        let length = all.min(columns.outputs.saturating_sub(first));
        let rows = chunk.rows.start * F::OUTPUTS..chunk.rows.end * F::OUTPUTS;
        for (row, pixels) in rows.zip(self.scratch.pixels.chunks_exact_mut(self.call.pixels::<F>())) {
            if row >= lines.outputs || length < all {
                pixels[..all * S::LANES].fill(T::ZERO);
            }
            if row >= lines.outputs || length == 0 {
                continue;
            }
            let row = &output_gradient[start + lines.output(row) * width..];
            let (numbers, channel) = if columns.step == 1 {
                (&row[first..], height * width)
            } else {
                let copies = &mut self.scratch.row;
                copies.resize(channels * length, T::ZERO);
                for (channel, copy) in copies.chunks_exact_mut(length).enumerate() {
                    let row = &row[channel * height * width..][..width];
                    copy_phase(simd, columns.step, row, &(0..length, columns.output(first)), copy);
                }
                (&copies[..], length)
            };
            Rows { numbers, channel, channels, length }.turn(simd, pixels, S::LANES);
        }
    }

    /// Z = A ∂L/∂y Aᵀ of a register of channels.
    #[inline(always)]
    fn places<S: Simd<Number = T>>(&mut self, simd: S, chunk: &Chunk, strip: usize, register: usize) {
        let (length, z_length) = (self.call.pixels::<F>(), self.call.z());
        let step = self.registers::<S>(strip) * S::LANES;
        let (rows, columns) = (chunk.rows.len(), chunk.columns.len());
        let Scratch { pixels, z, .. } = &mut *self.scratch;
        let first = strip * Self::PLACES * z_length + register * S::LANES;
        let tiles = rows * columns;
        let mut z = WindowMut::over(z, first, Self::PLACES, z_length, (tiles - 1) * step + S::LANES);
        for row in 0..rows {
            let start = row * F::OUTPUTS * length;
            let pixels = Window::new(pixels, start, F::OUTPUTS, length, columns * F::OUTPUTS * S::LANES);
            for column in 0..columns {
                let mut lines = [[simd.splat(T::ZERO); 4]; LONGEST];
                unroll!(J in [0 1 2 3] {
                    if J < F::OUTPUTS {
                        let mut g = [simd.splat(T::ZERO); 4];
                        unroll!(I in [0 1 2 3] {
                            if I < F::OUTPUTS {
                                g[I] = pixels.load(simd, I, (column * F::OUTPUTS + J) * S::LANES);
                            }
                        });
                        let line = F::output_gradient(simd, g);
                        unroll!(I in [0 1 2 3 4 5] { lines[I][J] = line[I]; });
                    }
                });
                let tile = (row * columns + column) * step;
                unroll!(I in [0 1 2 3 4 5] {
                    if I < F::PIXELS {
                        let line = F::output_gradient(simd, lines[I]);
                        unroll!(J in [0 1 2 3 4 5] {
                            if J < F::PIXELS {
                                z.store(simd, I * F::PIXELS + J, tile, line[J]);
                            }
                        });
                    }
                });
            }
        }
    }

    /// Gᵀ dU G of all channels.
    #[inline(always)]
    fn taps<S: Simd<Number = T>>(&mut self, simd: S) {
        for strip in 0..self.strips() {
            let step = self.registers::<S>(strip) * S::LANES;
            let place = self.call.du();
            let Scratch { du, totals, .. } = &mut *self.scratch;
            let du = Window::new(du, strip * Self::PLACES * place, Self::PLACES, place, self.block.inputs * step);
            let from = strip * self.call.sums();
            let mut sums = WindowMut::over(&mut totals.sums, from, self.block.inputs * TAPS, step, step);
            for channel in 0..self.block.inputs {
                for register in (0..step).step_by(S::LANES) {
                    let mut lines = [[simd.splat(T::ZERO); LONGEST]; 3];
                    unroll!(J in [0 1 2 3 4 5] {
                        if J < F::PIXELS {
                            let mut u = [simd.splat(T::ZERO); LONGEST];
                            unroll!(I in [0 1 2 3 4 5] {
                                if I < F::PIXELS {
                                    u[I] = du.load(simd, I * F::PIXELS + J, channel * step + register);
                                }
                            });
                            let line = F::weight_gradient(simd, u);
                            unroll!(I in [0 1 2] { lines[I][J] = line[I]; });
                        }
                    });
                    unroll!(I in [0 1 2] {
                        let line = F::weight_gradient(simd, lines[I]);
                        unroll!(J in [0 1 2] {
                            sums.store(simd, channel * TAPS + 3 * I + J, register, line[J]);
                        });
                    });
                }
            }
        }
    }

    #[inline(always)]
    fn write<S: Simd<Number = T>>(&mut self, simd: S) {
        for strip in 0..self.strips() {
            let registers = self.registers::<S>(strip);
            let step = registers * S::LANES;
            for register in 0..registers {
                let first = strip * self.call.registers.strip + register * S::LANES;
                let last = self.block.rows.len().min(first + S::LANES);
                let from = strip * self.call.sums() + register * S::LANES;
                let rows = &mut self.block.rows[first..last];
                write_taps(simd, &self.scratch.totals.sums, [from, step, self.block.inputs * TAPS], rows, 0);
            }
        }
    }
}
