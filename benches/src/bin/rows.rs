//! Times every row by the engine and by candle: one JSON document, or an answer to each line that names a row.
//!
//! `peers.py` keeps it as a child and asks. By hand:
//!
//! ```text
//! RAYON_NUM_THREADS=1 CANDLE_NUM_THREADS=1 cargo run --release -p corr2d-benches --bin rows -- --only hd_
//! ```

use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use corr2d::Algorithm;
use corr2d_benches::{Pace, Row, STEP, Step, export, export_gradients, gradient_times, limits, rows, times};
use serde_json::{Map, Value, json};

/// What a line asks for that is no row: the rate of multiply-adds in registers.
const PEAK: &str = "peak";

/// Times the rows of the tables in README.md: corr2d and candle, milliseconds a call, as JSON on standard output
#[derive(Parser)]
struct Arguments {
    /// Only rows whose name has this in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,

    /// Forward and backward instead of forward alone, and the lesson's training step
    #[arg(long)]
    gradients: bool,

    /// How long each call is repeated at least
    #[arg(long, default_value_t = 0.8)]
    seconds: f64,

    /// How many samples each median has at least
    #[arg(long, default_value_t = 5)]
    samples: usize,

    /// Answer one line of JSON to each line of standard input that is `peak` or the name of a row
    #[arg(long, conflicts_with_all = ["only", "export"])]
    serve: bool,

    /// Time nothing: write the rows, their numbers and their results into this folder, for other programs to time
    #[arg(long, value_name = "FOLDER")]
    export: Option<PathBuf>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let timed = Timed::of(&arguments)?;
    match &arguments.export {
        Some(folder) => timed.export(folder).with_context(|| folder.display().to_string()),
        None if arguments.serve => timed.serve(),
        None => timed.document(),
    }
}

/// The rows that were asked for, and how they are timed.
struct Timed {
    rows: Vec<Row>,
    step: Option<Step>,
    gradients: bool,
    pace: Pace,
}

impl Timed {
    fn of(arguments: &Arguments) -> Result<Self> {
        let is_asked_for = |name: &str| name.contains(&arguments.only);
        let mut rows = rows();
        // The gradient of a kernel does not depend on what the kernel is.
        rows.retain(|row| is_asked_for(&row.case.name) && !(arguments.gradients && row.is_gaussian()));
        let step = if arguments.gradients && is_asked_for(STEP) { Some(Step::new()?) } else { None };
        ensure!(!rows.is_empty() || step.is_some(), "no row has {:?} in its name", arguments.only);
        let pace = Pace { seconds: arguments.seconds, samples: arguments.samples };
        Ok(Self { rows, step, gradients: arguments.gradients, pace })
    }

    fn export(&self, folder: &Path) -> Result<()> {
        match self.gradients {
            true => export_gradients(&self.rows, self.step.as_ref(), folder),
            false => export(&self.rows, folder),
        }
    }

    fn document(&self) -> Result<()> {
        let mut rows = self.rows.iter().map(|row| self.answer(row)).collect::<Result<Vec<_>>>()?;
        if let Some(step) = &self.step {
            rows.push(self.answer_step(step)?);
        }
        let mut document = machine();
        document["peak"] = limits::multiply_add_peak(&self.pace).into();
        document["rows"] = rows.into();
        writeln!(io::stdout(), "{document:#}")?;
        Ok(())
    }

    /// First a line about this program, then a line for each line.
    fn serve(&self) -> Result<()> {
        writeln!(io::stdout(), "{}", machine())?;
        for line in io::stdin().lock().lines() {
            let name = line?;
            let answer = match (&*name, &self.step) {
                (PEAK, _) => json!({ PEAK: limits::multiply_add_peak(&self.pace) }),
                (STEP, Some(step)) => self.answer_step(step)?,
                _ => {
                    let row = self.rows.iter().find(|row| row.case.name == name);
                    self.answer(row.with_context(|| format!("no row {name}"))?)?
                }
            };
            writeln!(io::stdout(), "{answer}")?;
        }
        Ok(())
    }

    fn answer(&self, row: &Row) -> Result<Value> {
        let plan = row.case.plan(Algorithm::Auto)?;
        let (times, paths) = match self.gradients {
            true => {
                let paths = vec![plan.path(), plan.input_gradient_path(), plan.weight_gradient_path()];
                (gradient_times(row, &self.pace)?, paths)
            }
            false => (times(row, &self.pace)?, vec![plan.path()]),
        };
        let paths: Vec<_> = paths.iter().map(|path| format!("{path:?}")).collect();
        Ok(json!({ "row": row.case.name, "paths": paths, "milliseconds": milliseconds(times) }))
    }

    fn answer_step(&self, step: &Step) -> Result<Value> {
        Ok(json!({ "row": STEP, "milliseconds": milliseconds(step.times(&self.pace)?) }))
    }
}

fn milliseconds(times: Vec<(&'static str, f64)>) -> Map<String, Value> {
    times.into_iter().map(|(column, time)| (column.to_owned(), time.into())).collect()
}

fn machine() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "instructions": corr2d_cpu::Isa::best().to_string(),
        "threads": rayon::current_num_threads(),
    })
}
