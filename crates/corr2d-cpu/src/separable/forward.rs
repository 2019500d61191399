//! The forward pass: planes cut into bands, which threads share.

use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};

use super::band::{Band, Workspace};
use super::factors::Factors;
use crate::simd::{Isa, Kernel, Simd};
use crate::{Element, Error, Geometry, Input, planes, threads};

/// The most columns of a band: what lies between the passes stays in a second-level cache.
pub(super) const WIDEST: usize = 4096;

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// Whether this algorithm can compute a geometry, if the weights are outer products: one input channel a group, stride 1,
/// dilation 1.
pub(crate) fn suits(geometry: &Geometry) -> bool {
    let plain = |axis: &crate::Axis| (axis.stride(), axis.dilation()) == (1, 1);
    geometry.input_channels_per_group() == 1 && plain(geometry.rows()) && plain(geometry.columns())
}

/// Whether two passes beat one: they multiply three times less, and a band is full.
///
/// Measured on one core of Zen 4 with AVX-512 / AVX2, as the time of `planes` over that of two passes, at 1080×1920: 5×5
/// 1.05 / 0.76, 7×7 1.71 / 1.32, 9×9 2.9 / 2.1, 15×15 4.4 / 3.6, 31×31 11.5 / 8.6; at 64×64 7×7 1.5 / 1.2, at 32×32 1.06 /
/// 0.97.
pub(crate) fn pays(geometry: &Geometry) -> bool {
    let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
    let side = geometry.rows().output().min(geometry.columns().output());
    suits(geometry) && side >= 24 && height * width >= 3 * (height + width)
}

/// The factors of each output channel, if all kernels are outer products.
fn factors<T: Element>(geometry: &Geometry, weight: &[T]) -> Result<Vec<Factors<T>>, Error> {
    let (height, width) = (geometry.rows().kernel(), geometry.columns().kernel());
    let kernels = weight.chunks_exact(height * width).enumerate();
    let factors = |(channel, kernel)| Factors::of(kernel, width).ok_or(Error::NotAnOuterProduct { channel });
    kernels.map(factors).collect()
}

/// Whether all kernels are outer products.
pub(crate) fn accepts<T: Element>(geometry: &Geometry, weight: &[T]) -> bool {
    factors(geometry, weight).is_ok()
}

/// output = correlation of input with weight, plus bias, for a geometry that [`suits`] and weights that it [`accepts`].
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
    let factors = factors(geometry, weight)?;
    let lanes = isa.run::<T, _>(Lanes);
    let width = geometry.columns().output();
    let outputs = geometry.output_channels();
    let finite: Vec<AtomicBool> = (0..geometry.batch()).map(|_| AtomicBool::new(true)).collect();
    let run = |workspace: &mut Workspace<T>, (plane, first_row, rows): (usize, usize, &mut [MaybeUninit<T>])| {
        let (image, channel) = (plane / outputs, plane % outputs);
        // A group has one input channel.
        let group = channel / geometry.output_channels_per_group();
        for first_column in (0..width).step_by(WIDEST) {
            let columns = first_column..width.min(first_column + WIDEST);
            let mut rows: Vec<_> = rows.chunks_exact_mut(width).map(|row| &mut row[columns.clone()]).collect();
            let band = Band {
                geometry,
                plane: input.planes(image, group),
                factors: &factors[channel],
                bias: bias.map_or(T::ZERO, |bias| bias[channel]),
                first: (first_row, first_column),
                rows: &mut rows,
                workspace,
            };
            if !isa.run(band) {
                finite[image].store(false, Ordering::Relaxed);
            }
        }
    };
    let bands = output.chunks_mut(geometry.rows().output() * width).enumerate().flat_map(|(plane, output)| {
        output.chunks_mut(lanes * width).enumerate().map(move |(index, rows)| (plane, index * lanes, rows))
    });
    threads::for_each(geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS, bands, Workspace::new, run);
    let one = geometry.with_batch(1);
    for (image, (output, finite)) in output.chunks_exact_mut(one.output_len()).zip(finite).enumerate() {
        if !finite.into_inner() {
            planes::forward(isa, &one, input.image(image), weight, bias, output)?;
        }
    }
    Ok(())
}

/// The lanes of an instruction set.
struct Lanes;

impl<T: Element> Kernel<T> for Lanes {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _: S) -> usize {
        S::LANES
    }
}
