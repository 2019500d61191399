//! `--check`: right answers are accepted in every form, wrong ones are refuted, and known slips are called by their names.

mod random;
mod right;
mod wrong;

use chapter_exercises::Arguments;
use serde_json::Value;

use super::super::{page, run_in};
use super::EXERCISES;

/// What `--check` prints, as JSON, of an answer in a file.
fn graded(exercise: u64, answer: &str, language: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json");
    std::fs::write(&path, answer).unwrap();
    let (exercise, path) = (exercise.to_string(), path.display().to_string());
    let arguments = ["--exercise", &exercise, "--check", &path, "--json", "--lang", language];
    serde_json::from_str(&page::<Arguments>(&arguments)).unwrap()
}

/// Everything that is said of an answer, in one line.
fn said(verdict: &Value) -> String {
    let parts = verdict["parts"].as_array().unwrap().iter();
    parts.map(|part| part["said"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_forms_in_the_help_are_answers_and_wrong_in_every_part() {
    let help = page::<Arguments>(&["--help"]);
    let starts = help.match_indices("{\"exercise\"").map(|(start, _)| &help[start..]);
    let forms: Vec<&str> = starts.map(|text| text.split_inclusive('}').next().unwrap()).collect();
    assert_eq!(forms.len(), EXERCISES.count());
    for (exercise, form) in EXERCISES.zip(forms) {
        let verdict = graded(exercise, form, "en");
        let parts = verdict["parts"].as_array().unwrap();
        assert!(!parts.is_empty());
        for part in parts {
            assert_eq!(part["right"], false, "exercise {exercise} gives its answer away: {part}");
        }
        let question = page::<Arguments>(&["--exercise", &exercise.to_string()]);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&question).contains(&words(form)), "exercise {exercise}: {form}");
    }
}

#[test]
fn says_what_is_right_what_is_off_and_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json").display().to_string();
    std::fs::write(&path, r#"{"exercise": 5, "window": [1, 1, 1], "taps": 3}"#).unwrap();
    insta::assert_snapshot!(page::<Arguments>(&["--check", &path]), @"
    Not yet.

    window: This is the sum over 1×3 pixels, wherever the window lies.

    taps: On the row 1 0 0 0 0 0 0 0, whose running integral is 1 everywhere, a
    kernel of 3 ones gives [1, 1, 1, 0, 0, 0, 0, 0]: it has forgotten the start of
    the row.

    Not answered yet: every_length.
    ");
    insta::assert_snapshot!(page::<Arguments>(&["--check", &path, "--lang", "pt"]), @"
    Ainda não.

    window: É a soma sobre 1×3 pixels, onde quer que a janela esteja.

    taps: Na linha 1 0 0 0 0 0 0 0, cuja integral acumulada é 1 em toda parte, um
    kernel de 3 uns dá [1, 1, 1, 0, 0, 0, 0, 0]: ele esqueceu o começo da linha.

    Ainda sem resposta: every_length.
    ");
    insta::assert_snapshot!(page::<Arguments>(&["--check", &path, "--json"]), @r#"
    {
      "exercise": 5,
      "missing": [
        "every_length"
      ],
      "parts": [
        {
          "part": "window",
          "right": true,
          "said": "This is the sum over 1×3 pixels, wherever the window lies."
        },
        {
          "part": "taps",
          "right": false,
          "said": "On the row 1 0 0 0 0 0 0 0, whose running integral is 1 everywhere, a kernel of 3 ones gives [1, 1, 1, 0, 0, 0, 0, 0]: it has forgotten the start of the row."
        }
      ],
      "right": false
    }
    "#);
}

#[test]
fn an_answer_names_its_exercise_or_the_command_line_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("answer.json").display().to_string();
    let run = |answer: &str, arguments: &[&str]| {
        std::fs::write(&path, answer).unwrap();
        let printed = run_in::<Arguments>("C", &[&["--check", &path], arguments].concat());
        (printed.status, printed.out + &printed.errors.replace(&path, "FILE"))
    };
    let right = "Right.\n\nd conditions must leave a weight free, so there are d + 1.\n\nNot answered yet: kernel.\n\n";
    let (named, bare) = (r#"{"exercise": 6, "taps": "d + 1"}"#, r#"{"taps": "d + 1"}"#);
    assert_eq!(run(named, &[]), (0, right.replace("d cond", "taps: d cond")));
    assert_eq!(run(bare, &["--exercise", "6"]), run(named, &["--exercise", "6"]));
    assert_eq!(run(&format!("\u{feff}{named}"), &[]), run(named, &[]), "some editors begin a file with a mark");
    let neither = "error: FILE does not say which exercise it answers: add \"exercise\": 4, or --exercise 4\n";
    assert_eq!(run(bare, &[]), (1, neither.to_owned()));
    let both = "error: FILE answers exercise 6, but --exercise is 4\n";
    assert_eq!(run(named, &["--exercise", "4"]), (1, both.to_owned()));
}
