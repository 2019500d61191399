//! The one test binary: candle is linked once.
//!
//! | module | what it proves |
//! | --- | --- |
//! | `architecture` | the rules of the house that can be read off the tree |
//! | `testkit` | the cases and numbers that all of them use are what they say |
//! | `engine` | every path of corr2d-cpu equals the textbook loops, bit for bit |
//! | `tensors` | so do the functions on candle tensors, in every dtype, through every view, on the device path |
//! | `gradients` | gradients through candle's graph, of the second order too, and products with Jacobian and Hessian |
//! | `learning` | initialisers, layers, candle's layer under our arithmetic, the trainer, LeNet on digits |
//! | `candle` | what candle 0.11.1 gets wrong and we do not |
//! | `chapters` | what every chapter prints, in both languages, and what it says of bad arguments |
//! | `conventions` | a converted kernel gives the answer of the library it came from, in every other |
//! | `named_kernels` | the list of the named kernels, which other tests go through |
//! | `imaging` | picture files, kernels, borders, ranges, plots |
//! | `transposed`, `pooling` | the transposed correlation and the poolings, on slices and tensors, with their gradients |
//! | `opencv` | a filtered photograph equals OpenCV's filter2D |
//! | `pytorch` | outputs and gradients equal PyTorch's, by every algorithm; so do the poolings |
//! | `zoo` | the cases and numbers of all other tests expose every wrong `corr2d` of the bug zoo |
//! | `receptive_field` | what an output sees: arithmetic, sets and gradients agree, and so do published tables |
//! | `errors` | every bad call on tensors, layers and trainer has its one line |

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says so what it counts on; clippy knows tests by their attribute only, not their helpers"
)]

mod architecture;
mod candle;
mod chapters;
mod conventions;
mod engine;
mod errors;
mod gradients;
mod imaging;
mod learning;
mod named_kernels;
mod opencv;
mod pooling;
mod pytorch;
mod receptive_field;
mod tensors;
mod testkit;
mod transposed;
mod zoo;
