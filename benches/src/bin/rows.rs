//! Times every row by the engine and by candle: one JSON document, or an answer to each line that names a row.
//!
//! `peers.py` keeps it as a child and asks. By hand:
//!
//! ```text
//! RAYON_NUM_THREADS=1 CANDLE_NUM_THREADS=1 cargo run --release -p corr2d-benches --bin rows -- --only hd_
//! ```

use std::fs;
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use corr2d::Algorithm;
use corr2d_benches::{Pace, Row, Square, limits, rows, times};
use serde_json::{Map, Value, json};

/// What a line asks for that is no row: the rate of multiply-adds in registers.
const PEAK: &str = "peak";

/// Times the rows of the table in README.md: corr2d and candle, milliseconds a call, as JSON on standard output
#[derive(Parser)]
struct Arguments {
    /// Only rows whose name has this in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,

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
    let pace = Pace { seconds: arguments.seconds, samples: arguments.samples };
    let mut rows = rows();
    rows.retain(|row| row.case.name.contains(&arguments.only));
    ensure!(!rows.is_empty(), "no row has {:?} in its name", arguments.only);
    match &arguments.export {
        Some(folder) => export(&rows, folder).with_context(|| folder.display().to_string()),
        None if arguments.serve => serve(&rows, &pace),
        None => document(&rows, &pace),
    }
}

fn document(rows: &[Row], pace: &Pace) -> Result<()> {
    let rows = rows.iter().map(|row| answer(row, pace)).collect::<Result<Vec<_>>>()?;
    let mut document = machine();
    document["peak"] = limits::multiply_add_peak(pace).into();
    document["rows"] = rows.into();
    writeln!(io::stdout(), "{document:#}")?;
    Ok(())
}

/// First a line about this program, then a line for each line.
fn serve(rows: &[Row], pace: &Pace) -> Result<()> {
    writeln!(io::stdout(), "{}", machine())?;
    for line in io::stdin().lock().lines() {
        let name = line?;
        let answer = if name == PEAK {
            json!({ PEAK: limits::multiply_add_peak(pace) })
        } else {
            let row = rows.iter().find(|row| row.case.name == name).with_context(|| format!("no row {name}"))?;
            answer(row, pace)?
        };
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn machine() -> Value {
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "instructions": corr2d_cpu::Isa::best().to_string(),
        "threads": rayon::current_num_threads(),
    })
}

fn answer(row: &Row, pace: &Pace) -> Result<Value> {
    let path = row.case.plan(Algorithm::Auto)?.path();
    let milliseconds: Map<_, _> =
        times(row, pace)?.into_iter().map(|(column, time)| (column.to_owned(), time.into())).collect();
    Ok(json!({ "row": row.case.name, "path": format!("{path:?}"), "milliseconds": milliseconds }))
}

/// `rows.json`, and for each row `NAME.input`, `NAME.weight` and `NAME.output`: `f32`, the low byte first.
fn export(rows: &[Row], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut shapes = Vec::new();
    for row in rows {
        let (case, data) = (&row.case, row.data()?);
        let plan = case.plan(Algorithm::Auto)?;
        let mut output = corr2d_cpu::zeros::<f32>(plan.geometry().output_len())?;
        plan.forward(&data.input, &data.weight, None, &mut output)?;
        for (what, numbers) in [("input", &data.input), ("weight", &data.weight), ("output", &output)] {
            let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
            fs::write(folder.join(format!("{}.{what}", case.name)), bytes)?;
        }
        let Square { stride, padding, dilation } = Square::of(&case.options);
        shapes.push(json!({
            "name": case.name,
            "input": case.input,
            "weight": case.weight,
            "output": plan.geometry().output_shape(),
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": case.options.groups,
            "is_image": row.is_image(),
            "multiplications": plan.geometry().multiplications(),
        }));
    }
    fs::write(folder.join("rows.json"), format!("{:#}", Value::from(shapes)))?;
    Ok(())
}
