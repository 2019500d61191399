//! `--convert FROM:TO`: a kernel as one library wants it becomes the kernel and the call that another wants.

use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use candle_core::Tensor;
use chapter_kit::{Page, figure, json};
use corr2d_imaging::Margins;
use serde_json::Value;

use crate::convention::{Convention, Operation, Pair, opposite};
use crate::text::Text;
use crate::weights::{Weights, check_output};

/// From which convention to which.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversion {
    pub(crate) from: Convention,
    pub(crate) to: Convention,
}

impl FromStr for Conversion {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let Some((from, to)) = text.split_once(':') else {
            return Err("write two conventions, as in opencv:pytorch".to_owned());
        };
        Ok(Self { from: from.parse()?, to: to.parse()? })
    }
}

/// Row and column of a weight, counted from 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor(Pair);

impl FromStr for Anchor {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let number = |part: &str| part.trim().parse().ok();
        match text.split_once(',').and_then(|(row, column)| Some((number(row)?, number(column)?))) {
            Some(place) => Ok(Self(place)),
            None => Err("write a row and a column, counted from 0, as in 1,2".to_owned()),
        }
    }
}

/// What is asked for.
pub(crate) struct Asked<'a> {
    pub(crate) conversion: Conversion,
    pub(crate) kernel: &'a str,
    /// Which array of a file with several.
    pub(crate) layer: Option<&'a str>,
    /// Which weight lies on the pixel where it comes from, if it is not the usual one.
    pub(crate) anchor: Option<Anchor>,
    pub(crate) output: Option<&'a Path>,
}

/// What came of it.
pub(crate) struct Converted<'a> {
    asked: &'a Asked<'a>,
    before: Weights,
    after: Weights,
    /// The weights as the new library keeps them.
    array: Tensor,
    anchor_before: Pair,
    anchor: Pair,
    margins: Margins,
    call: String,
}

/// Reads, converts, and writes the output if there is to be one.
pub(crate) fn convert<'a>(asked: &'a Asked<'a>) -> Result<Converted<'a>> {
    let Conversion { from, to } = &asked.conversion;
    if let Some(path) = asked.output {
        check_output(path, to).context("--output")?;
    }
    let before = Weights::read(asked.kernel, asked.layer, from).context("--kernel")?;
    let size = before.size();
    let anchor_before = match asked.anchor {
        Some(Anchor(place)) => within(place, size)?,
        None => from.anchor(size),
    };
    let turns = from.turns_to(to);
    let after = if turns { before.turned()? } else { before.clone() };
    let anchor = if turns { opposite(size, anchor_before) } else { anchor_before };
    let array = after.laid_out(to).context("--convert")?;
    if let Some(path) = asked.output {
        after.save(path, to).context("--output")?;
    }
    let (margins, call) = (to.margins(size, anchor), to.call(size, anchor, from.rim));
    Ok(Converted { asked, before, after, array, anchor_before, anchor, margins, call })
}

fn within((row, column): Pair, (height, width): Pair) -> Result<Pair> {
    ensure!(
        row < height && column < width,
        "--anchor {row},{column} lies outside the kernel of {height}×{width}: rows go from 0 to {}, columns from 0 to {}",
        height - 1,
        width - 1
    );
    Ok((row, column))
}

impl Converted<'_> {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let Conversion { from, to } = &self.asked.conversion;
        page.heading(&format!("{} → {}", from.name, to.name))?;
        page.figure(&self.kernels()?)?;
        if from.turns_to(to) {
            let from_turns = from.operation == Operation::Convolution;
            let (turning, other) = if from_turns { (from, to) } else { (to, from) };
            page.text(&(text.is_turned)(turning.function, other.function))?;
        } else {
            page.text(text.stays)?;
        }
        page.text(&(text.axes)(to.function, to.layout.axes(), self.array.dims()))?;
        let size = self.before.size();
        if self.asked.anchor.is_none() && !from.answers(size) {
            page.text(&(text.lies_as)(from.function, size))?;
        }
        page.text(&(text.anchored)(self.anchor_before, from.function, self.anchor, to.function))?;
        if !to.answers(size) {
            page.text(&(text.no_answer)(to.function, size))?;
        } else if to.anchor(size) != self.anchor {
            page.text(&(text.anchor_differs)(to.function, to.anchor(size)))?;
        }
        if to.rim != from.rim {
            page.text(&(text.rim_differs)(
                from.function,
                from.rim.border().name(),
                to.function,
                to.rim.border().name(),
            ))?;
        }
        page.text(text.call)?;
        page.figure(&self.call)?;
        if let Some(path) = self.asked.output {
            page.text(&(text.kernel_written)(&path.display().to_string(), to.layout.axes()))?;
        }
        Ok(())
    }

    /// The kernel before and after, or the sizes of a layer.
    fn kernels(&self) -> Result<String> {
        let Some((before, after)) = self.before.only_kernel()?.zip(self.after.only_kernel()?) else {
            let shape = |convention: &Convention, weights: &Weights| -> Result<String> {
                Ok(format!("{} {:?}", convention.layout.axes(), weights.laid_out(convention)?.dims()))
            };
            let Conversion { from, to } = &self.asked.conversion;
            return Ok(format!("{} → {}", shape(from, &self.before)?, shape(to, &self.after)?));
        };
        let (before, after) = (figure::matrix_that_fits(&before)?, figure::matrix_that_fits(&after)?);
        Ok(figure::beside(&[&before, "→", &after]))
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let Conversion { from, to } = &self.asked.conversion;
        let Margins { top, bottom, left, right } = self.margins;
        Ok(serde_json::json!({
            "from": from.name,
            "to": to.name,
            "turned": from.turns_to(to),
            "axes": to.layout.axes(),
            "kernel": json::tensor("the kernel", &self.array)?,
            "anchor": [self.anchor.0, self.anchor.1],
            "margins": { "top": top, "bottom": bottom, "left": left, "right": right },
            "border": from.rim.border().name(),
            "call": self.call,
            "output": self.asked.output.map(|path| path.display().to_string()),
        }))
    }
}
