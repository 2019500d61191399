//! Every sentence of the chapter, in English and in Portuguese.

mod english;
mod portuguese;

use chapter_kit::Language;
use corr2d::receptive_field::{EffectiveField, Layer, Region};

use english::ENGLISH;
use portuguese::PORTUGUESE;

/// The sentences of one language, in the order in which they are printed.
#[allow(missing_docs, reason = "each field is named after what it says")]
pub struct Text {
    pub title: &'static str,
    pub what: &'static str,
    pub one_layer: &'static str,
    pub two_layers: &'static str,
    pub nine: fn(field: (usize, usize), weights: usize) -> String,
    pub measured_title: &'static str,
    pub measured: &'static str,
    pub by_hand: &'static str,
    pub by_gradient: &'static str,
    pub both_agree: fn(counted: usize, measured: usize) -> String,
    pub zeros: fn(unseen: usize) -> String,
    pub deeper_title: &'static str,
    pub deeper: &'static str,
    pub table: &'static str,
    pub strides: &'static str,
    pub try_it: &'static str,
    pub dilated: &'static str,
    pub networks_title: &'static str,
    pub networks: &'static str,
    pub networks_table: [&'static str; 5],
    pub halving: fn(at_once: usize, later: usize) -> String,
    pub distill: fn(slim: [usize; 4], paper: [usize; 4]) -> String,
    pub effective_title: &'static str,
    pub effective: fn(draws: usize) -> String,
    pub effective_table: [&'static str; 5],
    pub effective_share: fn(first: f64, last: f64) -> String,
    pub try_network: &'static str,
    pub chain_title: fn(layers: usize) -> String,
    pub chain_table: &'static str,
    pub not_measured: &'static str,
    pub chain: fn(height: usize, width: usize) -> String,
    pub gaps: fn(seen: usize, all: usize) -> String,
    pub network_title: fn(name: &str, height: usize, width: usize) -> String,
    pub about: fn(name: &str, english: &'static str) -> &'static str,
    pub network_table: [&'static str; 7],
    pub kind: fn(layer: Layer) -> String,
    pub last_column: fn(any_size: bool, none: bool) -> String,
    pub larger: fn((Option<&str>, Option<&str>)) -> String,
    pub sees_whole: fn(layer: &str) -> String,
    pub sees_whole_nowhere: &'static str,
    pub none_larger: fn(height: usize, width: usize) -> String,
    pub one_output: fn(layer: &str, field: &str, stride: &str, padding: &str) -> String,
    pub one_output_of_two_strides: fn(layer: &str, field: &str, padding: &str) -> String,
    pub sees_all: fn(layer: &str) -> String,
    pub sees_same: fn(layer: &str) -> String,
    pub phases: fn(smallest: &str, largest: &str) -> String,
    pub drifting: fn(smallest: &str, largest: &str) -> String,
    pub into_padding: fn(smallest: &str, largest: &str) -> String,
    pub shared: fn(rows: (i64, i64), columns: (i64, i64)) -> String,
    pub aligned: &'static str,
    pub aligned_besides: &'static str,
    pub strides_differ: fn(at: &str, first: &str, other: &str) -> String,
    pub centres_differ: fn(at: &str, distance: &str) -> String,
    pub region: fn(row: usize, column: usize, region: Region) -> String,
    pub centre: fn(down: &str, across: &str, pixels: usize) -> String,
    pub hidden: fn(reached: Region) -> String,
    pub no_gradient: &'static str,
    pub measured_field: fn(&MeasuredField<'_>) -> String,
    pub gaussian: fn(centre: Shown, deviation: Shown, explained: &str) -> String,
    pub flat: fn(explained: &str) -> String,
    pub nothing_explained: &'static str,
    pub no_gaussian: &'static str,
}

/// A pair of numbers, down and across, as they are printed.
pub(crate) type Shown = (String, String);

/// How much of what an output sees counts. Shares are in percent.
pub struct MeasuredField<'a> {
    /// The pixels that count.
    pub pixels: usize,
    /// The pixels of the image that can reach the output.
    pub reached: usize,
    /// The share of these.
    pub share: &'a str,
    /// Height and width of the field, those in the padding included.
    pub field: (i64, i64),
    /// The share of the field.
    pub share_of_field: &'a str,
}

impl MeasuredField<'_> {
    /// Whether every pixel of the field can reach the output.
    pub fn reaches_all(&self) -> bool {
        i64::try_from(self.reached).ok() == self.field.0.checked_mul(self.field.1)
    }
}

/// The part of the largest gradient with which a pixel counts, in percent.
pub(crate) fn counts() -> String {
    format!("{:.2}", 100.0 * EffectiveField::COUNTS)
}

impl Text {
    /// The sentences of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Portuguese => &PORTUGUESE,
        }
    }
}
