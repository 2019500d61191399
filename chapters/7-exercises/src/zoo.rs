//! The bug zoo: every wrong `corr2d` that was found in a notebook, kept alive behind one trait.
//!
//! An animal looks right, and on the examples of the lesson many of them are. The reader writes inputs, an image and a kernel
//! each, until every animal has given itself away. Ours is an old trade: a test-suite is as good as the mutants it kills
//! (*Hints on test data selection: help for the practicing programmer*, 1978).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `matrix` | rows and columns of numbers, and what happens beyond them |
//! | `animals` | the trait, and the wrong ones by what is wrong in them: loops, kernels, numbers |
//! | `verdict` | the right answer, and where an animal's differs from it |
//! | `input` | what a reader wrote, from JSON |
//! | `page` | what is printed |
//! | `text` | every sentence, in English and Portuguese |

mod animals;
mod input;
mod matrix;
mod page;
mod text;
mod verdict;

use std::path::Path;

use anyhow::Result;
use chapter_kit::{Language, Page};
use serde_json::Value;

pub use animals::{ALL, Animal, Answer};
pub use input::Input;
pub use matrix::{Matrix, OutOfRange};
pub use text::{Tale, Text};
pub use verdict::{Verdict, judge, right};

/// Lists the animals with their hints; or says, of the inputs in a file, which animals they expose and which survive.
///
/// ```
/// use chapter_kit::{Language, Page};
///
/// let mut printed = Vec::new();
/// chapter_exercises::zoo::run(None, Language::English, &mut Page::new(&mut printed, false))?;
/// assert!(String::from_utf8(printed)?.contains("flipped"));
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// For a file that holds no inputs, with what it should hold; and those of the page.
pub fn run(input: Option<&Path>, language: Language, page: &mut Page<'_>) -> Result<()> {
    let text = Text::of(language);
    match input {
        Some(path) => page::verdicts(&path.display().to_string(), &Input::load(path)?, text, page),
        None => page::animals(text, page),
    }
}

/// What [`run`] says of some inputs, for a program.
///
/// ```
/// use chapter_exercises::zoo::{Input, to_json};
///
/// let said = to_json(&Input::parse("example", r#"{"image": [[1, 2, 3]], "kernel": [1, -1]}"#)?)?;
/// assert_eq!((&said["exposed"], &said["animals"][6]["name"]), (&11.into(), &"flipped".into()));
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// As [`judge`].
pub fn to_json(inputs: &[Input]) -> Result<Value> {
    page::to_json(inputs)
}
