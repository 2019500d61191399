//! Chapter 7: the exercises of the lesson.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_exercises::Arguments>()
}
