//! The kernels that have names, once for all tests.

use corr2d_imaging::Kernel;

/// Those whose name is all there is to say.
const FIXED: [&str; 15] = [
    "identity",
    "difference-x",
    "difference-y",
    "roberts-x",
    "roberts-y",
    "prewitt-x",
    "prewitt-y",
    "sobel-x",
    "sobel-y",
    "scharr-x",
    "scharr-y",
    "laplacian4",
    "laplacian8",
    "sharpen",
    "emboss",
];

/// Those that take a size or a width.
const FLEXIBLE: [&str; 4] = ["log", "gaussian", "box", "binomial"];

/// Every kernel that has a name, the flexible ones in these forms, at least one of each.
pub(crate) fn named_kernels(forms: &[&'static str]) -> Vec<&'static str> {
    for name in FLEXIBLE {
        assert!(forms.iter().any(|form| self::name(form) == name), "no {name} among {forms:?}");
    }
    FIXED.iter().chain(forms).copied().collect()
}

/// The name at the start of a line of the help.
fn name(line: &str) -> &str {
    line.split([' ', ':']).next().unwrap()
}

#[test]
fn the_list_is_that_of_the_help() {
    let table = Kernel::table();
    // The first line is a heading, and the last one says what gain is.
    let lines: Vec<&str> = table.lines().skip(1).filter(|line| !line.starts_with("Gain:")).collect();
    let (flexible, rows): (Vec<&str>, Vec<&str>) = lines.into_iter().partition(|line| line.contains(" takes "));
    let flexible: Vec<&str> = flexible.into_iter().map(name).collect();
    assert_eq!(flexible, FLEXIBLE);
    let fixed: Vec<&str> = rows.into_iter().map(name).filter(|name| !FLEXIBLE.contains(name)).collect();
    assert_eq!(fixed, FIXED);
}
