//! One task: some rows of some output channels of one group, summed from a window of their own.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::RUN;
use super::cut::Cut;
use super::pack::Pack;
use super::packed::Packed;
use super::strip::{Strip, totals};
use super::window::Layout;
use crate::simd::{Isa, Kernel, Offsets, Simd};
use crate::turned::Kernels;
use crate::{Aligned, Element, Error, Geometry, Input, aligned};

/// Some rows of some output channels of one group.
pub(super) struct Task<'a, T> {
    pub(super) image: usize,
    pub(super) group: usize,
    /// Which block of rows.
    pub(super) block: usize,
    /// The first register of channels, counted within the group.
    pub(super) register: usize,
    /// For each channel its rows, one after another.
    pub(super) rows: Vec<&'a mut [MaybeUninit<T>]>,
}

/// A task and all that it reads.
pub(super) struct Run<'a, T> {
    pub(super) isa: Isa,
    pub(super) geometry: &'a Geometry,
    pub(super) input: Input<'a, T>,
    pub(super) kernels: Kernels<'a, T>,
    pub(super) bias: Option<&'a [T]>,
    pub(super) packed: Option<&'a Packed<T>>,
    pub(super) cut: &'a Cut,
    pub(super) rows: &'a Rows,
    pub(super) scratch: &'a mut Aligned<T>,
    pub(super) task: Task<'a, T>,
}

impl<T: Element> Kernel<T> for Run<'_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> Result<(), Error> {
        let (geometry, cut) = (self.geometry, self.cut);
        let width = geometry.columns().output();
        let channels = geometry.input_channels_per_group();
        let Rows { layout, rows } = self.rows;
        let planes = self.input.planes(self.task.image, self.task.group * channels);
        let register_length = geometry.weight_len() / geometry.output_channels() * S::LANES;

        // The last register of a line of pixels hangs over.
        let window_length = (channels * layout.channel() + S::LANES).next_multiple_of(S::LANES);
        let own = if self.packed.is_some() { 0 } else { 2 * register_length };
        reserve(self.scratch, window_length + own)?;
        let (window, own) = self.scratch[..window_length + own].split_at_mut(window_length);
        let (mut totals, mut pieces) = (totals(), Vec::new());
        let mut start = 0;
        while start < width {
            let columns = start..width.min(start + cut.columns);
            layout.fill(simd, geometry, planes, start, window);
            window[channels * layout.channel()..].fill(T::ZERO);
            let mut register = self.task.register;
            let mut destinations = &mut self.task.rows[..];
            while !destinations.is_empty() {
                let left = destinations.len().div_ceil(S::LANES);
                let registers = left.min(2);
                let (now, later) = destinations.split_at_mut(destinations.len().min(registers * S::LANES));
                let (weights, finite) = match self.packed {
                    Some(packed) => {
                        let index = self.task.group * cut.registers + register;
                        let finite = packed.finite[index..index + registers].iter().all(|finite| *finite);
                        (&packed.weights[index * register_length..][..registers * register_length], finite)
                    }
                    None => {
                        let mut finite = true;
                        for (r, packed) in own.chunks_mut(register_length).take(registers).enumerate() {
                            let (kernels, group, register) = (self.kernels, self.task.group, register + r);
                            // A function of its own, so that it is compiled once.
                            finite &= self.isa.run(Pack { geometry, kernels, group, register, packed });
                        }
                        (&own[..registers * register_length], finite)
                    }
                };
                let first_channel = self.task.group * geometry.output_channels_per_group() + register * S::LANES;
                let bias = self.bias.map(|bias| &bias[first_channel..][..now.len()]);
                let columns = columns.clone();
                let strip =
                    Strip { geometry, layout, window, weights, register_length, finite, bias, columns, registers };
                if const { super::pixels::suits::<S>() } && strip.joins_well::<S>(rows) {
                    strip.write_joined(simd, rows, now, &mut totals, &mut pieces);
                } else {
                    strip.write_rows(simd, rows, now, &mut totals);
                }
                destinations = later;
                register += registers;
            }
            start = columns.end;
        }
        Ok(())
    }
}

/// At least so many elements, whatever they hold.
fn reserve<T: Element>(scratch: &mut Aligned<T>, length: usize) -> Result<(), Error> {
    if scratch.len() < length {
        *scratch = Aligned::default();
        *scratch = aligned(length)?;
    }
    Ok(())
}

/// The rows of a block.
pub(super) struct Rows {
    layout: Layout,
    rows: Vec<RowTaps>,
}

impl Rows {
    pub(super) fn new(geometry: &Geometry, rows: Range<usize>, columns: usize) -> Self {
        let layout = Layout::new(geometry, rows.clone(), columns);
        let rows = (0..rows.len()).map(|row| RowTaps::new(&layout, geometry, row)).collect();
        Self { layout, rows }
    }
}

/// The taps of an output row, for as many channels as make a run.
pub(super) struct RowTaps {
    pub(super) kernel_rows: Range<usize>,
    pub(super) channels: usize,
    pub(super) taps: Offsets,
}

impl RowTaps {
    fn new(layout: &Layout, geometry: &Geometry, row: usize) -> Self {
        let kernel_rows = layout.kernel_rows(row);
        let taps = kernel_rows.len() * geometry.columns().kernel();
        // Between the weights of two channels lie those of the kernel rows that are left out.
        let whole = kernel_rows.len() == geometry.rows().kernel();
        let channels = if whole { (RUN / taps).clamp(1, geometry.input_channels_per_group()) } else { 1 };
        let of_channel = |channel: usize| layout.taps(row).map(move |tap| channel * layout.channel() + tap);
        Self { kernel_rows, channels, taps: Offsets::new((0..channels).flat_map(of_channel).collect()) }
    }
}
