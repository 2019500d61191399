//! The weight gradient, with output channels in lanes.
//!
//! ```text
//! ∂L/∂w[o..o + lanes, c, a, b] = Σ over n, i, j of ∂L/∂y[n, o..o + lanes, i, j] · x[n, c, i·s + a·d, j·s + b·d]
//! ```
//!
//! The positions (n, i, j) are cut into chunks of some rows or some images. Of a chunk, ∂L/∂y is turned so that channels
//! lie in lanes, and what some channels of x read is copied so that every tap is one offset; then a few taps × a strip of
//! up to four registers of channels are summed at a time (see [`positions`](crate::positions)).
//!
//! The copy holds zeros for the padding, which a ∂L/∂y that is not finite would turn into NaN: where there is padding such
//! a ∂L/∂y is left to [`direct`](crate::direct), and so are kernels and dilations too large for the copy.
//!
//! A thread needs less than 8 MiB, whatever the geometry, and all of them 2 MiB for what parts of the positions sum.

use std::ops::Range;

use super::padded::Layout;
use crate::positions::{
    Block, Cut, Products, RUN, Registers, Rows, Stretch, Totals, all_finite, reads_padding, registers_of, sum_blocks,
    write_taps,
};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Aligned, Axis, Conv2dOptions, Element, Error, Geometry, aligned, direct};

/// The positions of a chunk.
const POSITIONS: usize = 256;

/// The most output channels of a block: 128 × 256 positions of ∂L/∂y fill an eighth of a second-level cache.
const OUTPUTS: usize = 128;

/// The sums of a block.
const SUMS: usize = 1 << 16;

/// The most sums of a block, where one channel has that many taps: 2 MiB in f64, and as much for totals.
const MOST_SUMS: usize = 1 << 18;

/// The elements of a copy.
const COPY: usize = 1 << 14;

/// The most elements of a copy, where one channel has that many: 2 MiB in f64.
const MOST_COPY: usize = 1 << 18;

/// weight_gradient = ∂L/∂weight. The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let joined = joined(geometry);
    let geometry = joined.as_ref().unwrap_or(geometry);
    let registers = Registers::of::<T>(isa, geometry);
    let chunks = Chunks::new(geometry);
    let layout = Layout::new(geometry, [chunks.images, chunks.rows, chunks.columns]);
    let taps = geometry.rows().kernel() * geometry.columns().kernel();
    let too_large = layout.channel() > MOST_COPY || padded(taps, registers) * registers.strip > MOST_SUMS;
    if too_large || reads_padding(geometry) && !all_finite(isa, output_gradient) {
        return direct::weight_gradient(isa, geometry, input, output_gradient, weight_gradient);
    }
    if output_gradient.is_empty() {
        weight_gradient.fill(T::ZERO);
        return Ok(());
    }
    let outputs = (SUMS / padded(taps, registers)).clamp(registers.strip, OUTPUTS) / registers.strip * registers.strip;
    let inputs = (SUMS / (taps * outputs)).max(1);
    let cut = Cut::new(geometry, registers, [outputs, inputs], chunks.count());
    let copied = Copied::new(&layout, taps, registers, cut.inputs);
    let call = Call { isa, geometry, input, output_gradient, registers, chunks, layout, copied, cut: &cut };
    let run = |workspace: &mut Workspace<T>, block: Block<'_, T>| isa.run(Run { call: &call, workspace, block });
    sum_blocks(geometry, &cut, weight_gradient, || Workspace::new(&call), run)
}

/// Whether this is a good choice for the weight gradient: enough input channels, or taps of few of them, for blocks of
/// taps, and enough output channels for a register.
pub(crate) fn weight_gradient_pays(geometry: &Geometry) -> bool {
    let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
    let taps = geometry.weight_len() / geometry.output_channels();
    (inputs > 4 && outputs >= 4) || (taps >= MANY_TAPS && outputs >= MANY_OUTPUTS)
}

/// Against `planes` on AVX-512, one thread of a Cascade Lake: 3 → 64 channels by 7×7 of stride 2 at 224×224 3.5 ms for 7.0,
/// 11×11 of stride 4 1.8 for 7.3, 3×3 5.9 for 6.4.
const MANY_TAPS: usize = 27;

/// With fewer, registers stay empty: 1 → 6 channels by 5×5 take 5.3 ms for 2.4.
const MANY_OUTPUTS: usize = 16;

/// One row of pixels, where neither windows nor strides tell rows apart.
fn joined(geometry: &Geometry) -> Option<Geometry> {
    let [batch, channels, height, width] = geometry.input_shape();
    let alone = |axis: &Axis| axis.kernel() == 1 && axis.stride() == 1 && axis.padded() == axis.input();
    if !alone(geometry.rows()) || !alone(geometry.columns()) {
        return None;
    }
    let options = Conv2dOptions { groups: geometry.groups(), ..Default::default() };
    Geometry::new([batch, channels, 1, height * width], geometry.weight_shape(), &options).ok()
}

