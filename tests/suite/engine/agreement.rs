//! The fast path against the textbook loops: the same bits on integers, a stated bound on reals.

use corr2d_cpu::{Algorithm, Conv2dOptions, Path, Plan};
use corr2d_tests::compare::{assert_same_results, assert_within};
use corr2d_tests::{CASES, Case, Data, Number, Results, random_case};
use rayon::{ThreadPool, ThreadPoolBuilder};

const RANDOM_CASES: u64 = 2000;

/// A kind of shape and how to know it.
type Kind<'a> = (&'a str, &'a dyn Fn(&Case) -> bool);

#[test]
fn every_named_case_equals_the_reference_on_integers() {
    let pools = pools();
    for case in CASES {
        assert_equal_in_all_pools::<f32>(&pools, case);
        assert_equal_in_all_pools::<f64>(&pools, case);
    }
}

#[test]
fn two_thousand_random_cases_equal_the_reference_on_integers_in_f32() {
    let pools = pools();
    for case in (0..RANDOM_CASES).map(random_case) {
        assert_equal_in_all_pools::<f32>(&pools, &case);
    }
}

#[test]
fn two_thousand_random_cases_equal_the_reference_on_integers_in_f64() {
    let pools = pools();
    for case in (0..RANDOM_CASES).map(random_case) {
        assert_equal_in_all_pools::<f64>(&pools, &case);
    }
}

/// A generator that never draws what it should try would let every other test pass.
#[test]
fn random_cases_reach_every_kind_of_shape() {
    let cases: Vec<_> = (0..RANDOM_CASES).map(random_case).collect();
    let geometry = |case: &Case| *case.plan(Algorithm::Auto).unwrap().geometry();
    let kinds: [Kind<'_>; 12] = [
        ("parallel", &|case| geometry(case).multiplications() >= 50_000.0),
        ("one output", &|case| geometry(case).output_shape()[2..] == [1, 1]),
        ("whole lanes", &|case| geometry(case).columns().output() >= 8),
        ("a block of channels and a rest", &|case| geometry(case).output_channels_per_group() > 4),
        ("depthwise", &|case| case.options.groups > 1 && case.weight[1] == 1),
        ("groups of several channels", &|case| case.options.groups > 1 && case.weight[1] > 1),
        ("unequal strides", &|case| case.options.stride.0 != case.options.stride.1),
        ("unequal dilations", &|case| case.options.dilation.0 != case.options.dilation.1),
        ("opposite paddings differ", &|case| geometry(case).rows().before() != geometry(case).rows().after()),
        ("padding beyond the kernel", &|case| geometry(case).rows().before() >= geometry(case).rows().dilated()),
        ("rows dropped by the floor", &|case| {
            let rows = *geometry(case).rows();
            (rows.padded() - rows.dilated()) % rows.stride() != 0
        }),
        ("kernels that are not square", &|case| case.weight[2] != case.weight[3]),
    ];
    for (kind, is_kind) in kinds {
        let count = cases.iter().filter(|case| is_kind(case)).count();
        assert!(count >= 40, "{kind}: only {count} of {RANDOM_CASES} random cases");
    }
}

#[test]
fn every_named_case_is_within_eight_roundings_of_the_sum_of_magnitudes_on_reals() {
    for case in CASES {
        let reference = case.plan(Algorithm::Reference).unwrap();
        let data = Data::<f32>::reals(case, reference.geometry().output_shape());
        let want = Results::of(&reference, &data.widen()).unwrap();
        let magnitudes = Results::of(&reference, &data.magnitudes().widen()).unwrap();
        for plan in case.exact_plans().unwrap() {
            let got = Results::of(&plan, &data).unwrap();
            let parts = got.parts().into_iter().zip(want.parts()).zip(magnitudes.parts());
            for (((name, got, shape), (_, want, _)), (_, magnitudes, _)) in parts {
                let magnitudes = match (name, plan.weight_gradient_path()) {
                    ("weight gradient", Path::Winograd2) => largest_of_each_kernel(magnitudes),
                    ("weight gradient", Path::Pairs) => largest_of_each_part(magnitudes, case),
                    _ => magnitudes.to_vec(),
                };
                let bound: Vec<_> = magnitudes.iter().map(|sum| 8.0 * sum / f64::from(1 << 24)).collect();
                let label = format!("{name} by {:?} on {}, {case}", plan.path(), plan.isa());
                assert_within(got, want, &bound, &shape, &label);
            }
        }
    }
}

