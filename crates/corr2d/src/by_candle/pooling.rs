//! Poolings by candle's own operations, but not by its poolings, whose gradients are wrong.
//!
//! Candle's `max_pool2d` multiplies the gradient by the share of maxima in their window, so by 1/4 at 2×2, and both
//! poolings lose what a window that does not divide the size should get. Here a maximum is looked for tap by tap over all
//! windows at once, and its number gathered from where it stands; an average is a correlation with ones.

use candle_core::{DType, Tensor};
use corr2d_cpu::{Pool2dOptions, PoolGeometry};

use super::{forward, input_gradient, zeros};
use crate::error::Result;
use crate::ops::Engine;
use crate::pooling::planned;

/// As [`max_pool2d`](crate::max_pool2d), by candle's own operations whatever the device.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::Pool2dOptions;
///
/// let x = Tensor::new(&[[[[1f32, 4., 2., 0., 7.], [3., 4., 5., 1., 9.]]]], &Device::Cpu)?;
/// let y = corr2d::by_candle::max_pool2d(&x, &Pool2dOptions::default())?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [4., 5.]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`max_pool2d`](crate::max_pool2d), and whatever candle's operations do not support.
pub fn max_pool2d(x: &Tensor, options: &Pool2dOptions) -> Result<Tensor> {
    planned("max_pool2d", x, options, Engine::Candle)?.max(x)
}

/// As [`avg_pool2d`](crate::avg_pool2d), by candle's own operations whatever the device.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::Pool2dOptions;
///
/// let x = Tensor::new(&[[[[1f32, 4., 2., 0., 7.], [3., 4., 5., 1., 9.]]]], &Device::Cpu)?;
/// let y = corr2d::by_candle::avg_pool2d(&x, &Pool2dOptions::default())?;
/// assert_eq!(y.flatten_all()?.to_vec1::<f32>()?, [3., 2.]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`avg_pool2d`](crate::avg_pool2d), and whatever candle's operations do not support.
pub fn avg_pool2d(x: &Tensor, options: &Pool2dOptions) -> Result<Tensor> {
    planned("avg_pool2d", x, options, Engine::Candle)?.average(x)
}

/// The values of y = M(x), outside the graph.
pub(crate) fn max(geometry: &PoolGeometry, input: &Tensor) -> Result<Tensor> {
    gather(geometry, &positions(geometry, input)?, input)
}

/// Where the maxima stand, [planes, outputs of a plane]: the first of equal numbers, the last of several NaN.
pub(crate) fn positions(geometry: &PoolGeometry, input: &Tensor) -> Result<Tensor> {
    let taps = taps(geometry);
    let outputs = taps[0].len();
    let (planes, input) = planes(geometry, input)?;
    let looked_up = |tap: &Vec<u32>| Tensor::new(tap.as_slice(), input.device());
    let spread = |tap: &Tensor| tap.reshape((1, outputs))?.broadcast_as((planes, outputs))?.contiguous();
    let mut positions = spread(&looked_up(&taps[0])?)?;
    if planes == 0 {
        return Ok(positions);
    }
    let mut greatest = input.index_select(&looked_up(&taps[0])?, 1)?;
    for tap in &taps[1..] {
        let tap = looked_up(tap)?;
        let (numbers, places) = (input.index_select(&tap, 1)?, spread(&tap)?);
        // NaN is the number that differs from itself.
        for takes_its_place in [numbers.gt(&greatest)?, numbers.ne(&numbers)?] {
            greatest = takes_its_place.where_cond(&numbers, &greatest)?;
            positions = takes_its_place.where_cond(&places, &positions)?;
        }
    }
    Ok(positions)
}

/// For each tap what the windows of a plane read through it, in row order. A tap in the padding reads what the one before
/// it read, which changes nothing.
fn taps(geometry: &PoolGeometry) -> Vec<Vec<u32>> {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let mut taps = vec![Vec::new(); rows.kernel() * columns.kernel()];
    for i in 0..rows.output() {
        for j in 0..columns.output() {
            let place = |tap: usize| {
                let row = rows.input_position(i, tap / columns.kernel())?;
                Some((row * columns.input() + columns.input_position(j, tap % columns.kernel())?) as u32)
            };
            // No window is without one.
            let mut last = (0..taps.len()).find_map(place).unwrap_or_default();
            for (index, tap) in taps.iter_mut().enumerate() {
                last = place(index).unwrap_or(last);
                tap.push(last);
            }
        }
    }
    taps
}

