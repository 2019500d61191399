//! Chapter 3: edges, in a drawing of 48 pixels and in a photograph.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `apply` | any kernel on the reader's own photograph |
//! | `photograph` | the photograph of the lesson |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apply;
mod command;
pub mod lesson;
mod photograph;
mod text;

pub use command::Arguments;
