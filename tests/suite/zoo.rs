//! The bug zoo: our own cases and numbers, on which every path is held to the textbook loops, expose each animal.

use std::collections::HashSet;

use chapter_exercises::zoo::{ALL, Animal, Answer, Input, Matrix, Text, Verdict, judge, right};
use chapter_kit::{Language, Page};
use corr2d_cpu::{Algorithm, Conv2dOptions, Padding};
use corr2d_tests::{CASES, Case, Data, Results};

/// A case that has nothing but planes: what an animal can be tried on, plane by plane.
fn is_plain(case: &&Case) -> bool {
    let Conv2dOptions { stride, padding, dilation, groups, .. } = case.options;
    (stride, dilation, groups) == ((1, 1), (1, 1), 1) && padding == Padding::Valid && case.input[0] > 0
}

/// What a layer of an animal's makes of a case: the sum of what it makes of each channel. `None` where it reaches beyond a
/// matrix or answers in another size.
fn layer(forward: &dyn Fn(&Matrix, &Matrix, f64) -> Answer, case: &Case, data: &Data<f64>) -> Option<Vec<f64>> {
    let ([_, channels, height, width], [outputs, _, rows, columns]) = (case.input, case.weight);
    let planes = |values: &[f64], height: usize, width: usize| -> Vec<Matrix> {
        values.chunks(height * width).map(|plane| Matrix::new(height, width, plane.to_vec()).unwrap()).collect()
    };
    let (input, weight) = (planes(&data.input, height, width), planes(&data.weight, rows, columns));
    let plane = (height - rows + 1) * (width - columns + 1);
    let mut maps = Vec::new();
    for image in input.chunks(channels) {
        for (output, kernels) in weight.chunks(channels).enumerate().take(outputs) {
            let mut sum = vec![0.0; plane];
            for (channel, (x, k)) in image.iter().zip(kernels).enumerate() {
                // The bias belongs to the output, so the first channel brings it.
                let bias = if channel == 0 && case.bias { data.bias[output] } else { 0.0 };
                let y = forward(x, k, bias).ok()?;
                if y.values().len() != plane {
                    return None;
                }
                sum.iter_mut().zip(y.values()).for_each(|(sum, value)| *sum += value);
            }
            maps.extend(sum);
        }
    }
    Some(maps)
}

/// A case with its numbers and the output that the textbook loops give.
struct Exam<'a> {
    case: &'a Case,
    data: Data<f64>,
    want: Vec<f64>,
}

impl<'a> Exam<'a> {
    fn of(case: &'a Case, data: Data<f64>) -> Self {
        let want = Results::of(&case.plan(Algorithm::Reference).unwrap(), &data).unwrap();
        let want = if case.bias { want.output } else { want.output_without_bias };
        Self { case, data, want }
    }

    /// Whether the case shows that this is no `corr2d`, as the tests of the engine would see it: by one bit.
    fn exposes(&self, forward: &dyn Fn(&Matrix, &Matrix, f64) -> Answer) -> bool {
        let found = layer(forward, self.case, &self.data);
        found.is_none_or(|found| found.iter().zip(&self.want).any(|(found, want)| found != want))
    }
}

fn integers(case: &Case) -> Data<f64> {
    Data::integers(case, case.plan(Algorithm::Auto).unwrap().geometry().output_shape())
}

/// Integers divided by four: still exact, and no longer whole.
fn quarters(case: &Case) -> Data<f64> {
    let mut data = integers(case);
    data.weight.iter_mut().for_each(|weight| *weight /= 4.0);
    data
}

