//! The receptive fields of a whole network, layer by layer, and what one output of it sees.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `page` | what is said of them |
//! | `table` | a row for every layer |
//! | `as_json` | the same for other programs |

mod as_json;
mod page;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::Device;
use corr2d::receptive_field::{AxisField, EffectiveField, Field, Fields, Layer, Mask, Network, Node, Region};
use corr2d_imaging::{Picture, check_writable, write_together};

use crate::deep::DRAWS;
use crate::progress::Progress;
use crate::{drawing, heat_map};

/// What is asked of a network.
pub(crate) struct Asked<'a> {
    pub(crate) network: Network,
    /// The file that it was described in.
    pub(crate) file: Option<&'a Path>,
    /// Height and width of the image.
    pub(crate) size: (usize, usize),
    /// Whose description it follows.
    pub(crate) about: Option<&'static str>,
    pub(crate) photograph: Option<&'a Picture>,
    pub(crate) layer: Option<&'a str>,
    pub(crate) at: Option<(usize, usize)>,
    pub(crate) plot: Option<&'a Path>,
    pub(crate) heat_map: Option<&'a Path>,
    pub(crate) seed: u64,
}

/// What a network sees.
pub(crate) struct Overview {
    fields: Fields,
    about: Option<&'static str>,
    /// The layer whose output is looked at, and which of its outputs.
    node: Node,
    output: (usize, usize),
    region: Region,
    /// For every layer the largest image of which one output sees everything.
    whole: BTreeMap<Node, Option<(usize, usize)>>,
    /// Which pixels of the image can reach the output.
    pixels: Mask,
    effective: Option<EffectiveField>,
}

/// Computes the fields, and writes the pictures that were asked for.
pub(crate) fn overview(asked: Asked<'_>, device: &Device) -> Result<Overview> {
    for path in [asked.plot, asked.heat_map].into_iter().flatten() {
        check_writable(path)?;
    }
    heat_map::check_name(asked.heat_map)?;
    drawing::check_name(asked.plot)?;
    let fields = asked.network.fields(asked.size);
    let fields = match asked.file {
        Some(file) => fields.with_context(|| file.display().to_string())?,
        None => fields?,
    };
    let node = chosen(&fields, asked.layer)?;
    let (height, width) = fields.field(node)?.size;
    let output = asked.at.unwrap_or((height / 2, width / 2));
    let region = fields.region(node, output)?;
    let pixels = fields.seen(node, output)?.pixels;
    let effective = match asked.heat_map {
        Some(_) => {
            let progress = Progress::over_draws(DRAWS);
            let drawn = &mut |done| progress.drawn(done);
            let effective = fields.effective_watched(node, output, DRAWS, asked.seed, device, drawn);
            progress.finish();
            Some(effective?)
        }
        None => None,
    };
    let whole = fields.whole_up_to()?;
    let overview = Overview { fields, about: asked.about, node, output, region, whole, pixels, effective };
    let mut files = Vec::new();
    if let Some(path) = asked.plot {
        files.push((path, drawing::svg(&overview.shown(), asked.photograph)?.into_bytes()));
    }
    if let (Some(path), Some(effective)) = (asked.heat_map, &overview.effective) {
        files.push((path, heat_map::picture(&effective.magnitude)?.encode(path)?));
    }
    write_together(&files.iter().map(|(path, bytes)| (*path, bytes.as_slice())).collect::<Vec<_>>())?;
    Ok(overview)
}

/// The layer of this name, or the last whose outputs see different places.
fn chosen(fields: &Fields, name: Option<&str>) -> Result<Node> {
    let network = fields.network();
    if let Some(name) = name {
        let shown = || format!("{} has no layer {name}: without --layer its table names them", network.name());
        return network.find(name).with_context(shown);
    }
    let moves = |node: &Node| fields.field(*node).is_ok_and(|field| !all_see_the_same(field));
    let node = rows(network).rev().find(moves).unwrap_or(network.last());
    ensure!(network.nodes().count() > 1, "{} has no layers", network.name());
    Ok(node)
}

/// Whether all outputs see the same: there is only what they share.
fn all_see_the_same(field: &Field) -> bool {
    let same = |axis: &AxisField| axis.shared().is_some() && axis.stride().is_none() && !axis.drifts();
    same(&field.rows) && same(&field.columns)
}

/// What stays in place changes nothing, and is left out.
fn rows(network: &Network) -> impl DoubleEndedIterator<Item = Node> {
    let moves =
        |node: &Node| network.layer_of(*node).is_ok_and(|layer| !matches!(layer, Layer::Input | Layer::ElementWise));
    network.nodes().filter(moves)
}

impl Overview {
    fn shown(&self) -> drawing::Shown<'_> {
        let gaussian =
            self.effective.as_ref().and_then(|effective| effective.gaussian.as_ref().filter(|bell| !bell.flat));
        drawing::Shown { image: self.fields.image(), region: self.region, gaussian }
    }

    fn rows(&self) -> impl Iterator<Item = Node> {
        rows(self.fields.network())
    }

    /// Height and width of the largest image of which one output of a layer sees everything; `None` if there is none.
    fn whole(&self, node: Node) -> Option<(usize, usize)> {
        self.whole.get(&node).copied().flatten()
    }

    /// The sides of what the output sees, those in the padding included.
    fn field_size(&self) -> (i64, i64) {
        (self.region.bottom - self.region.top + 1, self.region.right - self.region.left + 1)
    }

    /// The part of this field, 0 to 1, that counts.
    fn share_of_field(&self, effective: &EffectiveField) -> f64 {
        let (height, width) = self.field_size();
        effective.pixels as f64 / (height as f64 * width as f64)
    }

    /// The name of the first layer of whose field something holds.
    fn first(&self, holds: impl Fn(&Field) -> bool) -> Result<Option<&str>> {
        let network = self.fields.network();
        let found = self.rows().find(|node| self.fields.field(*node).is_ok_and(&holds));
        Ok(found.map(|node| network.name_of(node)).transpose()?)
    }

    /// The first layers whose fields are larger than the image, down and across.
    fn larger_from(&self) -> Result<(Option<&str>, Option<&str>)> {
        Ok((self.first(|field| self.is_larger(field).0)?, self.first(|field| self.is_larger(field).1)?))
    }

    /// Whether a field is larger than the image, down and across.
    fn is_larger(&self, field: &Field) -> (bool, bool) {
        let (height, width) = self.fields.image();
        (field.rows.largest() > height, field.columns.largest() > width)
    }

    /// Whether a layer has an output that sees the whole image.
    fn sees_whole(&self, field: &Field) -> bool {
        let (height, width) = self.fields.image();
        let whole = |axis: &AxisField, length: usize| {
            let covers = |(first, last): (i64, i64)| first <= 0 && last >= length as i64 - 1;
            (0..axis.outputs()).any(|output| covers(axis.region(output)))
        };
        whole(&field.rows, height) && whole(&field.columns, width)
    }
}
