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
        assert!(forms.iter().any(|form| form.split(':').next() == Some(name)), "no {name} among {forms:?}");
    }
    FIXED.iter().chain(forms).copied().collect()
}

#[test]
fn the_list_is_that_of_the_help() {
    let table = Kernel::table();
    let name = |line: &'static str| line.split([' ', ':']).next().unwrap();
    let lines: Vec<&'static str> = table.leak().lines().skip(1).collect();
    let (flexible, rest): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.contains(" takes "));
    let flexible: Vec<&str> = flexible.into_iter().map(|line| name(line)).collect();
    assert_eq!(flexible, FLEXIBLE);
    // The last line says what gain is.
    let names = rest[..rest.len() - 1].iter().map(|line| name(line));
    let fixed: Vec<&str> = names.filter(|name| !FLEXIBLE.contains(name)).collect();
    assert_eq!(fixed, FIXED);
}
