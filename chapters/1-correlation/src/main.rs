//! Chapter 1: cross-correlation, by hand and by function.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_correlation::Arguments>()
}
