//! Chapter 6: feature maps, and what one output sees.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | [`chain`] | layers one after another: written, counted, and measured by gradient |
//! | [`deep`] | the field of a whole network, and how much of a field counts |
//! | `counted` | the lines of the lesson in which something is counted |
//! | `apply` | the reader's own chain of layers |
//! | `network` | a whole network: its table, and what one output of it sees |
//! | `network_file` | a network from a file |
//! | `toml_file` | the description language, with all its settings |
//! | `onnx` | what is read of a model that PyTorch has written |
//! | `drawing`, `heat_map` | the field over the image, and how much of it counts |
//! | `progress` | a bar on a terminal |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |
//!
//! `chain` and `deep` stand beside the lesson, and the pages of the book include them too; `apply` counts and measures
//! with the very functions that the lesson explains. What holds for networks with branches stands in
//! [`corr2d::receptive_field`].

mod apply;
pub mod chain;
mod command;
mod counted;
pub mod deep;
mod drawing;
mod heat_map;
pub mod lesson;
mod network;
mod network_file;
mod onnx;
mod progress;
mod text;
mod toml_file;

pub use command::Arguments;
