//! Chapter 2: a convolutional layer, its parameters and its gradient.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_layer::Arguments>()
}
