//! The receptive fields of a whole network, layer by layer, and what one output of it sees.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use candle_core::Device;
use chapter_kit::Page;
use corr2d::receptive_field::{
    Alignment, AxisField, EffectiveField, Field, Fields, Layer, Network, Node, Ratio, Region,
};
use corr2d_imaging::{Picture, check_writable, write_together};
use serde_json::{Value, json};

use crate::text::Text;
use crate::{drawing, heat_map};

/// How often the weights are drawn where the gradient is measured.
const DRAWS: usize = 16;

/// What is asked of a network.
pub(crate) struct Asked<'a> {
    pub(crate) network: Network,
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
    /// How many pixels of the image can reach it.
    pixels: usize,
    effective: Option<EffectiveField>,
}

/// Computes the fields, and writes the pictures that were asked for.
pub(crate) fn overview(asked: Asked<'_>, device: &Device) -> Result<Overview> {
    for path in [asked.plot, asked.heat_map].into_iter().flatten() {
        check_writable(path)?;
    }
    heat_map::check_name(asked.heat_map)?;
    drawing::check_name(asked.plot)?;
    let fields = asked.network.fields(asked.size)?;
    let node = chosen(&fields, asked.layer)?;
    let (height, width) = fields.field(node)?.size;
    let output = asked.at.unwrap_or((height / 2, width / 2));
    let region = fields.region(node, output)?;
    let pixels = fields.seen(node, output)?.pixels.count();
    let effective = match asked.heat_map {
        Some(_) => Some(fields.effective(node, output, DRAWS, asked.seed, device)?),
        None => None,
    };
    let overview = Overview { fields, about: asked.about, node, output, region, pixels, effective };
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
    let moves = |node: &Node| fields.field(*node).is_ok_and(|field| !sees_all(field));
    let node = rows(network).rev().find(moves).unwrap_or(network.last());
    ensure!(network.nodes().count() > 1, "{} has no layers", network.name());
    Ok(node)
}

/// Whether all outputs see the same.
fn sees_all(field: &Field) -> bool {
    let none = |axis: &AxisField| axis.stride().is_none() && axis.region(0) == axis.region(axis.outputs() - 1);
    none(&field.rows) && none(&field.columns) && field.alignment == Alignment::Aligned
}

