//! What a network sees, as JSON: pairs are [down, across].

use anyhow::Result;
use corr2d::receptive_field::{Alignment, Gaussian, Node, Ratio, Region};
use serde_json::{Value, json};

use super::Overview;

impl Overview {
    pub(crate) fn to_json(&self) -> Result<Value> {
        let network = self.fields.network();
        let layers = self.rows().map(|node| self.row_as_json(node)).collect::<Result<Vec<_>>>()?;
        let Region { top, bottom, left, right } = self.region;
        let (down, across) = self.region.centre();
        let field = self.fields.field(self.node)?;
        let (larger, whole) = (self.larger_from()?, self.first(|field| self.sees_whole(field))?);
        let shared = field.rows.shared().zip(field.columns.shared());
        let mut value = json!({
            "network": network.name(), "image": self.fields.image(), "layers": layers, "larger_than_image_from": larger,
            "sees_whole_image_from": whole,
            "output": {
                "layer": network.name_of(self.node)?, "row": self.output.0, "column": self.output.1,
                "top": top, "bottom": bottom, "left": left, "right": right, "centre": [number(down), number(across)],
                "pixels": self.pixels.count(),
                "reached": self.pixels.bounds().map(as_json), "aligned": field.alignment == Alignment::Aligned,
                "shared": shared.map(|((top, bottom), (left, right))| as_json(Region { top, bottom, left, right })),
            },
        });
        if let Some(effective) = &self.effective {
            value["effective"] = json!({
                "pixels": effective.pixels, "reached": effective.reached, "share": rounded(effective.share()),
                "share_of_field": rounded(self.share_of_field(effective)), "gaussian": effective.gaussian.map(gaussian),
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
            "sees_whole_up_to": self.whole(node), "larger_than_image": self.is_larger(field), "aligned": field.alignment == Alignment::Aligned,
        }))
    }
}

fn gaussian(gaussian: Gaussian) -> Value {
    let pair = |(down, across): (f64, f64)| [rounded(down), rounded(across)];
    json!({
        "centre": pair(gaussian.centre), "deviation": pair(gaussian.deviation), "height": rounded(gaussian.height),
        "explained": rounded(gaussian.explained), "flat": gaussian.flat,
    })
}

fn as_json(Region { top, bottom, left, right }: Region) -> Value {
    json!({ "top": top, "bottom": bottom, "left": left, "right": right })
}

/// A fraction as a decimal.
fn number(ratio: Ratio<i64>) -> Value {
    if ratio.is_integer() { json!(ratio.to_integer()) } else { json!(*ratio.numer() as f64 / *ratio.denom() as f64) }
}

/// What is measured, to three decimals: the rest depends on the machine.
fn rounded(number: f64) -> f64 {
    // Adding 0 makes a positive one of a negative one.
    (number * 1000.0).round() / 1000.0 + 0.0
}
