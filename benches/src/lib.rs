//! What the benches share.
//!
//! | item | what it is for |
//! | --- | --- |
//! | [`Row`], [`rows`] | what is timed: a case of the tests and its numbers |
//! | [`Implementation`] | the ways to compute a row that stand side by side |
//! | [`assert_close`] | that they agree |
//! | [`Pace`] | how long a call is repeated, and which of its times counts |
//! | [`times`] | a row by the engine and by candle |
//! | [`limits`] | what no program can beat: multiply-adds in registers, and the copying of memory |

mod agreement;
mod implementations;
pub mod limits;
mod pace;
mod row;
mod times;

pub use agreement::assert_close;
pub use implementations::{Implementation, Square, reference};
pub use pace::Pace;
pub use row::{Row, Tensors, rows};
pub use times::times;
