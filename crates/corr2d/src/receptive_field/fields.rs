//! A network over an image: the size of every map, and what its outputs see.

use num_rational::Ratio;

use super::axis::AxisField;
use super::error::{Error, Result};
use super::network::{Network, Node, Placed};
use super::region::Region;
use super::steps::Step;

/// The longest side of an image or a map: a photograph of 16384 × 16384 pixels.
pub(super) const LARGEST_SIDE: usize = 1 << 14;

/// What the outputs of every layer see of an image of one size.
#[derive(Clone, Debug)]
pub struct Fields {
    pub(super) network: Network,
    pub(super) steps: Vec<Step>,
    fields: Vec<Field>,
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

impl Fields {
    pub(super) fn of(network: Network, image: (usize, usize)) -> Result<Self> {
        let mut fields = Self { network, steps: Vec::new(), fields: Vec::new() };
        for node in fields.network.nodes() {
            fields.add(node, image)?;
        }
        Ok(fields)
    }

    /// The layers up to this one, or to the first that does not take its input.
    pub(super) fn as_far_as_it_fits(network: &Network, last: Node, image: (usize, usize)) -> Self {
        let mut fields = Self { network: network.clone(), steps: Vec::new(), fields: Vec::new() };
        // An error ends the way: what lies before it stays.
        let _ = network.nodes().take(last.0 + 1).try_for_each(|node| fields.add(node, image));
        fields
    }

    /// Lays the next layer over the image.
    fn add(&mut self, node: Node, image: (usize, usize)) -> Result<()> {
        let placed = self.network.placed(node)?;
        let too_large = |what| Error::TooLarge { layer: placed.name.clone(), what, limit: LARGEST_SIDE };
        if placed.layer.window().is_some_and(|window| window.kernel.0.max(window.kernel.1) > LARGEST_SIDE) {
            return Err(too_large("its kernel"));
        }
        let sizes: Vec<(usize, usize)> = placed.inputs.iter().map(|input| self.steps[input.0].size).collect();
        let step = if sizes.is_empty() { Step::of_image(image)? } else { Step::of(placed, &sizes)? };
        if step.size.0.max(step.size.1) > LARGEST_SIDE {
            return Err(too_large("its map"));
        }
        let field = self.sees(node, placed, &step).ok_or_else(|| too_large("its receptive field"))?;
        self.steps.push(step);
        self.fields.push(field);
        Ok(())
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

    /// What the outputs of all layers see, in their order.
    pub(super) fn all(&self) -> &[Field] {
        &self.fields
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
