//! The weight gradient, summed lane by lane.
//!
//! ```text
//! ∂L/∂w[o, c, a, b] = Σ over lanes of Σ over n, i, j of ∂L/∂y[n + lane, o, i, j] · x[n + lane, c, i·s + a·d, j·s + b·d]
//! ```
//!
//! A register for each of a few output channels × a few taps of a row of the kernel goes over some rows of all images in its
//! lanes; what it sums there is added to its total. After a few bands of rows the lanes of a total are added up, two by two, and
//! to a sum in f64. The images are cut into parts, summed apart and added up in order; how many parts depends on the geometry
//! and the lanes.
//!
//! A number that is not finite would turn the zeros of the padding into NaN. It leaves a sum that is not finite, and then
//! all are summed anew by [`direct`](crate::direct), which skips the padding.

use std::marker::PhantomData;
use std::ops::Range;

use super::cut::{blocks, channels, is_shared, of_groups, pieces};
use super::layout::Layout;
use super::turn::{fill, pixels_len, row_len};
use crate::positions::{Rows, add_parts};
use crate::simd::{Isa, Kernel, Simd, Window};
use crate::transpose::{MOST_LANES, transpose};
use crate::{Aligned, Element, Error, Geometry, Input, aligned, direct, threads};

/// The positions that a lane sums at a time.
const POSITIONS: usize = 64;

/// The bands of rows, of one register of images after another, whose sums are added to totals before these go to f64.
const TOGETHER: usize = 8;

/// The most output channels of a block.
const MOST_OUTPUTS: usize = 4;

/// Enough parts to keep many threads busy.
const PARTS: usize = 16;

/// The partial sums that are kept at the same time: 2 MiB.
const PARTIAL_SUMS: usize = 1 << 18;

/// weight_gradient = ∂L/∂weight, for a geometry that [`suits`](super::suits). The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    if geometry.batch() == 0 {
        weight_gradient.fill(T::ZERO);
        return Ok(());
    }
    let layout = Layout::new(geometry);
    let shape = isa.run(Find { geometry, layout: &layout, number: PhantomData::<T> });
    let registers = geometry.batch().div_ceil(shape.lanes);
    let weights = weight_gradient.len();
    let parts = registers.min(PARTIAL_SUMS / weights).clamp(1, PARTS);
    let mut partial = aligned::<f64>(parts * weights)?;
    partial.fill(0.0);
    let blocks = blocks(geometry, shape.outputs);
    let pieces = pieces(geometry, &blocks, parts);
    let per_output = weights / geometry.output_channels();
    let tasks = partial.chunks_mut(weights).enumerate().flat_map(|(part, mut rest)| {
        let registers = part * registers / parts..(part + 1) * registers / parts;
        pieces.iter().map(move |piece| {
            let sums;
            (sums, rest) = std::mem::take(&mut rest).split_at_mut(channels(piece).len() * per_output);
            (registers.clone(), *piece, sums)
        })
    });
    let call = Call { geometry, layout: &layout, input, output_gradient, shape: &shape };
    let workspace = || Workspace::new(&call);
    threads::try_for_each(is_shared(geometry), tasks, workspace, |workspace, (registers, piece, sums)| {
        isa.run(Part { call: &call, registers, piece, workspace, sums });
        Ok(())
    })?;
    add_parts(&partial, weight_gradient);
    if weight_gradient.iter().all(|weight| weight.to_f64().is_finite()) {
        return Ok(());
    }
    direct::weight_gradient(isa, geometry, input, output_gradient, weight_gradient)
}

/// How an instruction set sums.
struct Shape {
    lanes: usize,
    /// The most output channels of a block.
    outputs: usize,
    runs: Vec<TapRun>,
}

struct Find<'a, T> {
    geometry: &'a Geometry,
    layout: &'a Layout,
    number: PhantomData<T>,
}

