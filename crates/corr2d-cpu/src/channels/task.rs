//! One task: some rows of some output channels of one group, summed from a window of their own.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::block::RUN;
use super::cut::{Cut, is_pointwise};
use super::pack::Pack;
use super::packed::Packed;
use super::points::{self, Points};
use super::strip::{Pairing, Strip, Totals, totals};
use super::window::Layout;
use crate::input::Planes;
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

/// What a thread keeps from one task to the next.
pub(super) struct Workspace<T> {
    scratch: Aligned<T>,
    totals: Totals<T>,
}

impl<T: Element> Workspace<T> {
    pub(super) fn new() -> Self {
        Self { scratch: Aligned::default(), totals: totals() }
    }
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
    pub(super) workspace: &'a mut Workspace<T>,
    pub(super) task: Task<'a, T>,
}

impl<T: Element> Kernel<T> for Run<'_, T> {
    type Output = Result<(), Error>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) -> Result<(), Error> {
        let (geometry, cut) = (self.geometry, self.cut);
        let Workspace { scratch, totals } = self.workspace;
        let width = geometry.columns().output();
        let channels = geometry.input_channels_per_group();
        let planes = self.input.planes(self.task.image, self.task.group * channels);
        let register_length = geometry.weight_len() / geometry.output_channels() * S::LANES;
        if let Some(packed) = self.packed
            && const { points::suits::<S>() }
            && is_pointwise(geometry)
            && self.input.has_whole_planes(geometry)
            && self.task.rows[0].len() >= points::block::<S>()
        {
            reserve(scratch, points::scratch::<S>())?;
            let first_row = cut.rows_of(geometry, self.task.block).start;
            let first_channel = self.task.group * geometry.output_channels_per_group() + self.task.register * S::LANES;
            let points = Points {
                input: &planes.elements[first_row * planes.row_step..],
                plane_step: planes.plane_step,
                weights: &packed.weights[(self.task.group * cut.registers + self.task.register) * register_length..],
                register_length,
                bias: self.bias.map(|bias| &bias[first_channel..]),
                outputs: &mut self.task.rows,
                scratch,
            };
            points.write(simd);
            return Ok(());
        }
        let chunks = || (0..width).step_by(cut.columns).map(|start| start..width.min(start + cut.columns));

        let fit = |rows: &Rows| chunks().all(|columns| rows.place::<S, T>(geometry, planes, columns).is_some());
        // What is read as it lies may end with the input, and a register would hang over.
        let to_copy;
        let rows = if self.rows.first.is_none() || fit(self.rows) {
            self.rows
        } else {
            to_copy = Rows::new(geometry, cut.rows_of(geometry, self.task.block), cut.columns);
            &to_copy
        };
        let Rows { layout, rows: taps, .. } = rows;

        // The last register of a line of pixels hangs over.
        let copied = if rows.first.is_some() { 0 } else { channels * layout.channel() };
        let window_length = if rows.first.is_some() { 0 } else { (copied + S::LANES).next_multiple_of(S::LANES) };
        let own = if self.packed.is_some() { 0 } else { 2 * register_length };
        reserve(scratch, window_length + own)?;
        let (copy, own) = scratch[..window_length + own].split_at_mut(window_length);
        let mut pieces = Vec::new();
        for columns in chunks() {
            let window = match rows.place::<S, T>(geometry, planes, columns.clone()) {
                Some(window) => window,
                None => {
                    layout.fill(simd, geometry, planes, columns.start, copy);
                    copy[copied..].fill(T::ZERO);
                    &*copy
                }
            };
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
                let joins = const { super::pixels::suits::<S>() } && strip.joins_well::<S>(taps);
                let pairs = strip.pairs(taps).filter(|_| !joins || strip.pairs_well::<S>(taps, now.len()));
                if joins && pairs.is_none() {
                    strip.write_joined(simd, taps, now, totals, &mut pieces);
                } else {
                    let pairing = pairs.unwrap_or_else(|| Pairing::alone(taps.len()));
                    strip.write_rows(simd, taps, pairing, now, totals);
                }
                destinations = later;
                register += registers;
            }
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
    /// Where the planes are read as they lie, the first of these rows.
    first: Option<usize>,
}

impl Rows {
    /// To be copied.
    pub(super) fn new(geometry: &Geometry, rows: Range<usize>, columns: usize) -> Self {
        Self::of(geometry, rows.len(), Layout::new(geometry, rows, columns), None)
    }

    /// To be read as they lie, where that can be.
    pub(super) fn in_place<T>(geometry: &Geometry, rows: Range<usize>, planes: Planes<'_, T>) -> Option<Self> {
        let layout = Layout::in_place(geometry, rows.clone(), planes)?;
        Some(Self::of(geometry, rows.len(), layout, Some(rows.start)))
    }

    fn of(geometry: &Geometry, rows: usize, layout: Layout, first: Option<usize>) -> Self {
        let rows = (0..rows).map(|row| RowTaps::new(&layout, geometry, row)).collect();
        Self { layout, rows, first }
    }

    /// What some columns read of planes that are read as they lie, if they hold all that registers load.
    fn place<'a, S: Simd, T>(
        &self,
        geometry: &Geometry,
        planes: Planes<'a, T>,
        columns: Range<usize>,
    ) -> Option<&'a [T]> {
        let first = self.first?;
        let line = ((self.rows.len() - 1) * planes.row_step + columns.len()).next_multiple_of(S::LANES);
        let last = (geometry.input_channels_per_group() - 1) * planes.plane_step
            + (geometry.rows().dilated() - 1) * planes.row_step
            + geometry.columns().dilated()
            - 1;
        let window = planes.elements.get(first * planes.row_step + columns.start..)?;
        (last + line <= window.len()).then_some(window)
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
        Self { kernel_rows, channels, taps: Offsets::new(layout.taps(row, channels)) }
    }
}
