//! What the command line of every chapter shares.
//!
//! A chapter is a struct of arguments that implements [`Chapter`]; its `main` is one call of [`main`]. The kit reads the
//! arguments, opens the device, chooses the language, lays out the page and turns every error into one line.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `command` | the common options, and how a program begins and ends |
//! | `device` | `--device` |
//! | `language` | `--lang` |
//! | `page` | headings, sentences and figures in 80 columns |
//! | [`figure`] | matrices, equations and pictures as text |
//! | [`json`] | results for other programs |

mod command;
mod device;
pub mod figure;
pub mod json;
mod language;
mod page;

pub use command::{Chapter, Common, Environment, Session, main, run};
pub use device::DeviceChoice;
pub use language::Language;
pub use page::Page;
