//! Chapter 5: strict convolution beside correlation, and kernels between libraries.

use std::process::ExitCode;

fn main() -> ExitCode {
    chapter_kit::main::<chapter_convolution::Arguments>()
}
