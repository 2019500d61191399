//! Chapter 7: every exercise in both languages, every right answer accepted, every wrong one refuted.

mod check;
mod matrix_product;
mod pages;
mod predict;

/// The exercises there are.
const EXERCISES: std::ops::RangeInclusive<u64> = 1..=8;
