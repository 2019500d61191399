//! The way back: the numbers behind `kernel =`, in whatever lines and blanks they stand.
//!
//! It is no compiler. It reads what is written here, as a person may have edited it: other numbers, rows added, the comment
//! gone, everything in one line, one row without its own brackets. An expression is no number, and what would change the
//! numbers, before them, behind them or in a later line, is refused: left out, it would give another kernel without a word.

use super::super::{Kernel, text};
use super::Language;
use crate::error::{Error, Result};

/// The name that the numbers are assigned to, in letters of any size.
const NAME: &str = "kernel";

/// What may be called around the numbers: it gives them as they are.
const WRAPPERS: [&str; 13] =
    ["", "&", "array", "asarray", "array!", "arr2", "vec!", "float32", "float64", "tensor", "constant", "Mat", "Mat_"];

/// So much of what is in the way is shown.
const SHOWN_LETTERS: usize = 40;

pub(super) fn kernel(language: &Language, from: &str, text: &str) -> Result<Kernel> {
    let code = without_comments(language, text);
    let Some(assigned) = behind_the_name(&code) else {
        return Err(refuse(language, from, "nothing is assigned to a kernel in it"));
    };
    let no_rows = || refuse(language, from, "the numbers do not stand in rows");
    let beside = |text: &str| {
        let shown: String = text.trim().lines().next().unwrap_or_default().chars().take(SHOWN_LETTERS).collect();
        refuse(language, from, &format!("beside its numbers stands {shown:?}, which is not computed here"))
    };
    let (numbers, mut later) = assigned.split_once(';').unwrap_or((assigned, ""));
    let listed = numbers.split_once("<<").filter(|(matrix, _)| !matrix.contains(['[', '{']));
    let rows = if let Some((matrix, listed)) = listed {
        let (before, size) = matrix.rsplit_once('(').ok_or_else(no_rows)?;
        calls(before).map_err(beside)?;
        by_size(from, size_of(size).ok_or_else(no_rows)?, listed)?
    } else {
        let nested = text::nested(numbers).ok_or_else(no_rows)?;
        let rest = behind_calls(nested.after, calls(nested.before).map_err(beside)?).map_err(beside)?;
        let statement = if language.line_ends_statement { rest.lines().next().unwrap_or_default() } else { rest };
        if !statement.trim().is_empty() {
            return Err(beside(statement));
        }
        if language.line_ends_statement {
            later = &assigned[numbers.len() - rest.len()..];
        }
        without_types(nested.rows)
    };
    if let Some(line) = later.split(['\n', ';']).find(|line| changes_the_kernel(line)) {
        return Err(beside(line));
    }
    let kernel = text::rectangle(from, from, rows)?;
    let mut words = code.split(|letter: char| !is_part_of_a_name(letter));
    let is_single = words.any(|word| language.single.contains(&word));
    Ok(if is_single { kernel.rounded() } else { kernel })
}

fn refuse(language: &Language, from: &str, cause: &str) -> Error {
    let cause = format!("{cause}; use {}", language.example);
    Error::Array { path: from.into(), format: language.name, cause }
}

/// What the compiler reads. The line of a comment keeps its end, and a block between words leaves a blank.
fn without_comments(language: &Language, text: &str) -> String {
    let line = (language.comment, "\n", "\n");
    let blocks = language.blocks.iter().map(|&(begin, end)| (begin, end, " "));
    let comments: Vec<_> = blocks.chain([line]).collect();
    let mut code = String::new();
    let mut rest = text;
    loop {
        let first = comments.iter().filter_map(|&(begin, end, left)| Some((rest.find(begin)?, begin, end, left))).min();
        let Some((start, begin, end, left)) = first else { return code + rest };
        code.push_str(&rest[..start]);
        code.push_str(left);
        rest = rest[start + begin.len()..].split_once(end).map_or("", |(_, behind)| behind);
    }
}

fn is_part_of_a_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// What follows the `=` behind the word `kernel`, with the sides of an array or a type between the two.
fn behind_the_name(code: &str) -> Option<&str> {
    // Only ASCII letters change, so that places in both texts are the same.
    let small = code.to_ascii_lowercase();
    small.match_indices(NAME).find_map(|(start, _)| {
        let (before, after) = (&code[..start], &code[start + NAME.len()..]);
        let (between, numbers) = after.split_once('=')?;
        let between = between.trim();
        let is_declared = between.is_empty() || between.starts_with([':', '[']);
        (!before.ends_with(is_part_of_a_name) && is_declared).then_some(numbers)
    })
}

/// How many calls stand open before the numbers; or the text, if one may change them.
fn calls(before: &str) -> std::result::Result<usize, &str> {
    let gives_them_as_they_are = |call: &str| {
        // Without the type of `cv::Mat_<double>`; below, without the module of `np.array`.
        let path = call.trim().split('<').next().unwrap_or_default();
        let is_path = path.chars().all(|letter| is_part_of_a_name(letter) || ".:&!".contains(letter));
        is_path && WRAPPERS.contains(&path.rsplit(['.', ':']).next().unwrap_or_default())
    };
    let calls = before.split('(');
    if calls.clone().all(gives_them_as_they_are) { Ok(calls.count() - 1) } else { Err(before) }
}

/// What follows the end of so many calls, each with a type as another argument at most; or the text that is in the way.
fn behind_calls(after: &str, calls: usize) -> std::result::Result<&str, &str> {
    let is_type = |argument: &str| {
        let value =
            argument.trim().trim_start_matches("dtype").trim_start_matches([' ', '=']).trim_matches(['"', '\'']);
        let mut letters = value.chars();
        value.is_empty()
            || !value.starts_with('.') && letters.all(|letter| is_part_of_a_name(letter) || ".:".contains(letter))
    };
    let mut rest = after;
    for _ in 0..calls {
        let (arguments, behind) = rest.split_once(')').ok_or(rest)?;
        if !arguments.split(',').all(is_type) {
            return Err(rest);
        }
        rest = behind;
    }
    Ok(rest)
}

/// Whether a statement begins with the name, and assigns to it or to a part of it.
fn changes_the_kernel(statement: &str) -> bool {
    let statement = statement.trim();
    let Some(name) = statement.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME)) else { return false };
    let mut operator = statement[name.len()..].trim_start();
    while let Some((_, behind)) = operator.strip_prefix('[').and_then(|index| index.split_once(']')) {
        operator = behind.trim_start();
    }
    let assigns = operator.trim_start_matches(['+', '-', '*', '/', '@', '%']).starts_with('=');
    // An argument of a call ends with a comma.
    assigns && !operator.starts_with("==") && !statement.ends_with(',')
}

/// Height and width of `2, 3) `.
fn size_of(size: &str) -> Option<(usize, usize)> {
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
