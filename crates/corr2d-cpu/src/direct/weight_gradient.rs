//! The weight gradient: for each tap, the products of what it read and what came of it, summed over all positions.
//!
//! ```text
//! ∂L/∂w[o, c, a, b] = Σ over n, i, j of ∂L/∂y[n, o, i, j] · x[n, c, i·stride + a·dilation − top, j·stride + b·dilation − left]
//! ```
//!
//! A layer has many weights and shares them out; a filter on one large image has few, so the rows of all outputs are
//! cut into parts, summed apart and added up in order. How many parts depends on the geometry alone, and so does every
//! bit of the result.
//!
//! There may be millions of positions: a lane sums at most [`RUN`] products before it is added to a total in f64.

use std::ops::Range;

use super::pieces::{CHANNELS, SEQUENTIAL_MULTIPLICATIONS};
use crate::simd::{Kernel, Simd};
use crate::{Element, Error, Geometry, Isa, threads, zeros};

/// The products that a lane sums before they are added to the total.
const RUN: usize = 16;

/// The partial sums that are kept at the same time: 512 KiB.
const PARTIAL_SUMS: usize = 1 << 16;

/// Enough parts to keep many threads busy, few enough that adding them up costs nothing.
const PARTS: usize = 64;

/// weight_gradient = ∂L/∂weight. The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let rows = geometry.batch() * geometry.rows().output();
    let weights = weight_gradient.len();
    let sums = Sums { geometry, input, output_gradient };
    let sharing = geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS;
    let parts = (PARTIAL_SUMS / weights).clamp(1, PARTS).min(rows);
    if parts == 1 || !sharing {
        let write = |(): &mut (), (block, sums): (_, &mut _)| isa.run(Write { block, sums });
        threads::for_each(sharing, sums.blocks(0..rows, weight_gradient), || (), write);
        return Ok(());
    }
    let mut partial = zeros::<f64>(parts * weights)?;
    let sum = |(): &mut (), (part, partial): (usize, &mut [f64])| {
        let of_part = part * rows / parts..(part + 1) * rows / parts;
        sums.blocks(of_part, partial).for_each(|(block, sums)| isa.run(Write { block, sums }));
    };
    threads::for_each(true, partial.chunks_mut(weights).enumerate(), || (), sum);
    for (index, total) in weight_gradient.iter_mut().enumerate() {
        let parts = partial.iter().skip(index).step_by(weights);
        *total = T::from_f64(parts.fold(0.0, |sum, part| sum + part));
    }
    Ok(())
}

/// What is summed.
#[derive(Clone, Copy)]
struct Sums<'a, T> {
    geometry: &'a Geometry,
    input: &'a [T],
    output_gradient: &'a [T],
}

impl<'a, T: Element> Sums<'a, T> {
    /// The weights cut into blocks of up to four output channels of one group, each to be summed over some of the N · H'
    /// output rows of the batch.
    fn blocks<'s, S: Element>(
        self,
        rows: Range<usize>,
        sums: &'s mut [S],
    ) -> impl Iterator<Item = (Block<'a, T>, &'s mut [S])> + Send {
        let geometry = self.geometry;
        let per_channel = sums.len() / geometry.output_channels();
        let per_group = geometry.output_channels_per_group();
        sums.chunks_mut(per_group * per_channel).enumerate().flat_map(move |(group, sums)| {
            let rows = rows.clone();
            sums.chunks_mut(CHANNELS * per_channel).enumerate().map(move |(block, sums)| {
                let channel = group * per_group + block * CHANNELS;
                (Block { sums: self, rows: rows.clone(), group, channel }, sums)
            })
        })
    }
}

/// The weights of up to four output channels of one group.
struct Block<'a, T> {
    sums: Sums<'a, T>,
    rows: Range<usize>,
    group: usize,
    /// The first output channel, counted over all groups.
    channel: usize,
}

/// A block and where its sums go.
struct Write<'a, 's, T, D> {
    block: Block<'a, T>,
    sums: &'s mut [D],
}

impl<T: Element, D: Element> Kernel<T> for Write<'_, '_, T, D> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) {
        self.block.write(simd, self.sums);
    }
}

