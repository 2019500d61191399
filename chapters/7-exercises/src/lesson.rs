//! The list of the questions, and how to work on them.

use anyhow::Result;
use candle_core::Device;
use chapter_kit::{Language, Page};

use crate::exercise;
use crate::text::Text;

/// Tells the lesson: every question, and what can be asked for it.
///
/// # Errors
/// Those of the page and of the device.
pub fn run(device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
    let text = Text::of(language);
    page.heading(text.title)?;
    page.text(text.what)?;
    for (number, exercise) in (1..).zip(exercise::ALL) {
        let words = exercise.words(language);
        page.text(&format!("{number}. {}. {}", words.title, words.question))?;
        if let Some(given) = exercise.given(device)? {
            page.figure(&given)?;
        }
    }
    page.heading(text.work_title)?;
    page.text(text.work)?;
    page.figure(WORK)?;
    Ok(())
}

const WORK: &str = "\
cargo run -p chapter-exercises -- --exercise 4
cargo run -p chapter-exercises -- --exercise 4 --predict
cargo run -p chapter-exercises -- --exercise 4 --hint
cargo run -p chapter-exercises -- --exercise 4 --check answer.json
cargo run -p chapter-exercises -- --exercise 4 --answer";
