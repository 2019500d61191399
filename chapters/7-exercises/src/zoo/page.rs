//! What the zoo prints.

use std::fmt::Write;

use anyhow::Result;
use chapter_kit::{Page, figure};
use serde_json::{Value, json};

use super::animals::{ALL, Animal};
use super::input::{EXAMPLE, Input};
use super::matrix::OutOfRange;
use super::text::Text;
use super::verdict::{Verdict, judge};

/// The examples of the lesson: the figure of chapter 1 and the edges of chapter 3.
const LESSON: &str = r#"[
    {"image": [[0, 1, 2], [3, 4, 5], [6, 7, 8]], "kernel": [[0, 1], [2, 3]]},
    {"image": [[1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0, 1, 1],
               [1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0, 1, 1], [1, 1, 0, 0, 0, 0, 1, 1]], "kernel": [[1, -1]]}
]"#;

/// The animals, with what their authors thought and a hint.
pub(super) fn animals(text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(text.title)?;
    page.text(text.what)?;
    for animal in ALL {
        let tale = animal.tale(text);
        page.text(&format!("{}: {} {}", animal.name(), (text.thought)(tale.thought), (text.hint)(tale.hint)))?;
    }
    page.heading(text.lesson_title)?;
    let lesson = Input::parse("the lesson", LESSON)?;
    page.text(&(text.lesson)(ALL.len()))?;
    page.figure(&table(&lesson, text)?.0)?;
    page.text(&(text.lesson_survivors)(&names(&survivors(&lesson)?)))?;
    page.heading(text.try_title)?;
    page.text(text.try_it)?;
    page.figure(EXAMPLE)?;
    page.figure(TRY)?;
    Ok(())
}

const TRY: &str = "cargo run -p chapter-exercises -- --zoo input.json";

/// What inputs say of each animal, and hints for those that survive.
pub(super) fn verdicts(from: &str, inputs: &[Input], text: &Text, page: &mut Page<'_>) -> Result<()> {
    page.heading(&(text.verdicts_title)(from))?;
    let (table, exposed) = table(inputs, text)?;
    page.figure(&table)?;
    page.text(&(text.exposed)(exposed, ALL.len(), inputs.len()))?;
    for animal in survivors(inputs)? {
        page.text(&format!("{}: {}", animal.name(), (text.hint)(animal.tale(text).hint)))?;
    }
    Ok(())
}

/// A line for each animal with the first input that exposes it, and how many are exposed.
fn table(inputs: &[Input], text: &Text) -> Result<(String, usize)> {
    let mut lines = String::new();
    let mut exposed = 0;
    for animal in ALL {
        let verdict = first_exposure(animal, inputs)?;
        exposed += usize::from(verdict.is_some());
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{:<18}{}", animal.name(), told(verdict, inputs.len(), text));
    }
    Ok((lines, exposed))
}

/// The same for a program: of each animal, the first input that exposes it and how.
pub(super) fn to_json(inputs: &[Input]) -> Result<Value> {
    let mut animals = Vec::new();
    for animal in ALL {
        let exposure = first_exposure(animal, inputs)?;
        let mut told = json!({ "name": animal.name(), "exposed": exposure.is_some() });
        if let Some((number, verdict)) = exposure {
            told["input"] = json!(number);
            told["by"] = match verdict {
                Verdict::Survives => Value::Null,
                Verdict::Reaches(OutOfRange { place, size }) => json!({ "reaches": place, "size": size }),
                Verdict::Size { found, right } => json!({ "found_size": found, "right_size": right }),
                Verdict::Number { place, found, right } => json!({ "place": place, "found": found, "right": right }),
            };
        }
        animals.push(told);
    }
    let exposed = animals.iter().filter(|animal| animal["exposed"] == true).count();
    Ok(json!({ "inputs": inputs.len(), "exposed": exposed, "animals": animals }))
}

fn first_exposure(animal: &dyn Animal, inputs: &[Input]) -> Result<Option<(usize, Verdict)>> {
    for (number, input) in (1..).zip(inputs) {
        let verdict = judge(animal, input)?;
        if verdict != Verdict::Survives {
            return Ok(Some((number, verdict)));
        }
    }
    Ok(None)
}

fn survivors(inputs: &[Input]) -> Result<Vec<&'static dyn Animal>> {
    let mut survivors = Vec::new();
    for animal in ALL {
        if first_exposure(animal, inputs)?.is_none() {
            survivors.push(animal);
        }
    }
    Ok(survivors)
}

fn told(verdict: Option<(usize, Verdict)>, inputs: usize, text: &Text) -> String {
    let Some((number, verdict)) = verdict else { return text.survives.to_owned() };
    let told = match verdict {
        Verdict::Survives => text.survives.to_owned(),
        Verdict::Reaches(beyond) => (text.reaches)(beyond),
        Verdict::Size { found, right } => (text.size)(found, right),
        Verdict::Number { place, found, right } => (text.number)(place, &figure::scalar(found), &figure::scalar(right)),
    };
    if inputs == 1 { told } else { format!("{}: {told}", (text.input)(number)) }
}

fn names(animals: &[&dyn Animal]) -> String {
    animals.iter().map(|animal| animal.name()).collect::<Vec<_>>().join(", ")
}
