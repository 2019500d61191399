//! Chapter 6: feature maps, and what one output sees.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_receptive_field::Arguments>()
}
