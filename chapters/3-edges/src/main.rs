//! Chapter 3: edges, in a drawing of 48 pixels and in a photograph.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_edges::Arguments>()
}
