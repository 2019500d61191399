//! The receptive field of the reader's own chain of layers, layer by layer.

use anyhow::Result;
use candle_core::Device;
use chapter_kit::Page;
use serde_json::{Value, json};

use crate::chain::{LARGEST_MEASURED, Layer, Seen, field, seen, sees, weights_of_one};
use crate::text::Text;

/// What one output sees after each layer of a chain.
pub(crate) struct Fields(Vec<Row>);

struct Row {
    layer: Layer,
    /// How far apart neighbouring outputs look, in pixels.
    step: usize,
    counted: (usize, usize),
    /// `None` where the field is too large to be measured.
    measured: Option<Seen>,
}

/// Counts and measures the field after the first layer, after the second, and so on.
pub(crate) fn fields(chain: &[Layer], device: &Device) -> Result<Fields> {
    let row = |depth: usize| -> Result<Row> {
        let chain = &chain[..depth];
        let counted = field(chain)?;
        let measured = if counted.0.max(counted.1) <= LARGEST_MEASURED {
            Some(seen(&sees(chain, &weights_of_one(chain, device)?, device)?)?)
        } else {
            None
        };
        let step = chain.iter().map(|layer| layer.stride).product();
        Ok(Row { layer: chain[depth - 1], step, counted, measured })
    };
    Ok(Fields((1..=chain.len()).map(row).collect::<Result<_>>()?))
}

impl Fields {
    pub(crate) fn print(&self, text: &Text, page: &mut Page<'_>) -> Result<()> {
        page.heading(&(text.chain_title)(self.0.len()))?;
        let mut lines = vec![text.chain_table.to_owned()];
        lines.extend(self.0.iter().enumerate().map(|(index, row)| row.line(index + 1, text)));
        page.figure(&lines.join("\n"))?;
        if let Some(last) = self.0.last() {
            page.text(&(text.chain)(last.counted.0, last.counted.1))?;
            if let Some(seen) = last.measured.filter(|seen| seen.pixels < seen.height * seen.width) {
                page.text(&(text.gaps)(seen.pixels, seen.height * seen.width))?;
            }
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Value {
        let row = |row: &Row| {
            json!({
                "kernel": row.layer.kernel, "stride": row.layer.stride, "dilation": row.layer.dilation,
                "step": row.step, "field": row.counted,
                "measured": row.measured.map(|seen| (seen.height, seen.width)),
                "pixels": row.measured.map(|seen| seen.pixels),
            })
        };
        json!({ "layers": self.0.iter().map(row).collect::<Vec<_>>() })
    }
}

impl Row {
    fn line(&self, index: usize, text: &Text) -> String {
        let size = |(height, width): (usize, usize)| format!("{height}×{width}");
        let Layer { kernel, stride, dilation } = self.layer;
        let (measured, pixels) = match self.measured {
            Some(seen) => (size((seen.height, seen.width)), seen.pixels.to_string()),
            None => (text.not_measured.to_owned(), "–".to_owned()),
        };
        format!(
            "{index:>6}  {:<7}  {stride:>6}  {dilation:>9}  {:>5}  {:>9}  {measured:>13}  {pixels:>6}",
            size(kernel),
            self.step,
            size(self.counted),
        )
    }
}
