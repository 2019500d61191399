//! `gradients/case/implementation`: ∂L/∂x and ∂L/∂w by a backward pass from L = Σ g · y, without the forward pass.

use std::time::Duration;

use candle_core::Tensor;
use candle_core::backprop::GradStore;
use corr2d::Result;
use corr2d::autograd::gradient;
use corr2d_benches::{IMPLEMENTATIONS, Implementation, Tensors, assert_close, timed_cases};
use corr2d_tests::Case;
use criterion::Criterion;

fn main() -> Result<()> {
    let measurement = Duration::from_secs(2);
    let settings = Criterion::default().sample_size(10).warm_up_time(measurement / 4).measurement_time(measurement);
    let mut criterion = settings.configure_from_args();
    for case in timed_cases() {
        gradients(&mut criterion, case)?;
    }
    criterion.final_summary();
    Ok(())
}

fn gradients(criterion: &mut Criterion, case: &Case) -> Result<()> {
    let tensors = Tensors::of(case)?;
    let [(_, reference), ..] = IMPLEMENTATIONS;
    let want = loss(case, &tensors, reference)?.backward()?;
    let mut group = criterion.benchmark_group(format!("gradients/{}", case.name));
    for (name, implementation) in IMPLEMENTATIONS {
        let loss = loss(case, &tensors, implementation)?;
        assert_same_gradients(&loss.backward()?, &want, &tensors, &format!("{name} on {case}"))?;
        group.bench_function(name, |bencher| bencher.iter(|| loss.backward()));
    }
    group.finish();
    Ok(())
}

fn loss(case: &Case, tensors: &Tensors, implementation: Implementation) -> Result<Tensor> {
    let output = implementation(case, &tensors.input, &tensors.weight)?;
    Ok((output * &tensors.output_gradient)?.sum_all()?)
}

fn assert_same_gradients(got: &GradStore, want: &GradStore, tensors: &Tensors, label: &str) -> Result<()> {
    for (name, variable) in [("input", &tensors.input), ("weight", &tensors.weight)] {
        let label = format!("{name} gradient of {label}");
        assert_close(&gradient(got, variable, name)?, &gradient(want, variable, name)?, &label)?;
    }
    Ok(())
}
