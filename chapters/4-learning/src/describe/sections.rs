//! The sections of the report, one function each: a figure of numbers, and a sentence of what they mean.

use anyhow::Result;
use chapter_kit::Page;
use chapter_kit::figure::PICTURE_COLUMNS;
use corr2d_imaging::{Kernel, Mirror, Passes, plot};

use super::text::Text;

/// What rounding to f32 leaves of 0, as a part of what the weights would give if none cancelled another.
pub(super) const EXACT: f64 = 1e-6;

/// What learning leaves of 0, likewise.
pub(super) const NEARLY: f64 = 0.01;

/// Waves of 16, 8, 4, 3 and 2 pixels, and a constant, in cycles a pixel.
pub(super) const FREQUENCIES: [f64; 6] = [0.0, 1.0 / 16.0, 0.125, 0.25, 1.0 / 3.0, 0.5];

/// The degree up to which the answers to monomials are listed.
const LISTED_DEGREE: u32 = 3;

/// A point nearer than this to the anchor is the anchor, in pixels.
const NEAR: f64 = 0.0005;

pub(super) fn sums(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let total = kernel.total();
    let largest = kernel.values().iter().fold(0.0, |largest: f64, weight| largest.max(weight.abs()));
    let sums = [(text.sum, kernel.sum()), (text.total, total), (text.norm, kernel.norm()), (text.largest, largest)];
    let rows: Vec<Vec<String>> =
        sums.iter().map(|(name, value)| vec![name.to_string(), number(*value, total)]).collect();
    page.figure(&table(&rows))?;
    Ok(page.text(text.sums)?)
}

pub(super) fn derivative(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (exact, nearly) = (kernel.order(EXACT), kernel.order(NEARLY));
    page.heading(text.derivative_title)?;
    page.text(text.monomials)?;
    let degree = exact.total.map_or(LISTED_DEGREE, |order| LISTED_DEGREE.max(order as u32));
    page.figure(&table(&answers(kernel, degree)))?;
    page.text(&(text.order)(exact, &terms(kernel, EXACT)))?;
    if nearly != exact {
        page.text(&(text.nearly_of_order)(nearly, &terms(kernel, NEARLY)))?;
    }
    // Of a learned derivative, what rounding leaves of its sum has no place worth telling.
    let (Some(centre), true) = (kernel.centre(), nearly.total == exact.total) else { return Ok(()) };
    let off = |distance: f64| if distance.abs() < NEAR { 0.0 } else { distance };
    let (down, across) = (off(centre.0), off(centre.1));
    let inside =
        is_inside(kernel.anchor().0, kernel.height(), down) && is_inside(kernel.anchor().1, kernel.width(), across);
    Ok(page.text(&if inside { (text.centre)(down, across) } else { (text.no_centre)(down, across) })?)
}

/// Whether a distance from the anchor ends within the kernel.
fn is_inside(anchor: usize, length: usize, distance: f64) -> bool {
    let place = anchor as f64 + distance;
    (0.0..=(length - 1) as f64).contains(&place)
}

/// The answers to x^p · y^q / (p! · q!), x along the top and y down the side.
fn answers(kernel: &Kernel, degree: u32) -> Vec<Vec<String>> {
    let total = kernel.total();
    let across = (0..=degree).map(|power| monomial("x", power));
    let mut rows = vec![std::iter::once(String::new()).chain(across).collect::<Vec<_>>()];
    for down in 0..=degree {
        let answers = (0..=degree - down).map(|across| number(kernel.answer_to(down, across), total));
        rows.push(std::iter::once(monomial("y", down)).chain(answers).collect());
    }
    rows
}

fn monomial(letter: &str, power: u32) -> String {
    let factorial: u32 = (1..=power).product();
    match power {
        0 => "1".to_owned(),
        1 => letter.to_owned(),
        _ => format!("{letter}{}/{factorial}", superscript(power)),
    }
}

/// A sum of derivatives: `8 ∂f/∂x − ∂²f/∂y²`.
fn terms(kernel: &Kernel, tolerance: f64) -> String {
    let mut sum = String::new();
    for (down, across, coefficient) in kernel.leading_terms(tolerance) {
        let sign = match (sum.is_empty(), coefficient < 0.0) {
            (true, false) => "",
            (true, true) => "−",
            (false, false) => " + ",
            (false, true) => " − ",
        };
        let size = plot::figure(coefficient.abs());
        let factor = if size == "1" { String::new() } else { format!("{size} ") };
        sum += &format!("{sign}{factor}{}", partial(down, across));
    }
    sum
}

