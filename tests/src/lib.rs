//! The testkit: what tests and benches share, so that every path is tried on the same shapes and the same numbers.
//!
//! | item | what it is for |
//! | --- | --- |
//! | [`Case`] | a named shape with its options |
//! | [`CASES`] | the shapes at which implementations break, each named after what it stresses |
//! | [`BENCH_CASES`] | the layers and images that are timed |
//! | [`random_case`] | a legal shape for a seed |
//! | [`Data`] | the numbers of a case: small integers, on which every sum is exact, or reals |
//! | [`Results`] | output and gradients of a case by one algorithm |
//! | [`run_in_its_own_program`] | a test again, alone in a process |
//! | `page_faults` | how often fresh memory was touched, on Linux |
//! | [`compare`] | equality that says where it failed |

mod bench_cases;
pub mod case;
mod cases;
pub mod compare;
mod data;
mod number;
mod own_program;
#[cfg(target_os = "linux")]
mod page_faults;
mod random_case;
mod results;
mod split_mix;

pub use bench_cases::BENCH_CASES;
pub use case::Case;
pub use cases::CASES;
pub use data::Data;
pub use number::Number;
pub use own_program::run_in_its_own_program;
#[cfg(target_os = "linux")]
pub use page_faults::page_faults;
pub use random_case::random_case;
pub use results::Results;
pub use split_mix::SplitMix;
