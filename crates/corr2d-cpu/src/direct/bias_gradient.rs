//! The bias gradient: the gradient of each output channel, summed over batch and positions.
//!
//! ```text
//! ∂L/∂b[o] = Σ over n, i, j of ∂L/∂y[n, o, i, j]
//! ```
//!
//! It takes as long as reading the gradient once. A lane sums at most [`RUN`] numbers, eight registers of lanes are added in
//! pairs, and what comes of it goes to a total in f64. A plane is cut into blocks, each with a total of its own; the totals of
//! a channel are added in order, so that no bit depends on who computes them.

use super::pieces::SEQUENTIAL_MULTIPLICATIONS;
use crate::simd::{Isa, Kernel, Simd};
use crate::transpose::MOST_LANES;
use crate::{Element, Error, Geometry, threads, zeros};

/// The numbers that a lane sums before they are added to a total.
const RUN: usize = 8;

/// The registers that are summed at once.
const REGISTERS: usize = 8;

/// The elements of a block.
const BLOCK: usize = 1 << 16;

/// bias_gradient = ∂L/∂bias. The slices are as long as the geometry says.
pub(crate) fn bias_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    output_gradient: &[T],
    bias_gradient: &mut [T],
) -> Result<(), Error> {
    let plane = geometry.rows().output() * geometry.columns().output();
    let channels = geometry.output_channels();
    let block = |block: &[T]| isa.run(Total { numbers: block });
    let planes = |channel: usize| output_gradient.chunks_exact(plane).skip(channel).step_by(channels);
    // Not `sum`, which makes −0 of nothing.
    let of_channel = |(): &mut (), (channel, total): (usize, &mut T)| {
        *total = T::from_f64(planes(channel).flat_map(|plane| plane.chunks(BLOCK)).map(block).fold(0.0, |a, b| a + b));
    };
    let sharing = output_gradient.len() as f64 >= SEQUENTIAL_MULTIPLICATIONS;
    let threads = threads::count();
    if !sharing || threads == 1 || channels >= 4 * threads {
        threads::for_each(sharing, bias_gradient.iter_mut().enumerate(), || (), of_channel);
    } else {
        // A few channels: their blocks are shared out.
        let blocks = plane.div_ceil(BLOCK);
        let mut totals = zeros::<f64>(geometry.batch() * channels * blocks)?;
        let of_blocks = output_gradient.chunks_exact(plane).flat_map(|plane| plane.chunks(BLOCK));
        let sum = |(): &mut (), (numbers, total): (&[T], &mut f64)| *total = block(numbers);
        threads::for_each(true, of_blocks.zip(&mut totals), || (), sum);
        for (channel, total) in bias_gradient.iter_mut().enumerate() {
            let of_channel = totals.chunks_exact(blocks).skip(channel).step_by(channels);
            *total = T::from_f64(of_channel.flatten().fold(0.0, |a, b| a + b));
        }
    }
    Ok(())
}

/// The sum of some numbers.
struct Total<'a, T> {
    numbers: &'a [T],
}

impl<T: Element> Kernel<T> for Total<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, simd: S) -> f64 {
        let mut total = 0.0;
        for run in self.numbers.chunks(RUN * REGISTERS * S::LANES) {
            let mut sums = [simd.splat(T::ZERO); REGISTERS];
            let blocks = run.chunks_exact(REGISTERS * S::LANES);
            let rest = blocks.remainder();
            for block in blocks {
                unroll!(R in [0 1 2 3 4 5 6 7] { sums[R] = simd.add(sums[R], simd.load(block, R * S::LANES)); });
            }
            unroll!(R in [0 1 2 3 4 5 6 7] {
                if R * S::LANES < rest.len() {
                    sums[R] = simd.add(sums[R], simd.load_within(rest, (R * S::LANES) as isize));
                }
            });
            unroll!(R in [0 1 2 3] { sums[R] = simd.add(sums[R], sums[R + 4]); });
            unroll!(R in [0 1] { sums[R] = simd.add(sums[R], sums[R + 2]); });
            let mut lanes = [T::ZERO; MOST_LANES];
            simd.store(simd.add(sums[0], sums[1]), &mut lanes, 0);
            let mut lanes = lanes.map(T::to_f64);
            for half in [8, 4, 2, 1] {
                for lane in 0..half {
                    lanes[lane] += lanes[lane + half];
                }
            }
            total += lanes[0];
        }
        total
    }
}
