//! What chapter 6 says of a network is true of it: each sentence where it belongs, and nowhere else.

use chapter_receptive_field::Arguments;
use serde_json::json;

use super::super::pages::{fits_the_page, snapshot};
use super::super::run_in;
use super::json;

/// The page of a description behind its table, in a language.
fn said(toml: &str, language: &str, extra: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("network.toml");
    std::fs::write(&path, toml).unwrap();
    let printed = run_in::<Arguments>(language, &[&["--network-file", path.to_str().unwrap()], extra].concat());
    assert_eq!((printed.status, printed.errors.as_str()), (0, ""));
    printed.out
}

/// The page in both languages, as a snapshot.
fn both(name: &str, toml: &str, extra: &[&str]) {
    let pages = ["en", "pt"].map(|language| said(toml, language, extra));
    pages.iter().for_each(|page| fits_the_page(page, name));
    snapshot(&format!("receptive_field_{name}"), &pages.join("\n"));
}

/// A map, and a number for it that the whole of it gives.
const GATE: &str = r#"
image = [9, 12]
[[layer]]
name = "conv"
kind = "convolution"
kernel = 3
padding = 1
[[layer]]
name = "squeeze"
kind = "global"
[[layer]]
name = "gate"
kind = "multiplication"
inputs = ["conv", "squeeze"]
[[layer]]
name = "last"
kind = "convolution"
kernel = [3, 5]
padding = [1, 2]
"#;

/// A map at one half, and a part of the map in front of it.
const TWO_STRIDES: &str = r#"
image = [8, 12]
[[layer]]
name = "halved"
kind = "max-pooling"
kernel = 2
stride = 2
[[layer]]
name = "part"
kind = "cropping"
inputs = ["input"]
padding = [0, 0, 4, 6]
[[layer]]
name = "sum"
kind = "addition"
inputs = ["halved", "part"]
"#;

/// Higher than the image is never seen, wider soon.
const WIDE: &str = r#"
image = [20, 7]
[[layer]]
name = "across"
kind = "convolution"
kernel = [3, 9]
padding = [1, 4]
[[layer]]
name = "again"
kind = "convolution"
kernel = [3, 9]
padding = [1, 4]
"#;

/// The window leaves the last row and the last two columns over.
const LEFT_OVER: &str = r#"
image = [8, 9]
[[layer]]
name = "conv"
kind = "convolution"
kernel = [3, 3]
stride = [2, 4]
[[layer]]
name = "mean"
kind = "global"
"#;

#[test]
fn a_gate_is_no_path_that_looks_at_one_place() {
    both("gate", GATE, &["--at", "0,0"]);
    let value = json(&said(GATE, "en", &["--json"]));
    assert_eq!(value["output"]["shared"], json!({"top": -1, "bottom": 9, "left": -1, "right": 12}));
    assert_eq!(value["layers"][3]["sees_whole_up_to"], json!(null), "images of any size");
}

#[test]
fn paths_that_drift_are_not_enlarged() {
    both("two_strides", TWO_STRIDES, &[]);
}

#[test]
fn each_axis_is_held_against_its_side_of_the_image() {
    both("wide", WIDE, &[]);
    let value = json(&said(WIDE, "en", &["--json"]));
    assert_eq!(value["larger_than_image_from"], json!([null, "across"]));
    assert_eq!(value["layers"][1]["larger_than_image"], json!([false, true]));
    let from = |size| json(&said(WIDE, "en", &["--image-size", size, "--json"]))["larger_than_image_from"].clone();
    assert_eq!(from("4x12"), json!(["again", "again"]));
    assert_eq!(from("2x12"), json!(["across", "again"]));
    assert_eq!(from("2x20"), json!(["across", null]));
}

#[test]
fn a_mean_of_what_is_left_is_no_mean_of_the_image() {
    both("left_over", LEFT_OVER, &["--layer", "mean"]);
}
