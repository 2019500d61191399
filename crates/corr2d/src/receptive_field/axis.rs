//! What the outputs of one layer see along one axis.

use num_rational::Ratio;

use super::reach::Reach;
use super::reads::Reads;

/// The field along one axis. Positions are pixels of the image; those below 0 or beyond its end are padding.
///
/// ```
/// use corr2d::receptive_field::{Layer, Network, Ratio, Window};
///
/// // Halved, then doubled: two outputs see the same pair of columns.
/// let mut network = Network::new("down and up");
/// let down = network.layer("down", Layer::MaxPooling(Window::new(2).stride(2)), &[network.input()])?;
/// let window = Window::new(2).stride(2);
/// let doubled = Layer::TransposedConvolution { window, output_padding: (0, 0) };
/// let up = network.layer("up", doubled, &[down])?;
/// let fields = network.fields((4, 6))?;
/// let columns = &fields.field(up)?.columns;
/// assert_eq!((columns.outputs(), columns.largest(), columns.smallest()), (6, 2, 2));
/// assert_eq!((columns.region(2), columns.region(3)), ((2, 3), (2, 3)));
/// assert_eq!((columns.stride(), columns.padding()), (Some(Ratio::from_integer(1)), 0));
/// # Ok::<(), corr2d::receptive_field::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisField {
    /// One for each stride that a path to the image has: one for a network that is aligned.
    paths: Vec<Reach>,
    outputs: usize,
    smallest: usize,
    largest: usize,
}

impl AxisField {
    pub(super) fn of_image(length: usize) -> Option<Self> {
        Self::new(vec![Reach::of_image()], length)
    }

    /// What so many outputs see through the paths of all inputs. `None` where the numbers end.
    pub(super) fn around(inputs: &[(&Self, Reads)], outputs: usize) -> Option<Self> {
        let mut paths: Vec<Reach> = Vec::new();
        for (input, reads) in inputs {
            for path in &input.paths {
                let path = path.through(reads)?;
                match paths.iter_mut().find(|known| known.stride() == path.stride()) {
                    Some(known) => *known = known.around(&path)?,
                    None => paths.push(path),
                }
            }
        }
        Self::new(paths, outputs)
    }

    fn new(paths: Vec<Reach>, outputs: usize) -> Option<Self> {
        let mut field = Self { paths, outputs, smallest: usize::MAX, largest: 0 };
        // One period shows all sizes; paths of different strides drift apart, so all outputs are looked at.
        let looked_at = match field.paths.as_slice() {
            [path] => outputs.min(usize::try_from(path.period()).ok()?),
            _ => outputs,
        };
        for output in 0..looked_at {
            let (first, last) = field.ends(output)?;
            let size = usize::try_from(last - first + 1).ok()?;
            (field.smallest, field.largest) = (field.smallest.min(size), field.largest.max(size));
        }
        // The last output sees furthest.
        field.ends(outputs.saturating_sub(1))?;
        Some(field)
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The size of the field: the most pixels, padding included, from the first to the last that an output sees.
    pub fn largest(&self) -> usize {
        self.largest
    }

    /// The fewest such pixels: fewer than the most behind a transposed convolution or an upsampling.
    pub fn smallest(&self) -> usize {
        self.smallest
    }

    /// How many pixels lie between what neighbouring outputs see, a fraction behind what enlarges. `None` where paths with
    /// different strides meet, and where every output sees the same.
    pub fn stride(&self) -> Option<Ratio<i64>> {
        let mut strides = self.moving().map(Reach::stride);
        strides.next().filter(|_| strides.next().is_none())
    }

    /// How far the region of the first output begins before the image: negative where it begins behind its first pixel.
    pub fn padding(&self) -> i64 {
        -self.region(0).0
    }

    /// The first and the last pixel that an output sees, (0, −1) for an output beyond the map.
    pub fn region(&self, output: usize) -> (i64, i64) {
        let inside = output < self.outputs;
        self.ends(output).filter(|_| inside).unwrap_or((0, -1))
    }

    /// The first and the last pixel of what every output sees through a single number that all share, such as a global mean.
    /// `None` where no path leads through one.
    ///
    /// ```
    /// use corr2d::receptive_field::{Combination, Layer, Network};
    ///
    /// // Squeeze and excitation: each place is multiplied with a number that the whole map gives.
    /// let mut network = Network::new("gate");
    /// let mean = network.layer("mean", Layer::Global, &[network.input()])?;
    /// let gated = network.layer("gated", Layer::Combination(Combination::Product), &[network.input(), mean])?;
    /// let fields = network.fields((4, 6))?;
    /// assert_eq!(fields.field(gated)?.columns.shared(), Some((0, 5)));
    /// assert_eq!(fields.field(network.input())?.columns.shared(), None);
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    pub fn shared(&self) -> Option<(i64, i64)> {
        self.paths.iter().find(|path| path.stride() == Ratio::from_integer(0))?.at(0)
    }

    /// Whether paths with different strides meet, so that they drift apart from output to output.
    ///
    /// ```
    /// use corr2d::receptive_field::{Combination, Layer, Network, Sides, Window};
    ///
    /// let mut network = Network::new("two strides");
    /// let halved = network.layer("halved", Layer::MaxPooling(Window::new(2).stride(2)), &[network.input()])?;
    /// let half = Layer::Cropping(Sides { bottom: 2, right: 3, ..Default::default() });
    /// let cropped = network.layer("cropped", half, &[network.input()])?;
    /// let sum = network.layer("sum", Layer::Combination(Combination::Sum), &[halved, cropped])?;
    /// let fields = network.fields((4, 6))?;
    /// assert!(fields.field(sum)?.rows.drifts() && !fields.field(halved)?.rows.drifts());
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    pub fn drifts(&self) -> bool {
        self.moving().count() > 1
    }

    /// The same for an output that the map may not have.
    pub(super) fn ends(&self, output: usize) -> Option<(i64, i64)> {
        let output = i64::try_from(output).ok()?;
        let mut ends = self.paths.iter().map(|path| path.at(output));
        let first = ends.next()??;
        ends.try_fold(first, |(first, last), next| {
            let (next_first, next_last) = next?;
            Some((first.min(next_first), last.max(next_last)))
        })
    }

    /// The paths through which different outputs see different pixels.
    fn moving(&self) -> impl Iterator<Item = &Reach> {
        self.paths.iter().filter(|path| path.stride() != Ratio::from_integer(0))
    }

    /// The strides of the first two paths that differ in them, once they have gone through the layers where they meet.
    pub(super) fn two_strides(&self) -> Option<(Ratio<i64>, Ratio<i64>)> {
        let mut strides = self.moving().map(Reach::stride);
        strides.next().zip(strides.next())
    }

    /// How far apart the centres of the inputs of a layer get; 0 for inputs that are aligned.
    pub(super) fn off_centre(inputs: &[(&Self, Reads)]) -> Option<Ratio<i64>> {
        let through =
            |(input, reads): &(&Self, Reads)| input.moving().map(|path| path.through(reads)).collect::<Vec<_>>();
        let paths: Vec<Reach> = inputs.iter().flat_map(through).collect::<Option<_>>()?;
        let moving: Vec<&Reach> = paths.iter().filter(|path| path.stride() != Ratio::from_integer(0)).collect();
        let mut farthest = Ratio::from_integer(0);
        for (index, path) in moving.iter().enumerate() {
            for other in &moving[index + 1..] {
                farthest = farthest.max(path.off_centre(other)?);
            }
        }
        Some(farthest)
    }
}
