//! Chapter 1 on the reader's own numbers.

use insta::assert_snapshot;

use super::super::page;
use super::json;

#[test]
fn traces_one_window() {
    let arguments = ["--x", "0,1,2;3,4,5;6,7,8", "--k", "0,1;2,3", "--trace", "0,1"];
    assert_snapshot!(page::<chapter_correlation::Arguments>(&arguments), @"
        0  1  2       0  1       19  25
        3  4  5   ⋆   2  3   =   37  43
        6  7  8

    In an image of 3×3, a kernel of 2×2 has 2 × 2 places, down × across.

    Row 0, column 1 of the result: the window, the kernel, and their products, pixel
    by pixel.

        1  2   ·   0  1   →    0   2
        4  5       2  3        8  15

        1·0 + 2·1 + 4·2 + 5·3 = 25
    ");
}

#[test]
fn takes_what_is_missing_from_the_lesson_and_speaks_json() {
    let value = json(&page::<chapter_correlation::Arguments>(&["--k", "-1,0.5", "--trace", "2,0", "--json"]));
    assert_eq!(value["y"], serde_json::json!([[0.5, 0.0], [-1.0, -1.5], [-2.5, -3.0]]));
    assert_eq!(value["trace"]["sum"], -2.5);
}
