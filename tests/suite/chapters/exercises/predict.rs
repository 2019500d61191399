//! `--predict`: the reader says what will come out, and only then it comes out.

use std::io::Cursor;

use candle_core::Device;
use chapter_exercises::predict::ask;
use chapter_kit::{Language, Page};

use super::EXERCISES;

/// What is printed when a reader types some lines, and the error if there is one.
fn typed(exercise: u64, lines: impl AsRef<[u8]>, language: Language) -> (String, Option<String>) {
    let mut printed = Vec::new();
    let mut page = Page::new(&mut printed, false);
    let asked = ask(exercise, &mut Cursor::new(lines.as_ref()), &Device::Cpu, language, &mut page);
    (String::from_utf8(printed).unwrap().replace('\n', " "), asked.err().map(|error| error.to_string()))
}

/// The right predictions, in the ways in which readers type them.
const RIGHT: [&str; 8] =
    ["0 -1 0 0 0 0 0", "[27, 37; 57, 67]", "4, 9, 16", "0 1 −1 0", "1 3 6 9 12", "6,6", "78/3", "2\t4 2"];

/// Predictions of readers who fell for something, and a word of what they are told.
const SLIPS: [(u64, &str, &str); 9] = [
    (1, "0 0 0 0 0 0 0", "number 2 of 7 is −1, and you predicted 0. Find out why before you go on. [1, −1] is blind"),
    (1, "0 1 0 0 0 0 0", "signs are not"),
    (2, "8 12 20 24", "a plain sum of Y"),
    (3, "9 9 36", "One row for each output"),
    (4, "0 0 1 0", "a pair"),
    (5, "1 3 6 10 15", "That would be the running sum"),
    (6, "0 0", "3! everywhere"),
    (
        7,
        "23",
        "Not as you said: 26 comes out, and you predicted 23. Find out why before you go on. Rows and columns are mixed up",
    ),
    (8, "0 8 0", "spreads a point"),
];

#[test]
fn right_predictions_are_confirmed_and_then_shown() {
    for (exercise, prediction) in EXERCISES.zip(RIGHT) {
        let (printed, error) = typed(exercise, format!("{prediction}\n"), Language::English);
        assert_eq!(error, None, "exercise {exercise}");
        assert!(printed.trim_end().ends_with("As you said."), "exercise {exercise}: {printed}");
        let (printed, _) = typed(exercise, prediction, Language::Portuguese);
        assert!(printed.trim_end().ends_with("Como você previu."), "exercise {exercise}: {printed}");
    }
}

#[test]
fn well_known_slips_have_their_names() {
    for (exercise, prediction, name) in SLIPS {
        let (printed, error) = typed(exercise, prediction, Language::English);
        assert_eq!(error, None, "exercise {exercise}");
        assert!(printed.contains(name), "exercise {exercise}, {prediction}: {printed}");
        assert!(!printed.contains("As you said."), "exercise {exercise}, {prediction}");
    }
}

#[test]
fn any_other_number_is_a_surprise_without_a_name() {
    let (printed, _) = typed(4, "5 5 5 5", Language::English);
    assert!(printed.trim_end().ends_with("and you predicted 5. Find out why before you go on."), "{printed}");
}

#[test]
fn nothing_is_shown_before_a_prediction_came() {
    let answer = "0  1  -1  0";
    let (before, error) = typed(4, "what?\n\n1 2\n1 1/0 0 0\n", Language::English);
    assert!(!before.replace("   ", "  ").contains(answer), "{before}");
    assert_eq!(before.matches("Write 4 numbers").count(), 2, "for words and for 1/0: {before}");
    for found in ["The line holds 0 numbers, and 4 are asked for.", "The line holds 2 numbers, and 4 are asked for."] {
        assert!(before.contains(found), "{found} {before}");
    }
    let error = error.unwrap();
    assert_eq!(
        error,
        "--predict reads your prediction from standard input, which has ended: give 4 numbers in one line"
    );
    let (after, error) = typed(4, "what?\n0 1 -1 0\n", Language::English);
    assert_eq!(error, None);
    assert!(after.contains("As you said."));
}

#[test]
fn a_line_of_too_many_or_too_few_is_counted() {
    let (printed, _) = typed(4, "1 2 3 4 5 6 7\n1\n", Language::English);
    assert!(printed.contains("The line holds 7 numbers, and 4 are asked for. Write 4 in one line:"), "{printed}");
    assert!(printed.contains("The line holds 1 number, and 4 are asked for."), "{printed}");
    let (printed, error) = typed(7, "1 2\n", Language::Portuguese);
    assert!(printed.contains("Escreva um número"), "{printed}");
    assert!(error.unwrap().ends_with("which has ended: give one number in one line"));
}

#[test]
fn a_line_that_is_no_text_is_asked_for_again() {
    let (printed, error) = typed(4, b"\xff\xfe0 1\n0 1 -1 0\n", Language::English);
    assert_eq!(error, None);
    assert!(printed.contains("Write 4 numbers with blanks") && printed.contains("As you said."), "{printed}");
}