impl<T: Element> Kernel<T> for Find<'_, T> {
    type Output = Shape;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Shape {
        let runs = TapRun::all(self.geometry, self.layout, const { most_taps::<S>() });
        let taps = runs.iter().map(|run| run.count).max().unwrap_or(1);
        let outputs = (1..=MOST_OUTPUTS).rev().find(|outputs| fits::<S>(*outputs, taps)).unwrap_or(1);
        Shape { lanes: S::LANES, outputs, runs }
    }
}

/// The most taps of a block.
const fn most_taps<S: Simd>() -> usize {
    if S::ACCUMULATORS >= 16 { 6 } else { 5 }
}

/// Whether there are registers for the sums of a block, its pixels and a gradient.
const fn fits<S: Simd>(outputs: usize, taps: usize) -> bool {
    (outputs + 1) * taps < if S::ACCUMULATORS >= 16 { 32 } else { 16 }
}

/// What all parts have in common.
struct Call<'a, T> {
    geometry: &'a Geometry,
    layout: &'a Layout,
    input: &'a [T],
    output_gradient: &'a [T],
    shape: &'a Shape,
}

/// What a thread keeps from one part to the next.
struct Workspace<T> {
    pixels: Aligned<T>,
    row: Aligned<T>,
    /// ∂L/∂y of a group with images in lanes: [channel][position][lane].
    gradient: Aligned<T>,
    /// For each weight of all groups a register.
    totals: Aligned<T>,
}

impl<T: Element> Workspace<T> {
    fn new(call: &Call<'_, T>) -> Result<Self, Error> {
        let Call { geometry, layout, shape: Shape { lanes, .. }, .. } = call;
        let mut pixels = aligned(pixels_len(geometry, layout, *lanes))?;
        // The padding stays as it is from now on.
        pixels.fill(T::ZERO);
        let outputs = geometry.output_len() / geometry.batch() / geometry.groups();
        Ok(Self {
            pixels,
            row: aligned(row_len(geometry, layout, *lanes))?,
            gradient: aligned((outputs + lanes) * lanes)?,
            totals: aligned((geometry.weight_len() + lanes) * lanes)?,
        })
    }
}

/// Some output channels, summed over some registers of images.
struct Part<'a, 's, T> {
    call: &'a Call<'a, T>,
    registers: Range<usize>,
    piece: &'a [Range<usize>],
    workspace: &'a mut Workspace<T>,
    sums: &'s mut [f64],
}

impl<T: Element> Kernel<T> for Part<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let Call { geometry, layout, .. } = *self.call;
        let (image, outputs) = (geometry.input_len() / geometry.batch(), geometry.output_len() / geometry.batch());
        let positions = geometry.rows().output() * geometry.columns().output();
        self.workspace.totals.fill(T::ZERO);
        let all = self.registers.clone();
        for register in all.clone() {
            let first = register * S::LANES;
            let images = S::LANES.min(geometry.batch() - first);
            let input = Input::contiguous(geometry, &self.call.input[first * image..]);
            for (group, blocks) in of_groups(geometry, self.piece) {
                let Workspace { pixels, row, gradient, .. } = &mut *self.workspace;
                fill(simd, geometry, layout, &input, [images, group], row, pixels);
                for (index, output) in channels(blocks).enumerate() {
                    let numbers = &self.call.output_gradient[first * outputs + output * positions..];
                    let rows = Rows { numbers, channel: outputs, channels: images, length: positions };
                    rows.turn(simd, &mut gradient[index * positions * S::LANES..], S::LANES);
                }
                self.add_blocks(simd, register - all.start, register + 1 == all.end, blocks);
            }
        }
    }
}

impl<T: Element> Part<'_, '_, T> {
    /// Adds what the weights of some blocks of a group sum over the images in lanes, which come after so many registers of them.
    #[inline(always)]
    fn add_blocks<S: Simd<Number = T>>(&mut self, simd: S, before: usize, last: bool, blocks: &[Range<usize>]) {
        let geometry = self.call.geometry;
        let (height, output) = (geometry.rows().output(), channels(blocks).start);
        let at_once = (POSITIONS / geometry.columns().output()).max(1);
        let bands = height.div_ceil(at_once);
        for index in 0..bands {
            let band = index * at_once..height.min((index + 1) * at_once);
            for block in blocks {
                let (channel, gradient) = (block.start, block.start - output);
                match block.len() {
                    1 => self.add_block::<S, 1>(simd, channel, gradient, &band),
                    2 => self.add_block::<S, 2>(simd, channel, gradient, &band),
                    3 => self.add_block::<S, 3>(simd, channel, gradient, &band),
                    _ => self.add_block::<S, 4>(simd, channel, gradient, &band),
                }
            }
            if (before * bands + index + 1).is_multiple_of(TOGETHER) || last && index + 1 == bands {
                self.add_up(simd, channels(blocks));
            }
        }
    }

