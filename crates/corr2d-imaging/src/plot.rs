//! Plots as SVG text: a curve over steps, a kernel as coloured cells, and what it does to waves.
//!
//! The same numbers give the same bytes on every machine; fonts are named, never measured.

mod axis;
mod curve;
mod heat_map;
mod response;

pub use curve::{curve, log_curve};
pub use heat_map::heat_map;
pub use response::frequency_response;

/// A number as an axis or a cell shows it: four digits that count, no trailing zeros.
///
/// ```
/// use corr2d_imaging::plot::figure;
/// assert_eq!([figure(2.0 / 3.0), figure(8.0), figure(-1.5e-7)], ["0.6667", "8", "-1.5e-7"]);
/// ```
#[must_use]
pub fn figure(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e5).contains(&size) {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    let decimals = (3 - size.log10().floor() as i32).max(0) as usize;
    let shown = format!("{value:.decimals$}");
    if shown.contains('.') { shown.trim_end_matches('0').trim_end_matches('.').into() } else { shown }
}

/// Text that an XML file may hold: no control characters.
fn printable(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
