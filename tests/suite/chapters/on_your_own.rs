//! The chapters on the reader's own numbers and files.

mod convolution;
mod correlation;
mod describe;
mod dialects;
mod edges;
mod layer;
mod learning;
mod models;
mod networks;
mod pairs;
mod receptive_field;
mod results;
mod words;

use serde_json::Value;

use super::page;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn json_has_the_fewest_digits_that_read_back() {
    let printed = page::<chapter_correlation::Arguments>(&["--x", "0.1,0.2", "--k", "1", "--json"]);
    let numbers: Vec<&str> = printed.split_whitespace().filter(|word| word.starts_with("0.")).collect();
    assert_eq!(numbers, ["0.1,", "0.2", "0.1,", "0.2"], "x and y");
    let printed = page::<chapter_edges::Arguments>(&["--kernel", "0.1", "--json"]);
    assert!(printed.contains("\"max\": 0.1,"), "a tenth of white: {printed}");
    let printed = page::<chapter_learning::Arguments>(&["--init", "0.1,-0.3", "--json"]);
    assert_eq!(json(&printed)["start"], serde_json::json!([[0.1, -0.3]]));
}
