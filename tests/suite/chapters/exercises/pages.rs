//! Question, hint and answer of every exercise, as snapshots in both languages.

use chapter_exercises::Arguments;

use super::super::pages::{fits_the_page, numbers_of_figures, snapshot};
use super::super::{page, run_in};
use super::EXERCISES;

#[test]
fn every_exercise_is_asked_hinted_and_answered_in_both_languages() {
    for exercise in EXERCISES {
        let exercise = exercise.to_string();
        let told = |language: &str| {
            let told =
                |task: &[&str]| page::<Arguments>(&[&["--exercise", &exercise, "--lang", language], task].concat());
            [told(&[]), told(&["--hint"]), told(&["--answer"])].concat()
        };
        let (english, portuguese) = (told("en"), told("pt"));
        for (language, text) in [("en", &english), ("pt", &portuguese)] {
            fits_the_page(text, &format!("exercise {exercise}, {language}"));
            snapshot(&format!("chapter-exercises.{exercise}.{language}"), text);
        }
        assert_eq!(
            numbers_of_figures(&english),
            numbers_of_figures(&portuguese),
            "exercise {exercise}: both languages show one run"
        );
    }
}

/// Both run the layer backward: neither knows the answer by heart.
#[test]
fn the_grader_finds_behind_the_loop_what_the_page_shows() {
    let answer = page::<Arguments>(&["--exercise", "2", "--answer"]);
    let line = answer.lines().find(|line| line.trim_start().starts_with("to_vec2, for, Tensor::new     loss")).unwrap();
    let shown = line.split_whitespace().last().unwrap();
    assert_eq!(shown, "None");
    assert_eq!(
        answer.matches(&format!("gradients.get(&k) answers {shown}.")).count(),
        2,
        "to zero and to error: {answer}"
    );
}

#[test]
fn a_hint_does_not_give_the_answer_away() {
    for exercise in EXERCISES {
        let hint = page::<Arguments>(&["--exercise", &exercise.to_string(), "--hint"]);
        for given_away in ["1, −2, 1", "1, -2, 1", "d + 1", "None", "1/9", "1, 1, 1"] {
            assert!(!hint.contains(given_away), "exercise {exercise}: {given_away}");
        }
    }
}

#[test]
fn exercises_end_at_eight() {
    for exercise in ["0", "9", "18446744073709551615"] {
        let printed = run_in::<Arguments>("C", &["--exercise", exercise]);
        let said = format!("error: there is no exercise {exercise}: they go from 1 to 8\n");
        assert_eq!((printed.status, printed.out.as_str(), printed.errors), (1, "", said));
    }
}