/// The values of y = G(x), outside the graph.
pub(crate) fn gather(geometry: &PoolGeometry, positions: &Tensor, input: &Tensor) -> Result<Tensor> {
    if geometry.output_len() == 0 {
        return zeros(&geometry.output_shape(), input);
    }
    let (_, input) = planes(geometry, input)?;
    Ok(input.gather(positions, 1)?.reshape(geometry.output_shape().as_slice())?)
}

/// The values of gx = S(g), outside the graph.
pub(crate) fn scatter(geometry: &PoolGeometry, positions: &Tensor, output_gradient: &Tensor) -> Result<Tensor> {
    if geometry.output_len() == 0 {
        return zeros(&geometry.input_shape(), output_gradient);
    }
    let gradient = widened(output_gradient)?.reshape(positions.dims())?.contiguous()?;
    let [batch, channels, height, width] = geometry.input_shape();
    let nothing = Tensor::zeros((batch * channels, height * width), gradient.dtype(), gradient.device())?;
    let sums = nothing.scatter_add(positions, &gradient, 1)?;
    Ok(sums.reshape(geometry.input_shape().as_slice())?.to_dtype(output_gradient.dtype())?)
}

/// The values of y = A(x), outside the graph.
pub(crate) fn average(geometry: &PoolGeometry, input: &Tensor) -> Result<Tensor> {
    if geometry.output_len() == 0 {
        return zeros(&geometry.output_shape(), input);
    }
    let sums_of = geometry.correlation()?;
    let images = widened(input)?.reshape(sums_of.input_shape().as_slice())?;
    let sums = forward(&sums_of, &images, &ones(&sums_of.weight_shape(), &images)?, None)?;
    let averages = sums.broadcast_div(&divisors(geometry, &sums)?)?;
    Ok(averages.reshape(geometry.output_shape().as_slice())?.to_dtype(input.dtype())?)
}

/// The values of gx = A*(g), outside the graph.
pub(crate) fn average_gradient(geometry: &PoolGeometry, output_gradient: &Tensor) -> Result<Tensor> {
    if geometry.output_len() == 0 {
        return zeros(&geometry.input_shape(), output_gradient);
    }
    let sums_of = geometry.correlation()?;
    let arriving = widened(output_gradient)?.reshape(sums_of.output_shape().as_slice())?;
    let shares = arriving.broadcast_div(&divisors(geometry, &arriving)?)?;
    let gradient = input_gradient(&sums_of, &shares, &ones(&sums_of.weight_shape(), &shares)?)?;
    Ok(gradient.reshape(geometry.input_shape().as_slice())?.to_dtype(output_gradient.dtype())?)
}

/// The elements of each window, [1, 1, H', W'].
fn divisors(geometry: &PoolGeometry, like: &Tensor) -> Result<Tensor> {
    let (rows, columns) = geometry.divisors();
    let of = |counts: Vec<usize>| counts.into_iter().map(|count| count as f32).collect::<Vec<_>>();
    let shape = ((rows.len(), 1), (1, columns.len()));
    let rows = Tensor::from_vec(of(rows), shape.0, like.device())?;
    let columns = Tensor::from_vec(of(columns), shape.1, like.device())?;
    Ok(rows.broadcast_mul(&columns)?.unsqueeze(0)?.unsqueeze(0)?.to_dtype(like.dtype())?)
}

/// How many planes there are, and the tensor as rows of one plane each.
fn planes(geometry: &PoolGeometry, input: &Tensor) -> Result<(usize, Tensor)> {
    let [batch, channels, height, width] = geometry.input_shape();
    let planes = batch * channels;
    Ok((planes, input.detach().contiguous()?.reshape((planes, height * width))?))
}

/// Outside the graph, and half precision in f32: candle adds in the type of the tensor.
fn widened(tensor: &Tensor) -> Result<Tensor> {
    let dtype = tensor.dtype();
    let summed_in = if matches!(dtype, DType::F16 | DType::BF16) { DType::F32 } else { dtype };
    Ok(tensor.detach().to_dtype(summed_in)?.contiguous()?)
}

fn ones(shape: &[usize; 4], like: &Tensor) -> Result<Tensor> {
    Ok(Tensor::ones(shape.as_slice(), like.dtype(), like.device())?)
}
