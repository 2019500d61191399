//! The command line: no argument runs the lesson, `--convert` converts a kernel, any other lays one both ways.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;
use corr2d_imaging::{Border, Range, Target};

use crate::convention::Convention;
use crate::convert::{self, Anchor, Conversion, convert};
use crate::text::Text;
use crate::{lesson, numbers, photographed};

/// Chapter 5: strict convolution beside correlation, and kernels between libraries. Without
/// arguments it tells the lesson.
#[derive(Debug, Parser)]
#[command(name = "chapter-convolution", version, max_term_width = 80, after_help = tables())]
pub struct Arguments {
    /// A photograph: PNG, JPEG, BMP, PNM, TIFF or WebP [default: the photograph of the lesson]
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// Numbers instead of a photograph: rows by ";", numbers by ",", or a file
    #[arg(long, value_name = "MATRIX", allow_hyphen_values = true, conflicts_with_all = ["image", "border", "range", "output"])]
    x: Option<String>,

    /// The kernel: a name that chapter-edges --help lists, numbers ("1,-1"; rows by ";"), or a file
    /// (.txt .csv .json .npy .safetensors) [default: emboss on a photograph, "0,1;2,3" on numbers]
    #[arg(long, value_name = "KERNEL", allow_hyphen_values = true)]
    kernel: Option<String>,

    /// How the photograph goes on beyond its edge, as in chapter-edges [default: reflect]
    #[arg(long, value_name = "BORDER")]
    border: Option<Border>,

    /// How responses become brightness, on one scale for all three: signed, abs, minmax or clamp
    /// [default: signed]
    #[arg(long, value_name = "RANGE")]
    range: Option<Range>,

    /// Where to write. Of a photograph: NAME.png gives NAME-correlation.png, NAME-convolution.png
    /// and NAME-difference.png; .npy and .safetensors hold all three as they are. With --convert:
    /// the kernel, .npy or .safetensors with the axes of the library, the other formats as rows
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Convert the kernel between two of the conventions below, and print the call that lays it
    #[arg(long, value_name = "FROM:TO", requires = "kernel", conflicts_with_all = ["image", "x", "border", "range"])]
    convert: Option<Conversion>,

    /// With --convert: the weight that lies on the pixel, counted from 0 in the kernel as it is
    /// written [default: that of the first convention]
    #[arg(long, value_name = "ROW,COLUMN", allow_hyphen_values = true, requires = "convert")]
    anchor: Option<Anchor>,

    /// With --convert: which weight of a file that holds several layers
    #[arg(long, value_name = "NAME", requires = "convert")]
    layer: Option<String>,

    #[command(flatten)]
    common: Common,
}

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let text = Text::of(session.language);
        if let Some(conversion) = self.convert {
            let asked = self.conversion(conversion);
            let converted = convert(&asked)?;
            return if session.json { Ok(page.json(&converted.to_json()?)?) } else { converted.print(text, page) };
        }
        if let Some(x) = &self.x {
            let numbers = numbers::numbers(x, self.kernel.as_deref().unwrap_or("0,1;2,3"), &session.device)?;
            return if session.json { Ok(page.json(&numbers.to_json()?)?) } else { numbers.print(text, page) };
        }
        if self.asks_for_nothing() {
            session.refuse_json("--kernel, --image, --x or --convert")?;
            return lesson::run(&session.device, text, page);
        }
        let asked = self.photograph()?;
        let photographed = photographed::photograph(&asked, &session.device)?;
        if session.json { Ok(page.json(&photographed.to_json()?)?) } else { photographed.print(text, page) }
    }
}

impl Arguments {
    fn asks_for_nothing(&self) -> bool {
        self.image.is_none()
            && self.kernel.is_none()
            && self.border.is_none()
            && self.range.is_none()
            && self.output.is_none()
    }

    fn conversion(&self, conversion: Conversion) -> convert::Asked<'_> {
        convert::Asked {
            conversion,
            // The parser has refused --convert without a kernel.
            kernel: self.kernel.as_deref().unwrap_or_default(),
            layer: self.layer.as_deref(),
            anchor: self.anchor,
            output: self.output.as_deref(),
        }
    }

    fn photograph(&self) -> Result<photographed::Asked<'_>> {
        Ok(photographed::Asked {
            image: self.image.as_deref(),
            kernel: self.kernel.as_deref().unwrap_or("emboss"),
            border: self.border.unwrap_or(Border::Reflect),
            range: self.range.unwrap_or_default(),
            output: self.output()?,
        })
    }

    /// Where the results go, and as what. A name that nothing can be written under is refused before any work.
    fn output(&self) -> Result<Option<(Target, &Path)>> {
        let Some(path) = self.output.as_deref() else { return Ok(None) };
        Ok(Some((Target::of(path).context("--output")?, path)))
    }
}

fn tables() -> String {
    let headings = ["name", "kernel lies", "kept as", "on the pixel, of n", "beyond"];
    format!(
        "Conventions, for an answer as large as the image:\n{}\
         cv2, torch, tf and keras are understood too. Kernels of chapter-edges lie as\n\
         with opencv. Candle pads all four sides by one number, so its answer is as\n\
         large as the image to square kernels of odd size only: any other is taken to\n\
         lie as with PyTorch.\n\n{EXAMPLES}",
        Convention::table(headings, ["as written", "turned"]),
    )
}

const EXAMPLES: &str = "\
Examples:
  chapter-convolution
  chapter-convolution --x \"0,1,2;3,4,5;6,7,8\" --kernel \"0,1;2,3\"
  chapter-convolution --image photo.jpg --kernel emboss --output relief.png
  chapter-convolution --convert opencv:pytorch --kernel k.npy --output w.npy
  chapter-convolution --convert scipy.convolve2d:candle --kernel \"1,2;3,4\"
  chapter-convolution --convert opencv:ndimage.convolve --kernel k.npy \\
    --anchor 0,3
  chapter-convolution --convert pytorch:tensorflow --kernel model.safetensors \\
    --layer conv1 --output conv1.npy";
