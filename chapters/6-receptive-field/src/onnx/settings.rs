//! An operator with its settings: attributes, constants that its inputs name, windows.

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};
use corr2d::receptive_field::{Same, Sides, Window, WindowPadding};

use super::messages::{AttributeProto, NodeProto, TensorProto};

/// An operator with what is needed to read its settings.
pub(super) struct Operator<'a> {
    pub(super) node: &'a NodeProto,
    pub(super) constants: &'a HashMap<String, TensorProto>,
    /// The version of the operators: some have changed what they do.
    pub(super) version: i64,
    /// Whether its first input comes from the image, and is no constant.
    pub(super) first_is_map: bool,
}

impl Operator<'_> {
    pub(super) fn kind(&self) -> &str {
        &self.node.op_type
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&AttributeProto> {
        self.node.attribute.iter().find(|attribute| attribute.name == name)
    }

    /// A setting of one number; 0 may be left out of a file.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        Some(self.attribute(name)?.i.unwrap_or_default())
    }

    pub(super) fn word(&self, name: &str) -> String {
        let word = self.attribute(name).and_then(|attribute| attribute.s.as_deref());
        String::from_utf8_lossy(word.unwrap_or_default()).into_owned()
    }

    /// Whether it has this input: one that may be left out has no name then.
    pub(super) fn has_input(&self, input: usize) -> bool {
        self.node.input.get(input).is_some_and(|name| !name.is_empty())
    }

    /// A constant that an input names.
    pub(super) fn constant(&self, input: usize) -> Option<&TensorProto> {
        self.constants.get(self.node.input.get(input)?)
    }

    /// Whole numbers that older versions have as an attribute and newer ones as an input. `None` where there are neither.
    pub(super) fn integers(&self, name: &str, input: usize) -> Result<Option<Vec<i64>>> {
        if let Some(attribute) = self.attribute(name) {
            return Ok(Some(attribute.ints.clone()));
        }
        if !self.has_input(input) {
            return Ok(None);
        }
        let known = self.constant(input).and_then(TensorProto::integers);
        known.map(Some).with_context(|| format!("its {name} are computed in the model: write it with constant {name}"))
    }

    /// A setting of two numbers, (height, width).
    pub(super) fn pair(&self, name: &str) -> Result<Option<(usize, usize)>> {
        let Some(attribute) = self.attribute(name) else { return Ok(None) };
        let &[height, width] = attribute.ints.as_slice() else {
            bail!("its {name} has {} numbers, and an image needs 2", attribute.ints.len());
        };
        Ok(Some((size(height, name)?, size(width, name)?)))
    }

    pub(super) fn window(&self) -> Result<Window> {
        let kernel = match self.pair("kernel_shape")? {
            Some(kernel) => kernel,
            None => self.kernel_of_weight()?,
        };
        Ok(Window {
            kernel,
            stride: self.pair("strides")?.unwrap_or((1, 1)),
            dilation: self.pair("dilations")?.unwrap_or((1, 1)),
            padding: self.window_padding()?,
            ceil_mode: self.integer("ceil_mode").unwrap_or_default() != 0,
        })
    }

    fn kernel_of_weight(&self) -> Result<(usize, usize)> {
        let weight = self.constant(1).context("it has neither a kernel_shape nor a weight whose shape is known")?;
        let &[_, _, height, width] = weight.dims.as_slice() else {
            bail!("its weight has {} axes, and that of an image has 4", weight.dims.len());
        };
        Ok((size(height, "kernel")?, size(width, "kernel")?))
    }

    fn window_padding(&self) -> Result<WindowPadding> {
        Ok(match self.word("auto_pad").as_str() {
            "SAME_UPPER" => WindowPadding::Same(Same::TensorFlow),
            "SAME_LOWER" => WindowPadding::Same(Same::Lower),
            "VALID" => WindowPadding::Explicit(Sides::default()),
            "" | "NOTSET" => match self.attribute("pads") {
                None => WindowPadding::Explicit(Sides::default()),
                Some(pads) => WindowPadding::Explicit(four_sides(&pads.ints)?),
            },
            other => bail!("its auto_pad is {other}, and ONNX has NOTSET, VALID, SAME_UPPER and SAME_LOWER"),
        })
    }

    /// Zeros around the map, and what is cropped where they are negative.
    pub(super) fn pads(&self) -> Result<(Sides, Sides)> {
        let mode = self.word("mode");
        ensure!(
            matches!(mode.as_str(), "" | "constant"),
            "its mode is {mode}, which reads pixels again: only constant is known"
        );
        ensure!(!self.has_input(3), "its pads are for chosen axes: write the model with pads for all of them");
        let pads = self.integers("pads", 1)?.context("it has no pads")?;
        let &[0, 0, top, left, 0, 0, bottom, right] = pads.as_slice() else {
            bail!("its pads are {pads:?}, and an image has [0, 0, top, left, 0, 0, bottom, right]");
        };
        let sides = [top, left, bottom, right];
        Ok((four_sides(&sides.map(|side| side.max(0)))?, four_sides(&sides.map(|side| side.min(0).saturating_neg()))?))
    }
}

/// A number of places, which is not negative.
pub(super) fn size(number: i64, name: &str) -> Result<usize> {
    usize::try_from(number).ok().with_context(|| format!("its {name} holds {number}: it must not be negative"))
}

/// ONNX's order: top, left, bottom, right.
fn four_sides(pads: &[i64]) -> Result<Sides> {
    let &[top, left, bottom, right] = pads else {
        bail!("its pads are {} numbers, and an image needs 4", pads.len());
    };
    let side = |number| size(number, "pads");
    Ok(Sides { top: side(top)?, left: side(left)?, bottom: side(bottom)?, right: side(right)? })
}
