//! A network over an image: the size of every map, and what its outputs see.

use corr2d_cpu::{
    Axis, Conv2dOptions, ConvTranspose2dOptions, Geometry, Padding, Pool2dOptions, PoolGeometry, TransposedGeometry,
};
use num_rational::Ratio;

use super::axis::AxisField;
use super::error::{Error, Result};
use super::layer::{Interpolation, Layer, Same, Sides, Window, WindowPadding};
use super::network::{Network, Node, Placed};
use super::reads::Reads;

/// The longest side of an image or a map: a photograph of 16384 × 16384 pixels.
pub(super) const LARGEST_SIDE: usize = 1 << 14;

/// What the outputs of every layer see of an image of one size.
#[derive(Clone, Debug)]
pub struct Fields {
    pub(super) network: Network,
    pub(super) steps: Vec<Step>,
    fields: Vec<Field>,
}

/// A layer once the sizes of its inputs are known.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) size: (usize, usize),
    /// For each input, what one output reads of it, down and across.
    pub(super) reads: Vec<(Reads, Reads)>,
    /// The zeros around a window, 'same' in numbers.
    pub(super) padding: Sides,
}

/// What the outputs of one layer see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Height and width of the layer's map.
    pub size: (usize, usize),
    /// Down the image.
    pub rows: AxisField,
    /// Across the image.
    pub columns: AxisField,
    /// Whether all paths look at one place.
    pub alignment: Alignment,
}

/// Whether all paths from an output to the image look at one place: with one stride, and around one centre.
///
/// What a global pooling sees has no centre, and is left out of this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alignment {
    /// They do.
    Aligned,
    /// Paths with different strides meet, so that they drift apart from output to output.
    Strides {
        /// The layer where they first meet.
        at: Node,
        /// One of the strides.
        first: Ratio<i64>,
        /// Another.
        other: Ratio<i64>,
    },
    /// Paths with different centres meet.
    Centres {
        /// The layer where they first meet.
        at: Node,
        /// How many pixels lie between their centres, at most.
        distance: Ratio<i64>,
    },
}

/// A rectangle of the image, first and last rows and columns included. Those below 0 or beyond its end are padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the sides say all there is")]
pub struct Region {
    pub top: i64,
    pub bottom: i64,
    pub left: i64,
    pub right: i64,
}

impl Region {
    /// Its middle, (row, column), in halves of a pixel.
    ///
    /// ```
    /// use corr2d::receptive_field::{Ratio, Region};
    /// let region = Region { top: 0, bottom: 2, left: -1, right: 2 };
    /// assert_eq!(region.centre(), (Ratio::from_integer(1), Ratio::new(1, 2)));
    /// ```
    pub fn centre(&self) -> (Ratio<i64>, Ratio<i64>) {
        (Ratio::new(self.top + self.bottom, 2), Ratio::new(self.left + self.right, 2))
    }

    /// The part of it that lies in an image of this height and width; `None` if that is nothing.
    ///
    /// ```
    /// use corr2d::receptive_field::Region;
    /// let region = Region { top: -3, bottom: 3, left: 7, right: 9 };
    /// assert_eq!(region.inside((5, 9)), Some(Region { top: 0, bottom: 3, left: 7, right: 8 }));
    /// assert_eq!(region.inside((5, 7)), None);
    /// ```
    pub fn inside(&self, (height, width): (usize, usize)) -> Option<Self> {
        let last = |length: usize| i64::try_from(length).unwrap_or(i64::MAX) - 1;
        let (top, bottom) = (self.top.max(0), self.bottom.min(last(height)));
        let (left, right) = (self.left.max(0), self.right.min(last(width)));
        (top <= bottom && left <= right).then_some(Self { top, bottom, left, right })
    }
}

