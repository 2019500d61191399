//! Chapter 4: learning a kernel from an image and its edges.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `by_hand` | its first loss and first step, written out |
//! | `apply` | the lesson's loop with the reader's start, rate and number of steps |
//! | `why` | its section on rates and steps: what the image alone tells |
//! | `dialect` | the loop as PyTorch, MXNet, TensorFlow and JAX write it, and what they print |
//! | `pair` | the kernel that made one photograph of another, or many of many: files in, report out |
//! | `describe` | what a kernel does: derivatives, factors, symmetry, waves, the nearest name |
//! | `drawings` | the kernel as SVG, and as a picture what it leaves of the target |
//! | `apart` | no file is written over another of the same command |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apart;
mod apply;
mod by_hand;
mod command;
mod describe;
mod dialect;
mod drawings;
pub mod lesson;
mod pair;
mod text;
mod why;

pub use command::Arguments;
