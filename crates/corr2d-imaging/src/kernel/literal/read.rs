//! The way back: the numbers behind `kernel =`, in whatever lines and blanks they stand.
//!
//! It is no compiler. It reads what is written here, as a person may have edited it: other numbers, rows added, the comment
//! gone, everything in one line, one row without its own brackets. An expression is no number.

use super::super::{Kernel, text};
use super::Language;
use crate::error::{Error, Result};

pub(super) fn kernel(language: &Language, from: &str, text: &str) -> Result<Kernel> {
    let code: String = text.lines().map(|line| without_comment(line, language.comment).to_owned() + "\n").collect();
    let Some(numbers) = behind_the_name(&code) else {
        return Err(refuse(language, from, "nothing is assigned to a kernel in it"));
    };
    let no_rows = || refuse(language, from, "the numbers do not stand in rows");
    let rows = match numbers.split_once("<<") {
        Some((matrix, listed)) => by_size(from, size(matrix).ok_or_else(no_rows)?, listed)?,
        None => text::nested(numbers).map(without_types).ok_or_else(no_rows)?,
    };
    let kernel = text::rectangle(from, from, rows)?;
    let mut words = code.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    let is_single = words.any(|word| language.single.contains(&word));
    Ok(if is_single { kernel.rounded() } else { kernel })
}

fn refuse(language: &Language, from: &str, cause: &str) -> Error {
    let cause = format!("{cause}; use {}", language.example);
    Error::Array { path: from.into(), format: language.name, cause }
}

fn without_comment<'a>(line: &'a str, mark: &str) -> &'a str {
    line.split_once(mark).map_or(line, |(code, _)| code)
}

/// What follows the first `=` after the word `kernel`, up to the end of the statement where a semicolon marks it.
fn behind_the_name(code: &str) -> Option<&str> {
    const NAME: &str = "kernel";
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let stands_alone = |start: usize| {
        let (before, after) = (&code[..start], &code[start + NAME.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    };
    // Only ASCII letters change, so that places in both texts are the same.
    let small = code.to_ascii_lowercase();
    let start = small.match_indices(NAME).map(|(start, _)| start).find(|&start| stands_alone(start))?;
    // In Rust the type stands between the two, with a semicolon in it.
    let (_, numbers) = code[start..].split_once('=')?;
    numbers.split(';').next()
}

/// Height and width of `(cv::Mat_<double>(2, 3)`.
fn size(matrix: &str) -> Option<(usize, usize)> {
    let (_, size) = matrix.rsplit_once('(')?;
    let (height, width) = size.split_once(')')?.0.split_once(',')?;
    let side = |text: &str| text.trim().parse().ok().filter(|&side| side > 0);
    Some((side(height)?, side(width)?))
}

/// ` 1, 0, -1, 2, 0, -2)` in rows.
fn by_size(from: &str, (height, width): (usize, usize), listed: &str) -> Result<Vec<Vec<String>>> {
    let cells: Vec<String> = listed.trim().trim_end_matches(')').split(',').map(number).collect();
    // What is missing or left over would be lost without a word.
    if height.checked_mul(width) != Some(cells.len()) {
        return Err(Error::KernelCount { from: from.into(), found: cells.len(), height, width });
    }
    Ok(cells.chunks(width).map(<[String]>::to_vec).collect())
}

fn without_types(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|cell| number(cell)).collect()).collect()
}

/// A number without the letters that say its type: `1.0f`, `1.0_f32`.
fn number(cell: &str) -> String {
    let cell = cell.trim();
    let typed = ["_f32", "_f64", "f32", "f64", "f", "F"].into_iter().find_map(|suffix| cell.strip_suffix(suffix));
    typed.unwrap_or(cell).to_owned()
}
