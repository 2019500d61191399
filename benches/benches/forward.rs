//! `forward/case/implementation`: y = correlation of x with w.

mod common;

use candle_core::Tensor;
use corr2d::Result;
use corr2d_benches::{Row, Tensors, assert_close, reference};
use criterion::Criterion;

use crate::common::{add, every_row, made};

fn main() -> Result<()> {
    every_row(forward)
}

fn forward(criterion: &mut Criterion, row: &Row) -> Result<()> {
    let mut group = criterion.benchmark_group(format!("forward/{}", row.case.name));
    let mut shared = None;
    for (name, implementation) in row.implementations()? {
        let mut checked = (name == "reference").then_some(());
        add(&mut group, name, |bencher| {
            let Forward { input, weight, want } = made(&mut shared, || Forward::of(row))?;
            made(&mut checked, || {
                assert_close(&implementation(&row.case, input, weight)?, want, &format!("{name} on {}", row.case))
            })?;
            bencher.iter(|| implementation(&row.case, input, weight));
            Ok(())
        })?;
    }
    group.finish();
    Ok(())
}

/// Without a graph: what inference costs.
struct Forward {
    input: Tensor,
    weight: Tensor,
    /// The textbook's result.
    want: Tensor,
}

impl Forward {
    fn of(row: &Row) -> Result<Self> {
        let tensors = Tensors::of(row)?;
        let (input, weight) = (tensors.input.detach(), tensors.weight.detach());
        let want = reference(&row.case, &input, &weight)?;
        Ok(Self { input, weight, want })
    }
}
