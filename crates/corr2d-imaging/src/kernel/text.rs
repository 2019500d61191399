//! Kernels as text: on the command line, and in `.txt`, `.csv` and `.json`.

use super::Kernel;
use crate::error::{Error, Result, one_line};

/// `"1,0,-1; 2,0,-2"`: numbers between commas, rows between semicolons.
pub(super) fn inline(text: &str) -> Result<Kernel> {
    if text.trim().is_empty() {
        return Err(Error::EmptyKernel { from: "\"\"".into() });
    }
    let rows = text.split(';').map(|row| row.split(',').map(str::to_string).collect());
    rectangle(text, &format!("{text:?}"), rows.collect())
}

/// Whether a text means numbers rather than a name, so that a slip in it is reported as a slip in a number.
pub(super) fn looks_like_numbers(text: &str) -> bool {
    text.contains([',', ';']) || text.starts_with(|first: char| first.is_ascii_digit() || "+-.−".contains(first))
}

/// Lines of numbers between blanks; `#` begins a comment line, as NumPy's `savetxt` writes it.
pub(super) fn blanks(from: &str, text: &str) -> Result<Kernel> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = lines.map(|line| line.split_whitespace().map(str::to_string).collect());
    rectangle(from, from, rows.collect())
}

pub(super) fn commas(from: &str, text: &str) -> Result<Kernel> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|record| Ok(record?.iter().map(str::to_string).collect()));
    let rows = rows.collect::<Result<_, csv::Error>>();
    rectangle(from, from, rows.map_err(|cause| refuse(from, "csv", cause))?)
}

pub(super) fn json(from: &str, text: &str) -> Result<Kernel> {
    let value = serde_json::from_str(text).map_err(|cause| refuse(from, "json", cause))?;
    let serde_json::Value::Array(mut rows) = value else {
        return Err(refuse(from, "json", "it holds no list; use [[1,0,-1],[2,0,-2]]"));
    };
    if !rows.iter().any(serde_json::Value::is_array) {
        // A flat list is one row.
        rows = vec![serde_json::Value::Array(rows)];
    }
    let digits = if rows.iter().flat_map(|row| row.as_array().into_iter().flatten()).all(serde_json::Value::is_number) {
        // As they stand: serde_json may miss the last bit of a number.
        nested(text).map(|nested| nested.rows)
    } else {
        None
    };
    let row = |value: serde_json::Value| match value {
        serde_json::Value::Array(numbers) => numbers.iter().map(ToString::to_string).collect(),
        other => vec![format!("{other} beside rows")],
    };
    let rows: Vec<Vec<String>> = rows.into_iter().map(row).collect();
    rectangle(from, from, digits.unwrap_or(rows))
}

/// Rows in brackets, and the text around them.
pub(super) struct Nested<'a> {
    pub(super) before: &'a str,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) after: &'a str,
}

/// `[[1, 0], [2, 0]]` or `{{1, 0}, {2, 0}}`, or one row without brackets of its own.
pub(super) fn nested(numbers: &str) -> Option<Nested<'_>> {
    let start = numbers.find(['[', '{'])?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut depth = 0;
    let mut cells = String::new();
    for (place, letter) in numbers[start..].char_indices() {
        match letter {
            '[' | '{' => {
                depth += 1;
                if depth > 2 || !cells.trim_matches([',', ' ', '\n', '\t', '\r']).is_empty() {
                    return None;
                }
                cells.clear();
            }
            ']' | '}' => {
                let row = listed(&cells);
                if depth == 2 || (!row.is_empty() && rows.is_empty()) {
                    rows.push(row);
                } else if !row.is_empty() {
                    return None;
                }
                cells.clear();
                depth -= 1;
                if depth == 0 {
                    // A bracket is one byte.
                    return Some(Nested { before: &numbers[..start], rows, after: &numbers[start + place + 1..] });
                }
            }
            other => cells.push(other),
        }
    }
    None
}

/// The cells between commas; after the last one a comma may stand.
fn listed(cells: &str) -> Vec<String> {
    let cells = cells.trim();
    let cells = cells.strip_suffix(',').unwrap_or(cells);
    if cells.trim_matches([',', ' ']).is_empty() {
        Vec::new()
    } else {
        cells.split(',').map(|cell| cell.trim().to_owned()).collect()
    }
}

/// Numbers without superfluous digits, parted by `comma` within a row and by `end` between rows.
pub(super) fn write(kernel: &Kernel, comma: &str, end: &str) -> String {
    let row = |row: &[f64]| row.iter().map(number).collect::<Vec<_>>().join(comma);
    kernel.rows().map(row).collect::<Vec<_>>().join(end)
}

/// Debug shows the shortest digits that read back the same, and an exponent where it is shorter.
fn number(value: &f64) -> String {
    let shown = format!("{value:?}");
    shown.strip_suffix(".0").map(str::to_string).unwrap_or(shown)
}

/// A kernel of rows that must all be as long as the first.
pub(super) fn rectangle(name: &str, from: &str, rows: Vec<Vec<String>>) -> Result<Kernel> {
    let (height, width) = (rows.len(), rows.first().map_or(0, Vec::len));
    let mut values = Vec::new();
    for (row, texts) in (1..).zip(&rows) {
        for (column, text) in (1..).zip(texts) {
            let number = parse(text).ok_or_else(|| Error::NotANumber {
                from: from.into(),
                row,
                column,
                text: text.trim().chars().take(40).collect(),
            })?;
            values.push(number);
        }
        if texts.len() != width {
            let found = texts.len();
            return Err(Error::RaggedRow { from: from.into(), row, found, expected: width });
        }
    }
    Kernel::new(name, height, width, values)
}

/// A finite number that an `f32` can hold; a minus sign may be the typographic one, as a book prints it.
fn parse(text: &str) -> Option<f64> {
    let number: f64 = text.trim().replace('−', "-").parse().ok()?;
    (number as f32).is_finite().then_some(number)
}

fn refuse(from: &str, format: &'static str, cause: impl std::fmt::Display) -> Error {
    Error::Array { path: from.to_string(), format, cause: one_line(cause) }
}
