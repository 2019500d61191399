//! The common options, and how a program begins and ends.
//!
//! Results go to standard output, everything else to standard error. The exit status is 0, or 1 after a one-line error,
//! or 2 when the arguments themselves are wrong. A reader that closes the pipe early, as `head` does, is no error.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use candle_core::Device;
use clap::Parser;

use crate::{DeviceChoice, Language, Page};

/// The options that every chapter has.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Common options")]
pub struct Common {
    /// Where the tensors live: cpu, cuda, cuda:N or metal
    #[arg(long, value_name = "DEVICE", default_value = "cpu")]
    pub device: DeviceChoice,

    /// The language of the page: en or pt [default: from LANG, else en]
    #[arg(long, value_name = "LANGUAGE", value_enum, hide_possible_values = true)]
    pub lang: Option<Language>,

    /// The seed of everything random: the same seed gives the same numbers on every machine
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub seed: Option<u64>,

    /// Print what is computed as JSON, for other programs
    #[arg(long)]
    pub json: bool,
}

/// What a chapter runs with, once its common options are understood.
///
/// ```
/// use candle_core::Device;
/// use chapter_kit::{Language, Session};
///
/// let session = Session { device: Device::Cpu, language: Language::English, seed: None, json: true };
/// let refused = session.refuse_json("--x or --k").unwrap_err();
/// assert_eq!(refused.to_string(), "--json needs something to compute: add --x or --k");
/// ```
pub struct Session {
    /// The open device.
    pub device: Device,
    /// The language of the page.
    pub language: Language,
    /// The seed, if one was given.
    pub seed: Option<u64>,
    /// Whether to print JSON and not a page.
    pub json: bool,
}

impl Session {
    /// For a chapter that is asked for nothing but its lesson, which is for people only.
    ///
    /// # Errors
    /// With `--json`: `add` names the options that compute something.
    pub fn refuse_json(&self, add: &str) -> Result<()> {
        ensure!(!self.json, "--json needs something to compute: add {add}");
        Ok(())
    }
}

/// The arguments of a chapter, and what it does with them. [`run`] has an example.
pub trait Chapter: Parser {
    /// The options that all chapters share.
    fn common(&self) -> &Common;

    /// Prints the lesson, or what was asked for.
    ///
    /// # Errors
    /// Whatever goes wrong, as one line that says what would do.
    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()>;
}

/// What a program finds around it.
///
/// ```
/// // As in a pipe, in Brazil.
/// let environment = chapter_kit::Environment { locale: Some("pt_BR.UTF-8".to_owned()), styled: false };
/// assert_ne!(environment.locale, chapter_kit::Environment::default().locale);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The locale, as in `LANG`.
    pub locale: Option<String>,
    /// Whether standard output shows colours.
    pub styled: bool,
}

impl Environment {
    fn of_this_process() -> Self {
        // The first of these that is set decides, as POSIX has it.
        let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        let choice = anstream::AutoStream::choice(&io::stdout());
        Self { locale, styled: choice != anstream::ColorChoice::Never }
    }
}

/// The whole `main` of a chapter.
///
/// ```no_run
/// # use chapter_kit::{Chapter, Common, Page, Session};
/// # #[derive(clap::Parser)]
/// # struct Arguments {
/// #     #[command(flatten)]
/// #     common: Common,
/// # }
/// # impl Chapter for Arguments {
/// #     fn common(&self) -> &Common {
/// #         &self.common
/// #     }
/// #     fn run(&self, _: &Session, _: &mut Page<'_>) -> anyhow::Result<()> {
/// #         Ok(())
/// #     }
/// # }
/// fn main() -> std::process::ExitCode {
///     chapter_kit::main::<Arguments>()
/// }
/// ```
pub fn main<C: Chapter>() -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let environment = Environment::of_this_process();
    run::<C>(std::env::args_os(), &environment, &mut out, &mut io::stderr().lock()).into()
}

/// Runs a chapter with given arguments, the first of them the program's name, and returns its exit status.
///
/// ```
/// use chapter_kit::{Chapter, Common, Environment, Page, Session, run};
///
/// #[derive(clap::Parser)]
/// struct Arguments {
///     /// The side of a kernel
///     #[arg(long)]
///     side: Option<u32>,
///     #[command(flatten)]
///     common: Common,
/// }
///
/// impl Chapter for Arguments {
///     fn common(&self) -> &Common {
///         &self.common
///     }
///
///     fn run(&self, session: &Session, page: &mut Page<'_>) -> anyhow::Result<()> {
///         let Some(side) = self.side else {
///             session.refuse_json("--side")?;
///             return Ok(page.text("A kernel is small.")?);
///         };
///         Ok(page.text(&format!("It has {} weights.", side * side))?)
///     }
/// }
///
/// let (mut out, mut errors) = (Vec::new(), Vec::new());
/// let mut status = |arguments: &[&str]| run::<Arguments>(arguments, &Environment::default(), &mut out, &mut errors);
/// assert_eq!(status(&["chapter", "--side", "3"]), 0);
/// assert_eq!(status(&["chapter", "--json"]), 1);
/// assert_eq!(out, b"It has 9 weights.\n\n");
/// assert_eq!(errors, b"error: --json needs something to compute: add --side\n");
/// ```
pub fn run<C: Chapter>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    environment: &Environment,
    out: &mut dyn Write,
    errors: &mut dyn Write,
) -> u8 {
    let chapter = match C::try_parse_from(arguments) {
        Ok(chapter) => chapter,
        Err(error) => return usage(&error, environment, out, errors),
    };
    let finished = run_parsed(&chapter, environment, out).and_then(|()| Ok(out.flush()?));
    match finished {
        Ok(()) => 0,
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            // If standard error is gone too, the status is all that is left.
            let _ = writeln!(errors, "error: {}", one_line(&format!("{error:#}")));
            1
        }
    }
}

fn run_parsed<C: Chapter>(chapter: &C, environment: &Environment, out: &mut dyn Write) -> Result<()> {
    let common = chapter.common();
    let session = Session {
        device: common.device.open()?,
        language: common.lang.unwrap_or_else(|| Language::of_locale(environment.locale.as_deref())),
        seed: common.seed,
        json: common.json,
    };
    chapter.run(&session, &mut Page::new(out, environment.styled))
}

/// Help and version go to standard output; anything else is a usage error, in one line.
fn usage(error: &clap::Error, environment: &Environment, out: &mut dyn Write, errors: &mut dyn Write) -> u8 {
    if !error.use_stderr() {
        let help = error.render();
        let written = if environment.styled { write!(out, "{}", help.ansi()) } else { write!(out, "{help}") };
        return match written.and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => 1,
            _ => 0,
        };
    }
    let text = error.render().to_string();
    let said: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let _ = writeln!(errors, "{} (--help lists the arguments)", said.join("; ").replace(":; ", ": "));
    2
}

/// The page passes on the writer's own error. One that is the cause of another befell something else, a file, say.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let outermost = error.chain().next().and_then(|error| error.downcast_ref::<io::Error>());
    outermost.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}
