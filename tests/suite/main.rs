//! The one test binary: candle is linked once.
//!
//! | module | what it proves |
//! | --- | --- |
//! | `engine` | every path of corr2d-cpu equals the textbook loops, bit for bit |
