//! ∂L/∂w cut into blocks of output × input channels, and where these are few, the positions into parts.
//!
//! The cut changes nothing in the results, except for the number of parts, which depends on the geometry alone.

use super::products::{registers_at_once, taps_at_once};
use super::totals::GROUP;
use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Error, Geometry, aligned, threads};

/// The partial sums that are kept at the same time: 2 MiB in f64. Two parts of 128 × 128 channels by 3×3 gained nothing.
const PARTIAL_SUMS: usize = 1 << 18;

/// As many where a part has fewer than [`MANY`] chunks, so that few partial sums are added up for few positions.
const FEW_PARTIAL_SUMS: usize = 1 << 16;

/// Chunks enough of a part for any partial sums. On two threads eight images of 64 → 64 channels at 56×56 take 8.2 ms in parts, and
/// 10.6 as a whole, where each block of input channels turns all of ∂L/∂y.
const MANY: usize = 8;

/// Enough parts to keep many threads busy.
const PARTS: usize = 16;

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 500_000.0;

/// What is summed at once.
#[derive(Clone, Copy)]
pub(crate) struct Registers {
    /// The lanes of a register.
    pub(crate) lanes: usize,
    pub(crate) taps: usize,
    /// The output channels of a strip: of as many registers as are summed at once, or as a group fills.
    pub(crate) strip: usize,
}

impl Registers {
    pub(crate) fn of<T: Element>(isa: Isa, geometry: &Geometry) -> Self {
        let all = isa.run::<T, _>(Find);
        let strip = geometry.output_channels_per_group().next_multiple_of(all.lanes);
        Self { strip: strip.min(all.strip), ..all }
    }
}

struct Find;

impl<T: Element> Kernel<T> for Find {
    type Output = Registers;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> Registers {
        Registers { lanes: S::LANES, taps: taps_at_once::<S>(), strip: registers_at_once::<S>() * S::LANES }
    }
}

/// How ∂L/∂w is cut.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    /// The output channels of a block: whole strips.
    pub(crate) outputs: usize,
    /// The input channels of a block.
    pub(crate) inputs: usize,
    /// Parts of the chunks of positions.
    pub(crate) parts: usize,
    chunks: usize,
    sharing: bool,
}

impl Cut {
    /// Blocks of at most so many output and input channels, for sums over so many chunks of positions.
    pub(crate) fn new(geometry: &Geometry, registers: Registers, [outputs, inputs]: [usize; 2], chunks: usize) -> Self {
        let threads = threads::count();
        let sharing = threads > 1 && geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
        let most = |sums: usize, chunks: usize| (sums / geometry.weight_len()).min(PARTS).min(chunks).max(1);
        // Powers of two, since threads mostly are, and have equal shares then.
        let many = 1 << most(PARTIAL_SUMS, chunks / MANY).ilog2();
        let few = 1 << most(FEW_PARTIAL_SUMS, chunks.div_ceil(GROUP)).ilog2();
        let parts = many.max(few);
        // Of equal sizes.
        let share = |all: usize, most: usize, unit: usize| {
            all.div_ceil(all.div_ceil(most.max(1))).next_multiple_of(unit).max(1)
        };
        let all = [geometry.output_channels_per_group(), geometry.input_channels_per_group()];
        let mut cut = Self {
            outputs: share(all[0], outputs, registers.strip),
            // Whole blocks of taps, unless one channel has more than enough.
            inputs: share(all[1], inputs, if inputs < registers.taps { 1 } else { registers.taps }),
            parts,
            chunks,
            sharing,
        };
        let blocks =
            |cut: &Self| parts * geometry.groups() * all[0].div_ceil(cut.outputs) * all[1].div_ceil(cut.inputs);
        // Two for each thread, or exactly one: on two threads 64 channels at 56×56, dilated by 2, took 0.55 ms in four blocks, which
        // copy x and ∂L/∂y twice, and take 0.45 in two.
        let are_few = |blocks: usize| blocks < 2 * threads && blocks != threads;
        // First by output channels, for which the copy of x is made twice, then by input channels, for which ∂L/∂y is.
        while sharing && are_few(blocks(&cut)) && cut.outputs > registers.strip {
            cut.outputs = (cut.outputs / 2).next_multiple_of(registers.strip);
        }
        while sharing && are_few(blocks(&cut)) && cut.inputs > registers.taps {
            cut.inputs = (cut.inputs / 2).next_multiple_of(registers.taps);
        }
        cut
    }