    /// What all taps of a few output channels from one on sum over some rows. `gradient_channel` is the first of them among those
    /// that lie in lanes.
    #[inline(always)]
    fn add_block<S: Simd<Number = T>, const OUTPUTS: usize>(
        &mut self,
        simd: S,
        channel: usize,
        gradient_channel: usize,
        band: &Range<usize>,
    ) {
        let Call { geometry, layout, .. } = *self.call;
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let (inputs, width) = (geometry.input_channels_per_group(), columns.output());
        let positions = rows.output() * width;
        let taps = rows.kernel() * columns.kernel();
        let per_output = inputs * taps;
        let Workspace { pixels, gradient, totals, .. } = &mut *self.workspace;
        for input in 0..inputs {
            for a in 0..rows.kernel() {
                let inside = rows.outputs_of_tap(a);
                let (first, end) = (inside.start.max(band.start), inside.end.min(band.end));
                let Some(input_row) = rows.input_position(first, a).filter(|_| first < end) else { continue };
                let pixel = input * layout.channel + input_row * layout.row;
                let block = Positions {
                    pixels: &pixels[pixel * S::LANES..],
                    row_step: rows.stride() * layout.row * S::LANES,
                    gradient: &gradient[(gradient_channel * positions + first * width) * S::LANES..],
                    channel_step: positions * S::LANES,
                    rows: end - first,
                    width,
                };
                for run in &self.call.shape.runs {
                    let weight = (channel - channels(self.piece).start) * per_output
                        + input * taps
                        + a * columns.kernel()
                        + run.first;
                    unroll!(TAPS in [1 2 3 4 5 6] {
                        if const { TAPS <= most_taps::<S>() && fits::<S>(OUTPUTS, TAPS) } && run.count == TAPS {
                            block.add::<S, OUTPUTS, TAPS>(simd, run, [weight, per_output], totals);
                        }
                    });
                }
            }
        }
    }

    /// Adds the lanes of the totals of some output channels to the sums, and makes them 0.
    #[inline(always)]
    fn add_up<S: Simd<Number = T>>(&mut self, simd: S, outputs: Range<usize>) {
        let per_output = self.call.geometry.weight_len() / self.call.geometry.output_channels();
        let first = (outputs.start - channels(self.piece).start) * per_output;
        let sums = &mut self.sums[first..][..outputs.len() * per_output];
        let totals = &mut self.workspace.totals[first * S::LANES..];
        let mut lanes = [T::ZERO; MOST_LANES];
        for (sums, totals) in sums.chunks_mut(S::LANES).zip(totals.chunks_mut(S::LANES * S::LANES)) {
            let mut square = [simd.splat(T::ZERO); MOST_LANES];
            unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
                if const { I < S::LANES } && I < sums.len() {
                    square[I] = simd.load(totals, I * S::LANES);
                }
            });
            let mut square = transpose(simd, square);
            // Half of them to the other half, until one is left.
            let mut half = S::LANES / 2;
            while half > 0 {
                unroll!(I in [0 1 2 3 4 5 6 7] {
                    if I < half {
                        square[I] = simd.add(square[I], square[I + half]);
                    }
                });
                half /= 2;
            }
            simd.store(square[0], &mut lanes, 0);
            sums.iter_mut().zip(lanes).for_each(|(sum, lane)| *sum += lane.to_f64());
        }
        self.workspace.totals[first * S::LANES..][..outputs.len() * per_output * S::LANES].fill(T::ZERO);
    }
}

