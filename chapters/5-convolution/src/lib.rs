//! Chapter 5: strict convolution beside correlation, and kernels between libraries.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | [`convention`] | how a library lays a kernel on an image; what becomes of a kernel between two |
//! | `convention/table` | the rows |
//! | `convention/call` | the lines of code that lay the converted kernel |
//! | `weights` | kernels and layers as files, in the order of axes of each library |
//! | `convert` | `--convert`: a kernel in, a kernel and its call out |
//! | `numbers`, `photographed` | correlation and convolution of the reader's own numbers, or photograph |
//! | `both` | what these two share |
//! | `figures` | the tables of the lesson |
//! | `symmetry` | what becomes of a kernel that is turned by 180° |
//! | `photograph` | the photograph of the lesson |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod both;
mod command;
pub mod convention;
mod convert;
mod figures;
pub mod lesson;
mod numbers;
mod photograph;
mod photographed;
mod symmetry;
mod text;
mod weights;

pub use command::Arguments;
