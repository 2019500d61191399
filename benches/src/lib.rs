//! What the benches share.
//!
//! | item | what it is for |
//! | --- | --- |
//! | [`Row`], [`rows`] | what is timed: a case of the tests and its numbers |
//! | [`Implementation`] | the ways to compute a row that stand side by side |
//! | [`assert_close`] | that they agree |
//! | [`Pace`] | how long a call is repeated, and which of its times counts |
//! | [`times`] | a row by the engine and by candle |
//! | [`gradient_times`] | the same forward and backward |
//! | [`Step`] | the lesson's training step, which is a row of the gradients too |
//! | [`export`], [`export_gradients`] | the rows as files, for other libraries |
//! | [`limits`] | what no program can beat: multiply-adds in registers, and the copying of memory |

mod agreement;
mod export;
mod gradient_times;
mod implementations;
pub mod limits;
mod pace;
mod row;
mod step;
mod times;

pub use agreement::assert_close;
pub use export::{export, export_gradients};
pub use gradient_times::gradient_times;
pub use implementations::{Implementation, Square, reference};
pub use pace::Pace;
pub use row::{Row, Tensors, rows};
pub use step::{LEARNING_RATE, STEP, Step};
pub use times::times;