    /// The chunks of a part, as many as of another: on two threads 1×1 from 256 to 64 channels at 56×56 took 0.36 ms in four
    /// parts of four chunks, but for a last one of one, and takes 0.33.
    pub(crate) fn chunks(&self, part: usize) -> std::ops::Range<usize> {
        part * self.chunks / self.parts..(part + 1) * self.chunks / self.parts
    }
}

/// The registers of a strip of a block of so many output channels.
pub(crate) fn registers_of<S: Simd>(outputs: usize, strip: usize) -> usize {
    let before = strip * registers_at_once::<S>() * S::LANES;
    (outputs - before).div_ceil(S::LANES).min(registers_at_once::<S>())
}

/// Some output channels × some input channels of one group, summed over a part of the positions.
pub(crate) struct Block<'a, T> {
    pub(crate) part: usize,
    pub(crate) group: usize,
    /// The first output channel, counted within the group.
    pub(crate) output: usize,
    /// The first input channel, counted within the group.
    pub(crate) input: usize,
    pub(crate) inputs: usize,
    /// For each output channel the taps of the input channels.
    pub(crate) rows: Vec<&'a mut [T]>,
}

/// weight_gradient = the sums of all blocks: `run` writes those of one.
pub(crate) fn sum_blocks<T: Element, W>(
    geometry: &Geometry,
    cut: &Cut,
    weight_gradient: &mut [T],
    workspace: impl Fn() -> Result<W, Error> + Sync,
    run: impl Fn(&mut W, Block<'_, T>) + Sync,
) -> Result<(), Error> {
    let weights = weight_gradient.len();
    let run_all = |blocks: Vec<Block<'_, T>>| {
        threads::try_for_each(cut.sharing, blocks, &workspace, |workspace, block| {
            run(workspace, block);
            Ok(())
        })
    };
    if cut.parts == 1 {
        return run_all(blocks(geometry, cut, 0, weight_gradient));
    }
    let mut partial = aligned::<T>(cut.parts * weights)?;
    let parts = partial.chunks_mut(weights).enumerate();
    run_all(parts.flat_map(|(part, partial)| blocks(geometry, cut, part, partial)).collect())?;
    let shares = weight_gradient.chunks_mut(SHARE).enumerate();
    threads::for_each(
        cut.sharing,
        shares,
        || (),
        |(), (share, totals)| add_up(&partial, weights, share * SHARE, totals),
    );
    Ok(())
}

/// The weights that one task adds up.
const SHARE: usize = 1 << 12;

/// The sums of all parts for some weights from one on.
fn add_up<T: Element>(partial: &[T], weights: usize, first: usize, totals: &mut [T]) {
    /// The weights that are added up at once.
    const SOME: usize = 64;
    for (index, totals) in totals.chunks_mut(SOME).enumerate() {
        let mut sums = [0.0; SOME];
        for part in partial.chunks_exact(weights) {
            let part = &part[first + index * SOME..][..totals.len()];
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part.to_f64());
        }
        totals.iter_mut().zip(sums).for_each(|(total, sum)| *total = T::from_f64(sum));
    }
}

fn blocks<'a, T>(geometry: &Geometry, cut: &Cut, part: usize, weight_gradient: &'a mut [T]) -> Vec<Block<'a, T>> {
    let (outputs, inputs) = (geometry.output_channels_per_group(), geometry.input_channels_per_group());
    let per_output = weight_gradient.len() / geometry.output_channels();
    let taps = per_output / inputs;
    let mut blocks = Vec::new();
    for (group, rows) in weight_gradient.chunks_mut(outputs * per_output).enumerate() {
        for (index, rows) in rows.chunks_mut(cut.outputs * per_output).enumerate() {
            let (first_block, count) = (blocks.len(), rows.len() / per_output);
            for input in (0..inputs).step_by(cut.inputs) {
                let inputs = cut.inputs.min(inputs - input);
                let rows = Vec::with_capacity(count);
                blocks.push(Block { part, group, output: index * cut.outputs, input, inputs, rows });
            }
            for row in rows.chunks_mut(per_output) {
                for (block, taps) in blocks[first_block..].iter_mut().zip(row.chunks_mut(cut.inputs * taps)) {
                    block.rows.push(taps);
                }
            }
        }
    }
    blocks
}