/// Taps of a row of the kernel that read equally spaced registers.
struct TapRun {
    first: usize,
    /// From one of them to the next.
    step: usize,
    count: usize,
    /// Where the first of them reads, and from one to the next, in registers.
    place: usize,
    place_step: usize,
}

impl TapRun {
    /// All taps of a row, at most so many in a run.
    fn all(geometry: &Geometry, layout: &Layout, most: usize) -> Vec<Self> {
        let columns = geometry.columns();
        // A single tap may have any dilation.
        let (kernel, dilation) = (columns.kernel(), columns.dilation().min(columns.dilated()));
        // Taps that are so many apart read the same phase.
        let step = (1..=columns.stride()).find(|step| step * dilation % columns.stride() == 0).unwrap_or(1);
        let place_step = step * dilation / columns.stride();
        let of_phase = |phase: usize| {
            let taps = (kernel - phase).div_ceil(step);
            let count = taps.div_ceil(most);
            (0..count).map(move |run| {
                // As equal as they can be.
                let (begin, end) = (run * taps / count, (run + 1) * taps / count);
                let first = phase + begin * step;
                Self { first, step, count: end - begin, place: layout.place(first * dilation), place_step }
            })
        };
        (0..step.min(kernel)).flat_map(of_phase).collect()
    }
}

/// Some rows of positions: the pixels that a row of the kernel reads, and ∂L/∂y.
struct Positions<'a, T> {
    /// From the first row on, and from one row to the next.
    pixels: &'a [T],
    row_step: usize,
    /// From the first row on, and from one output channel to the next.
    gradient: &'a [T],
    channel_step: usize,
    rows: usize,
    width: usize,
}

impl<T: Element> Positions<'_, T> {
    /// Adds their sums for a few output channels and taps to the totals of weights, the first of which is `first`, from one
    /// output channel to the next `per_output`.
    #[inline(always)]
    fn add<S: Simd<Number = T>, const OUTPUTS: usize, const TAPS: usize>(
        &self,
        simd: S,
        run: &TapRun,
        [first, per_output]: [usize; 2],
        totals: &mut [T],
    ) {
        let sums = self.sum::<S, OUTPUTS, TAPS>(simd, run);
        unroll!(O in [0 1 2 3] {
            unroll!(K in [0 1 2 3 4 5] {
                if const { O < OUTPUTS && K < TAPS } {
                    let at = (first + O * per_output + K * run.step) * S::LANES;
                    simd.store(simd.add(simd.load(totals, at), sums[O][K]), totals, at);
                }
            });
        });
    }

    /// Their sums for a few output channels and taps.
    #[inline(always)]
    fn sum<S: Simd<Number = T>, const OUTPUTS: usize, const TAPS: usize>(
        &self,
        simd: S,
        run: &TapRun,
    ) -> [[S::Vector; TAPS]; OUTPUTS] {
        let zero = simd.splat(T::ZERO);
        let mut sums = [[zero; TAPS]; OUTPUTS];
        let length = self.width * S::LANES;
        for row in 0..self.rows {
            let first = row * self.row_step + run.place * S::LANES;
            let pixels = Window::new(self.pixels, first, TAPS, run.place_step * S::LANES, length);
            let gradient = Window::new(self.gradient, row * length, OUTPUTS, self.channel_step, length);
            let mut at = 0;
            loop {
                let mut pixels = pixels.column(simd, at, TAPS);
                let mut gradients = gradient.column(simd, at, OUTPUTS);
                let mut read = [zero; TAPS];
                unroll!(K in [0 1 2 3 4 5] {
                    if const { K < TAPS } {
                        read[K] = pixels.next();
                    }
                });
                unroll!(O in [0 1 2 3] {
                    if const { O < OUTPUTS } {
                        let gradient = gradients.next();
                        unroll!(K in [0 1 2 3 4 5] {
                            if const { K < TAPS } {
                                sums[O][K] = simd.mul_add(gradient, read[K], sums[O][K]);
                            }
                        });
                    }
                });
                at += S::LANES;
                if at >= length {
                    break;
                }
            }
        }
        sums
    }
}
