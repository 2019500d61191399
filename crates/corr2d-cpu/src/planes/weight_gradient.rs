//! The weight gradient with pixels in lanes, for images, depthwise layers and few channels.
//!
//! ```text
//! ∂L/∂w[o, c, a, b] = Σ over n, i, j of ∂L/∂y[n, o, i, j] · x[n, c, i·stride + a·dilation − top, j·stride + b·dilation − left]
//! ```
//!
//! A register for each of some neighbouring taps goes over the image: seven rows of the output gradient are loaded once, and a
//! row of the input once for each kernel column, to serve all kernel rows. What several tiles of taps read stays in a
//! first-level cache meanwhile.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `tile` | the sums of some taps in registers |
//! | `window` | copies of what lies at the rim, and of strided rows, with zeros for the padding |
//! | `task` | the tiles of some output channels over some strips of rows |
//! | `cut` | the kernel cut into tiles, rows into strips, columns into segments |
//!
//! A layer has many weights and shares them out; an image has few, so its strips are cut into parts, summed apart and added
//! up in order. How many parts depends on the geometry alone, and so does every bit of the result.
//!
//! A number that is not finite would turn the zeros of a copy into NaN. It leaves a sum that is not finite, and then all
//! are summed anew by [`direct`](crate::direct), which skips the padding.

mod cut;
mod task;
mod tile;
mod window;

use std::marker::PhantomData;

use self::cut::Cut;
use self::task::{Task, Workspace};
use crate::positions::add_parts;
use crate::simd::{Isa, Kernel, Simd, asks_ahead};
use crate::{Element, Error, Geometry, direct, threads, zeros};

/// Below so many multiplications a call stays on its own thread.
const SEQUENTIAL_MULTIPLICATIONS: f64 = 200_000.0;

/// So many multiplications outweigh adding up one more part.
const PART_MULTIPLICATIONS: f64 = 200_000.0;

/// The partial sums that are kept at the same time: 512 KiB.
const PARTIAL_SUMS: usize = 1 << 16;

/// Enough tasks to keep many threads busy.
const TASKS: usize = 64;

/// weight_gradient = ∂L/∂weight. The slices are as long as the geometry says.
pub(crate) fn weight_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: &[T],
    output_gradient: &[T],
    weight_gradient: &mut [T],
) -> Result<(), Error> {
    let Some(cut) = isa.run(Registers { geometry, number: PhantomData::<T> }) else {
        return direct::weight_gradient(isa, geometry, input, output_gradient, weight_gradient);
    };
    let weights = weight_gradient.len();
    let strips = geometry.batch() * cut.strips;
    let per_group = geometry.output_channels_per_group();
    let tasks = geometry.groups() * per_group.div_ceil(cut.outputs);
    let worth = (geometry.multiplications() / PART_MULTIPLICATIONS) as usize;
    let parts = TASKS.div_ceil(tasks).min(PARTIAL_SUMS / weights).min(worth).min(strips).max(1);
    // On a Cascade Lake with AVX-512, 5×5 on 1080×1920 takes 2.7 ms so, and not 3.8; with sixteen registers it was not measured, so
    // the sums ask for nothing there.
    let asks = asks_ahead() && cut.tiles.len() > 1;
    let sum = |workspace: &mut Workspace<T>, part: usize, first_output: usize, outputs: usize| {
        let strips = part * strips / parts..(part + 1) * strips / parts;
        let outputs = first_output..first_output + outputs;
        let (cut, gradient) = (&cut, output_gradient);
        match asks {
            true => isa.run(Task::<T, true> { geometry, cut, input, gradient, outputs, strips, workspace }),
            false => isa.run(Task::<T, false> { geometry, cut, input, gradient, outputs, strips, workspace }),
        }
    };
    if parts == 1 {
        shared(geometry, &cut, weight_gradient, |workspace, output, outputs, weights| {
            sum(workspace, 0, output, outputs);
            weights.iter_mut().zip(&workspace.sums).for_each(|(weight, sum)| *weight = T::from_f64(*sum));
        });
    } else {
        let mut partial = zeros::<f64>(parts * weights)?;
        shared(geometry, &cut, &mut partial, |workspace, output, outputs, partial| {
            sum(workspace, output / geometry.output_channels(), output % geometry.output_channels(), outputs);
            partial.copy_from_slice(&workspace.sums);
        });
        add_parts(&partial, weight_gradient);
    }
    if weight_gradient.iter().all(|weight| weight.to_f64().is_finite()) {
        return Ok(());
    }
    direct::weight_gradient(isa, geometry, input, output_gradient, weight_gradient)
}

/// Calls `sum` for the weights of some output channels at a time, in parallel if the work is worth it: with the first of
/// them, counted over all parts, and how many they are.
fn shared<T: Element, W: Send>(
    geometry: &Geometry,
    cut: &Cut,
    weights: &mut [W],
    sum: impl Fn(&mut Workspace<T>, usize, usize, &mut [W]) + Sync,
) {
    let per_output = geometry.weight_len() / geometry.output_channels();
    let per_group = geometry.output_channels_per_group();
    let tasks = weights.chunks_mut(per_group * per_output).enumerate().flat_map(|(group, weights)| {
        let tasks = weights.chunks_mut(cut.outputs * per_output).enumerate();
        tasks.map(move |(index, weights)| (group * per_group + index * cut.outputs, weights))
    });
    let run = |workspace: &mut _, (output, weights): (usize, &mut [W])| {
        sum(workspace, output, weights.len() / per_output, weights);
    };
    threads::for_each(geometry.multiplications() >= SEQUENTIAL_MULTIPLICATIONS, tasks, Workspace::new, run);
}

/// How the sums are cut for the registers of an instruction set.
struct Registers<'a, T> {
    geometry: &'a Geometry,
    number: PhantomData<T>,
}

impl<T: Element> Kernel<T> for Registers<'_, T> {
    type Output = Option<Cut>;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _simd: S) -> Option<Cut> {
        Cut::new(self.geometry, size_of::<T>(), S::LANES, S::ACCUMULATORS)
    }
}
