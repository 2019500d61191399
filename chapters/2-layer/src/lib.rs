//! Chapter 2: a convolutional layer, its parameters and its gradient.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `apply` | a trained layer on the reader's own photograph |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apply;
mod command;
pub mod lesson;
mod text;

pub use command::Arguments;
