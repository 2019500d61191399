//! A row for every layer that changes what an output sees.

use anyhow::Result;
use corr2d::receptive_field::Node;

use super::Overview;
use super::page::{both, strides};
use crate::text::Text;

/// What a page leaves for a figure.
const WIDTH: usize = 76;

/// A name that must give way keeps so much of its end, which says most.
const SHORTEST_NAME: usize = 8;

type Row = [String; 7];

impl Overview {
    pub(super) fn table(&self, text: &Text) -> Result<String> {
        let mut rows = vec![text.network_table.map(str::to_owned)];
        for node in self.rows() {
            rows.push(self.row(node, text)?);
        }
        let widest = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let mut widths: [usize; 7] = std::array::from_fn(widest);
        let others: usize = widths[1..].iter().map(|width| width + 2).sum();
        widths[0] = widths[0].min(WIDTH.saturating_sub(others).max(SHORTEST_NAME));
        Ok(rows.iter().map(|row| line(row, &widths)).collect::<Vec<_>>().join("\n"))
    }

    fn row(&self, node: Node, text: &Text) -> Result<Row> {
        let (network, field) = (self.fields.network(), self.fields.field(node)?);
        let larger = self.is_larger(field);
        let marked = |size: usize, larger: bool| format!("{size}{}", if larger { "*" } else { "" });
        let (rows, columns) = (&field.rows, &field.columns);
        Ok([
            network.name_of(node)?.to_owned(),
            (text.kind)(network.layer_of(node)?),
            format!("{}×{}", field.size.0, field.size.1),
            strides(field),
            both(rows.padding(), columns.padding()),
            format!("{}×{}", marked(rows.largest(), larger.0), marked(columns.largest(), larger.1)),
            self.whole(node).map_or_else(|| "∞".to_owned(), |(height, width)| both(pixels(height), pixels(width))),
        ])
    }
}

fn pixels(side: usize) -> String {
    if side == 0 { "–".to_owned() } else { side.to_string() }
}

/// Names and kinds begin at the left, numbers end at the right.
fn line(row: &Row, widths: &[usize; 7]) -> String {
    let [name, kind, numbers @ ..] = row;
    let [name_width, kind_width, number_widths @ ..] = *widths;
    let mut line = format!("{:<name_width$}  {kind:<kind_width$}", shortened(name, name_width));
    for (number, width) in numbers.iter().zip(number_widths) {
        line += &format!("  {number:>width$}");
    }
    line
}

fn shortened(name: &str, width: usize) -> String {
    let length = name.chars().count();
    if length <= width {
        name.to_owned()
    } else {
        format!("…{}", name.chars().skip(length + 1 - width).collect::<String>())
    }
}
