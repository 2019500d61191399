//! The command line: no argument runs the lesson, any other computes.

use anyhow::Result;
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;

use crate::apply::{self, Place};
use crate::lesson;
use crate::text::Text;

/// Chapter 1: cross-correlation, by hand and by function. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-correlation", version, max_term_width = 80, after_help = EXAMPLES)]
pub struct Arguments {
    /// The image: rows by ";", numbers by ",", or a file (.txt .csv .json .npy .safetensors)
    #[arg(long, value_name = "MATRIX", allow_hyphen_values = true)]
    x: Option<String>,

    /// The kernel, written like the image, or by its name, such as sobel-x
    #[arg(long, value_name = "MATRIX", allow_hyphen_values = true)]
    k: Option<String>,

    /// Show how one number of the result comes about: its row and column, counted from 0
    #[arg(long, value_name = "ROW,COLUMN", allow_hyphen_values = true)]
    trace: Option<Place>,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  chapter-correlation
  chapter-correlation --k \"1,-1\"
  chapter-correlation --x \"0,1,2;3,4,5;6,7,8\" --k \"0,1;2,3\" --trace 0,1

What is left out of --x and --k is taken from the lesson.";

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if self.x.is_none() && self.k.is_none() && self.trace.is_none() {
            session.refuse_json("--x, --k or --trace")?;
            return lesson::run(&session.device, text, page);
        }
        let traced = apply::correlate(self.x.as_deref(), self.k.as_deref(), self.trace, &session.device)?;
        if session.json { Ok(page.json(&traced.to_json()?)?) } else { traced.print(text, page) }
    }
}