#[test]
fn our_cases_expose_every_animal_and_leave_the_right_one_alone() {
    let cases: Vec<&Case> = CASES.iter().filter(is_plain).collect();
    assert!(cases.len() >= 20, "{} plain cases", cases.len());
    let tame =
        |x: &Matrix, k: &Matrix, bias: f64| Ok(right(&Input { image: x.clone(), kernel: k.clone(), bias }).unwrap());
    let whole: Vec<Exam<'_>> = cases.iter().map(|case| Exam::of(case, integers(case))).collect();
    let fractions: Vec<Exam<'_>> = cases.iter().map(|case| Exam::of(case, quarters(case))).collect();
    for exam in whole.iter().chain(&fractions) {
        assert!(!exam.exposes(&tame), "{} refuses what is right", exam.case);
    }
    for animal in ALL {
        let forward = |x: &Matrix, k: &Matrix, bias: f64| animal.forward(x, k, bias);
        let by = |exams: &[Exam<'_>]| exams.iter().filter(|exam| exam.exposes(&forward)).count();
        let (whole, fractions) = (by(&whole), by(&fractions));
        assert!(fractions >= 15, "{}: only {fractions} of {} cases expose it", animal.name(), cases.len());
        assert!(whole >= 15 || animal.name() == "whole-numbers", "{}: integers see it {whole} times", animal.name());
    }
}

/// What each animal's own hint asks for, as small as it gets, exposes it; what the hint warns of does not.
#[test]
fn each_hint_leads_to_an_input_that_exposes_its_animal() {
    let verdict = |animal: &dyn Animal, text: &str| judge(animal, &Input::parse("hint", text).unwrap()[0]).unwrap();
    let rows = [
        (
            "rows-for-columns",
            r#"{"image": [[1, 2, 3]], "kernel": [[1, 1]]}"#,
            r#"{"image": [[1, 2], [3, 4]], "kernel": [[2]]}"#,
        ),
        ("last-row", r#"{"image": [[1]], "kernel": [[1]]}"#, r#"{"image": [[1], [0]], "kernel": [[1]]}"#),
        (
            "swapped-indices",
            r#"{"image": [[1, 2], [3, 4]], "kernel": [[1]]}"#,
            r#"{"image": [[1, 2], [2, 4]], "kernel": [[1]]}"#,
        ),
        (
            "one-size",
            r#"{"image": [[1, 2]], "kernel": [[1, 1]]}"#,
            r#"{"image": [[1, 2], [3, 5]], "kernel": [[1, 2], [3, 4]]}"#,
        ),
        ("in-place", r#"{"image": [[1, 2, 4]], "kernel": [[1, 1]]}"#, r#"{"image": [[1, 2, 4]], "kernel": [[3]]}"#),
        (
            "global-kernel",
            r#"{"image": [[1]], "kernel": [[1]]}"#,
            r#"{"image": [[1, 2], [3, 5]], "kernel": [[0, 1], [2, 3]]}"#,
        ),
        ("flipped", r#"{"image": [[1, 2]], "kernel": [[1, 2]]}"#, r#"{"image": [[1, 2, 4]], "kernel": [[1, 3, 1]]}"#),
        (
            "transposed",
            r#"{"image": [[1, 2], [3, 5]], "kernel": [[1, 2], [3, 4]]}"#,
            r#"{"image": [[1, 2], [3, 5]], "kernel": [[1, 2], [2, 4]]}"#,
        ),
        ("normalised", r#"{"image": [[1]], "kernel": [[2]]}"#, r#"{"image": [[1, 2]], "kernel": [[3, -2]]}"#),
        (
            "bias-inside",
            r#"{"image": [[2]], "kernel": [[1]], "bias": 1}"#,
            r#"{"image": [[2, -1]], "kernel": [[1, 3]], "bias": 1}"#,
        ),
        (
            "bias-in-the-loop",
            r#"{"image": [[1, 2]], "kernel": [[1, 1]], "bias": 1}"#,
            r#"{"image": [[1, 2]], "kernel": [[5]], "bias": 1}"#,
        ),
        ("never-reset", r#"{"image": [[1, 2]], "kernel": [[1]]}"#, r#"{"image": [[1, 2]], "kernel": [[1, 1]]}"#),
        ("last-product", r#"{"image": [[1, 2]], "kernel": [[1, 1]]}"#, r#"{"image": [[0, 2]], "kernel": [[1, 1]]}"#),
        ("whole-numbers", r#"{"image": [[1]], "kernel": [[0.5]]}"#, r#"{"image": [[2]], "kernel": [[0.5]]}"#),
        ("brightness", r#"{"image": [[1]], "kernel": [[-1]]}"#, r#"{"image": [[1]], "kernel": [[255]]}"#),
    ];
    assert_eq!(rows.map(|row| row.0), ALL.map(|animal| animal.name()), "a row for each animal");
    for (animal, (name, exposing, hiding)) in ALL.into_iter().zip(rows) {
        assert_ne!(verdict(animal, exposing), Verdict::Survives, "{name} under {exposing}");
        assert_eq!(verdict(animal, hiding), Verdict::Survives, "{name} under {hiding}");
    }
}

/// One input is enough for all of them.
const ALL_AT_ONCE: &str = r#"{"image": [[1, 2, -3, 4, 1, 2], [0, 5, 1, -2, 3, 1], [2, -1, 4, 1, 6, 0], [3, 1, 0, 2, -5, 7]],
    "kernel": [[1, 0.5, -2], [3, -1, 1]], "bias": 10}"#;

#[test]
fn one_input_exposes_them_all() {
    let input = &Input::parse("all at once", ALL_AT_ONCE).unwrap()[0];
    let survivors: Vec<_> = ALL
        .iter()
        .filter(|animal| judge(**animal, input).unwrap() == Verdict::Survives)
        .map(|animal| animal.name())
        .collect();
    assert_eq!(survivors, [""; 0]);
}

#[test]
fn a_row_a_text_and_a_name_are_matrices_as_in_the_answers() {
    let read = |input: &str| Input::parse("forms", input).unwrap().remove(0);
    let rows = read(r#"{"image": [[1, 2, 0.25]], "kernel": [[1, -1]]}"#);
    assert_eq!(read(r#"{"image": [1, 2, "1/4"], "kernel": "1,−1"}"#), rows);
    assert_eq!(read(r#"{"image": "1,2,0.25", "kernel": [1, "-1"]}"#), rows);
    assert_eq!(read(r#"{"image": "1 2 1/4", "kernel": "[1, -1]"}"#), rows);
    let named = read(r#"{"image": "1,2,3;4,5,6;7,8,10", "kernel": "sobel-x"}"#);
    assert_eq!(named.kernel.values(), [-1., 0., 1., -2., 0., 2., -1., 0., 1.]);
}

#[test]
fn a_program_is_told_which_input_exposes_which_animal_and_how() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("input.json").display().to_string();
    std::fs::write(&path, r#"[{"image": [2], "kernel": [1]}, {"image": [1, 2, 3], "kernel": [1, -1]}]"#).unwrap();
    let printed = crate::chapters::page::<chapter_exercises::Arguments>(&["--zoo", &path, "--json"]);
    let said: serde_json::Value = serde_json::from_str(&printed).unwrap();
    let told = |name: &str| {
        let animals = said["animals"].as_array().unwrap();
        animals.iter().find(|animal| animal["name"] == name).unwrap().clone()
    };
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!((&said["inputs"], said["animals"].as_array().unwrap().len()), (&2.into(), ALL.len()));
    let exposed = said["animals"].as_array().unwrap().iter().filter(|animal| animal["exposed"] == true).count();
    assert_eq!(said["exposed"], exposed);
    assert_eq!(told("bias-inside"), json(r#"{"name": "bias-inside", "exposed": false}"#));
    let by = |name: &str, input: i32, by: &str| {
        let wanted = format!(r#"{{"name": "{name}", "exposed": true, "input": {input}, "by": {by}}}"#);
        assert_eq!(told(name), json(&wanted), "{name}");
    };
    by("last-row", 1, r#"{"place": [0, 0], "found": 0.0, "right": 2.0}"#);
    by("flipped", 2, r#"{"place": [0, 0], "found": 1.0, "right": -1.0}"#);
    by("swapped-indices", 2, r#"{"reaches": [1, 0], "size": [1, 3]}"#);
    by("one-size", 2, r#"{"found_size": [1, 3], "right_size": [1, 2]}"#);
}

#[test]
fn a_rounding_is_no_bug() {
    // The flipped kernel sums the same products in another order.
    let input = &Input::parse("tenths", r#"{"image": [[0.1, 0.2, 0.3]], "kernel": [[0.1, 0.7, 0.1]]}"#).unwrap()[0];
    let flipped = ALL.into_iter().find(|animal| animal.name() == "flipped").unwrap();
    let (found, wanted) = (flipped.forward(&input.image, &input.kernel, 0.).unwrap(), right(input).unwrap());
    assert!((found.values()[0] - wanted.values()[0]).abs() < 1e-15);
    assert_eq!(judge(flipped, input).unwrap(), Verdict::Survives);
}

#[test]
fn every_animal_has_its_own_name_and_tale_in_both_languages() {
    let names: HashSet<_> = ALL.iter().map(|animal| animal.name()).collect();
    assert_eq!(names.len(), ALL.len());
    for language in [Language::English, Language::Portuguese] {
        let text = Text::of(language);
        let thoughts: HashSet<_> = ALL.iter().map(|animal| animal.tale(text).thought).collect();
        let hints: HashSet<_> = ALL.iter().map(|animal| animal.tale(text).hint).collect();
        assert_eq!((thoughts.len(), hints.len()), (ALL.len(), ALL.len()), "{language:?}");
    }
}

fn printed(inputs: Option<&str>, language: Language) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = inputs.map(|inputs| {
        let path = folder.path().join("input.json");
        std::fs::write(&path, inputs).unwrap();
        path
    });
    let mut out = Vec::new();
    chapter_exercises::zoo::run(path.as_deref(), language, &mut Page::new(&mut out, false)).unwrap();
    let text = String::from_utf8(out).unwrap();
    // The rule under the heading is as long as the path, which is another one each time.
    let path = path.map(|path| path.display().to_string()).unwrap_or_default();
    let rule = "─".repeat(path.chars().count());
    if path.is_empty() {
        text
    } else {
        text.replace(&path, "input.json").replacen(&rule, "──────────", 1)
    }
}

#[test]
fn prints_the_animals_and_what_inputs_say_of_them() {
    let list = r#"[{"image": [[1, 2, 3]], "kernel": [[1, -1]]}, {"image": [[1], [2], [3]], "kernel": [[0.25], [1]], "bias": -2}]"#;
    for (language, name) in [(Language::English, "en"), (Language::Portuguese, "pt")] {
        let pages = [None, Some(ALL_AT_ONCE), Some(list)].map(|inputs| printed(inputs, language));
        for line in pages.iter().flat_map(|page| page.lines()) {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("zoo.{name}"), pages.join("\n"));
        });
    }
}

#[test]
fn every_bad_input_has_its_line() {
    let inputs = [
        "",
        "{",
        "[]",
        "{}",
        "1",
        "[1]",
        r#"{"image": [[1]]}"#,
        r#"{"image": 1, "kernel": [[1]]}"#,
        r#"{"image": [], "kernel": [[1]]}"#,
        r#"{"image": [1, 2], "kernel": [[1], 2]}"#,
        r#"{"image": [1, 2], "kernel": "sobel"}"#,
        r#"{"image": [1, 2], "kernel": "box:101x1"}"#,
        r#"{"image": [1, "1/0"], "kernel": [1]}"#,
        r#"{"image": [[]], "kernel": [[1]]}"#,
        r#"{"image": [[1, 2], [3]], "kernel": [[1]]}"#,
        r#"{"image": [[1, "two"]], "kernel": [[1]]}"#,
        r#"{"image": [[1e400]], "kernel": [[1]]}"#,
        r#"{"image": [[1e200]], "kernel": [[1]]}"#,
        r#"{"image": [[1]], "kernel": [[1, 2]]}"#,
        r#"{"image": [[1]], "kernel": [[1]], "bias": "one"}"#,
        r#"{"image": [[1]], "kernel": [[1]], "padding": 1}"#,
        r#"[{"image": [[1]], "kernel": [[1]]}, {"image": [[1]], "kernel": [[1], [2]]}]"#,
    ];
    let wide = format!(r#"{{"image": [[{}1]], "kernel": [[1]]}}"#, "1,".repeat(100));
    let said = inputs.into_iter().chain([wide.as_str()]).map(|input| {
        let error = format!("{:#}", Input::parse("input.json", input).unwrap_err());
        assert_eq!(error.lines().count(), 1, "{error}");
        let shown: String = input.chars().take(80).collect();
        format!("{shown}\n  {error}")
    });
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("zoo.bad_inputs", said.collect::<Vec<_>>().join("\n"));
    });
    let missing = Input::load(std::path::Path::new("no-such-folder/input.json")).unwrap_err();
    assert!(format!("{missing:#}").starts_with("no-such-folder/input.json cannot be read: "), "{missing:#}");
}
