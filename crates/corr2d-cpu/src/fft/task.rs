//! One task: some rows and columns of some output channels of one image.

use std::mem::MaybeUninit;

use super::backwards::{Backwards, Row};
use super::cut::{Cut, Part, parts, run_rows};
use super::forwards::{Forwards, Pixels};
use super::length::Length;
use super::sums::Sums;
use crate::simd::Isa;
use crate::{Aligned, Element, Error, Geometry, Input, aligned};

/// What all tasks of a call share.
pub(super) struct Call<'a, T> {
    pub(super) isa: Isa,
    pub(super) geometry: &'a Geometry,
    pub(super) input: Input<'a, T>,
    pub(super) weight: &'a [T],
    pub(super) bias: Option<&'a [T]>,
    pub(super) cut: Cut,
    pub(super) length: Length<T>,
}

/// Where a task lies, and its outputs.
pub(super) struct Task<'a, T> {
    pub(super) image: usize,
    pub(super) first_output: usize,
    pub(super) outputs: usize,
    pub(super) first_row: usize,
    pub(super) first_column: usize,
    pub(super) columns: usize,
    /// Whole rows of `columns`, channel by channel.
    pub(super) pieces: Vec<&'a mut [MaybeUninit<T>]>,
}

/// The spectra that a thread works with.
pub(super) struct Workspace<T> {
    /// Of the pixels, then of each output.
    spectra: Aligned<T>,
    kernel: Aligned<T>,
    /// The output channel and the part that `kernel` belongs to.
    known: Option<(usize, usize)>,
}

impl<T: Element> Workspace<T> {
    pub(super) fn new(cut: &Cut) -> Result<Self, Error> {
        let spectra = aligned(cut.spectrum * if cut.in_place { 1 } else { 1 + cut.outputs })?;
        Ok(Self { spectra, kernel: aligned(cut.part_spectrum)?, known: None })
    }
}

impl<T: Element> Call<'_, T> {
    /// Writes the outputs of a task, unless it meets a pixel that a transform would spread: then it returns `false`.
    pub(super) fn run(&self, workspace: &mut Workspace<T>, task: Task<'_, T>) -> bool {
        let Cut { spectrum, in_place, .. } = self.cut;
        let stored = task.columns + self.cut.part_columns - 1;
        for part in parts(self.geometry) {
            let forwards = Forwards {
                length: &self.length,
                pixels: self.pixels(&task, &part),
                columns: stored,
                spectrum: &mut workspace.spectra,
            };
            if !moderate(self.isa.run(forwards)) {
                return false;
            }
            for output in 0..task.outputs {
                self.kernel(workspace, task.first_output + output, &part);
                self.isa.run(Sums {
                    buffer: &mut workspace.spectra,
                    x: 0,
                    y: if in_place { 0 } else { (1 + output) * spectrum },
                    stored,
                    stored_outputs: stored,
                    columns: task.columns,
                    kernel: &workspace.kernel,
                    taps: part.columns,
                    length: self.cut.length,
                    add: part.index > 0,
                });
            }
        }
        self.write(workspace, task, stored);
        true
    }

    /// What a part of the kernel reads for a task.
    fn pixels(&self, task: &Task<'_, T>, part: &Part) -> Pixels<'_, T> {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let group = task.first_output / self.geometry.output_channels_per_group();
        let channel = group * self.geometry.input_channels_per_group() + part.channel;
        let planes = self.input.planes(task.image, channel);
        let first = (task.first_row + part.row) as isize + rows.first_read();
        let run = |index: usize| {
            let count = run_rows(self.geometry, self.cut.run, task.first_row, index);
            (first + (index * self.cut.run) as isize, if count > 0 { count + part.rows - 1 } else { 0 })
        };
        Pixels {
            plane: planes.elements,
            height: rows.input(),
            width: columns.input(),
            row_step: planes.row_step,
            runs: [run(0), run(1)],
            first_column: (task.first_column + part.column) as isize + columns.first_read(),
        }
    }

    /// The spectrum of a part of the kernel of an output channel.
    fn kernel(&self, workspace: &mut Workspace<T>, output: usize, part: &Part) {
        if workspace.known == Some((output, part.index)) {
            return;
        }
        workspace.known = Some((output, part.index));
        let (height, width) = (self.geometry.rows().kernel(), self.geometry.columns().kernel());
        let channel = output * self.geometry.input_channels_per_group() + part.channel;
        self.isa.run(Forwards {
            length: &self.length,
            pixels: Pixels {
                plane: &self.weight[channel * height * width..][..height * width],
                height,
                width,
                row_step: width,
                runs: [(part.row as isize, part.rows), (0, 0)],
                first_column: part.column as isize,
            },
            columns: part.columns,
            spectrum: &mut workspace.kernel,
        });
    }

    fn write(&self, workspace: &mut Workspace<T>, mut task: Task<'_, T>, stored: usize) {
        let columns = task.columns;
        let mut rows: Vec<Row<'_, T>> = task.pieces.iter_mut().flat_map(|piece| piece.chunks_mut(columns)).collect();
        let counts = [0, 1].map(|index| run_rows(self.geometry, self.cut.run, task.first_row, index));
        for (index, rows) in rows.chunks_mut(counts[0] + counts[1]).enumerate() {
            let (first, second) = rows.split_at_mut(counts[0]);
            let start = if self.cut.in_place { 0 } else { (1 + index) * self.cut.spectrum };
            self.isa.run(Backwards {
                length: &self.length,
                spectrum: &mut workspace.spectra[start..],
                stored,
                columns,
                bias: self.bias.map_or(T::ZERO, |bias| bias[task.first_output + index]),
                runs: [first, second],
            });
        }
    }
}

/// Whether numbers with this sum of squares are all finite, and so small that no sum of products overflows: below 2⁵⁰ in
/// f32, 2⁵⁰⁰ in f64.
pub(super) fn moderate<T: Element>(squares: T) -> bool {
    squares.to_f64() < if size_of::<T>() == 4 { 2f64.powi(100) } else { 2f64.powi(1000) }
}