impl Overview {
    fn shown(&self) -> drawing::Shown<'_> {
        drawing::Shown { image: self.fields.image(), region: self.region, effective: self.effective.as_ref() }
    }

    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let network = self.fields.network();
        let (height, width) = self.fields.image();
        page.heading(&(text.network_title)(network.name(), height, width))?;
        if let Some(about) = self.about {
            page.text(&sentence((text.about)(network.name(), about)))?;
        }
        page.figure(&self.table(text)?)?;
        let larger = self.first(|field| self.is_larger(field))?;
        match larger {
            Some(layer) => page.text(&(text.larger)(layer))?,
            None => page.text(&(text.none_larger)(height, width))?,
        }
        match self.first(|field| self.sees_whole(field))? {
            Some(layer) => page.text(&(text.sees_whole)(layer))?,
            None if larger.is_some() => page.text(text.sees_whole_nowhere)?,
            None => {}
        }
        self.print_output(text, page)
    }

    fn print_output(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        let (network, field) = (self.fields.network(), self.fields.field(self.node)?);
        let name = network.name_of(self.node)?;
        if sees_all(field) {
            page.text(&(text.sees_all)(name))?;
        } else {
            let (stride, padding) = (strides(field), both(field.rows.padding(), field.columns.padding()));
            page.text(&(text.one_output)(name, &largest(field), &stride, &padding))?;
        }
        if (field.rows.smallest(), field.columns.smallest()) != (field.rows.largest(), field.columns.largest()) {
            let smallest = format!("{}×{}", field.rows.smallest(), field.columns.smallest());
            page.text(&(text.phases)(&smallest, &largest(field)))?;
        }
        page.text(&match field.alignment {
            Alignment::Aligned => text.aligned.to_owned(),
            Alignment::Strides { at, first, other } => {
                (text.strides_differ)(network.name_of(at)?, &first.to_string(), &other.to_string())
            }
            Alignment::Centres { at, distance } => (text.centres_differ)(network.name_of(at)?, &halves(distance)),
        })?;
        let (down, across) = self.region.centre();
        let region = (text.region)(self.output.0, self.output.1, self.region);
        let centre = (text.centre)(&halves(down), &halves(across), self.pixels);
        page.text(&format!("{region} {centre}"))?;
        if let Some(effective) = &self.effective {
            let percent = |part: f64| format!("{:.0}", 100.0 * part);
            page.text(&(text.measured_field)(effective.pixels, effective.reached, &percent(effective.share())))?;
            let (down, across) = (format!("{:.1}", effective.deviation.0), format!("{:.1}", effective.deviation.1));
            if effective.explained > 0.0 {
                page.text(&(text.gaussian)(&down, &across, &percent(effective.explained)))?;
            } else {
                page.text(text.no_gaussian)?;
            }
        }
        Ok(())
    }

    /// A row for every layer that changes what an output sees.
    fn table(&self, text: &Text) -> Result<String> {
        let rows = self.rows().map(|node| self.row(node)).collect::<Result<Vec<_>>>()?;
        let longest = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or_default();
        let width = longest.clamp(text.network_table[0].chars().count(), LONGEST_NAME);
        let line = |[name, kind, map, stride, padding, field]: [&str; 6]| {
            let name = shortened(name, width);
            format!("{name:<width$}  {kind:<16} {map:>9} {stride:>6} {padding:>7} {field:>11}")
        };
        let heading = line(text.network_table);
        let lines = rows.iter().map(|row| line(row.each_ref().map(String::as_str)));
        Ok(std::iter::once(heading).chain(lines).map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n"))
    }

    fn row(&self, node: Node) -> Result<[String; 6]> {
        let (network, field) = (self.fields.network(), self.fields.field(node)?);
        let mark = if self.is_larger(field) { "*" } else { "" };
        Ok([
            network.name_of(node)?.to_owned(),
            network.layer_of(node)?.to_string(),
            format!("{}×{}", field.size.0, field.size.1),
            strides(field),
            both(field.rows.padding(), field.columns.padding()),
            format!("{}{mark}", largest(field)),
        ])
    }

    fn rows(&self) -> impl Iterator<Item = Node> {
        rows(self.fields.network())
    }

    /// The name of the first layer of whose field something holds.
    fn first(&self, holds: impl Fn(&Field) -> bool) -> Result<Option<&str>> {
        let network = self.fields.network();
        let found = self.rows().find(|node| self.fields.field(*node).is_ok_and(&holds));
        Ok(found.map(|node| network.name_of(node)).transpose()?)
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

    fn is_larger(&self, field: &Field) -> bool {
        let (height, width) = self.fields.image();
        field.rows.largest() > height && field.columns.largest() > width
    }

    pub(crate) fn to_json(&self) -> Result<Value> {
        let network = self.fields.network();
        let layers = self.rows().map(|node| self.row_as_json(node)).collect::<Result<Vec<_>>>()?;
        let Region { top, bottom, left, right } = self.region;
        let (down, across) = self.region.centre();
        let field = self.fields.field(self.node)?;
        let (larger, whole) = (self.first(|field| self.is_larger(field))?, self.first(|field| self.sees_whole(field))?);
        let mut value = json!({
            "network": network.name(), "image": self.fields.image(), "layers": layers, "larger_than_image_from": larger,
            "sees_whole_image_from": whole,
            "output": {
                "layer": network.name_of(self.node)?, "row": self.output.0, "column": self.output.1,
                "top": top, "bottom": bottom, "left": left, "right": right, "centre": [number(down), number(across)],
                "pixels": self.pixels, "aligned": field.alignment == Alignment::Aligned,
            },
        });
        if let Some(effective) = &self.effective {
            value["effective"] = json!({
                "pixels": effective.pixels, "reached": effective.reached, "share": rounded(effective.share()),
                "deviation": [rounded(effective.deviation.0), rounded(effective.deviation.1)],
                "centre": [rounded(effective.centre.0), rounded(effective.centre.1)],
                "explained": rounded(effective.explained),
            });
        }
        Ok(value)
    }

    fn row_as_json(&self, node: Node) -> Result<Value> {
        let (network, field) = (self.fields.network(), self.fields.field(node)?);
        let (rows, columns) = (&field.rows, &field.columns);
        Ok(json!({
            "name": network.name_of(node)?, "kind": network.layer_of(node)?.to_string(), "map": field.size,
            "stride": [rows.stride().map(number), columns.stride().map(number)],
            "padding": [rows.padding(), columns.padding()],
            "field": [rows.largest(), columns.largest()], "smallest": [rows.smallest(), columns.smallest()],
            "larger_than_image": self.is_larger(field), "aligned": field.alignment == Alignment::Aligned,
        }))
    }
}

/// What stays in place changes nothing, and is left out.
fn rows(network: &Network) -> impl DoubleEndedIterator<Item = Node> {
    let moves =
        |node: &Node| network.layer_of(*node).is_ok_and(|layer| !matches!(layer, Layer::Input | Layer::ElementWise));
    network.nodes().filter(moves)
}

/// Longer names lose their beginning, which says least.
const LONGEST_NAME: usize = 22;

fn shortened(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        name.to_owned()
    } else {
        format!("…{}", name.chars().skip(length + 1 - width).collect::<String>())
    }
}

fn largest(field: &Field) -> String {
    format!("{}×{}", field.rows.largest(), field.columns.largest())
}

fn strides(field: &Field) -> String {
    let shown = |axis: &AxisField| axis.stride().map_or_else(|| "–".to_owned(), |stride| stride.to_string());
    both(shown(&field.rows), shown(&field.columns))
}

/// One word where both axes have the same.
fn both<T: PartialEq + ToString>(down: T, across: T) -> String {
    if down == across { down.to_string() } else { format!("{}×{}", down.to_string(), across.to_string()) }
}

/// Halves of a pixel as a decimal fraction, which both languages print with a point.
fn halves(number: Ratio<i64>) -> String {
    self::number(number).to_string()
}

fn number(ratio: Ratio<i64>) -> Value {
    if ratio.is_integer() { json!(ratio.to_integer()) } else { json!(*ratio.numer() as f64 / *ratio.denom() as f64) }
}

/// What is measured, to three decimals: the rest depends on the machine.
fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

/// As a sentence of its own.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
