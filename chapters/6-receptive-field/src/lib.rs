//! Chapter 6: feature maps, and what one output sees.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `chain` | layers one after another: written, counted, and measured by gradient |
//! | `apply` | the reader's own chain of layers |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |
//!
//! `chain` stands beside the lesson, and the pages of the book include it too, because `apply` counts and measures with
//! the very functions that the lesson explains.

mod apply;
pub mod chain;
mod command;
pub mod lesson;
mod text;

pub use command::Arguments;
