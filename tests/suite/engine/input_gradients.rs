//! The input gradient by every path that can compute it, also those that cannot compute the forward pass.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Path, Plan, reference};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::{assert_same, assert_within};
use corr2d_tests::{BENCH_CASES, CASES, Case, Data, Number, random_case};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// By `plan`, over memory full of NaN.
fn by<T: Number>(plan: &Plan, data: &Data<T>) -> Vec<T> {
    let mut gradient = vec![T::NAN; plan.geometry().input_len()];
    plan.input_gradient(&data.output_gradient, &data.weight, &mut gradient).unwrap();
    gradient
}

fn by_reference<T: Number>(case: &Case, data: &Data<T>) -> Vec<T> {
    let geometry = *case.plan(Algorithm::Reference).unwrap().geometry();
    let mut gradient = vec![T::NAN; geometry.input_len()];
    reference::input_gradient(&geometry, &data.output_gradient, &data.weight, &mut gradient).unwrap();
    gradient
}

fn output_shape(case: &Case) -> [usize; 4] {
    case.plan(Algorithm::Auto).unwrap().geometry().output_shape()
}

fn is_exact(path: Path) -> bool {
    !matches!(path, Path::Winograd4 | Path::Fft)
}

fn pools() -> Vec<ThreadPool> {
    [1, 2, 3, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
}

/// A random case with so many input channels that they fill registers.
fn random_layer(seed: u64) -> Case {
    let case = random_case(seed);
    let channels = 8 + seed as usize % 13;
    let [_, _, height, width] = case.input;
    let [outputs, _, kernel_height, kernel_width] = case.weight;
    Case {
        input: [1, case.options.groups * channels, height, width],
        weight: [outputs, channels, kernel_height, kernel_width],
        ..case
    }
}

fn assert_equal_in_all_pools<T: Number>(pools: &[ThreadPool], case: &Case) {
    let data = Data::<T>::integers(case, output_shape(case));
    let want = by_reference(case, &data);
    for plan in case.input_gradient_plans().unwrap() {
        let path = plan.input_gradient_path();
        for pool in pools.iter().filter(|_| is_exact(path)) {
            let got = pool.install(|| by(&plan, &data));
            let label = format!("{path:?} on {}, {} threads, {case}", plan.isa(), pool.current_num_threads());
            assert_same(&got, &want, &case.input, &label);
        }
    }
}

#[test]
fn every_path_equals_the_reference_on_integers() {
    let pools = pools();
    for case in CASES {
        assert_equal_in_all_pools::<f32>(&pools, case);
        assert_equal_in_all_pools::<f64>(&pools, case);
    }
    for case in (20_000..20_400).map(random_case).chain((20_400..20_550).map(random_layer)) {
        assert_equal_in_all_pools::<f32>(&pools[1..3], &case);
    }
}

/// Sizes at which what waits for other classes is cut: by rows, by images, and not at all.
fn cut_by_classes() -> [Case; 5] {
    let case = |name: &'static str, input, weight, stride, padding: usize| {
        let padding = Padding::Explicit { top: padding, bottom: 0, left: 1, right: padding };
        let options = Conv2dOptions { stride, padding, ..Default::default() };
        Case { name: name.into(), input, weight, options, bias: false }
    };
    [
        case("bands_of_rows", [2, 64, 61, 202], [2, 64, 3, 3], (2, 2), 1),
        case("classes_that_no_tap_reaches", [1, 64, 66, 202], [2, 64, 2, 2], (4, 3), 0),
        case("some_images", [5, 20, 40, 90], [3, 20, 3, 2], (2, 3), 1),
        case("one_class_of_columns", [3, 33, 41, 120], [2, 33, 5, 3], (3, 1), 2),
        case("one_row_at_once", [1, 600, 3, 901], [1, 600, 2, 2], (2, 2), 0),
    ]
}

#[test]
fn bands_of_rows_and_parts_of_a_batch_equal_the_reference() {
    let pools = pools();
    for case in cut_by_classes() {
        assert_equal_in_all_pools::<f32>(&pools[..2], &case);
        assert_equal_in_all_pools::<f64>(&pools[1..2], &case);
    }
}

#[test]
fn the_path_that_is_asked_for_is_the_one_that_runs() {
    let random: Vec<_> = (30_000..30_200).map(random_layer).collect();
    let mut strided = 0;
    for case in CASES.iter().chain(&random) {
        let plan = case.plan(Algorithm::Auto).unwrap();
        let paths = plan.input_gradient_paths();
        assert!(paths.contains(&plan.input_gradient_path()), "{case}");
        for path in &paths {
            let forced = plan.with_input_gradient_path(*path).unwrap();
            assert_eq!(forced.input_gradient_path(), *path, "{case}");
            assert_eq!(forced.path(), plan.path(), "{case}");
        }
        for path in plan.paths() {
            let want = if paths.contains(&path) { path } else { Path::Direct };
            assert_eq!(plan.with_path(path).unwrap().input_gradient_path(), want, "{case}");
        }
        let is_strided = case.options.stride != (1, 1);
        strided += usize::from(is_strided && paths.contains(&Path::Planes) && paths.contains(&Path::Channels));
    }
    assert!(strided >= 20, "only {strided} strided cases reach planes and channels");
    let winograd = CASES.iter().filter(|case| case.options.stride == (2, 2));
    let winograd = winograd.map(|case| case.plan(Algorithm::Auto).unwrap().input_gradient_paths());
    assert!(winograd.into_iter().any(|paths| paths.contains(&Path::Winograd2)), "no strided case reaches Winograd");
}

