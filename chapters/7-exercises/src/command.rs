//! The command line: no argument lists the questions, any other turns to one of them.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use chapter_kit::{Chapter, Common, Page, Session};
use clap::Parser;

use crate::answer::Answer;
use crate::text::Text;
use crate::{exercise, lesson, predict, zoo};

/// Chapter 7: the exercises. Without arguments it lists the questions.
#[derive(Debug, Parser)]
#[command(name = "chapter-exercises", version, max_term_width = 80, after_help = examples())]
pub struct Arguments {
    /// The exercise, from 1 to 8; alone, it prints the question
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    exercise: Option<u64>,

    /// Print a hint
    #[arg(long, requires = "exercise", group = "asked")]
    hint: bool,

    /// Print the answer, its proof, and where the answers that are often given fail
    #[arg(long, requires = "exercise", group = "asked")]
    answer: bool,

    /// Grade the answer in this file, and say what is off; with --json, for a program
    #[arg(long, value_name = "FILE", group = "asked")]
    check: Option<PathBuf>,

    /// Ask what will come out, read the prediction from standard input, and only then show
    #[arg(long, requires = "exercise", group = "asked")]
    predict: bool,

    /// The bug zoo: wrong corr2ds, with a hint each; with FILE, which of them your inputs expose;
    /// with FILE and --json, for a program
    #[arg(long, value_name = "FILE", group = "asked", conflicts_with = "exercise")]
    zoo: Option<Option<PathBuf>>,

    #[command(flatten)]
    common: Common,
}

/// The forms of the answers come from the exercises themselves.
fn examples() -> String {
    let forms: Vec<_> =
        exercise::ALL.iter().map(|exercise| format!("  {}", exercise.form().replace('\n', "\n  "))).collect();
    format!(
        "\
Examples:
  chapter-exercises
  chapter-exercises --exercise 4 --hint
  echo \"0 1 0 0\" | chapter-exercises --exercise 4 --predict
  chapter-exercises --check answer.json

answer.json for each exercise (this is the form; the answers are wrong):
{}

A matrix is a list of rows, a list of numbers for one row, or a text, such as
\"1,-1; 2,0\" or \"sobel-x\". A number may be a fraction: \"1/9\". The question says
what each part is; a part that is left out is not graded. \"exercise\" may be left
out where --exercise is given, and so may all names where one part is asked for:
[1, 0, 1] alone answers exercise 4. --check exits with 0 once it has graded the
answer, right or wrong, which \"right\" in its JSON tells, and with 1 if it cannot.",
        forms.join("\n")
    )
}

impl Chapter for Arguments {
    fn common(&self) -> &Common {
        &self.common
    }

    fn run(&self, session: &Session, page: &mut Page<'_>) -> Result<()> {
        if let Some(path) = &self.check {
            return self.grade(path, session, page);
        }
        if let (Some(Some(input)), true) = (&self.zoo, session.json) {
            return Ok(page.json(&zoo::to_json(&zoo::Input::load(input)?)?)?);
        }
        session.refuse_json("--check FILE or --zoo FILE")?;
        let (device, language) = (&session.device, session.language);
        if let Some(input) = &self.zoo {
            return zoo::run(input.as_deref(), language, page);
        }
        let Some(number) = self.exercise else { return lesson::run(device, language, page) };
        let exercise = exercise::find(number)?;
        if self.predict {
            predict::ask(number, &mut io::stdin().lock(), device, language, page)
        } else if self.hint {
            exercise::hint(number, exercise, language, page)
        } else if self.answer {
            exercise::answer(number, exercise, device, language, page)
        } else {
            exercise::question(number, exercise, device, language, page)
        }
    }
}

impl Arguments {
    fn grade(&self, path: &Path, session: &Session, page: &mut Page<'_>) -> Result<()> {
        let answer = Answer::load(path)?;
        let named = answer.exercise().with_context(|| path.display().to_string())?;
        if let (Some(asked), Some(named)) = (self.exercise, named) {
            ensure!(asked == named, "{} answers exercise {named}, but --exercise is {asked}", path.display());
        }
        let number = self.exercise.or(named);
        let number = number.with_context(|| {
            format!("{} does not say which exercise it answers: add \"exercise\": 4, or --exercise 4", path.display())
        })?;
        let verdict = exercise::grade(number, &answer, &session.device, session.language)
            .with_context(|| path.display().to_string())?;
        if session.json {
            return Ok(page.json(&verdict.to_json(number))?);
        }
        verdict.print(Text::of(session.language), page)
    }
}