fn padded(taps: usize, registers: Registers) -> usize {
    taps.next_multiple_of(registers.taps)
}

/// The positions of a batch, cut into chunks by the geometry alone.
struct Chunks {
    /// Of a chunk.
    images: usize,
    rows: usize,
    columns: usize,
    /// Of the batch.
    all: [usize; 3],
}

impl Chunks {
    fn new(geometry: &Geometry) -> Self {
        let all = [geometry.batch(), geometry.rows().output(), geometry.columns().output()];
        let share = |all: usize, most: usize| all.div_ceil(all.div_ceil(most.max(1)).max(1));
        let columns = share(all[2], POSITIONS);
        let rows = if columns < all[2] { 1 } else { share(all[1], POSITIONS / columns) };
        let images = if rows < all[1] { 1 } else { share(all[0], POSITIONS / (rows * columns)).max(1) };
        Self { images, rows, columns, all }
    }

    fn counts(&self) -> [usize; 3] {
        [self.all[0].div_ceil(self.images), self.all[1].div_ceil(self.rows), self.all[2].div_ceil(self.columns)]
    }

    fn count(&self) -> usize {
        self.counts().iter().product()
    }

    /// The images, rows and columns of a chunk.
    fn chunk(&self, index: usize) -> [Range<usize>; 3] {
        let [_, rows, columns] = self.counts();
        let range = |index: usize, size: usize, all: usize| index * size..all.min((index + 1) * size);
        [
            range(index / (rows * columns), self.images, self.all[0]),
            range(index / columns % rows, self.rows, self.all[1]),
            range(index % columns, self.columns, self.all[2]),
        ]
    }

    /// The most positions of a chunk.
    fn positions(&self) -> usize {
        self.images * self.rows * self.columns
    }
}

/// How many channels are copied at once, and their taps.
struct Copied {
    channels: usize,
    /// Where the taps read, channel by channel, as many as are summed at once or a multiple; what is too much reads again
    /// what the first reads.
    taps: Vec<usize>,
    taps_per_channel: usize,
}

impl Copied {
    fn new(layout: &Layout, taps_per_channel: usize, registers: Registers, inputs: usize) -> Self {
        let channels = COPY / layout.channel();
        // Whole blocks of taps.
        let channels = (channels / registers.taps * registers.taps).max(channels.clamp(1, registers.taps)).min(inputs);
        let of_channel = |channel: usize| layout.taps().map(move |tap| channel * layout.channel() + tap);
        let mut taps: Vec<_> = (0..channels).flat_map(of_channel).collect();
        taps.resize(padded(taps.len(), registers), 0);
        Self { channels, taps, taps_per_channel }
    }
}

/// What all blocks have in common.
struct Call<'a, T> {
    isa: Isa,
    geometry: &'a Geometry,
    input: &'a [T],
    output_gradient: &'a [T],
    registers: Registers,
    chunks: Chunks,
    layout: Layout,
    copied: Copied,
    cut: &'a Cut,
}

impl<T> Call<'_, T> {
    /// The length of the panel of a strip.
    fn panel(&self) -> usize {
        // The last square may hang over.
        (self.chunks.positions() + self.registers.lanes) * self.registers.strip
    }

    /// The length of the sums of a strip.
    fn sums(&self) -> usize {
        self.cut.inputs.div_ceil(self.copied.channels) * self.copied.taps.len() * self.registers.strip
    }
}

/// What a thread keeps from one block to the next.
struct Workspace<T> {
    copied: Aligned<T>,
    panels: Aligned<T>,
    totals: Totals<T>,
    stretches: Vec<Stretch>,
}

impl<T: Element> Workspace<T> {
    fn new(call: &Call<'_, T>) -> Result<Self, Error> {
        let strips = call.cut.outputs / call.registers.strip;
        Ok(Self {
            copied: aligned(call.copied.channels * call.layout.channel())?,
            panels: aligned(strips * call.panel())?,
            totals: Totals::new(strips * call.sums(), call.chunks.count())?,
            stretches: Vec::new(),
        })
    }
}

/// One block.
struct Run<'a, 'b, T> {
    call: &'a Call<'a, T>,
    workspace: &'a mut Workspace<T>,
    block: Block<'b, T>,
}

impl<T: Element> Kernel<T> for Run<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let call = self.call;
        let length = self.block.rows.len().div_ceil(self.call.registers.strip) * call.sums();
        let chunks = call.cut.chunks(self.block.part);
        self.workspace.totals.begin();
        for (index, chunk) in chunks.clone().enumerate() {
            if index > 0 {
                self.workspace.totals.keep(length);
            }
            self.add(simd, call.chunks.chunk(chunk));
        }
        self.workspace.totals.finish(length);
        self.write(simd);
    }
}

