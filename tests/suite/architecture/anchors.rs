//! `// ANCHOR: name` … `// ANCHOR_END: name`: what the pages of the book include.

use super::tree::Source;

/// The lines between the two that a page can show at once.
const MOST_LINES: usize = 20;

pub(super) fn violations(sources: &[Source]) -> Vec<String> {
    sources.iter().flat_map(of_file).collect()
}

#[test]
fn broken_anchors_are_found() {
    let count = |text: String| violations(&[Source { path: "a.rs".into(), text }]).len();
    assert_eq!(count("// ANCHOR: a\nfn a() {}\n// ANCHOR_END: a\n".into()), 0);
    assert_eq!(count("// ANCHOR: a\nfn a() {}\n".into()), 1, "not closed");
    assert_eq!(count("// ANCHOR: a\n// ANCHOR_END: b\n// ANCHOR_END: a\n".into()), 2, "closed by another name");
    assert_eq!(count("  // ANCHOR: a\n// ANCHOR_END: a\n".into()), 1, "not at column 0");
    assert_eq!(count(format!("// ANCHOR: a\n{}// ANCHOR_END: a\n", "\n".repeat(20))), 0, "20 lines");
    assert_eq!(count(format!("// ANCHOR: a\n{}// ANCHOR_END: a\n", "\n".repeat(21))), 1, "21 lines");
    assert_eq!(count("// ANCHOR: a\n// ANCHOR_END: a\n// ANCHOR: a\n// ANCHOR_END: a\n".into()), 1, "twice");
}

fn of_file(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut seen = Vec::new();
    for (index, line) in source.text.lines().enumerate() {
        let mut report = |what: &str| found.push(format!("{}:{}: {what}: {line}", source.path, index + 1));
        let trimmed = line.trim_start();
        if !(trimmed.starts_with("// ANCHOR: ") || trimmed.starts_with("// ANCHOR_END: ")) {
            continue;
        }
        if trimmed != line {
            report("not at column 0");
        }
        if let Some(name) = trimmed.strip_prefix("// ANCHOR: ") {
            if let Some((_, other)) = open {
                report(&format!("{other} is still open"));
            }
            if seen.contains(&name) {
                report("the name is taken");
            }
            seen.push(name);
            open = Some((index, name));
        } else if let Some(name) = trimmed.strip_prefix("// ANCHOR_END: ") {
            match open.take() {
                Some((start, opened)) if opened == name => {
                    if index - start - 1 > MOST_LINES {
                        report("longer than a page shows");
                    }
                }
                _ => report("closes what is not open"),
            }
        }
    }
    found.extend(open.map(|(index, name)| format!("{}:{}: {name} is never closed", source.path, index + 1)));
    found
}
