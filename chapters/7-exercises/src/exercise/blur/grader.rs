//! Judges a blur: a mean (weights that are not negative and sum to 1) that is centred, the same on opposite sides, and nowhere
//! larger farther out. What fails first is said, with what it does to a picture.

use anyhow::Result;
use corr2d_imaging::Kernel;

use super::super::polynomials::trimmed;
use super::text::Text;
use crate::verdict::Opinion;

/// A sum and 1 that differ by less are equal: a reader writes 0.111 for 1/9.
const CLOSE: f64 = 2e-3;

/// A sum that differs by less is meant to be 1: a reader writes 0.11 for 1/9.
const NEAR: f64 = 0.0101;

/// So are two weights that differ by less than this part of the largest: 0.33, 0.33 and 0.34 are thirds.
const ROUNDED: f64 = 0.031;

pub(super) fn judge(written: &Kernel, text: &Text) -> Result<Opinion> {
    let Some(kernel) = trimmed(written)? else { return Ok(Opinion::wrong(text.zeros)) };
    let weights = kernel.values();
    let (sum, total): (f64, f64) = (weights.iter().sum(), weights.iter().map(|weight| weight.abs()).sum());
    if sum.abs() <= CLOSE * total {
        return Ok(Opinion::wrong(text.derivative));
    }
    if let Some(negative) = weights.iter().find(|weight| **weight < -CLOSE * total) {
        return Ok(Opinion::wrong((text.negative)(*negative)));
    }
    if let [weight] = weights {
        return Ok(Opinion::wrong((text.copy)(*weight)));
    }
    if (sum - 1.0).abs() > NEAR {
        return Ok(Opinion::wrong((text.brightness)(sum)));
    }
    let is_even_handed = uneven_pair(&kernel).is_none();
    let (down, right) = offset(written);
    // What is the same on opposite sides has no better place than half a pixel aside, if it is even or written beside zeros.
    let allowed = if is_even_handed { 0.5 + ROUNDED } else { ROUNDED };
    if down.abs().max(right.abs()) > allowed {
        let said = (text.moves)(&movement((-down, -right), text));
        let zeros = if written.values().len() > weights.len() { text.zeros_count } else { "" };
        return Ok(Opinion::wrong(format!("{said} {zeros}").trim_end()));
    }
    if let Some((first, second)) = uneven_pair(written).filter(|_| !is_even_handed) {
        return Ok(Opinion::wrong((text.lopsided)(first, second)));
    }
    if let Some((inner, outer)) = rise(&kernel) {
        return Ok(Opinion::wrong((text.double)(inner, outer)));
    }
    let variance = weights.iter().map(|weight| weight * weight).sum();
    let middle_between_pixels = kernel.height() % 2 == 0 || kernel.width() % 2 == 0;
    let digits = if (sum - 1.0).abs() > CLOSE { (text.digits)(sum) } else { String::new() };
    let in_two_passes = kernel.height() > 1 && kernel.width() > 1 && is_separable(&kernel);
    let said = (text.right)(variance, in_two_passes, middle_between_pixels);
    Ok(Opinion::right(format!("{said} {digits}").trim_end()))
}

/// What two weights of a kernel may differ by and still be meant to be equal.
fn tolerance(kernel: &Kernel) -> f64 {
    ROUNDED * kernel.values().iter().fold(0f64, |largest, weight| largest.max(*weight))
}

/// Two weights on opposite sides of the middle that differ, if there are any.
fn uneven_pair(kernel: &Kernel) -> Option<(f64, f64)> {
    let tolerance = tolerance(kernel);
    let pairs = kernel.values().iter().copied().zip(kernel.values().iter().rev().copied());
    pairs.into_iter().find(|(first, second)| (first - second).abs() > tolerance)
}

/// How far down and right of the middle of the kernel, its zeros included, the middle of its weights lies. The weights sum to 1.
fn offset(kernel: &Kernel) -> (f64, f64) {
    let (middle_row, middle_column) = ((kernel.height() - 1) as f64 / 2.0, (kernel.width() - 1) as f64 / 2.0);
    let (mut down, mut right) = (0.0, 0.0);
    for (index, weight) in kernel.values().iter().enumerate() {
        down += weight * ((index / kernel.width()) as f64 - middle_row);
        right += weight * ((index % kernel.width()) as f64 - middle_column);
    }
    (down, right)
}

/// The parts of a movement that are more than rounding, in words.
fn movement((down, right): (f64, f64), text: &Text) -> Vec<String> {
    let parts = [(down, text.up_and_down), (right, text.left_and_right)];
    let part = |(pixels, [back, forth]): (f64, [&str; 2])| {
        let distance = pixels.abs();
        (distance > ROUNDED).then(|| (text.pixels)(distance, if pixels < 0.0 { back } else { forth }))
    };
    parts.into_iter().filter_map(part).collect()
}

/// A weight that is larger than all its neighbours nearer to the middle, after the largest of them, if there is one.
fn rise(kernel: &Kernel) -> Option<(f64, f64)> {
    let rows: Vec<&[f64]> = kernel.rows().collect();
    let (height, width, tolerance) = (kernel.height(), kernel.width(), tolerance(kernel));
    // Twice the distance along an axis, squared, so that it is whole.
    let distance = |(row, column): (usize, usize)| {
        let along = |place: usize, length: usize| (2 * place).abs_diff(length - 1).pow(2);
        along(row, height) + along(column, width)
    };
    let places = (0..height).flat_map(|row| (0..width).map(move |column| (row, column)));
    let mut rises = places.filter_map(|(row, column)| {
        let around = (row.saturating_sub(1)..=(row + 1).min(height - 1)).flat_map(|near| {
            (column.saturating_sub(1)..=(column + 1).min(width - 1)).map(move |beside| (near, beside))
        });
        let nearer = around.filter(|place| distance(*place) < distance((row, column)));
        let inner = nearer.map(|(row, column)| rows[row][column]).max_by(f64::total_cmp)?;
        let outer = rows[row][column];
        (outer > inner + tolerance).then_some((inner, outer))
    });
    rises.next()
}

/// Whether the kernel is a column times a row: every 2×2 minor with its largest weight is 0.
fn is_separable(kernel: &Kernel) -> bool {
    let rows: Vec<&[f64]> = kernel.rows().collect();
    let places = (0..kernel.height()).flat_map(|row| (0..kernel.width()).map(move |column| (row, column)));
    let Some((top, left)) = places.clone().max_by(|a, b| rows[a.0][a.1].total_cmp(&rows[b.0][b.1])) else {
        return false;
    };
    let largest = rows[top][left];
    let mut minors = places.map(|(row, column)| rows[row][column] * largest - rows[row][left] * rows[top][column]);
    minors.all(|minor| minor.abs() <= CLOSE * largest)
}
