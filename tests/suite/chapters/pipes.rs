//! A closed pipe under the page is no error; one under anything else is.

use std::io;

use anyhow::Context;
use chapter_kit::{Chapter, Common, Environment, Page, Session, run};

use super::{name, run_in};

/// A reader such as `head` that has seen enough.
struct ClosedPipe;

impl io::Write for ClosedPipe {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn stops_quietly<C: Chapter>() {
    let mut errors = Vec::new();
    for arguments in [vec![name::<C>()], vec![name::<C>(), "--help".to_owned()]] {
        let status = run::<C>(&arguments, &Environment::default(), &mut ClosedPipe, &mut errors);
        assert_eq!((status, errors.as_slice()), (0, &b""[..]), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_under_the_page_is_no_error() {
    stops_quietly::<chapter_correlation::Arguments>();
    stops_quietly::<chapter_layer::Arguments>();
    stops_quietly::<chapter_edges::Arguments>();
    stops_quietly::<chapter_learning::Arguments>();
    stops_quietly::<chapter_convolution::Arguments>();
    stops_quietly::<chapter_receptive_field::Arguments>();
    stops_quietly::<chapter_exercises::Arguments>();
}

/// A chapter that writes a result of its own into a pipe that somebody has closed.
#[derive(clap::Parser)]
#[command(name = "chapter-of-pipes")]
struct Pipes {
    #[command(flatten)]
    common: Common,
}

impl Chapter for Pipes {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, _: &Session, _: &mut Page<'_>) -> anyhow::Result<()> {
        Err(io::Error::from(io::ErrorKind::BrokenPipe)).context("--output: the result is not written")
    }
}

#[test]
fn a_closed_pipe_under_a_file_is_an_error() {
    let printed = run_in::<Pipes>("C", &[]);
    assert_eq!((printed.status, printed.out.as_str()), (1, ""));
    assert_eq!(printed.errors, "error: --output: the result is not written: broken pipe\n");
}
