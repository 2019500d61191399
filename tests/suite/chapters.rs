//! The chapters as their users run them: arguments in, a page and an exit status out.

mod bad_arguments;
mod exercises;
mod on_your_own;
mod pages;
mod pipes;

use chapter_kit::{Chapter, Environment, run};

/// What a run left behind.
pub(crate) struct Printed {
    pub(crate) status: u8,
    pub(crate) out: String,
    pub(crate) errors: String,
}

/// Runs a chapter without a terminal, in a locale.
pub(crate) fn run_in<C: Chapter>(locale: &str, arguments: &[&str]) -> Printed {
    let environment = Environment { locale: Some(locale.to_owned()), styled: false };
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let name = name::<C>();
    let arguments = std::iter::once(name.as_str()).chain(arguments.iter().copied());
    let status = run::<C>(arguments, &environment, &mut out, &mut errors);
    Printed { status, out: String::from_utf8(out).unwrap(), errors: String::from_utf8(errors).unwrap() }
}

/// What a chapter is called, as in `cargo run -p chapter-edges`.
pub(crate) fn name<C: Chapter>() -> String {
    C::command().get_name().to_owned()
}

/// Runs a chapter that must succeed, and returns its page.
pub(crate) fn page<C: Chapter>(arguments: &[&str]) -> String {
    let printed = run_in::<C>("C", arguments);
    assert_eq!((printed.status, printed.errors.as_str()), (0, ""), "{arguments:?}");
    printed.out
}

/// A photograph that the repository holds.
pub(crate) fn data(name: &str) -> String {
    format!("{}/../data/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A network that chapter 6 holds as a file.
pub(crate) fn network_file(name: &str) -> String {
    format!("{}/../chapters/6-receptive-field/networks/{name}", env!("CARGO_MANIFEST_DIR"))
}
