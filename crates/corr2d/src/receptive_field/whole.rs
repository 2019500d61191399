//! The largest image of which one output of a layer still sees everything.
//!
//! An output sees all of n pixels if its region begins at pixel 0 or before, and ends at pixel n − 1 or behind. Along an
//! axis of stride S, whose fields are R pixels long and the first of which begins P pixels before the image, output ⌊P / S⌋
//! is the last that begins before it, and so
//!
//! ```text
//! n = R − P mod S
//! ```
//!
//! Where the map over n pixels has no such output, or the padding depends on n, the next smaller n is tried.

use std::collections::BTreeMap;

use super::axis::AxisField;
use super::error::Result;
use super::fields::{Field, Fields, LARGEST_SIDE};
use super::layer::{Layer, Same, WindowPadding};
use super::network::{Network, Node};

/// Along one axis, for every layer: the most pixels, or `None` behind a global layer.
type Sides = Vec<Option<usize>>;

impl Fields {
    /// For every layer the height and the width of the largest image of which one of its
    /// outputs sees everything: on larger ones none does, on smaller ones what a further layer adds to what that output sees
    /// is padding. `None` where a global layer lies on the way, so that there is no largest; 0 where no pixel is enough,
    /// because the first one was cropped. It does not depend on the size of this image.
    ///
    /// ```
    /// use corr2d::receptive_field::{Layer, Network, Window};
    ///
    /// // Fields of 7 pixels that begin 3 pixels before the image, 4 pixels apart: the first ends at pixel 3, the second begins
    /// // at pixel 1.
    /// let mut network = Network::new("two layers");
    /// let first = network.layer("first", Layer::Convolution(Window::new(3).stride(2).padding(1)), &[network.input()])?;
    /// let second = network.layer("second", Layer::Convolution(Window::new(3).stride(2).padding(1)), &[first])?;
    /// let all = network.layer("all", Layer::Global, &[second])?;
    /// let whole = network.fields((9, 12))?.whole_up_to()?;
    /// assert_eq!([whole[&first], whole[&second], whole[&all]], [Some((2, 2)), Some((4, 4)), None]);
    /// # Ok::<(), corr2d::receptive_field::Error>(())
    /// ```
    ///
    /// # Errors
    /// None that a network has which lies over an image.
    pub fn whole_up_to(&self) -> Result<BTreeMap<Node, Option<(usize, usize)>>> {
        let (height, width) = self.image();
        let rows = self.sides(|field| &field.rows, |side| (side, width))?;
        let square = height == width && self.all().iter().all(|field| field.rows == field.columns);
        let columns = if square { rows.clone() } else { self.sides(|field| &field.columns, |side| (height, side))? };
        let sides = rows.into_iter().zip(columns).map(|(height, width)| height.zip(width));
        Ok(self.network().nodes().zip(sides).collect())
    }

    fn sides(&self, axis: fn(&Field) -> &AxisField, image: impl Fn(usize) -> (usize, usize)) -> Result<Sides> {
        let network = self.network();
        let (fixed, global) = (!padding_depends_on_the_image(network)?, behind_global(network)?);
        let mut sides: Sides = vec![None; self.all().len()];
        // Which layers wait for an image of which size, so that each is looked at once.
        let mut waiting: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
        for (node, field) in network.nodes().zip(self.all()).filter(|(node, _)| !global[node.0]) {
            let bound = before_the_image(axis(field), LARGEST_SIDE);
            let bound = if fixed { bound } else { bound.max(axis(field).largest()) };
            waiting.entry(bound.min(LARGEST_SIDE)).or_default().push(node);
        }
        while let Some((side, nodes)) = waiting.pop_last() {
            let last = nodes.iter().max().copied();
            let fields = last.filter(|_| side > 0).map(|last| Self::as_far_as_it_fits(network, last, image(side)));
            for node in nodes {
                let laid = fields.as_ref().and_then(|fields| fields.all().get(node.0)).map(axis);
                if side == 0 || laid.is_some_and(|axis| before_the_image(axis, axis.outputs()) >= side) {
                    sides[node.0] = Some(side);
                } else {
                    waiting.entry(side - 1).or_default().push(node);
                }
            }
        }
        Ok(sides)
    }
}

/// How far the regions reach that begin with the image or before it: as many pixels from its first on are seen by one of the
/// first so many outputs.
fn before_the_image(axis: &AxisField, outputs: usize) -> usize {
    // Later outputs never see less far.
    let ends = (0..outputs).map_while(|output| axis.ends(output).filter(|(first, _)| *first <= 0));
    ends.last().map_or(0, |(_, last)| usize::try_from(last + 1).unwrap_or(0))
}

/// TensorFlow's 'same' depends on the image where a window moves more than one place at a time.
fn padding_depends_on_the_image(network: &Network) -> Result<bool> {
    for node in network.nodes() {
        let window = network.layer_of(node)?.window();
        let same = |same| matches!(same, WindowPadding::Same(Same::TensorFlow | Same::Lower));
        if window.is_some_and(|window| window.stride != (1, 1) && same(window.padding)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Which layers have a global one on their way to the image, or are one.
fn behind_global(network: &Network) -> Result<Vec<bool>> {
    let mut global: Vec<bool> = Vec::new();
    for node in network.nodes() {
        let inputs = network.inputs_of(node)?;
        global.push(network.layer_of(node)? == Layer::Global || inputs.iter().any(|input| global[input.0]));
    }
    Ok(global)
}
