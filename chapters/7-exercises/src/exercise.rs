//! What an exercise is, and the table of all eight.

mod blur;
mod diagonal;
mod directional;
mod gradient;
mod integral;
pub mod matrix_product;
pub mod minimum_size;
mod polynomials;
mod second_derivative;

use anyhow::{Context, Result, ensure};
use candle_core::{Device, Tensor};
use chapter_kit::{Language, Page, figure};
use corr2d_imaging::Kernel;

use crate::answer::Answer;
use crate::predict::Prediction;
use crate::text::Text;
use crate::verdict::Verdict;

/// A question of the lesson, with everything that can be asked about it.
pub(crate) trait Exercise: Sync {
    /// Its sentences.
    fn words(&self, language: Language) -> &'static Words;

    /// The matrices that the question speaks of.
    fn given(&self, _: &Device) -> Result<Option<String>> {
        Ok(None)
    }

    /// The parts of an answer, in the order of the question.
    fn fields(&self) -> &'static [&'static str];

    /// The part that a list without a name is taken for, if only one part is graded.
    fn only_part(&self) -> Option<&'static str> {
        match self.fields() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// A wrong answer, in the right form.
    fn form(&self) -> &'static str;

    /// Answers that are often given and wrong, as JSON. The page of the answer lets the grader refute each.
    fn wrong(&self) -> &'static [&'static str];

    /// What is right.
    fn answer(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()>;

    /// Why, by running it.
    fn prove(&self, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()>;

    /// Computes with an answer, and says what is off.
    fn check(&self, answer: &Answer, device: &Device, language: Language) -> Result<Verdict>;

    /// Runs what a reader is to predict.
    fn prediction(&self, device: &Device, language: Language) -> Result<Prediction>;
}

/// What every exercise says, in one language.
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) question: &'static str,
    pub(crate) hint: &'static str,
    pub(crate) predict: &'static str,
}

/// All exercises, in the order of their numbers.
pub(crate) const ALL: [&dyn Exercise; 8] = [
    &diagonal::Diagonal,
    &gradient::Gradient,
    &matrix_product::MatrixProduct,
    &second_derivative::SecondDerivative,
    &integral::Integral,
    &minimum_size::MinimumSize,
    &directional::Directional,
    &blur::Blur,
];

pub(crate) fn find(number: u64) -> Result<&'static dyn Exercise> {
    let index = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let exercise = index.and_then(|index| ALL.get(index)).copied();
    exercise.with_context(|| format!("there is no exercise {number}: they go from 1 to {}", ALL.len()))
}

/// Grades an answer to an exercise.
///
/// ```
/// use chapter_exercises::{answer::Answer, exercise::grade};
/// use chapter_kit::Language;
///
/// let answer = Answer::parse(r#"{"kernel": [2, -4, 2, 0]}"#)?;
/// assert!(grade(4, &answer, &candle_core::Device::Cpu, Language::English)?.is_right());
/// # Ok::<(), anyhow::Error>(())
/// ```
///
/// # Errors
/// No exercise of that number, fields that it does not ask for, values of another kind.
pub fn grade(number: u64, answer: &Answer, device: &Device, language: Language) -> Result<Verdict> {
    let exercise = find(number)?;
    let answer = answer.with_names(exercise.only_part(), exercise.fields())?;
    answer.check_fields(exercise.fields())?;
    exercise.check(&answer, device, language)?.of_something()
}

/// The question of an exercise, its form, and what can be asked next.
pub(crate) fn question(
    number: u64,
    exercise: &dyn Exercise,
    device: &Device,
    language: Language,
    page: &mut Page<'_>,
) -> Result<()> {
    let text = Text::of(language);
    pose(number, exercise, device, language, page)?;
    page.text(text.form)?;
    page.figure(exercise.form())?;
    page.text(text.next)?;
    let tasks = ["--predict", "--hint", "--check answer.json", "--answer"];
    let command = |task: &&str| format!("cargo run -p chapter-exercises -- --exercise {number} {task}");
    page.figure(&tasks.iter().map(command).collect::<Vec<_>>().join("\n"))?;
    Ok(())
}

