//! Chapter 1: cross-correlation, by hand and by function.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `apply` | the same on the reader's own numbers |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apply;
mod command;
pub mod lesson;
mod text;

pub use command::Arguments;