fn partial(down: u32, across: u32) -> String {
    let part = |letter: &str, times: u32| match times {
        0 => String::new(),
        1 => format!("∂{letter}"),
        _ => format!("∂{letter}{}", superscript(times)),
    };
    match down + across {
        0 => "f".to_owned(),
        1 => format!("∂f/{}{}", part("x", across), part("y", down)),
        times => format!("∂{}f/{}{}", superscript(times), part("x", across), part("y", down)),
    }
}

fn superscript(power: u32) -> char {
    ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'].get(power as usize).copied().unwrap_or('ⁿ')
}

pub(super) fn factors(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let (height, width) = (kernel.height(), kernel.width());
    if height == 1 || width == 1 {
        return Ok(());
    }
    page.heading(text.factors_title)?;
    let factors = kernel.factors();
    let saying = if factors.is_exact() {
        (text.separable)(height + width, height * width)
    } else {
        (text.not_separable)(factors.rank(), 100.0 * factors.share())
    };
    page.text(&saying)?;
    let line = |name: &str, values: &[f64]| {
        let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
        let numbers = values.iter().map(|value| number(*value, largest));
        std::iter::once(name.to_owned()).chain(numbers).collect::<Vec<_>>()
    };
    let lines = table(&[line(text.column, &factors.down), line(text.row, &factors.across)]);
    let fits = lines.lines().all(|line| line.chars().count() <= PICTURE_COLUMNS);
    Ok(page.figure(if fits { &lines } else { "[--json]" })?)
}

pub(super) fn symmetry(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.symmetry_title)?;
    let width = Mirror::ALL.map(|mirror| (text.mirror)(mirror).chars().count()).into_iter().max().unwrap_or(0);
    let line = |mirror| format!("{:<width$}  {}", (text.mirror)(mirror), (text.parity)(kernel.parity(mirror)));
    Ok(page.figure(&Mirror::ALL.map(line).join("\n"))?)
}

pub(super) fn waves(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.waves_title)?;
    page.text(text.waves)?;
    let lengths = ["∞", "16", "8", "4", "3", "2"].map(str::to_owned);
    let mut rows = vec![[&[text.length.to_owned()], &lengths[..]].concat()];
    for (name, down, across) in [(text.across, 0.0, 1.0), (text.down, 1.0, 0.0), (text.diagonal, 1.0, 1.0)] {
        let amplitudes =
            FREQUENCIES.map(|frequency| number(kernel.amplitude(down * frequency, across * frequency), kernel.total()));
        rows.push([&[name.to_owned()], &amplitudes[..]].concat());
    }
    page.figure(&table(&rows))?;
    Ok(page.text((text.passes)(kernel.passes()))?)
}

pub(super) fn passes_name(passes: Passes) -> &'static str {
    match passes {
        Passes::Nothing => "nothing",
        Passes::All => "all",
        Passes::Low => "low",
        Passes::High => "high",
        Passes::Band => "band",
        Passes::Raised => "raised",
    }
}

pub(super) fn nearest(kernel: &Kernel, text: &Text, page: &mut Page<'_>) -> Result<()> {
    let Some(nearest) = kernel.nearest_named() else { return Ok(()) };
    page.heading(text.nearest_title)?;
    let scale = plot::figure(nearest.scale).replace('-', "−");
    let name = if scale == "1" { nearest.name.clone() } else { format!("{scale} × {}", nearest.name) };
    page.text(&(text.nearest)(&name, nearest.distance))?;
    if nearest.is_turned {
        page.text(text.turned)?;
    }
    if nearest.shift != (0, 0) {
        page.text(&(text.shifted)(nearest.shift))?;
    }
    Ok(())
}

/// To a ten-thousandth of the first digit of `scale`, so that what is nothing beside the rest is 0.
fn number(value: f64, scale: f64) -> String {
    let magnitude = scale.log10().floor();
    if !(-4.0..=4.0).contains(&magnitude) {
        return plot::figure(if value.abs() < 1e-4 * scale { 0.0 } else { value });
    }
    let decimals = (4.0 - magnitude) as usize;
    let shown = format!("{value:.decimals$}");
    let shown = if decimals > 0 { shown.trim_end_matches('0').trim_end_matches('.') } else { &shown };
    // What was rounded to 0 keeps no sign.
    (if shown == "-0" { "0" } else { shown }).to_owned()
}

/// Columns side by side: the first to the left, the others to the right. Every letter here is one column wide.
fn table(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| match (column, widest(rows, column)) {
            (0, width) => format!("{cell:<width$}"),
            (_, width) => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn widest(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
}
