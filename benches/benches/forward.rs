//! `forward/case/implementation`: y = correlation of x with w.

use std::time::Duration;

use corr2d::Result;
use corr2d_benches::{IMPLEMENTATIONS, Tensors, assert_close, timed_cases};
use corr2d_tests::Case;
use criterion::Criterion;

fn main() -> Result<()> {
    let measurement = Duration::from_secs(2);
    let settings = Criterion::default().sample_size(10).warm_up_time(measurement / 4).measurement_time(measurement);
    let mut criterion = settings.configure_from_args();
    for case in timed_cases() {
        forward(&mut criterion, case)?;
    }
    criterion.final_summary();
    Ok(())
}

fn forward(criterion: &mut Criterion, case: &Case) -> Result<()> {
    let tensors = Tensors::of(case)?;
    // Without a graph: what inference costs.
    let (input, weight) = (tensors.input.detach(), tensors.weight.detach());
    let [(_, reference), ..] = IMPLEMENTATIONS;
    let want = reference(case, &input, &weight)?;
    let mut group = criterion.benchmark_group(format!("forward/{}", case.name));
    for (name, implementation) in IMPLEMENTATIONS {
        assert_close(&implementation(case, &input, &weight)?, &want, &format!("{name} on {case}"))?;
        group.bench_function(name, |bencher| bencher.iter(|| implementation(case, &input, &weight)));
    }
    group.finish();
    Ok(())
}
