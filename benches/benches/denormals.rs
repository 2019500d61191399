//! `denormals/row/numbers`: how much longer a forward pass takes over numbers below the smallest normal one than over
//! `ordinary` ones, on slices. Five times as long is the most that the engine means to take.

mod common;

use corr2d::{Algorithm, Result};
use corr2d_benches::Row;
use corr2d_cpu::Plan;
use criterion::Criterion;

use crate::common::{add, every_row, made};

/// One of each kind: image, layer, single pixels, depthwise, a large kernel.
const ROWS: [&str; 5] = ["hd_3x3", "resnet_3x3_64_56", "resnet_1x1_64to256_56", "mobilenet_dw3x3_144_56", "hd_15x15"];

/// What is timed, and by how much input and weight are smaller than ordinary ones.
const NUMBERS: [(&str, [f32; 2]); 4] =
    [("ordinary", [1.0, 1.0]), ("input", [1e-40, 1.0]), ("weight", [1.0, 1e-40]), ("products", [1e-20, 1e-20])];

fn main() -> Result<()> {
    every_row(|criterion, row| if ROWS.contains(&&*row.case.name) { denormals(criterion, row) } else { Ok(()) })
}

fn denormals(criterion: &mut Criterion, row: &Row) -> Result<()> {
    let mut group = criterion.benchmark_group(format!("denormals/{}", row.case.name));
    let plan = row.case.plan(Algorithm::Auto)?;
    for (name, factors) in NUMBERS {
        let mut slot = None;
        add(&mut group, name, |bencher| {
            let [input, weight, output] = made(&mut slot, || call(row, &plan, name, factors))?;
            bencher.iter(|| plan.forward(input, weight, None, output));
            Ok(())
        })?;
    }
    group.finish();
    Ok(())
}

/// Input, weight and room for the output of a call that has been made once, and whose sums are of the size of its numbers.
fn call(row: &Row, plan: &Plan, name: &str, factors: [f32; 2]) -> Result<[Vec<f32>; 3]> {
    let data = row.data()?;
    let [input, weight] = [(&data.input, factors[0]), (&data.weight, factors[1])]
        .map(|(numbers, factor)| numbers.iter().map(|number| number * factor).collect::<Vec<_>>());
    let output = plan.forward_new(&input, &weight, None)?;
    let is_right = |y: &f32| *y != 0.0 && (name == "ordinary") != y.is_subnormal();
    assert!(output.iter().any(is_right), "{name} on {}: no sum is of that size", row.case);
    Ok([input, weight, output])
}
