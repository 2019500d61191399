//! One layer once the sizes of its inputs are known: the size of its map, and what one output reads of each input.

use corr2d_cpu::{Axis, PoolGeometry};

use super::error::{Error, Result};
use super::layer::{Layer, Sides, Window, WindowPadding};
use super::network::Placed;
use super::reads::Reads;
use super::windows::{convolution, pooling_options, sides_of, transposed, upsampling};

/// A layer once the sizes of its inputs are known.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) size: (usize, usize),
    /// For each input, what one output reads of it, down and across.
    pub(super) reads: Vec<(Reads, Reads)>,
    /// The zeros around a window, 'same' in numbers.
    pub(super) padding: Sides,
}

impl Step {
    /// Of an image, which takes nothing.
    pub(super) fn of_image(size: (usize, usize)) -> Result<Self> {
        // An image without pixels is refused as any convolution would refuse it.
        convolution("input", &Window::new(1), size)?;
        Ok(Self { size, reads: Vec::new(), padding: Sides::default() })
    }

    /// Of a layer whose inputs have these sizes.
    pub(super) fn of(placed: &Placed, sizes: &[(usize, usize)]) -> Result<Self> {
        let &[(height, width), ..] = sizes else {
            let (kind, wanted) = (placed.layer.to_string(), "1 input or more");
            return Err(Error::InputCount { layer: placed.name.clone(), kind, wanted, found: 0 });
        };
        let name = &placed.name;
        let in_layer = |cause| Error::Sizes { layer: name.clone(), cause };
        let alone = |size, rows, columns, padding| Self { size, reads: vec![(rows, columns)], padding };
        Ok(match placed.layer {
            Layer::Convolution(window) => {
                let (padding, geometry) = convolution(name, &window, (height, width))?;
                let size = (geometry.rows().output(), geometry.columns().output());
                alone(size, window_of(geometry.rows()), window_of(geometry.columns()), padding)
            }
            Layer::MaxPooling(window) | Layer::AveragePooling(window) => {
                let padding = sides_of(name, &window, (height, width))?;
                let options = pooling_options(&window, padding);
                let geometry = PoolGeometry::new([1, 1, height, width], &options).map_err(in_layer)?;
                let size = (geometry.rows().output(), geometry.columns().output());
                alone(size, window_of(geometry.rows()), window_of(geometry.columns()), padding)
            }
            Layer::TransposedConvolution { window, output_padding } => {
                enlarged(name, &window, output_padding, (height, width))?
            }
            Layer::Upsampling { factor, interpolation } => {
                enlarged(name, &upsampling(factor, interpolation), (0, 0), (height, width))?
            }
            Layer::Padding(sides) => {
                let window = Window { padding: WindowPadding::Explicit(sides), ..Window::new(1) };
                let (_, geometry) = convolution(name, &window, (height, width))?;
                let size = (geometry.rows().output(), geometry.columns().output());
                alone(size, window_of(geometry.rows()), window_of(geometry.columns()), sides)
            }
            Layer::Cropping(sides) => {
                let left_over = |length: usize, before, after| {
                    length.checked_sub(before)?.checked_sub(after).filter(|left| *left > 0)
                };
                let size = left_over(height, sides.top, sides.bottom).zip(left_over(width, sides.left, sides.right));
                let size = size.ok_or_else(|| Error::NothingLeft { layer: name.clone(), size: (height, width) })?;
                // What is left begins so much later; both are below the length of the map.
                let shifted = |before: usize| Reads::shifted(-(before as i64));
                alone(size, shifted(sides.top), shifted(sides.left), sides)
            }
            Layer::Input | Layer::ElementWise => {
                alone((height, width), Reads::SAME_PLACE, Reads::SAME_PLACE, Sides::default())
            }
            Layer::Combination(_) | Layer::Concatenation => meeting(placed, sizes)?,
            Layer::Global => {
                let all = |length: usize| Reads::All { length: length as i64 };
                alone((1, 1), all(height), all(width), Sides::default())
            }
        })
    }
}

/// Where several maps meet: all of one size, or of 1×1 beside it.
fn meeting(placed: &Placed, sizes: &[(usize, usize)]) -> Result<Step> {
    let single = |size: (usize, usize)| size == (1, 1) && placed.layer != Layer::Concatenation;
    let size = sizes.iter().copied().find(|size| !single(*size)).unwrap_or((1, 1));
    if let Some(other) = sizes.iter().copied().find(|other| *other != size && !single(*other)) {
        return Err(Error::SizesDiffer { layer: placed.name.clone(), first: size, other });
    }
    let single_number = Reads::Window { taps: 1, stride: 0, dilation: 1, before: 0 };
    let reads = |found: &(usize, usize)| if *found == size { Reads::SAME_PLACE } else { single_number };
    Ok(Step {
        size,
        reads: sizes.iter().map(|found| (reads(found), reads(found))).collect(),
        padding: Sides::default(),
    })
}

fn enlarged(layer: &str, window: &Window, output_padding: (usize, usize), input: (usize, usize)) -> Result<Step> {
    let (padding, geometry) = transposed(layer, window, output_padding, input)?;
    let [_, _, height, width] = geometry.output_shape();
    let (rows, columns) = (geometry.correlation().rows(), geometry.correlation().columns());
    Ok(Step { size: (height, width), reads: vec![(transposed_of(rows), transposed_of(columns))], padding })
}

fn window_of(axis: &Axis) -> Reads {
    // The engine keeps every extent below 2³¹.
    let [taps, stride, dilation, before] =
        [axis.kernel(), axis.stride(), axis.dilation(), axis.before()].map(|number| number as i64);
    Reads::Window { taps, stride, dilation, before }
}

fn transposed_of(axis: &Axis) -> Reads {
    let [taps, stride, before] = [axis.kernel(), axis.stride(), axis.before()].map(|number| number as i64);
    Reads::Transposed { taps, stride, before }
}