/// What bounds a weight gradient by tiles: a transform mixes the nine taps of a pair of channels.
fn largest_of_each_kernel(magnitudes: &[f64]) -> Vec<f64> {
    let largest = |taps: &[f64]| [taps.iter().fold(0.0, |largest, sum| f64::max(largest, *sum)); 9];
    magnitudes.chunks_exact(9).flat_map(largest).collect()
}

/// What bounds one of pairs of outputs: they mix up to three taps of a kernel row, a stride apart.
fn largest_of_each_part(magnitudes: &[f64], case: &Case) -> Vec<f64> {
    let stride = case.options.stride.1;
    let part = |tap: usize| (tap % stride, tap / stride / 3);
    let rows = magnitudes.chunks_exact(case.weight[3]);
    let largest = |row: &[f64], tap: usize| {
        let of_part = row.iter().enumerate().filter(|(other, _)| part(*other) == part(tap));
        of_part.fold(0.0, |largest, (_, sum)| f64::max(largest, *sum))
    };
    rows.flat_map(|row| (0..row.len()).map(move |tap| largest(row, tap))).collect()
}

/// A column that some taps never read, a million times as large as the others.
#[test]
fn a_weight_gradient_by_tiles_is_bounded_by_the_largest_sum_of_its_kernel() {
    let case = Case {
        name: "large_last_column".into(),
        input: [1, 64, 17, 18],
        weight: [64, 64, 3, 3],
        options: Conv2dOptions::default(),
        bias: false,
    };
    let reference = case.plan(Algorithm::Reference).unwrap();
    let mut data = Data::<f32>::reals(&case, reference.geometry().output_shape());
    data.input.chunks_exact_mut(18).for_each(|row| row[17] *= 1e6);
    let of = |plan: &Plan, data: &Data<f64>| {
        let mut gradient = vec![f64::NAN; plan.geometry().weight_len()];
        plan.weight_gradient(&data.input, &data.output_gradient, &mut gradient).unwrap();
        gradient
    };
    let (want, magnitudes) = (of(&reference, &data.widen()), of(&reference, &data.magnitudes().widen()));
    let bound: Vec<_> = largest_of_each_kernel(&magnitudes).iter().map(|sum| 8.0 * sum / f64::from(1 << 24)).collect();
    let plan = case.plan(Algorithm::Auto).unwrap();
    assert_eq!(plan.weight_gradient_path(), Path::Winograd2);
    let mut got = vec![f32::NAN; want.len()];
    plan.weight_gradient(&data.input, &data.output_gradient, &mut got).unwrap();
    assert_within(&got, &want, &bound, &case.weight, "Auto");
}

#[test]
fn the_plan_runs_the_path_that_was_asked_for() {
    for case in CASES {
        let path = |algorithm| case.plan(algorithm).unwrap().path();
        assert_eq!(path(Algorithm::Reference), Path::Reference, "{case}");
        for algorithm in [Algorithm::Auto, Algorithm::Fast, Algorithm::Direct] {
            assert_ne!(path(algorithm), Path::Reference, "{algorithm} on {case}");
        }
        let plan = case.plan(Algorithm::Auto).unwrap();
        for path in plan.paths() {
            assert_eq!(plan.with_path(path).unwrap().path(), path, "{case}");
        }
    }
}

/// Fewer threads than cores, as many, and more.
fn pools() -> Vec<ThreadPool> {
    [1, 2, 3, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
}

fn assert_equal_in_all_pools<T: Number>(pools: &[ThreadPool], case: &Case) {
    let reference = case.plan(Algorithm::Reference).unwrap_or_else(|error| panic!("{case}: {error}"));
    let data = Data::<T>::integers(case, reference.geometry().output_shape());
    let want = Results::of(&reference, &data).unwrap();
    for plan in case.exact_plans().unwrap() {
        for pool in pools {
            let got = pool.install(|| Results::of(&plan, &data)).unwrap();
            let (path, isa, threads) = (plan.path(), plan.isa(), pool.current_num_threads());
            assert_same_results(&got, &want, &format!("{} by {path:?} on {isa}, {threads} threads, {case}", T::NAME));
        }
    }
}