impl<T: Element> Run<'_, '_, T> {
    /// The registers of a strip.
    #[inline(always)]
    fn registers<S: Simd>(&self, strip: usize) -> usize {
        registers_of::<S>(self.block.rows.len(), strip)
    }

    #[inline(always)]
    fn strips(&self) -> usize {
        self.block.rows.len().div_ceil(self.call.registers.strip)
    }

    /// The sums of a chunk.
    #[inline(always)]
    fn add<S: Simd<Number = T>>(&mut self, simd: S, chunk: [Range<usize>; 3]) {
        let Call { isa, geometry, input, layout, copied, .. } = self.call;
        let [images, rows, columns] = &chunk;
        self.turn(simd, &chunk);
        self.stretch(&chunk);
        let plane = geometry.rows().input() * geometry.columns().input();
        let block_sums = copied.taps.len();
        for (index, channel) in (0..self.block.inputs).step_by(copied.channels).enumerate() {
            let channels = copied.channels.min(self.block.inputs - channel);
            for (index, image) in images.clone().enumerate() {
                let first = image * geometry.input_channels()
                    + self.block.group * geometry.input_channels_per_group()
                    + self.block.input
                    + channel;
                let planes = &input[first * plane..][..channels * plane];
                let to = &mut self.workspace.copied[index * layout.image()..];
                layout.fill(simd, geometry, planes, [rows.start, columns.start], to);
            }
            let taps = padded(channels * copied.taps_per_channel, self.call.registers);
            for strip in 0..self.strips() {
                let registers = self.registers::<S>(strip);
                let Workspace { copied: x, panels, totals, stretches } = &mut *self.workspace;
                isa.run(Products {
                    x,
                    taps: &copied.taps[..taps],
                    stretches,
                    panel: &panels[strip * self.call.panel()..][..self.call.panel()],
                    registers,
                    add: false,
                    sums: &mut totals.sums[strip * self.call.sums() + index * block_sums * registers * S::LANES..],
                });
            }
        }
    }

    /// ∂L/∂y of a chunk with channels in lanes, the registers of a strip side by side.
    #[inline(always)]
    fn turn<S: Simd<Number = T>>(&mut self, simd: S, [images, rows, columns]: &[Range<usize>; 3]) {
        let geometry = self.call.geometry;
        let width = geometry.columns().output();
        let plane = geometry.rows().output() * width;
        let outputs = geometry.output_channels_per_group();
        // Whole rows follow one another without a gap.
        let whole = columns.len() == width;
        let (lines, length) = if whole { (1, rows.len() * width) } else { (rows.len(), columns.len()) };
        for strip in 0..self.strips() {
            let registers = self.registers::<S>(strip);
            let step = registers * S::LANES;
            let panel = &mut self.workspace.panels[strip * self.call.panel()..][..self.call.panel()];
            for (index, image) in images.clone().enumerate() {
                for line in 0..lines {
                    for register in 0..registers {
                        let channel = strip * self.call.registers.strip + register * S::LANES;
                        let channels = S::LANES.min(self.block.rows.len() - channel);
                        let first =
                            (image * geometry.groups() + self.block.group) * outputs + self.block.output + channel;
                        let start = first * plane + (rows.start + line) * width + columns.start;
                        let numbers = &self.call.output_gradient[start..];
                        let position = (index * lines + line) * length;
                        Rows { numbers, channel: plane, channels, length }.turn(
                            simd,
                            &mut panel[position * step + register * S::LANES..],
                            step,
                        );
                    }
                }
            }
        }
    }

    fn stretch(&mut self, [images, rows, columns]: &[Range<usize>; 3]) {
        let layout = &self.call.layout;
        let stretches = &mut self.workspace.stretches;
        stretches.clear();
        for image in 0..images.len() {
            for row in 0..rows.len() {
                for column in (0..columns.len()).step_by(RUN) {
                    stretches.push(Stretch {
                        x: image * layout.image() + row * layout.row() + column,
                        position: (image * rows.len() + row) * columns.len() + column,
                        length: RUN.min(columns.len() - column),
                    });
                }
            }
        }
    }

    #[inline(always)]
    fn write<S: Simd<Number = T>>(&mut self, simd: S) {
        let copied = &self.call.copied;
        for strip in 0..self.strips() {
            let registers = self.registers::<S>(strip);
            let step = registers * S::LANES;
            for (index, channel) in (0..self.block.inputs).step_by(copied.channels).enumerate() {
                let count = copied.channels.min(self.block.inputs - channel) * copied.taps_per_channel;
                let from = strip * self.call.sums() + index * copied.taps.len() * step;
                for register in 0..registers {
                    let first = strip * self.call.registers.strip + register * S::LANES;
                    let last = self.block.rows.len().min(first + S::LANES);
                    let sums = &self.workspace.totals.sums;
                    let rows = &mut self.block.rows[first..last];
                    let at = channel * copied.taps_per_channel;
                    write_taps(simd, sums, [from + register * S::LANES, step, count], rows, at);
                }
            }
        }
    }
}
