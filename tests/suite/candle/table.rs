//! The table of `corr2d::candle_differences`: each row names the test that runs both.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

#[test]
fn every_row_names_a_test_that_stands_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = root.join("../crates/corr2d/src/candle_differences.md");
    let page = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
    let mut files = vec![root.join("suite/candle.rs")];
    files.extend(fs::read_dir(root.join("suite/candle")).unwrap().map(|entry| entry.unwrap().path()));
    let tests: HashSet<String> = files.iter().flat_map(|file| tests_in(file)).collect();
    assert!(tests.len() >= 20, "{} tests", tests.len());

    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")).collect();
    let rows: Vec<&str> = rows.into_iter().filter(|row| !row.starts_with("| ---")).collect();
    assert!(rows.len() >= 18, "{} rows", rows.len());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [_, call, theirs, ours, test] = cells[..] else { panic!("not five cells: {row}") };
        assert!([call, theirs, ours].iter().all(|cell| !cell.is_empty()), "an empty cell: {row}");
        let name = test.trim_matches('`');
        assert!(tests.contains(name), "{name} is no test of tests/suite/candle: {row}");
    }
}

/// The names of the functions that follow `#[test]`.
fn tests_in(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let after = text.lines().zip(text.lines().skip(1)).filter(|(line, _)| *line == "#[test]");
    let signatures = after.filter_map(|(_, line)| line.strip_prefix("fn "));
    signatures.filter_map(|signature| signature.split('(').next().map(str::to_owned)).collect()
}
