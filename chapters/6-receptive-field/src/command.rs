//! The command line: no argument runs the lesson, `--layers` counts and measures.

use anyhow::Result;
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;

use crate::apply::fields;
use crate::chain::Layer;
use crate::lesson;
use crate::text::Text;

/// Chapter 6: feature maps, and what one output sees. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-receptive-field", version, max_term_width = 80, after_help = EXAMPLES)]
pub struct Arguments {
    /// Layers from the image on, separated by commas: height x width, s with a stride, d with a
    /// dilation, as in 3x3s2d4
    #[arg(long, value_name = "LAYERS", value_delimiter = ',', num_args = 1)]
    layers: Vec<Layer>,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  chapter-receptive-field
  chapter-receptive-field --layers 2x2,2x2
  chapter-receptive-field --layers 7x7s2,3x3s2,3x3,3x3 --json";

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if self.layers.is_empty() {
            session.refuse_json("--layers")?;
            return lesson::run(&session.device, text, page);
        }
        let fields = fields(&self.layers, &session.device)?;
        if session.json { Ok(page.json(&fields.to_json())?) } else { fields.print(text, page) }
    }
}
