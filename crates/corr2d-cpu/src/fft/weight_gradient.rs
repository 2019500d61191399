//! The weight gradient of large kernels: the image correlated with the output gradient, whose few outputs are the weights.
//!
//! ```text
//! ∂L/∂w[·, b] = F⁻¹ D[·, b]        D[f, b] = Σ over runs, images and columns j of X[f, j + b] · conj G[f, j]
//! ```
//!
//! A run is some rows of the output gradient, and the rows of the image under them. Two runs are the real and the imaginary part
//! of one column, as in the forward pass: of their product (X₁ + i·X₂) · conj (G₁ + i·G₂) the inverse has the sum of both in its
//! real part, and what they have of each other in its imaginary part.

use std::sync::atomic::{AtomicBool, Ordering};

use super::backwards::{Backwards, Row};
use super::cut::{MOST_COLUMNS, STEPS, run_rows, share};
use super::forward::{SEQUENTIAL_MULTIPLICATIONS, registers, suits};
use super::forwards::{Forwards, Pixels};
use super::length::{LENGTHS, Length};
use super::spectrum::Layout;
use super::sums::Sums;
use super::task::moderate;
use crate::simd::{Isa, unwritten};
use crate::{Aligned, Element, Error, Geometry, aligned, planes, threads, zeros};

/// By how much it must seem to take less than sums over pixels.
const ADVANTAGE: f64 = 1.2;

/// The most parts of a sum.
const PARTS: usize = 64;

/// The sums of all parts, which are kept until the last is done: 2 MiB.
const PARTIAL_SUMS: usize = 1 << 18;

/// The most weights: more would leave too few parts for many threads, which share nothing else.
const MOST_WEIGHTS: usize = PARTIAL_SUMS / 16;

/// What the spectrum of an output gradient may fill, and about what those of a group may.
const SPECTRUM_BYTES: usize = 256 << 10;
const GRADIENT_BYTES: usize = 2 << 20;

/// What all spectra of a thread may fill.
const MOST_BYTES: usize = 7 << 19;

/// Whether it can compute a geometry, whatever the numbers and the registers: `f64` in the widest ones needs most.
pub(crate) fn suits_weight_gradient(geometry: &Geometry) -> bool {
    suits(geometry) && Cut::new::<f64>(geometry, 16).is_some()
}

/// Whether it beats sums over pixels, by the multiplications of both.
pub(crate) fn weight_gradient_pays(geometry: &Geometry) -> bool {
    let direct = geometry.multiplications() / geometry.groups() as f64;
    suits_weight_gradient(geometry) && Cut::new::<f32>(geometry, 16).is_some_and(|cut| cut.time * ADVANTAGE <= direct)
}

/// weight_gradient = ∂L/∂weight. A geometry that does not suit, and numbers that a transform would spread, are left to `planes`.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let (lanes, sums) = registers::<T>(isa);
    let cut = if suits(geometry) { Cut::new::<T>(geometry, lanes) } else { None };
    let Some(cut) = cut else { return planes::weight_gradient(isa, geometry, input, output_gradient, weight_gradient) };
    let length = Length::new(cut.length, sums >= 16);
    let call = Call { isa, geometry, input, output_gradient, lanes, cut, length };

    let per_group = weight_gradient.len() / geometry.groups();
    let tasks = geometry.batch() * call.cut.tasks_of_image();
    let parts = PARTS.min(tasks).min(PARTIAL_SUMS / weight_gradient.len()).max(1);
    let spread = AtomicBool::new(false);
    let job = |workspace: &mut Workspace<T>, (job, sums): (usize, &mut [f64])| {
        let (group, part) = (job / parts, job % parts);
        for task in part * tasks / parts..(part + 1) * tasks / parts {
            if !spread.load(Ordering::Relaxed) && !call.run(workspace, group, task, sums) {
                spread.store(true, Ordering::Relaxed);
            }
        }
        Ok(())
    };
    let mut sums = zeros::<f64>(parts * weight_gradient.len())?;
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let jobs = sums.chunks_exact_mut(per_group).enumerate();
    threads::try_for_each(sharing, jobs, || Workspace::new(&call.cut, geometry), job)?;
    if spread.into_inner() {
        return planes::weight_gradient(isa, geometry, input, output_gradient, weight_gradient);
    }
    for (weights, parts) in weight_gradient.chunks_exact_mut(per_group).zip(sums.chunks_exact(parts * per_group)) {
        for (index, weight) in weights.iter_mut().enumerate() {
            *weight = T::from_f64(parts.chunks_exact(per_group).fold(0.0, |sum, part| sum + part[index]));
        }
    }
    Ok(())
}

