//! The files of the workspace, and what is said about them.

use std::fs;
use std::path::{Path, PathBuf};

/// A file with its path from the root.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

/// Panics with every violation of a rule.
pub(super) fn assert_none(rule: &str, violations: impl IntoIterator<Item = String>) {
    let violations: Vec<String> = violations.into_iter().collect();
    assert!(violations.is_empty(), "{rule}:\n{}", violations.join("\n"));
}

/// The Rust files under a folder of the root.
pub(super) fn sources(folder: &str) -> Vec<Source> {
    files(&root().join(folder)).into_iter().filter(|source| source.path.ends_with(".rs")).collect()
}

/// Every text of the workspace but what is built and what git keeps.
pub(super) fn all_texts() -> Vec<Source> {
    files(&root())
}

/// One file of the root.
pub(super) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(super) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The lines of code, comments apart, that hold one of some words.
pub(super) fn find(sources: &[Source], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (index, line) in source.text.lines().enumerate() {
            let code = without_comment(line);
            found.extend(
                words
                    .iter()
                    .filter(|word| code.contains(**word))
                    .map(|word| format!("{}:{}: `{word}` in: {}", source.path, index + 1, line.trim())),
            );
        }
    }
    found
}

#[test]
fn words_in_comments_do_not_count() {
    let source = |text: &str| [Source { path: "a.rs".into(), text: text.into() }];
    assert_eq!(find(&source("//! no panic!(\n/// nor panic!( here\nlet a = 1; // panic!("), &["panic!("]).len(), 0);
    assert_eq!(
        find(&source("fn a() {}\n  panic!(\"\") // so"), &["panic!("]),
        ["a.rs:2: `panic!(` in: panic!(\"\") // so"]
    );
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or_default() }
}

fn files(folder: &Path) -> Vec<Source> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy();
        if name == ".git" || name == "target" {
            continue;
        }
        if path.is_dir() {
            sources.extend(files(&path));
        } else if let Ok(text) = fs::read_to_string(&path) {
            // What is no UTF-8 is a picture.
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            sources.push(Source { path, text });
        }
    }
    sources
}
