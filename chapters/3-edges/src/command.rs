//! The command line: no argument runs the lesson, any other filters a photograph.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;
use corr2d_imaging::{Border, Kernel, Range, Target};

use crate::apply::{Filter, filter};
use crate::lesson;
use crate::text::Text;

/// Chapter 3: edges, in a drawing of 48 pixels and in a photograph. Without arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-edges", version, max_term_width = 80, after_help = tables())]
pub struct Arguments {
    /// The photograph: PNG, JPEG, BMP, PNM, TIFF or WebP [default: the photograph of the lesson]
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// The kernel: a name below, numbers ("1,-1"; rows by ";"), or a file (.txt .csv .json .npy
    /// .safetensors, or source code as chapter-learning saves it: .py .c .h .cpp .hpp .rs) [default:
    /// sobel-x]
    #[arg(long, value_name = "KERNEL", allow_hyphen_values = true)]
    kernel: Option<String>,

    /// How the image goes on beyond its edge [default: reflect]
    #[arg(long, value_name = "BORDER")]
    border: Option<Border>,

    /// How responses become brightness [default: signed]
    #[arg(long, value_name = "RANGE")]
    range: Option<Range>,

    /// Filter the brightness (0.299 red + 0.587 green + 0.114 blue), not each colour by itself
    #[arg(long)]
    luma: bool,

    /// Where to write the result: a picture by its extension, or .npy or .safetensors for the
    /// responses as they are, [channel, row, column]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if self.asks_for_nothing() {
            session.refuse_json("--kernel or --image")?;
            return lesson::run(&session.device, text, page);
        }
        let asked = self.filter()?;
        let filtered = filter(&asked, &session.device)?;
        if session.json { Ok(page.json(&filtered.to_json()?)?) } else { filtered.print(text, page) }
    }
}

impl Arguments {
    fn asks_for_nothing(&self) -> bool {
        self.image.is_none()
            && self.kernel.is_none()
            && self.border.is_none()
            && self.range.is_none()
            && !self.luma
            && self.output.is_none()
    }

    fn filter(&self) -> Result<Filter<'_>> {
        Ok(Filter {
            image: self.image.as_deref(),
            kernel: self.kernel.as_deref().unwrap_or("sobel-x"),
            border: self.border.unwrap_or(Border::Reflect),
            range: self.range.unwrap_or_default(),
            luma: self.luma,
            output: self.output()?,
        })
    }

    /// Where the result goes, and as what. A name that nothing can be written under is refused before any work.
    fn output(&self) -> Result<Option<(Target, &Path)>> {
        let Some(path) = self.output.as_deref() else { return Ok(None) };
        Ok(Some((Target::of(path).context("--output")?, path)))
    }
}

fn tables() -> String {
    format!(
        "Kernels, laid on the image as they stand (correlation, as OpenCV's filter2D):\n{}\n\
         Borders, and what other libraries call them:\n{}\n\
         Ranges:\n{}\n{EXAMPLES}",
        Kernel::table(),
        Border::table(),
        Range::table(),
    )
}

const EXAMPLES: &str = "\
Examples:
  chapter-edges
  chapter-edges --kernel \"1;-1\"
  chapter-edges --image photo.jpg --kernel sobel-x --output edges.png
  chapter-edges --image photo.jpg --kernel gaussian:1.5 --range clamp \\
    --border replicate --output soft.png
  chapter-edges --image photo.jpg --kernel sobel-x --output responses.npy";
