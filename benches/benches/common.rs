//! What both benches share: the settings, the rows, and a way for errors past criterion.

use std::env;
use std::time::Duration;

use corr2d::Result;
use corr2d_benches::{Row, rows};
use criterion::measurement::WallTime;
use criterion::{Bencher, BenchmarkGroup, Criterion};

/// Every row in turn. As a test, with the rows cropped: what agrees there is checked on the whole before it is timed.
pub(crate) fn every_row(bench: fn(&mut Criterion, &Row) -> Result<()>) -> Result<()> {
    let measurement = Duration::from_secs(2);
    let settings = Criterion::default().sample_size(10).warm_up_time(measurement / 4).measurement_time(measurement);
    let mut criterion = settings.configure_from_args();
    let is_test = is_test();
    for row in rows() {
        bench(&mut criterion, &if is_test { row.cropped() } else { row })?;
    }
    criterion.final_summary();
    Ok(())
}

/// As criterion judges it: `cargo bench` passes `--bench`, `cargo test` does not.
fn is_test() -> bool {
    let is_given = |option| env::args().any(|argument| argument == option);
    is_given("--test") || !is_given("--bench")
}

/// Adds a function to a group. Criterion calls it several times, or never if the command line names other benches; so
/// what it needs is made by [`made`].
pub(crate) fn add(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    mut time: impl FnMut(&mut Bencher<'_>) -> Result<()>,
) -> Result<()> {
    let mut outcome = Ok(());
    group.bench_function(name, |bencher| {
        outcome = time(bencher);
        if outcome.is_err() {
            // Criterion panics over a function that times nothing.
            bencher.iter(|| ());
        }
    });
    outcome
}

/// What a slot holds, made the first time.
pub(crate) fn made<T>(slot: &mut Option<T>, make: impl FnOnce() -> Result<T>) -> Result<&mut T> {
    match slot {
        Some(value) => Ok(value),
        None => Ok(slot.insert(make()?)),
    }
}
