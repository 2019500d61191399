//! What the benches share.
//!
//! | item | what it is for |
//! | --- | --- |
//! | [`Row`], [`rows`] | what is timed: a case of the tests and its numbers |
//! | [`Implementation`] | the ways to compute a row that stand side by side |
//! | [`assert_close`] | that they agree |

mod agreement;
mod implementations;
mod row;

pub use agreement::assert_close;
pub use implementations::{Implementation, reference};
pub use row::{Row, Tensors, rows};
