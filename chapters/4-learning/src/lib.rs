//! Chapter 4: learning a kernel from an image and its edges.
//!
//! | file | what it holds |
//! | --- | --- |
//! | [`lesson`] | the section of the book |
//! | `by_hand` | its first loss and first step, written out |
//! | `apply` | the lesson's loop with the reader's start, rate and number of steps |
//! | `pair` | the kernel that made one photograph of another: files in, report out |
//! | `matching` | two photographs as numbers that belong together |
//! | [`least_squares`] | the kernel and the bias that come closest, by conjugate gradients |
//! | `describe` | what a kernel does: derivatives, factors, symmetry, waves, the nearest name |
//! | `drawings` | the kernel as SVG, and as a picture what it leaves of the target |
//! | `text` | every sentence, in English and Portuguese |
//! | `command` | the command line |

mod apply;
mod by_hand;
mod command;
mod describe;
mod drawings;
pub mod least_squares;
pub mod lesson;
mod matching;
mod pair;
mod text;

pub use command::Arguments;
