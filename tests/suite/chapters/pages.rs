//! Every lesson, in both languages, as a snapshot: what the book shows is what the program prints.

use chapter_kit::{Chapter, Environment, run};

use super::{name, page, run_in};

/// The columns of a page.
const WIDTH: usize = 80;

macro_rules! lessons {
    ($($test:ident: $chapter:ident),* $(,)?) => {
        $(
            #[test]
            fn $test() {
                check::<$chapter::Arguments>();
            }
        )*
    };
}

lessons! {
    correlation: chapter_correlation,
    layer: chapter_layer,
    edges: chapter_edges,
    learning: chapter_learning,
    convolution: chapter_convolution,
    receptive_field: chapter_receptive_field,
    exercises: chapter_exercises,
}

fn check<C: Chapter>() {
    let name = name::<C>();
    let english = run_in::<C>("en_US.UTF-8", &[]);
    let portuguese = run_in::<C>("pt_BR.UTF-8", &[]);
    assert_eq!((english.status, portuguese.status), (0, 0), "{}{}", english.errors, portuguese.errors);
    for (language, text) in [("en", &english.out), ("pt", &portuguese.out)] {
        fits_the_page(text, language);
        snapshot(&format!("{name}.{language}"), text);
    }
    assert_eq!(numbers_of_figures(&english.out), numbers_of_figures(&portuguese.out), "both languages show one run");
    assert_eq!(page::<C>(&["--lang", "en"]), english.out, "--lang en is the page of an English locale");
    assert_eq!(page::<C>(&["--lang", "pt"]), portuguese.out, "--lang pt is the page of a Portuguese locale");
    let help = page::<C>(&["--help"]);
    assert!(help.contains(&format!("\nUsage: {name} ")), "the usage line names the program: {help}");
    snapshot(&format!("{name}.help"), &help);
}

pub(super) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

pub(super) fn fits_the_page(text: &str, language: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= WIDTH, "{language}: {} columns: {line}", line.chars().count());
        assert_eq!(line, line.trim_end(), "{language}: blanks at the end of a line");
    }
    assert!(!text.contains('\u{1b}'), "{language}: colour without a terminal");
}

/// The figures stand in by four columns; their numbers are the same in every language.
pub(super) fn numbers_of_figures(text: &str) -> Vec<&str> {
    let figures = text.lines().filter(|line| line.starts_with("    ") && !line.contains("cargo"));
    figures.flat_map(|line| line.split([' ', ',', '[', ']'])).filter(|word| word.parse::<f64>().is_ok()).collect()
}

#[test]
fn a_terminal_gets_coloured_headings_over_the_same_words() {
    let environment = Environment { locale: None, styled: true };
    let mut out = Vec::new();
    assert_eq!(run::<chapter_correlation::Arguments>(["chapter"], &environment, &mut out, &mut Vec::new()), 0);
    let coloured = String::from_utf8(out).unwrap();
    let plain: String =
        coloured.split('\u{1b}').enumerate().map(|(i, part)| if i == 0 { part } else { after_code(part) }).collect();
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(plain, page::<chapter_correlation::Arguments>(&[]));
}

fn after_code(part: &str) -> &str {
    part.split_once('m').unwrap().1
}