impl Fields {
    pub(super) fn of(network: Network, image: (usize, usize)) -> Result<Self> {
        let mut fields = Self { network, steps: Vec::new(), fields: Vec::new() };
        for node in fields.network.nodes() {
            let placed = fields.network.placed(node)?;
            let too_large = |what| Error::TooLarge { layer: placed.name.clone(), what, limit: LARGEST_SIDE };
            if placed.layer.window().is_some_and(|window| window.kernel.0.max(window.kernel.1) > LARGEST_SIDE) {
                return Err(too_large("its kernel"));
            }
            let step = fields.step(placed, image)?;
            if step.size.0.max(step.size.1) > LARGEST_SIDE {
                return Err(too_large("its map"));
            }
            let field = fields.sees(node, placed, &step).ok_or_else(|| too_large("its receptive field"))?;
            fields.steps.push(step);
            fields.fields.push(field);
        }
        Ok(fields)
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Height and width of the image.
    pub fn image(&self) -> (usize, usize) {
        self.fields.first().map_or((0, 0), |image| image.size)
    }

    /// What the outputs of a layer see.
    ///
    /// # Errors
    /// [`Error::NoSuchNode`].
    pub fn field(&self, node: Node) -> Result<&Field> {
        self.fields.get(node.0).ok_or(Error::NoSuchNode { index: node.0, nodes: self.fields.len() })
    }

    /// What one output, (row, column) from 0, of a layer sees.
    ///
    /// ```
    /// use corr2d::receptive_field::{Layer, Network, Ratio, Window};
    ///
    /// let mut network = Network::new("one layer");
    /// let conv = network.layer("conv", Layer::Convolution(Window::new((3, 2)).stride(2)), &[network.input()])?;
    /// let region = network.fields((7, 8))?.region(conv, (1, 3))?;
    /// assert_eq!((region.top, region.bottom, region.left, region.right), (2, 4, 6, 7));
    /// assert_eq!(region.centre(), (Ratio::from_integer(3), Ratio::new(13, 2)));
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSuchNode`], [`Error::NoSuchOutput`].
    pub fn region(&self, node: Node, output: (usize, usize)) -> Result<Region> {
        self.check_output(node, output)?;
        let field = self.field(node)?;
        let ((top, bottom), (left, right)) = (field.rows.region(output.0), field.columns.region(output.1));
        Ok(Region { top, bottom, left, right })
    }

    pub(super) fn check_output(&self, node: Node, output: (usize, usize)) -> Result<()> {
        let size = self.field(node)?.size;
        if output.0 < size.0 && output.1 < size.1 {
            return Ok(());
        }
        Err(Error::NoSuchOutput { layer: self.network.name_of(node)?.to_owned(), output, size })
    }

    /// The sizes of a layer, from those of its inputs.
    fn step(&self, placed: &Placed, image: (usize, usize)) -> Result<Step> {
        let sizes: Vec<(usize, usize)> = placed.inputs.iter().map(|input| self.steps[input.0].size).collect();
        let Some(&(height, width)) = sizes.first() else {
            return image_step(image);
        };
        let name = &placed.name;
        let in_layer = |cause| Error::Sizes { layer: name.clone(), cause };
        let alone = |size, rows, columns, padding| Step { size, reads: vec![(rows, columns)], padding };
        Ok(match placed.layer {
            Layer::Input => image_step(image)?,
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
            Layer::ElementWise => alone((height, width), Reads::SAME_PLACE, Reads::SAME_PLACE, Sides::default()),
            Layer::Addition | Layer::Concatenation => meeting(placed, &sizes)?,
            Layer::Global => {
                let all = |length: usize| Reads::All { length: length as i64 };
                alone((1, 1), all(height), all(width), Sides::default())
            }
        })
    }

    /// `None` where the numbers end.
    fn sees(&self, node: Node, placed: &Placed, step: &Step) -> Option<Field> {
        if placed.inputs.is_empty() {
            let (rows, columns) = (AxisField::of_image(step.size.0)?, AxisField::of_image(step.size.1)?);
            return Some(Field { size: step.size, rows, columns, alignment: Alignment::Aligned });
        }
        let inputs: Vec<&Field> = placed.inputs.iter().map(|input| &self.fields[input.0]).collect();
        let down: Vec<_> = inputs.iter().zip(&step.reads).map(|(input, reads)| (&input.rows, reads.0)).collect();
        let across: Vec<_> = inputs.iter().zip(&step.reads).map(|(input, reads)| (&input.columns, reads.1)).collect();
        let (rows, columns) = (AxisField::around(&down, step.size.0)?, AxisField::around(&across, step.size.1)?);
        let broken = inputs.iter().map(|input| input.alignment).find(|alignment| *alignment != Alignment::Aligned);
        let alignment = match (broken, rows.two_strides().or_else(|| columns.two_strides())) {
            (Some(broken), _) => broken,
            (None, Some((first, other))) => Alignment::Strides { at: node, first, other },
            (None, None) => match AxisField::off_centre(&down)?.max(AxisField::off_centre(&across)?) {
                distance if distance == Ratio::from_integer(0) => Alignment::Aligned,
                distance => Alignment::Centres { at: node, distance },
            },
        };
        Some(Field { size: step.size, rows, columns, alignment })
    }
}

fn image_step(size: (usize, usize)) -> Result<Step> {
    // An image without pixels is refused as any convolution would refuse it.
    let padding = Sides::default();
    convolution("input", &Window::new(1), size)?;
    Ok(Step { size, reads: Vec::new(), padding })
}

/// Where several maps meet: all of one size, or of 1×1 beside it.
fn meeting(placed: &Placed, sizes: &[(usize, usize)]) -> Result<Step> {
    let single = |size: (usize, usize)| size == (1, 1) && placed.layer == Layer::Addition;
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

/// A convolution of one channel, with its padding in numbers.
fn convolution(layer: &str, window: &Window, (height, width): (usize, usize)) -> Result<(Sides, Geometry)> {
    let padding = sides_of(layer, window, (height, width))?;
    let options = convolution_options(window, explicit(padding));
    let geometry = Geometry::new([1, 1, height, width], [1, 1, window.kernel.0, window.kernel.1], &options);
    Ok((padding, geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?))
}

fn enlarged(layer: &str, window: &Window, output_padding: (usize, usize), input: (usize, usize)) -> Result<Step> {
    let (padding, geometry) = transposed(layer, window, output_padding, input)?;
    let [_, _, height, width] = geometry.output_shape();
    let (rows, columns) = (geometry.correlation().rows(), geometry.correlation().columns());
    Ok(Step { size: (height, width), reads: vec![(transposed_of(rows), transposed_of(columns))], padding })
}

fn transposed(
    layer: &str,
    window: &Window,
    output_padding: (usize, usize),
    (height, width): (usize, usize),
) -> Result<(Sides, TransposedGeometry)> {
    if let WindowPadding::Same(Same::PyTorch) = window.padding {
        return Err(Error::SameWithStride { layer: layer.to_owned(), stride: window.stride });
    }
    let padding = match window.padding {
        WindowPadding::Explicit(sides) => explicit(sides),
        WindowPadding::Same(_) => Padding::Same,
    };
    let options = ConvTranspose2dOptions { output_padding, ..transposed_options(window, padding) };
    let kernel = [1, 1, window.kernel.0, window.kernel.1];
    let geometry = TransposedGeometry::new([1, 1, height, width], kernel, &options);
    let geometry = geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?;
    let sides = sides_on(geometry.correlation());
    if window.padding != WindowPadding::Same(Same::Lower) {
        return Ok((sides, geometry));
    }
    let lower = Window { padding: WindowPadding::Explicit(turned(sides)), ..*window };
    transposed(layer, &lower, output_padding, (height, width))
}

/// The padding of a window in numbers.
fn sides_of(layer: &str, window: &Window, (height, width): (usize, usize)) -> Result<Sides> {
    let same = match window.padding {
        WindowPadding::Explicit(sides) => return Ok(sides),
        WindowPadding::Same(same) => same,
    };
    if same == Same::PyTorch && window.stride != (1, 1) {
        return Err(Error::SameWithStride { layer: layer.to_owned(), stride: window.stride });
    }
    // With a stride of 1 PyTorch's is TensorFlow's.
    let options = convolution_options(window, Padding::Same);
    let geometry = Geometry::new([1, 1, height, width], [1, 1, window.kernel.0, window.kernel.1], &options);
    let sides = sides_on(&geometry.map_err(|cause| Error::Sizes { layer: layer.to_owned(), cause })?);
    Ok(if same == Same::Lower { turned(sides) } else { sides })
}

fn sides_on(geometry: &Geometry) -> Sides {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    Sides { top: rows.before(), bottom: rows.after(), left: columns.before(), right: columns.after() }
}

fn turned(sides: Sides) -> Sides {
    Sides { top: sides.bottom, bottom: sides.top, left: sides.right, right: sides.left }
}

pub(super) fn explicit(Sides { top, bottom, left, right }: Sides) -> Padding {
    Padding::Explicit { top, bottom, left, right }
}

pub(super) fn convolution_options(window: &Window, padding: Padding) -> Conv2dOptions {
    Conv2dOptions { stride: window.stride, dilation: window.dilation, padding, ..Default::default() }
}

pub(super) fn transposed_options(window: &Window, padding: Padding) -> ConvTranspose2dOptions {
    ConvTranspose2dOptions { stride: window.stride, dilation: window.dilation, padding, ..Default::default() }
}

pub(super) fn pooling_options(window: &Window, padding: Sides) -> Pool2dOptions {
    Pool2dOptions {
        window: window.kernel,
        stride: Some(window.stride),
        dilation: window.dilation,
        padding: explicit(padding),
        ceil_mode: window.ceil_mode,
        ..Default::default()
    }
}

/// Upsampling as the transposed convolution that it is.
///
/// Nearest is a kernel of factor ones. Bilinear is a tent of 2 · factor taps, or one less for an odd factor, which begins
/// ⌊factor / 2⌋ places before the pixel. At the rim, where the outer half of a tent has no pixel, the sets are those of a
/// pixel that is repeated there.
pub(super) fn upsampling(factor: (usize, usize), interpolation: Interpolation) -> Window {
    let window = match interpolation {
        Interpolation::Nearest => Window::new(factor),
        Interpolation::Bilinear => {
            let taps = |factor: usize| factor.saturating_mul(2).saturating_sub(factor % 2);
            Window::new((taps(factor.0), taps(factor.1))).padding((factor.0 / 2, factor.1 / 2))
        }
    };
    window.stride(factor)
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