/// What all tasks of a call share.
struct Call<'a, T> {
    isa: Isa,
    geometry: &'a Geometry,
    input: &'a [T],
    output_gradient: &'a [T],
    lanes: usize,
    cut: Cut,
    length: Length<T>,
}

/// The spectra that a thread works with.
struct Workspace<T> {
    /// Of an input channel, then the one of a kernel.
    input: Aligned<T>,
    /// Of all output gradients of the group.
    gradients: Aligned<T>,
    /// A kernel.
    weights: Vec<T>,
}

impl<T: Element> Workspace<T> {
    fn new(cut: &Cut, geometry: &Geometry) -> Result<Self, Error> {
        Ok(Self {
            input: aligned(cut.input_spectrum + cut.weight_spectrum)?,
            gradients: aligned(cut.gradient_spectrum * geometry.output_channels_per_group())?,
            weights: zeros(geometry.rows().kernel() * geometry.columns().kernel())?,
        })
    }
}

impl<T: Element> Call<'_, T> {
    /// Adds what a task gives to the weights of a group, [output][input][row][column], unless it meets numbers that a transform
    /// would spread: then it returns `false`.
    fn run(&self, workspace: &mut Workspace<T>, group: usize, task: usize, sums: &mut [f64]) -> bool {
        let geometry = self.geometry;
        let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
        let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
        let (image, place) = (task / self.cut.tasks_of_image(), task % self.cut.tasks_of_image());
        let first_row = place / self.cut.strips * 2 * self.cut.run;
        let first_column = place % self.cut.strips * self.cut.strip;
        let columns = self.cut.strip.min(geometry.columns().output() - first_column);
        for (output, spectrum) in workspace.gradients.chunks_exact_mut(self.cut.gradient_spectrum).enumerate() {
            let channel = image * geometry.output_channels() + group * outputs + output;
            if !self.transform(self.gradient(channel, first_row, first_column), columns, spectrum) {
                return false;
            }
        }
        // What whole registers of kernel columns read.
        let stored = columns + width.next_multiple_of(self.lanes);
        for input in 0..inputs {
            let channel = image * geometry.input_channels() + group * inputs + input;
            if !self.transform(self.pixels(channel, first_row, first_column), stored, &mut workspace.input) {
                return false;
            }
            for (output, kernel) in workspace.gradients.chunks_exact(self.cut.gradient_spectrum).enumerate() {
                self.isa.run(Sums {
                    buffer: &mut workspace.input,
                    x: 0,
                    y: self.cut.input_spectrum,
                    stored,
                    stored_outputs: width,
                    columns: width,
                    kernel,
                    taps: columns,
                    length: self.cut.length,
                    add: false,
                });
                let mut rows: Vec<Row<'_, T>> = unwritten(&mut workspace.weights).chunks_mut(width).collect();
                self.isa.run(Backwards {
                    length: &self.length,
                    spectrum: &mut workspace.input[self.cut.input_spectrum..],
                    stored: width,
                    columns: width,
                    bias: T::ZERO,
                    runs: [&mut rows, &mut []],
                });
                let sums = &mut sums[(output * inputs + input) * height * width..];
                sums.iter_mut().zip(&workspace.weights).for_each(|(sum, weight)| *sum += weight.to_f64());
            }
        }
        true
    }

    /// Whether no number is so large that it would be spread.
    fn transform(&self, pixels: Pixels<'_, T>, columns: usize, spectrum: &mut [T]) -> bool {
        moderate(self.isa.run(Forwards { length: &self.length, pixels, columns, spectrum }))
    }

    /// Two runs of an output gradient.
    fn gradient(&self, channel: usize, first_row: usize, first_column: usize) -> Pixels<'_, T> {
        let (height, width) = (self.geometry.rows().output(), self.geometry.columns().output());
        Pixels {
            plane: &self.output_gradient[channel * height * width..][..height * width],
            height,
            width,
            row_step: width,
            runs: [0, 1].map(|index| ((first_row + index * self.cut.run) as isize, self.rows_of(first_row, index))),
            first_column: first_column as isize,
        }
    }

    /// What they read of an input channel.
    fn pixels(&self, channel: usize, first_row: usize, first_column: usize) -> Pixels<'_, T> {
        let (rows, columns) = (self.geometry.rows(), self.geometry.columns());
        let (height, width) = (rows.input(), columns.input());
        let run = |index: usize| {
            let count = self.rows_of(first_row, index);
            let first = (first_row + index * self.cut.run) as isize + rows.first_read();
            (first, if count > 0 { count + rows.kernel() - 1 } else { 0 })
        };
        Pixels {
            plane: &self.input[channel * height * width..][..height * width],
            height,
            width,
            row_step: width,
            runs: [run(0), run(1)],
            first_column: first_column as isize + columns.first_read(),
        }
    }

    /// The output rows of one of the two runs of a task.
    fn rows_of(&self, first_row: usize, index: usize) -> usize {
        run_rows(self.geometry, self.cut.run, first_row, index)
    }
}

