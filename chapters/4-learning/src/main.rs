//! Chapter 4: learning a kernel from an image and its edges.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_learning::Arguments>()
}