impl<T: Element> Block<'_, T> {
    /// Writes the sums of the block, whose length says how many channels it has.
    #[inline(always)]
    fn write<R: Simd<Number = T>, S: Element>(&self, simd: R, sums: &mut [S]) {
        match sums.len() / (sums_per_channel(self.sums.geometry)) {
            1 => self.write_channels::<R, S, 1>(simd, sums),
            2 => self.write_channels::<R, S, 2>(simd, sums),
            3 => self.write_channels::<R, S, 3>(simd, sums),
            _ => self.write_channels::<R, S, CHANNELS>(simd, sums),
        }
    }

    #[inline(always)]
    fn write_channels<R: Simd<Number = T>, S: Element, const M: usize>(&self, simd: R, sums: &mut [S]) {
        let geometry = self.sums.geometry;
        let kernel = (geometry.rows().kernel(), geometry.columns().kernel());
        let per_channel = sums_per_channel(geometry);
        for c in 0..geometry.input_channels_per_group() {
            for a in 0..kernel.0 {
                for b in 0..kernel.1 {
                    let totals = self.tap::<R, M>(simd, c, a, b);
                    for (m, total) in totals.into_iter().enumerate() {
                        sums[m * per_channel + (c * kernel.0 + a) * kernel.1 + b] = S::from_f64(total);
                    }
                }
            }
        }
    }

    /// The sums of tap (a, b) of input channel c for `M` output channels.
    #[inline(always)]
    fn tap<R: Simd<Number = T>, const M: usize>(&self, simd: R, c: usize, a: usize, b: usize) -> [f64; M] {
        let (rows, columns) = (self.sums.geometry.rows(), self.sums.geometry.columns());
        let reach = columns.outputs_of_tap(b);
        let mut totals = Totals { simd, totals: [0.0; M], lanes: [simd.splat(T::ZERO); M], summed: 0 };
        if reach.is_empty() {
            return totals.totals;
        }
        let first_read = reach.start * columns.stride() + b * columns.dilation() - columns.before();
        for row in self.rows.clone() {
            let (n, output_row) = (row / rows.output(), row % rows.output());
            let Some(input_row) = rows.input_position(output_row, a) else { continue };
            let x = &self.input_row(n, c, input_row)[first_read..];
            let gradients: [&[T]; M] = std::array::from_fn(|m| &self.gradient_row(n, m, output_row)[reach.clone()]);
            totals.add_row(x, columns.stride(), gradients);
        }
        totals.flush();
        totals.totals
    }

    #[inline(always)]
    fn input_row(&self, n: usize, c: usize, row: usize) -> &[T] {
        let geometry = self.sums.geometry;
        let channel = self.group * geometry.input_channels_per_group() + c;
        let width = geometry.columns().input();
        let index = (n * geometry.input_channels() + channel) * geometry.rows().input() + row;
        &self.sums.input[index * width..][..width]
    }

    #[inline(always)]
    fn gradient_row(&self, n: usize, m: usize, row: usize) -> &[T] {
        let geometry = self.sums.geometry;
        let width = geometry.columns().output();
        let channel = n * geometry.output_channels() + self.channel + m;
        &self.sums.output_gradient[(channel * geometry.rows().output() + row) * width..][..width]
    }
}

/// Sums of products in lanes, on their way to totals in f64.
struct Totals<S: Simd, const M: usize> {
    simd: S,
    totals: [f64; M],
    lanes: [S::Vector; M],
    /// How many products each lane holds.
    summed: usize,
}

/// The numbers of the widest register.
const MOST_LANES: usize = 16;

impl<S: Simd, const M: usize> Totals<S, M> {
    /// Adds x[j · step] · gradients[m][j] for every j.
    #[inline(always)]
    fn add_row(&mut self, x: &[S::Number], step: usize, gradients: [&[S::Number]; M]) {
        const { assert!(S::LANES <= MOST_LANES) };
        let length = gradients[0].len();
        let blocks = length / S::LANES * S::LANES;
        for j in (0..blocks).step_by(S::LANES) {
            let vector = if step == 1 { self.simd.load(x, j) } else { self.every(&x[j * step..], step) };
            let mut loaded = [self.simd.splat(S::Number::ZERO); M];
            for (loaded, gradient) in loaded.iter_mut().zip(gradients) {
                *loaded = self.simd.load(gradient, j);
            }
            self.add(vector, loaded);
        }
        if blocks < length {
            // Of both there are zeros behind the row.
            let vector = self.every(&x[blocks * step..=(length - 1) * step], step);
            let mut loaded = [self.simd.splat(S::Number::ZERO); M];
            for (loaded, gradient) in loaded.iter_mut().zip(gradients) {
                *loaded = self.simd.load_within(gradient, blocks as isize);
            }
            self.add(vector, loaded);
        }
    }

    #[inline(always)]
    fn add(&mut self, x: S::Vector, gradients: [S::Vector; M]) {
        for (lanes, gradient) in self.lanes.iter_mut().zip(gradients) {
            *lanes = self.simd.mul_add(x, gradient, *lanes);
        }
        self.summed += 1;
        if self.summed == RUN {
            self.flush();
        }
    }

    /// A register of every `step`-th number, and of zeros where there are none.
    #[inline(always)]
    fn every(&self, x: &[S::Number], step: usize) -> S::Vector {
        let mut numbers = [S::Number::ZERO; MOST_LANES];
        numbers[..S::LANES].iter_mut().zip(x.iter().step_by(step)).for_each(|(number, x)| *number = *x);
        self.simd.load(&numbers, 0)
    }

    #[inline(always)]
    fn flush(&mut self) {
        for (total, lanes) in self.totals.iter_mut().zip(&mut self.lanes) {
            let mut numbers = [S::Number::ZERO; MOST_LANES];
            self.simd.store(*lanes, &mut numbers, 0);
            let mut sums = [0.0; 4];
            for four in numbers.as_chunks::<4>().0 {
                for (sum, number) in sums.iter_mut().zip(four) {
                    *sum += number.to_f64();
                }
            }
            *total += (sums[0] + sums[1]) + (sums[2] + sums[3]);
            *lanes = self.simd.splat(S::Number::ZERO);
        }
        self.summed = 0;
    }
}

fn sums_per_channel(geometry: &Geometry) -> usize {
    geometry.weight_len() / geometry.output_channels()
}