/// The cut of a geometry. It depends on nothing else but the number type and the instruction set.
struct Cut {
    /// Of a transform.
    length: usize,
    /// The rows of a run. Two runs make a task.
    run: usize,
    /// The columns of an output gradient that a task goes over.
    strip: usize,
    /// The tasks of an image: pairs of runs, each in strips.
    pairs: usize,
    strips: usize,
    /// The numbers of spectra.
    input_spectrum: usize,
    gradient_spectrum: usize,
    weight_spectrum: usize,
    /// What it takes, in multiplications for a group.
    time: f64,
}

impl Cut {
    /// Of all lengths the one that takes the least, for registers of so many lanes.
    fn new<T>(geometry: &Geometry, lanes: usize) -> Option<Self> {
        let cuts = LENGTHS.into_iter().filter_map(|length| Self::with_length::<T>(geometry, lanes, length));
        cuts.min_by(|a, b| a.time.total_cmp(&b.time))
    }

    /// `None` where a run has no rows, and where spectra or sums would not fit.
    fn with_length<T>(geometry: &Geometry, lanes: usize, length: usize) -> Option<Self> {
        let (rows, columns) = (geometry.rows(), geometry.columns());
        let (inputs, outputs) = (geometry.input_channels_per_group(), geometry.output_channels_per_group());
        if length < rows.kernel() || columns.kernel() > MOST_COLUMNS || geometry.weight_len() > MOST_WEIGHTS {
            return None;
        }
        let pairs = rows.output().div_ceil(2 * (length + 1 - rows.kernel()));
        let bytes = SPECTRUM_BYTES.min(GRADIENT_BYTES / outputs);
        let fitting = (bytes / (2 * length * size_of::<T>()) / lanes * lanes).max(lanes);
        let strip = share(columns.output(), fitting).next_multiple_of(lanes);
        let spectrum = |columns: usize| length * Layout::new(columns, lanes).row;
        let strips = columns.output().div_ceil(strip);
        let whole = columns.kernel().next_multiple_of(lanes);
        let (input_spectrum, gradient_spectrum) = (spectrum(strip + whole), spectrum(strip));
        let weight_spectrum = spectrum(columns.kernel());
        let numbers = input_spectrum + weight_spectrum + outputs * gradient_spectrum;
        if numbers * size_of::<T>() > MOST_BYTES {
            return None;
        }
        let tasks = (geometry.batch() * pairs * strips) as f64;
        let sums = (inputs * outputs * 4 * whole * strip) as f64;
        let transformed = inputs * (strip + whole) + outputs * strip + inputs * outputs * whole;
        let transforms = transformed as f64 * STEPS * (length as f64).log2();
        Some(Self {
            length,
            run: rows.output().div_ceil(2 * pairs),
            strip,
            pairs,
            strips,
            input_spectrum,
            gradient_spectrum,
            weight_spectrum,
            time: tasks * length as f64 * (sums + transforms),
        })
    }

    fn tasks_of_image(&self) -> usize {
        self.pairs * self.strips
    }
}
