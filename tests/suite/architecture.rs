//! The rules of the house that can be read off the tree. A failure says file, line and rule.

mod anchors;
mod dependencies;
mod tree;

use tree::{Source, all_texts, assert_none, find, sources};

/// Where the kernels of the instruction sets live, and with them what nothing else may name.
const SIMD: &str = "crates/corr2d-cpu/src/simd";

/// Where these rules are written down, forbidden words and all.
const RULES: &str = "tests/suite/architecture";

#[test]
fn the_engine_knows_no_tensors_files_or_clocks() {
    let words = ["candle", "fs::", "std::env", "Instant", "SystemTime", "image::"];
    let code = sources("crates/corr2d-cpu");
    assert!(code.len() > 10, "only {} files", code.len());
    assert_none("corr2d-cpu never mentions candle, files or the clock", find(&code, &words));
}

#[test]
fn unsafe_code_and_instruction_sets_stand_in_one_folder() {
    let code = ["crates", "chapters", "tests", "benches"].map(sources).concat();
    let elsewhere = |source: &Source| ![SIMD, RULES].iter().any(|home| source.path.starts_with(home));
    let outside: Vec<Source> = code.into_iter().filter(elsewhere).collect();
    let words = ["unsafe ", "unsafe{", "target_feature(", "feature_detected!", "std::arch", "core::arch"];
    assert_none("unsafe blocks and instruction sets stand under simd", find(&outside, &words));
}

#[test]
fn crates_and_chapters_do_not_panic_by_their_own_words() {
    let code = ["crates", "chapters"].map(sources).concat();
    let words = [".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("];
    let tests_apart: Vec<_> = code.into_iter().filter(|source| source.path.contains("/src/")).collect();
    assert_none("an error is returned, not thrown", find(&tests_apart, &words));
}

#[test]
fn only_the_plan_chooses_an_algorithm() {
    let homes = ["src/plan.rs", "src/plan/", "src/options.rs"];
    let elsewhere = |source: &Source| !homes.iter().any(|home| source.path.contains(home));
    let code: Vec<_> = sources("crates/corr2d-cpu/src").into_iter().filter(elsewhere).collect();
    assert_none("plan.rs chooses the algorithm", find(&code, &["Algorithm::"]));
}

#[test]
fn lessons_hold_the_lesson() {
    let lessons: Vec<_> =
        sources("chapters").into_iter().filter(|source| source.path.ends_with("src/lesson.rs")).collect();
    let words = ["std::env", "Instant", "unwrap", "cfg", "clap", "std::process"];
    assert_none("a lesson has no plumbing", find(&lessons, &words));
    let lengths = lessons.iter().map(|source| (source, source.text.lines().count())).filter(|(_, lines)| *lines > 150);
    let long = lengths.map(|(source, lines)| format!("{}:151: {lines} lines", source.path));
    assert_none("a lesson has 150 lines at most", long);
}

#[test]
fn anchors_frame_short_whole_items() {
    let code = ["crates", "chapters"].map(sources).concat();
    assert_none("anchors stand in pairs at column 0, 20 lines apart at most", anchors::violations(&code));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let code = ["crates", "chapters", "tests", "benches"].map(sources).concat();
    let silent = |source: &&Source| !source.text.starts_with("//!") && !source.text.starts_with("#![doc");
    let silent = code.iter().filter(silent).map(|source| format!("{}:1", source.path));
    assert_none("a file opens with //!", silent);
}

#[test]
fn nothing_names_a_home_on_one_machine() {
    let homes = [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/ro", "ot/"), concat!("C:\\", "Users")];
    let texts = all_texts();
    assert!(texts.iter().any(|source| source.path == "Cargo.toml"), "the root is not where it was");
    let lines = texts.iter().flat_map(|source| source.text.lines().enumerate().map(move |line| (source, line)));
    let named = lines.filter(|(_, (_, line))| homes.iter().any(|home| line.contains(home)));
    let named = named.map(|(source, (index, line))| format!("{}:{}: {line}", source.path, index + 1));
    assert_none("no path of one machine", named);
}

#[test]
fn every_member_has_its_comment() {
    let manifest = tree::read("Cargo.toml");
    assert_none("each member stands under a comment", uncommented(&manifest));
    let broken = "members = [\n\"crates/a\",\n# B.\n\"crates/b\",\n\"crates/c\",\n]";
    assert_eq!(uncommented(broken).len(), 2, "a and c have none");
}

#[test]
fn every_member_inherits_the_lints() {
    let members = dependencies::manifests();
    assert!(members.len() >= 7, "only {} members", members.len());
    let without = members.into_iter().filter(|manifest| !tree::read(manifest).contains("[lints]\nworkspace = true"));
    assert_none("[lints] workspace = true", without.map(|manifest| format!("{manifest}:1")));
}

#[test]
fn no_locked_package_asks_for_a_newer_rust_than_we_do() {
    let ours = version(&dependencies::rust_version());
    let newer = dependencies::locked_rust_versions().into_iter().filter(|(_, wanted)| version(wanted) > ours);
    assert_none("cargo test runs on our rust-version", newer.map(|(name, wanted)| format!("{name}: {wanted}")));
}

/// 1.88 and 1.88.0 as numbers that compare.
fn version(text: &str) -> [u32; 3] {
    let mut parts = text.split('.').map(|part| part.parse().unwrap());
    std::array::from_fn(|_| parts.next().unwrap_or(0))
}

#[test]
fn dependencies_point_down() {
    assert_none("dependencies point down", dependencies::upward());
}

#[test]
fn the_tensor_crates_pull_in_no_pictures_plots_or_command_lines() {
    let unwanted = ["image", "plotters", "clap", "csv", "anyhow", "indicatif", "tempfile", "corr2d-imaging"];
    for name in ["corr2d-cpu", "corr2d"] {
        let used = dependencies::of(name);
        let found = used.iter().filter(|dependency| unwanted.contains(&dependency.as_str()));
        assert_none("corr2d stays small", found.map(|dependency| format!("{name}: {dependency}")));
    }
    let candle = dependencies::of("corr2d-cpu").into_iter().filter(|name| name.contains("candle"));
    assert_none("corr2d-cpu does not know candle", candle);
}

/// Members without a comment above.
fn uncommented(manifest: &str) -> Vec<String> {
    let lines: Vec<&str> = manifest.lines().map(str::trim).collect();
    let start = lines.iter().position(|line| line.starts_with("members = [")).unwrap();
    let length = lines[start..].iter().position(|line| *line == "]").unwrap();
    let members = (start + 1..start + length).filter(|index| lines[*index].starts_with('"'));
    members
        .filter(|index| !lines[index - 1].starts_with('#'))
        .map(|index| format!("Cargo.toml:{}: {}", index + 1, lines[index]))
        .collect()
}
