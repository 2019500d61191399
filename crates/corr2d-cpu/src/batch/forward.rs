//! The forward pass, a register of images at a time.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::{KernelColumns, KernelRows, Source, most_columns, most_outputs};
use super::cut::{blocks, channels, is_shared, of_groups, pieces};
use super::layout::{Layout, taps_of_columns, taps_of_row};
use super::turn::{fill, pixels_len, row_len, write};
use crate::simd::{Isa, Kernel, Offsets, Simd};
use crate::{Aligned, Element, Error, Geometry, Input, aligned, threads};

/// The registers of results that wait to be turned: with the pixels that they read they stay in a first-level cache.
const WAITING: usize = 256;

/// The sums that keep a processor busy: with fewer it waits for each before it can add to it.
const BUSY: usize = 9;

/// What beginning a block costs, in taps of each row of the kernel.
const PAUSE: usize = 1;

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`](super::suits) and finite weights.
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    if output.is_empty() {
        return Ok(());
    }
    let layout = Layout::new(geometry);
    let shape = isa.run::<T, _>(Find);
    let blocks = blocks(geometry, shape.columns.len());
    let weights = ordered(geometry, weight, &blocks)?;
    let cut = Cut::new(geometry, &layout, &shape, &blocks);
    let image = output.len() / geometry.batch();
    let registers = output.chunks_mut(shape.lanes * image);
    let pieces = pieces(geometry, &blocks, registers.len());
    let tasks = registers.enumerate().flat_map(|(register, images)| {
        parts(images, image, geometry, &pieces).zip(&pieces).map(move |(outputs, piece)| (register, outputs, *piece))
    });
    let workspace = || Workspace::new(geometry, &layout, shape.lanes);
    let call = Call { geometry, layout: &layout, weights: &weights, cut: &cut, bias };
    threads::try_for_each(is_shared(geometry), tasks, workspace, |workspace, (register, outputs, piece)| {
        let input = input.image(register * shape.lanes);
        isa.run(Sums { call: &call, input, piece, outputs, workspace });
        Ok(())
    })
}

/// The output channels of each piece, image by image.
fn parts<'o, T>(
    images: &'o mut [T],
    image: usize,
    geometry: &Geometry,
    pieces: &[&[Range<usize>]],
) -> impl Iterator<Item = Vec<&'o mut [T]>> {
    let plane = image / geometry.output_channels();
    let mut parts: Vec<_> = pieces.iter().map(|_| Vec::with_capacity(images.len() / image)).collect();
    for mut rest in images.chunks_mut(image) {
        for (piece, part) in pieces.iter().zip(&mut parts) {
            let outputs;
            (outputs, rest) = rest.split_at_mut(channels(piece).len() * plane);
            part.push(outputs);
        }
    }
    parts.into_iter()
}

/// What an instruction set computes at once.
struct Shape {
    lanes: usize,
    /// For one output channel and more the most columns.
    columns: Vec<usize>,
}

struct Find;

impl<T: Element> Kernel<T> for Find {
    type Output = Shape;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Shape {
        Shape { lanes: S::LANES, columns: (1..=most_outputs::<S>()).map(most_columns::<S>).collect() }
    }
}

/// Rows and columns of outputs, and what they read.
struct Cut {
    rows: Vec<KernelRows>,
    /// For blocks of one output channel and more, if there are any.
    columns: Vec<Vec<Columns>>,
}

/// The columns of a block.
struct Columns {
    outputs: Range<usize>,
    taps: KernelColumns,
}

impl Cut {
    fn new(geometry: &Geometry, layout: &Layout, shape: &Shape, blocks: &[Range<usize>]) -> Self {
        let rows = geometry.rows();
        let columns = |(index, most): (usize, &usize)| match blocks.iter().any(|block| block.len() == index + 1) {
            true => Columns::all(geometry, layout, shape.lanes, index + 1, *most),
            false => Vec::new(),
        };
        Self {
            rows: (0..rows.output()).map(|row| taps_of_row(rows, row)).collect(),
            columns: shape.columns.iter().enumerate().map(columns).collect(),
        }
    }
}

impl Columns {
    /// All columns in blocks of at most so many, for so many output channels at once. In smaller blocks more taps read padding
    /// alone.
    fn all(geometry: &Geometry, layout: &Layout, lanes: usize, outputs: usize, most: usize) -> Vec<Self> {
        let columns = geometry.columns();
        let width = columns.output();
        let cut = |count: usize| -> Vec<_> {
            // As equal as they can be.
            let block = |index: usize| index * width / count..(index + 1) * width / count;
            (0..count).map(block).map(|block| (taps_of_columns(columns, block.clone()), block)).collect()
        };
        let time = |blocks: &Vec<(Range<usize>, Range<usize>)>| -> usize {
            blocks.iter().map(|(taps, block)| (taps.len() + PAUSE) * (outputs * block.len()).max(BUSY)).sum()
        };
        let least = width.div_ceil(most);
        let blocks = (least..=width.min(4 * least)).map(cut).min_by_key(time).unwrap_or_default();
        let block = |(taps, outputs_of_block): (Range<usize>, Range<usize>)| {
            let row = |a: usize| taps.clone().map(move |b| (a, b));
            let read: Vec<_> = (0..geometry.rows().kernel()).flat_map(row).collect();
            let weight = |(a, b): &(usize, usize)| (a * columns.kernel() + b) * outputs;
            let pixel = |(a, b): &(usize, usize)| layout.tap(geometry, *a, *b) * lanes;
            let pixels = Offsets::new(read.iter().map(pixel).collect());
            let weights = Offsets::new(read.iter().map(weight).collect());
            Self { outputs: outputs_of_block, taps: KernelColumns { count: taps.len(), pixels, weights } }
        };
        blocks.into_iter().map(block).collect()
    }
}

/// The weights in the order in which they are read: [output block][channel][tap][output of the block].
fn ordered<T: Element>(geometry: &Geometry, weight: &[T], blocks: &[Range<usize>]) -> Result<Aligned<T>, Error> {
    let per_output = weight.len() / geometry.output_channels();
    let mut ordered = aligned(weight.len())?;
    for block in blocks {
        let rows = &weight[block.start * per_output..block.end * per_output];
        let taps = ordered[block.start * per_output..].chunks_exact_mut(block.len());
        for (tap, outputs) in taps.take(per_output).enumerate() {
            outputs.iter_mut().zip(rows.iter().skip(tap).step_by(per_output)).for_each(|(to, weight)| *to = *weight);
        }
    }
    Ok(ordered)
}

/// What all tasks have in common.
struct Call<'a, T> {
    geometry: &'a Geometry,
    layout: &'a Layout,
    weights: &'a [T],
    cut: &'a Cut,
    bias: Option<&'a [T]>,
}

/// What a thread keeps from one register of images to the next.
struct Workspace<T> {
    pixels: Aligned<T>,
    row: Aligned<T>,
    results: Aligned<T>,
}

impl<T: Element> Workspace<T> {
    fn new(geometry: &Geometry, layout: &Layout, lanes: usize) -> Result<Self, Error> {
        let mut pixels = aligned(pixels_len(geometry, layout, lanes))?;
        // The padding stays as it is from now on.
        pixels.fill(T::ZERO);
        let row = aligned(row_len(geometry, layout, lanes))?;
        let rows = rows_at_once(geometry) * geometry.columns().output();
        Ok(Self { pixels, row, results: aligned(rows * 4 * lanes)? })
    }
}

/// The output rows whose results wait.
fn rows_at_once(geometry: &Geometry) -> usize {
    (WAITING / 4 / geometry.columns().output()).clamp(1, geometry.rows().output())
}

/// Some output channels of a register of images.
struct Sums<'a, 'o, T> {
    call: &'a Call<'a, T>,
    input: Input<'a, T>,
    piece: &'a [Range<usize>],
    /// Of each image.
    outputs: Vec<&'o mut [MaybeUninit<T>]>,
    workspace: &'a mut Workspace<T>,
}

impl<T: Element> Kernel<T> for Sums<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let Call { geometry, layout, .. } = *self.call;
        let (height, at_once) = (geometry.rows().output(), rows_at_once(geometry));
        for (group, blocks) in of_groups(geometry, self.piece) {
            let Workspace { pixels, row, .. } = &mut *self.workspace;
            fill(simd, geometry, layout, &self.input, [self.outputs.len(), group], row, pixels);
            for first in (0..height).step_by(at_once) {
                let rows = [first, height.min(first + at_once)];
                for block in blocks {
                    unroll!(OUTPUTS in [1 2 3 4] {
                        if const { OUTPUTS <= most_outputs::<S>() } && block.len() == OUTPUTS {
                            self.block::<S, OUTPUTS>(simd, block.start, rows);
                        }
                    });
                }
            }
        }
    }
}

impl<T: Element> Sums<'_, '_, T> {
    /// Some rows of a few output channels.
    #[inline(always)]
    fn block<S: Simd<Number = T>, const OUTPUTS: usize>(&mut self, simd: S, channel: usize, [first, end]: [usize; 2]) {
        let Call { geometry, layout, weights, cut, bias } = *self.call;
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let width = columns.output();
        let per_output = weights.len() / geometry.output_channels();
        let Workspace { pixels, results, .. } = &mut *self.workspace;
        let source = Source {
            pixels,
            row: layout.row * S::LANES,
            channel: layout.channel * S::LANES,
            weights: &weights[channel * per_output..][..OUTPUTS * per_output],
            kernel_row: columns.kernel(),
            kernel: rows.kernel() * columns.kernel(),
        };
        let biases = bias.map_or([T::ZERO; OUTPUTS], |bias| std::array::from_fn(|output| bias[channel + output]));
        let positions = (end - first) * width;
        for row in first..end {
            for Columns { outputs, taps } in &cut.columns[OUTPUTS - 1] {
                let results = &mut results[((row - first) * width + outputs.start) * S::LANES..];
                unroll!(C in [1 2 3 4 5 6 7 8] {
                    if const { C <= most_columns::<S>(OUTPUTS) } && outputs.len() == C {
                        let (rows, column) = (&cut.rows[row], outputs.start);
                        source.write_sums::<S, OUTPUTS, C>(simd, rows, taps, column, biases, positions, results);
                    }
                });
            }
        }
        let plane = rows.output() * width;
        for output in 0..OUTPUTS {
            let results = &results[output * positions * S::LANES..][..positions * S::LANES];
            let to = (channel - channels(self.piece).start + output) * plane + first * width;
            write(simd, results, &mut self.outputs, to);
        }
    }
}