#[test]
fn a_path_that_does_not_suit_is_an_error() {
    let plan = Plan::new([1, 1, 9, 9], [1, 1, 5, 5], &Conv2dOptions::default()).unwrap();
    let error = plan.with_input_gradient_path(Path::Winograd2).unwrap_err();
    assert_eq!(error, plan.with_path(Path::Winograd2).unwrap_err());
}

#[test]
fn every_path_is_within_its_bound_on_reals() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        let data = Data::<f32>::reals(case, output_shape(case));
        let want = by_reference(case, &data.widen());
        let magnitudes = by_reference(case, &data.magnitudes().widen());
        let largest = magnitudes.iter().fold(0.0, |a: f64, b| a.max(*b));
        for plan in case.input_gradient_plans().unwrap() {
            // Tiles of 4×4 and the FFT err with the largest pixels near a window, not with the window's own.
            let bound = |sum: &f64| match is_exact(plan.input_gradient_path()) {
                true => 8.0 * sum / f64::from(1 << 24),
                false => 64.0 * largest / f64::from(1 << 24),
            };
            let bound: Vec<_> = magnitudes.iter().map(bound).collect();
            let label = format!("{:?} on {}, {case}", plan.input_gradient_path(), plan.isa());
            assert_within(&by(&plan, &data), &want, &bound, &case.input, &label);
        }
    }
}

#[test]
fn every_number_of_threads_gives_the_same_bits_on_reals() {
    let pools = pools();
    let timed = ["resnet_3x3s2_128_56", "resnet_stem_7x7s2_3to64_224", "resnet_3x3_256_14"];
    let large: Vec<_> = BENCH_CASES.iter().filter(|case| timed.contains(&&*case.name)).cloned().collect();
    assert_eq!(large.len(), timed.len());
    for case in CASES.iter().chain(&large).chain(&cut_by_classes()) {
        let data = Data::<f32>::reals(case, output_shape(case));
        let plans = case.input_gradient_plans().unwrap();
        // The large ones by the path that the plan takes.
        let chosen = case.plan(Algorithm::Auto).unwrap().input_gradient_path();
        let is_small = large.iter().all(|other| other.name != case.name);
        for plan in plans.into_iter().filter(|plan| is_small || plan.input_gradient_path() == chosen) {
            let [want, others @ ..] = [0, 1, 2, 3].map(|index| pools[index].install(|| by(&plan, &data)));
            for got in others {
                let label = format!("{:?}, {}, {case}", plan.input_gradient_path(), name_of(&plan));
                assert_same(&got, &want, &case.input, &label);
            }
        }
    }
}

#[test]
fn new_memory_holds_the_same_bits() {
    for case in CASES {
        let data = Data::<f32>::reals(case, output_shape(case));
        for plan in case.input_gradient_plans().unwrap() {
            let new = plan.input_gradient_new(&data.output_gradient, &data.weight).unwrap();
            assert_same(&new, &by(&plan, &data), &case.input, &format!("{:?}, {case}", plan.input_gradient_path()));
        }
    }
}

#[test]
fn a_kernel_that_is_an_outer_product_runs_as_two_passes() {
    let plan = Plan::new([1, 1, 90, 100], [1, 1, 9, 9], &Conv2dOptions::default()).unwrap();
    let factors = [1.0, 2.0, -3.0, 4.0, 5.0, 0.0, -1.0, 2.0, 1.0];
    let mut weight: Vec<f32> = factors.iter().flat_map(|v| factors.map(|h| v * h)).collect();
    assert_eq!(plan.input_gradient_path_for(&weight), Path::Separable);
    let gradient: Vec<f32> = (0..plan.geometry().output_len()).map(|index| (index * index % 17) as f32 - 8.0).collect();
    let mut want = vec![0.0; 9000];
    reference::input_gradient(plan.geometry(), &gradient, &weight, &mut want).unwrap();
    assert_eq!(plan.input_gradient_new(&gradient, &weight).unwrap(), want);
    weight[3] += 1.0;
    assert_ne!(plan.input_gradient_path_for(&weight), Path::Separable);
    // Asked for, and not possible with these weights: direct sums instead, as before.
    let options = Conv2dOptions { algorithm: Algorithm::Separable, ..Default::default() };
    let plan = Plan::new([1, 1, 90, 100], [1, 1, 9, 9], &options).unwrap();
    assert_eq!(plan.input_gradient_path(), Path::Separable);
    assert_eq!(plan.input_gradient_path_for(&weight), Path::Planes);
    reference::input_gradient(plan.geometry(), &gradient, &weight, &mut want).unwrap();
    assert_eq!(plan.input_gradient_new(&gradient, &weight).unwrap(), want);
}
