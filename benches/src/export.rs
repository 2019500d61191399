//! The rows as files, for libraries that other programs call.
//!
//! `rows.json` describes them. Beside it lie their numbers, `f32` with the low byte first: `NAME.input`, `NAME.weight`, and
//! what a library has to find before it is timed, which a row lists as `results`.

use std::fs;
use std::path::Path;

use anyhow::Result;
use candle_core::Tensor;
use corr2d::Algorithm;
use serde_json::{Value, json};

use crate::{LEARNING_RATE, Row, STEP, Square, Step};

/// A name, and the numbers that go by it.
type Named = (&'static str, Vec<f32>);

/// Writes rows and their outputs.
///
/// # Errors
/// Those of files, and of a case that is not legal.
pub fn export(rows: &[Row], folder: &Path) -> Result<()> {
    let describe = |row| describe(row, "forward", vec![("output", output(row)?)], folder);
    finish(rows.iter().map(describe).collect::<Result<_>>()?, folder)
}

/// Writes rows and their gradients from an output gradient of ones, and the lesson's step if it is given.
///
/// # Errors
/// As [`export`].
pub fn export_gradients(rows: &[Row], step: Option<&Step>, folder: &Path) -> Result<()> {
    let describe = |row| describe(row, "gradients", gradients(row)?, folder);
    let mut described = rows.iter().map(describe).collect::<Result<Vec<_>>>()?;
    if let Some(step) = step {
        described.push(describe_step(step, folder)?);
    }
    finish(described, folder)
}

fn output(row: &Row) -> Result<Vec<f32>> {
    let (plan, data) = (row.case.plan(Algorithm::Auto)?, row.data()?);
    Ok(plan.forward_new(&data.input, &data.weight, None)?)
}

fn gradients(row: &Row) -> Result<Vec<Named>> {
    let (plan, data, seed) = (row.case.plan(Algorithm::Auto)?, row.data()?, row.seed()?);
    let mut gradients = Vec::new();
    if row.operands().contains(&"input") {
        let mut gradient = data.input.clone();
        plan.input_gradient(&seed, &data.weight, &mut gradient)?;
        gradients.push(("input_gradient", gradient));
    }
    let mut gradient = data.weight.clone();
    plan.weight_gradient(&data.input, &seed, &mut gradient)?;
    gradients.push(("weight_gradient", gradient));
    Ok(gradients)
}

fn describe(row: &Row, kind: &str, results: Vec<Named>, folder: &Path) -> Result<Value> {
    let (case, data) = (&row.case, row.data()?);
    let geometry = *case.plan(Algorithm::Auto)?.geometry();
    let names: Vec<_> = results.iter().map(|(name, _)| *name).collect();
    write(folder, &case.name, [("input", data.input), ("weight", data.weight)].into_iter().chain(results))?;
    let Square { stride, padding, dilation } = Square::of(&case.options);
    Ok(json!({
        "name": case.name,
        "kind": kind,
        "input": case.input,
        "weight": case.weight,
        "output": geometry.output_shape(),
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": case.options.groups,
        "is_image": row.is_image(),
        "multiplications": geometry.multiplications(),
        "results": names,
    }))
}

fn describe_step(step: &Step, folder: &Path) -> Result<Value> {
    let numbers = |tensor: &Tensor| tensor.flatten_all()?.to_vec1();
    let gradient = ("weight_gradient", numbers(&step.gradient()?)?);
    let (input, target, start) = (numbers(&step.input)?, numbers(&step.target)?, numbers(&step.start)?);
    write(folder, STEP, [("input", input), ("target", target), ("weight", start), gradient])?;
    Ok(json!({
        "name": STEP,
        "kind": "step",
        "input": step.input.dims(),
        "weight": step.start.dims(),
        "target": step.target.dims(),
        "learning_rate": LEARNING_RATE,
        "results": ["weight_gradient"],
    }))
}

fn write(folder: &Path, row: &str, numbers: impl IntoIterator<Item = Named>) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (name, numbers) in numbers {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        fs::write(folder.join(format!("{row}.{name}")), bytes)?;
    }
    Ok(())
}

fn finish(described: Vec<Value>, folder: &Path) -> Result<()> {
    Ok(fs::write(folder.join("rows.json"), format!("{:#}", Value::from(described)))?)
}
