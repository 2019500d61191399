//! `gradients/case/implementation`: ∂L/∂x and ∂L/∂w by a backward pass from L = Σ g · y, without the forward pass.

mod common;

use candle_core::Tensor;
use candle_core::backprop::GradStore;
use corr2d::Result;
use corr2d::autograd::gradient;
use corr2d_benches::{Implementation, Row, Tensors, assert_close, reference};
use criterion::Criterion;

use crate::common::{add, every_row, made};

fn main() -> Result<()> {
    every_row(gradients)
}

fn gradients(criterion: &mut Criterion, row: &Row) -> Result<()> {
    let is_beyond_candle = row.is_beyond_candle()?;
    let mut group = criterion.benchmark_group(format!("gradients/{}", row.case.name));
    let mut shared = None;
    for (name, implementation) in row.implementations()? {
        if name == "candle" && is_beyond_candle {
            continue;
        }
        let mut checked = None;
        add(&mut group, name, |bencher| {
            let shared = made(&mut shared, || Gradients::of(row))?;
            let loss = made(&mut checked, || {
                let loss = loss(row, &shared.tensors, implementation)?;
                if name != "reference" {
                    shared.assert_same(&loss.backward()?, &format!("{name} on {}", row.case))?;
                }
                Ok(loss)
            })?;
            bencher.iter(|| loss.backward());
            Ok(())
        })?;
    }
    group.finish();
    Ok(())
}

struct Gradients {
    tensors: Tensors,
    /// The textbook's gradients.
    want: GradStore,
}

impl Gradients {
    fn of(row: &Row) -> Result<Self> {
        let tensors = Tensors::of(row)?;
        let want = loss(row, &tensors, reference)?.backward()?;
        Ok(Self { tensors, want })
    }

    fn assert_same(&self, got: &GradStore, label: &str) -> Result<()> {
        for (name, variable) in [("input", &self.tensors.input), ("weight", &self.tensors.weight)] {
            let label = format!("{name} gradient of {label}");
            assert_close(&gradient(got, variable, name)?, &gradient(&self.want, variable, name)?, &label)?;
        }
        Ok(())
    }
}

fn loss(row: &Row, tensors: &Tensors, implementation: Implementation) -> Result<Tensor> {
    let output = implementation(&row.case, &tensors.input, &tensors.weight)?;
    Ok((output * &tensors.output_gradient)?.sum_all()?)
}
