//! The page that a chapter prints: headings, sentences and figures, in 80 columns.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// The columns of a page.
const WIDTH: usize = 80;

/// How far a figure stands in from the text.
const INDENT: &str = "    ";

const HEADING: anstyle::Style =
    anstyle::Style::new().bold().fg_color(Some(anstyle::Color::Ansi(anstyle::AnsiColor::Cyan)));

/// What a chapter prints, on the way to its reader.
///
/// ```
/// use chapter_kit::Page;
///
/// let mut printed = Vec::new();
/// let mut page = Page::new(&mut printed, false);
/// page.heading("One window")?;
/// page.text("The products of a window are added up.")?;
/// page.figure("0·0 + 1·1 + 3·2 + 4·3 = 19")?;
/// assert_eq!(
///     String::from_utf8(printed)?,
///     "One window\n──────────\n\nThe products of a window are added up.\n\n    0·0 + 1·1 + 3·2 + 4·3 = 19\n\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Page<'a> {
    out: &'a mut dyn Write,
    styled: bool,
}

impl<'a> Page<'a> {
    /// A page on `out`, in colour if `styled`.
    pub fn new(out: &'a mut dyn Write, styled: bool) -> Self {
        Self { out, styled }
    }

    /// A title, with a rule under it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn heading(&mut self, title: &str) -> io::Result<()> {
        let rule = "─".repeat(title.width());
        if self.styled {
            writeln!(self.out, "{HEADING}{title}\n{rule}{HEADING:#}\n")
        } else {
            writeln!(self.out, "{title}\n{rule}\n")
        }
    }

    /// A paragraph, broken into lines.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn text(&mut self, paragraph: &str) -> io::Result<()> {
        let options =
            textwrap::Options::new(WIDTH).break_words(false).word_splitter(textwrap::WordSplitter::NoHyphenation);
        writeln!(self.out, "{}\n", textwrap::fill(paragraph, options))
    }

    /// Lines that are printed as they are, set in from the text.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn figure(&mut self, lines: &str) -> io::Result<()> {
        for line in lines.lines() {
            writeln!(self.out, "{}", format!("{INDENT}{line}").trim_end())?;
        }
        writeln!(self.out)
    }

    /// Shows what was printed so far, before a reader is asked for something.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// A value for other programs, and nothing else on the page.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        writeln!(self.out, "{value:#}")
    }
}
