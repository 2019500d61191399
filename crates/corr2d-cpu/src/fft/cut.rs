//! How a correlation is cut: the length of a transform, the rows and columns of a task, the parts of a kernel.

use super::length::{LENGTHS, LONGEST};
use super::spectrum::Layout;
use crate::Geometry;

/// The most rows and columns of a part of a kernel.
const MOST_ROWS: usize = LONGEST / 2;
pub(super) const MOST_COLUMNS: usize = 64;

/// A part of the kernel of one input channel. Larger kernels are several of them, whose products are summed.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) index: usize,
    pub(super) channel: usize,
    pub(super) row: usize,
    pub(super) rows: usize,
    pub(super) column: usize,
    pub(super) columns: usize,
}

/// The cut of one geometry. It depends on nothing else but the number type and the instruction set.
pub(super) struct Cut {
    /// Of a transform.
    pub(super) length: usize,
    /// The output rows of one transform. Two make a task, as the real and the imaginary part of a spectrum.
    pub(super) run: usize,
    /// The output columns of a task.
    pub(super) strip: usize,
    /// The output channels of a task.
    pub(super) outputs: usize,
    /// The numbers of a spectrum.
    pub(super) spectrum: usize,
    /// The columns of a part of the kernel, and the numbers of its spectrum.
    pub(super) part_columns: usize,
    pub(super) part_spectrum: usize,
    /// Whether outputs can lie where the pixels' spectrum was.
    pub(super) in_place: bool,
    /// What it takes, in multiplications for each output column of a group.
    pub(super) time: f64,
}

/// All parts, in the order in which they are summed.
pub(super) fn parts(geometry: &Geometry) -> impl Iterator<Item = Part> {
    let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
    let (part_rows, part_columns) = (share(height, MOST_ROWS), share(width, MOST_COLUMNS));
    let rows = (0..geometry.input_channels_per_group())
        .flat_map(move |channel| (0..height).step_by(part_rows).map(move |row| (channel, row)));
    let places =
        rows.flat_map(move |(channel, row)| (0..width).step_by(part_columns).map(move |column| (channel, row, column)));
    places.enumerate().map(move |(index, (channel, row, column))| Part {
        index,
        channel,
        row,
        rows: part_rows.min(height - row),
        column,
        columns: part_columns.min(width - column),
    })
}

/// The length of a piece when a whole is cut into the fewest pieces of at most `most`.
pub(super) fn share(whole: usize, most: usize) -> usize {
    whole.div_ceil(whole.div_ceil(most))
}

/// The output rows of one of the two runs of a task that begins at a row.
pub(super) fn run_rows(geometry: &Geometry, run: usize, first_row: usize, index: usize) -> usize {
    geometry.rows().output().saturating_sub(first_row + index * run).min(run)
}

/// What the spectrum of a task may fill when it is alone, and when those of several outputs are summed.
const ALONE_BYTES: usize = 512 << 10;
const SUMMED_BYTES: usize = 320 << 10;

/// What all spectra of outputs may fill.
const OUTPUT_BYTES: usize = 5 << 19;

/// The time of a transform for each number and each halving, in multiplications.
pub(super) const STEPS: f64 = 7.0;

impl Cut {
    /// The cut of a geometry for registers of so many lanes: of all lengths the one that takes the least.
    pub(super) fn new<T>(geometry: &Geometry, lanes: usize) -> Self {
        let rows = share(geometry.rows().kernel(), MOST_ROWS);
        let lengths = LENGTHS.into_iter().filter(|length| *length >= rows);
        let cuts = lengths.map(|length| Self::with_length::<T>(geometry, lanes, length));
        let best = cuts.min_by(|a, b| a.time.total_cmp(&b.time));
        best.unwrap_or_else(|| Self::with_length::<T>(geometry, lanes, LONGEST))
    }

    /// The cut for a length of at least the rows of a part.
    fn with_length<T>(geometry: &Geometry, lanes: usize, length: usize) -> Self {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let (part_rows, part_columns) = (share(rows.kernel(), MOST_ROWS), share(columns.kernel(), MOST_COLUMNS));
        let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
        let in_place = (inputs, outputs, part_rows, part_columns) == (1, 1, rows.kernel(), columns.kernel());

        let pairs = rows.output().div_ceil(2 * (length + 1 - part_rows));
        let bytes = if in_place { ALONE_BYTES } else { SUMMED_BYTES };
        let fitting = (bytes / (2 * length * size_of::<T>())).saturating_sub(part_columns) / lanes * lanes;
        let strip = share(columns.output(), fitting.max(lanes)).next_multiple_of(lanes);
        let stored = strip + part_columns - 1;
        let spectrum = length * Layout::new(stored, lanes).row;
        let outputs_of_task = share(outputs, (OUTPUT_BYTES / (spectrum * size_of::<T>())).max(1));

        let row_parts = rows.kernel().div_ceil(part_rows) as f64;
        let column_parts = columns.kernel().div_ceil(part_columns) as f64;
        let (inputs, outputs) = (inputs as f64, outputs as f64);
        let sums = inputs * outputs * 4.0 * row_parts * columns.kernel() as f64;
        // Columns that are transformed, for each output column: of pixels, once for each task; of the kernel; of outputs.
        let wider = stored as f64 / strip as f64;
        let pixels = inputs * row_parts * column_parts * (outputs / outputs_of_task as f64) * wider;
        let kernel = inputs * outputs * row_parts * columns.kernel() as f64 / columns.output() as f64;
        let transforms = (pixels + kernel + outputs) * STEPS * (length as f64).log2();
        Self {
            length,
            run: rows.output().div_ceil(2 * pairs),
            strip,
            outputs: outputs_of_task,
            spectrum,
            part_columns,
            part_spectrum: length * Layout::new(part_columns, lanes).row,
            in_place,
            time: (pairs * length) as f64 * (sums + transforms),
        }
    }
}