fn pose(number: u64, exercise: &dyn Exercise, device: &Device, language: Language, page: &mut Page<'_>) -> Result<()> {
    let words = exercise.words(language);
    page.heading(&format!("7.{number}. {}", words.title))?;
    page.text(words.question)?;
    if let Some(given) = exercise.given(device)? {
        page.figure(&given)?;
    }
    Ok(())
}

/// The hint of an exercise.
pub(crate) fn hint(number: u64, exercise: &dyn Exercise, language: Language, page: &mut Page<'_>) -> Result<()> {
    let words = exercise.words(language);
    page.heading(&format!("7.{number}. {}", words.title))?;
    Ok(page.text(words.hint)?)
}

/// The answer of an exercise, its proof, and the wrong answers, each refuted by the grader.
pub(crate) fn answer(
    number: u64,
    exercise: &dyn Exercise,
    device: &Device,
    language: Language,
    page: &mut Page<'_>,
) -> Result<()> {
    let text = Text::of(language);
    pose(number, exercise, device, language, page)?;
    page.heading(text.answer_title)?;
    exercise.answer(device, language, page)?;
    page.heading(text.proof_title)?;
    exercise.prove(device, language, page)?;
    page.heading(text.wrong_title)?;
    page.text(text.wrong_answers)?;
    for wrong in exercise.wrong() {
        page.figure(wrong)?;
        let verdict = grade(number, &Answer::parse(wrong)?, device, language)?;
        ensure!(!verdict.is_right(), "exercise {number} takes a wrong answer for right: {wrong}");
        for said in verdict.said() {
            page.text(&said)?;
        }
    }
    Ok(())
}

/// A matrix as a command line writes it: "1,-1; 2,0".
fn matrix(text: &str, device: &Device) -> Result<Tensor> {
    Ok(Kernel::parse(text)?.to_tensor(device)?)
}

/// A number in a sentence, with the minus sign of a book.
pub(crate) fn number(value: f64) -> String {
    plain(value).replace('-', "−")
}

/// Numbers in one line, as a program reads them: [1, -2, 1].
fn list(numbers: &[f64]) -> String {
    format!("[{}]", numbers.iter().map(|number| plain(*number)).collect::<Vec<_>>().join(", "))
}

/// A number as figures print it; one that would look like 0, or that is very long, as 1e-9.
fn plain(value: f64) -> String {
    let whole = value.round();
    if whole != 0.0 && whole.abs() < 1e9 && (value - whole).abs() < 1e-9 {
        return figure::scalar(whole);
    }
    if value == 0.0 || (5e-5..1e9).contains(&value.abs()) {
        return figure::scalar(value);
    }
    // Three digits of it, without zeros at their end.
    let rounded = format!("{value:.2e}").parse().unwrap_or(value);
    format!("{rounded:e}")
}

/// Whether two matrices are of one size and the same.
fn same(a: &Kernel, b: &Kernel) -> bool {
    (a.height(), a.width()) == (b.height(), b.width()) && first_difference(a, b).is_none()
}

/// The first place, row by row, in which a reader's matrix differs from one of its size, to as many digits as one writes.
fn first_difference(found: &Kernel, wanted: &Kernel) -> Option<usize> {
    let differ = |(found, wanted): (&f64, &f64)| (found - wanted).abs() > 1e-3 * wanted.abs().max(1.0);
    found.values().iter().zip(wanted.values()).position(differ)
}

/// Lines of two columns, the second of them aligned.
fn table(lines: &[(String, String)]) -> String {
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let line =
        |(name, value): &(String, String)| format!("{name}{}   {value}", " ".repeat(width - name.chars().count()));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
