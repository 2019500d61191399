//! Chapter 4: learning a kernel from an image and its edges.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `apply` | the lesson's loop with the reader's start, rate and number of steps |
//! | `pair` | the kernel that made one photograph of another |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apply;
mod command;
pub mod lesson;
mod pair;
mod text;

pub use command::Arguments;
