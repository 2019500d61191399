//! What chapter 4 says of a kernel, in both languages.

use super::super::pages::{fits_the_page, numbers_of_figures};
use super::super::{page, run_in};
use super::json;

/// Derivatives, smoothing, neither, an even size, learned weights, a stranger, and nothing.
const KERNELS: [(&str, &str); 11] = [
    ("sobel-x", "sobel-x"),
    ("gaussian", "gaussian:1.5:5x7"),
    ("laplacian", "laplacian8"),
    ("identity", "identity"),
    ("even", "1,-1"),
    ("learned", "-1.0004,0.0003,0.9999;-2.0002,0.0001,2.0003;-0.9998,0.0002,1.0001"),
    ("turned", "0,0,0,0;4,2,0,0;2,2,-2,0;0,-2,-4,0"),
    ("moved", "0,0,0,0,0;0,0,0,1,0;0,0,1,-4,1;0,0,0,1,0"),
    ("stranger", "3,1,4,1;5,9,2,6"),
    ("fine", "1,-4,6,-4,1;-4,16,-24,16,-4;6,-24,36,-24,6;-4,16,-24,16,-4;1,-4,6,-4,1"),
    ("zeros", "0,0;0,0;0,0"),
];

#[test]
fn says_what_a_kernel_does_in_both_languages() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/describe");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (name, kernel) in KERNELS {
        let say = |language| page::<chapter_learning::Arguments>(&["--describe", kernel, "--lang", language]);
        let (english, portuguese) = (say("en"), say("pt"));
        for (language, text) in [("en", &english), ("pt", &portuguese)] {
            fits_the_page(text, language);
            settings.bind(|| insta::assert_snapshot!(format!("{name}.{language}"), text));
        }
        // The sentences of the symmetry have numbers in them, and stand in a figure.
        let numbers = |text| numbers_of_figures(text).len();
        assert_eq!(numbers(&english), numbers(&portuguese), "{name}: both languages show one kernel");
    }
}

#[test]
fn says_it_in_json_for_other_programs() {
    let value = json(&page::<chapter_learning::Arguments>(&["--describe", "-2,0,2;-4,0,4;-2,0,2", "--json"]));
    assert_eq!(value["rows"], serde_json::json!([[-2.0, 0.0, 2.0], [-4.0, 0.0, 4.0], [-2.0, 0.0, 2.0]]));
    assert_eq!((&value["sum"], &value["total"]), (&0.0.into(), &16.0.into()));
    assert_eq!(value["order"], serde_json::json!({"total": 1, "down": 0, "across": 1}));
    assert_eq!(value["leading_terms"], serde_json::json!([{"down": 0, "across": 1, "coefficient": 16.0}]));
    assert_eq!(value["centre"], serde_json::json!([0.0, 0.0]));
    assert_eq!(value["factors"]["across"], serde_json::json!([-1.0, 0.0, 1.0]));
    assert_eq!(value["factors"]["rank"], 1);
    assert_eq!(value["parity"]["left_right"], -1.0);
    assert_eq!(value["passes"], "band");
    let nearest =
        serde_json::json!({"name": "sobel-x", "scale": 2.0, "distance": 0.0, "turned": false, "shift": [0, 0]});
    assert_eq!(value["nearest"], nearest);
    let zeros = json(&page::<chapter_learning::Arguments>(&["--describe", "0,0", "--json"]));
    assert!(
        zeros["nearest"].is_null() && zeros["centre"].is_null() && zeros["parity"]["left_right"].is_null(),
        "{zeros}"
    );
}

#[test]
fn draws_and_saves_what_it_describes_or_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (saved, waves, kernel) = (path("k.rs"), path("w.svg"), path("k.svg"));
    let arguments =
        ["--describe", "emboss", "--save", &saved, "--plot", &waves, "--plot-kernel", &kernel, "--lang", "en"];
    let printed = page::<chapter_learning::Arguments>(&arguments).replace('\n', " ");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    assert!(read(&saved).contains("pub const KERNEL: [[f32; 3]; 3]"));
    assert!(read(&waves).contains("What emboss does to waves") && read(&kernel).contains(">-2</text>"));
    assert_eq!(printed.matches("Written to").count(), 3, "{printed}");
    for path in [&saved, &waves, &kernel] {
        std::fs::remove_file(path).unwrap();
    }
    std::fs::create_dir(&kernel).unwrap();
    assert_eq!(run_in::<chapter_learning::Arguments>("C", &arguments).status, 1);
    assert!(std::fs::metadata(&saved).is_err() && std::fs::metadata(&waves).is_err(), "all files or none");
}
