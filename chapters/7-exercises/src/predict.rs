//! Asks the reader what will come out, and only then lets it come out.

use std::io::BufRead;

use anyhow::{Context, Result, ensure};
use candle_core::Device;
use chapter_kit::{Language, Page};

use crate::answer::fraction;
use crate::exercise;
use crate::text::Text;

/// What will come out, once the reader has said what they expect.
pub(crate) struct Prediction {
    /// The matrices that the question speaks of, if it shows them.
    pub(crate) given: Option<String>,
    /// The numbers that the run computes.
    pub(crate) wanted: Vec<f64>,
    /// The run, to be shown.
    pub(crate) shown: String,
    /// Numbers that a well-known slip leads to, and its name.
    pub(crate) slips: Vec<(Vec<f64>, &'static str)>,
}

/// Asks the question of an exercise, reads lines until one holds as many numbers as are asked for, and shows the run.
///
/// ```
/// use candle_core::Device;
/// use chapter_kit::{Language, Page};
///
/// let mut printed = Vec::new();
/// let mut reader = &b"0 1 -1 0\n"[..];
/// chapter_exercises::predict::ask(4, &mut reader, &Device::Cpu, Language::English, &mut Page::new(&mut printed, false))?;
/// let printed = String::from_utf8(printed)?;
/// assert!(printed.contains("As you said."), "{printed}");
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// An input that ends before a prediction, and those of the page and of the device.
pub fn ask(
    number: u64,
    input: &mut dyn BufRead,
    device: &Device,
    language: Language,
    page: &mut Page<'_>,
) -> Result<()> {
    let exercise = exercise::find(number)?;
    let (text, words) = (Text::of(language), exercise.words(language));
    let prediction = exercise.prediction(device, language)?;
    let count = prediction.wanted.len();
    page.heading(&format!("7.{number}. {}", words.title))?;
    page.text(words.predict)?;
    if let Some(given) = &prediction.given {
        page.figure(given)?;
    }
    page.text(&(text.asked)(count))?;
    let predicted = loop {
        page.flush()?;
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line).context("--predict cannot read standard input")?;
        let asked = if count == 1 { "one number".to_owned() } else { format!("{count} numbers") };
        ensure!(
            read > 0,
            "--predict reads your prediction from standard input, which has ended: give {asked} in one line"
        );
        // What is no text is no number either, and is asked for again.
        match numbers(&String::from_utf8_lossy(&line)) {
            Some(numbers) if numbers.len() == count => break numbers,
            found => page.text(&(text.ask_again)(count, found.map(|numbers| numbers.len())))?,
        }
    };
    page.figure(&prediction.shown)?;
    page.text(&said(&prediction, &predicted, text))?;
    Ok(())
}

fn said(prediction: &Prediction, predicted: &[f64], text: &Text) -> String {
    let Some(place) = prediction.wanted.iter().zip(predicted).position(|(wanted, found)| differ(*wanted, *found))
    else {
        return text.as_predicted.to_owned();
    };
    let [found, wanted] = [predicted[place], prediction.wanted[place]].map(exercise::number);
    let surprise = (text.surprise)(place + 1, predicted.len(), &found, &wanted);
    let slip =
        |(numbers, _): &&(Vec<f64>, &str)| !numbers.iter().zip(predicted).any(|(slip, found)| differ(*slip, *found));
    match prediction.slips.iter().find(slip) {
        Some((_, name)) => format!("{surprise} {name}"),
        None => surprise,
    }
}

/// As numbers that are printed with four decimals do.
fn differ(a: f64, b: f64) -> bool {
    (a - b).abs() > 1e-3 * a.abs().max(1.0)
}

/// Numbers between blanks, commas or brackets.
fn numbers(line: &str) -> Option<Vec<f64>> {
    let words = line.split([' ', '\t', ',', ';', '[', ']', '\r', '\n']).filter(|word| !word.is_empty());
    let number = |word: &str| fraction(word).filter(|number| number.is_finite());
    words.map(number).collect()
}
