//! Chapter 7: the exercises of the lesson, each with a hint, an answer, a proof that runs, and a grader.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the list of the questions |
//! | [`exercise`] | what an exercise is, the table of all eight, a file for each |
//! | [`answer`] | what a reader answered, from JSON |
//! | [`verdict`] | what the grader says of it |
//! | [`predict`] | asks the reader first, then shows |
//! | [`zoo`] | wrong `corr2d`s, which the reader's inputs expose |
//! | `text` | the sentences that all exercises share, in English and Portuguese |
//! | `command` | the command line |

pub mod answer;
mod command;
pub mod exercise;
pub mod lesson;
pub mod predict;
mod text;
pub mod verdict;
pub mod zoo;

pub use command::Arguments;
