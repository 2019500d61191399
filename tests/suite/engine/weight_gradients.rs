//! The weight gradient where it is cut: kernels into tiles of taps, rows into blocks, columns into segments, strips into parts.

use corr2d_cpu::{Algorithm, Conv2dOptions, Isa, Padding, Path, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::{assert_same, assert_within};
use corr2d_tests::{BENCH_CASES, Case, Data, Number, SplitMix};
use rayon::ThreadPoolBuilder;

#[test]
fn sums_that_are_cut_anywhere_equal_the_reference_bit_for_bit() {
    for case in cut_cases() {
        assert_equal::<f32>(&case);
        assert_equal::<f64>(&case);
    }
}

#[test]
fn random_images_and_layers_of_few_channels_equal_the_reference_bit_for_bit() {
    for case in (0..80).map(random_case) {
        assert_equal::<f32>(&case);
        assert_equal::<f64>(&case);
    }
}

#[test]
fn any_number_of_threads_sums_reals_to_the_same_bits() {
    let pools = [1, 2, 3, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for case in cut_cases() {
        let data = Data::<f32>::reals(&case, output_shape(&case));
        for plan in plans(&case) {
            let [want, others @ ..] = pools.each_ref().map(|pool| pool.install(|| gradient(&plan, &data)));
            for (got, pool) in others.iter().zip(&pools[1..]) {
                let label = format!("{}, {} threads on {case}", name_of(&plan), pool.current_num_threads());
                assert_same(got, &want, &case.weight, &label);
            }
        }
    }
}

#[test]
fn reals_are_within_eight_roundings_of_the_sum_of_magnitudes() {
    for case in cut_cases() {
        // Of both signs, and of one, where roundings do not cancel.
        let data = Data::<f32>::reals(&case, output_shape(&case));
        for data in [data.magnitudes(), data] {
            let reference = case.plan(Algorithm::Reference).unwrap();
            let (want, magnitudes) =
                (gradient(&reference, &data.widen()), gradient(&reference, &data.magnitudes().widen()));
            let bound: Vec<_> = magnitudes.iter().map(|sum| 8.0 * sum / f64::from(1 << 24)).collect();
            for plan in plans(&case) {
                let label = format!("{} on {case}", name_of(&plan));
                assert_within(&gradient(&plan, &data), &want, &bound, &case.weight, &label);
            }
        }
    }
}

/// Equal products, of which every sum of a binade is rounded to the same side.
#[test]
fn millions_of_equal_products_stay_within_eight_roundings() {
    let (x, g) = (0.1f32, 0.3f32);
    for name in ["hd_3x3", "hd_1x2", "lenet_5x5_1to6_28_b256", "vgg_3x3_3to64_224"] {
        let case = BENCH_CASES.iter().find(|case| case.name == name).unwrap();
        let case = Case { options: Conv2dOptions { padding: Padding::Valid, ..case.options }, ..case.clone() };
        for plan in plans(&case) {
            let geometry = *plan.geometry();
            let positions = geometry.output_len() / geometry.output_channels();
            let want = f64::from(x) * f64::from(g) * positions as f64;
            let mut found = vec![f32::NAN; geometry.weight_len()];
            plan.weight_gradient(&vec![x; geometry.input_len()], &vec![g; geometry.output_len()], &mut found).unwrap();
            for found in found {
                let roundings = (f64::from(found) - want).abs() / want * f64::from(1 << 24);
                assert!(roundings < 8.0, "{roundings:.1} roundings by {} on {case}", name_of(&plan));
            }
        }
    }
}

/// An infinity over padding adds nothing; what overflows between two terms of opposite signs is summed anew.
#[test]
fn special_values_reach_the_taps_that_read_them() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let case = Case { name: "rim".into(), input: [1, 1, 21, 70], weight: [1, 1, 3, 3], options, bias: false };
    for plan in plans(&case) {
        let label = name_of(&plan);
        let shape = output_shape(&case);
        let mut data = Data::<f32>::integers(&case, shape).magnitudes();
        data.input.iter_mut().for_each(|x| *x += 1.0);
        let want = gradient(&plan, &data);
        // The first output reads padding through the first row and the first column of the kernel.
        data.output_gradient[0] = f32::INFINITY;
        let got = gradient(&plan, &data);
        for (tap, (got, want)) in got.iter().zip(&want).enumerate() {
            let reads = tap / 3 > 0 && tap % 3 > 0;
            assert!(
                if reads { *got == f32::INFINITY } else { got.is_finite() && got <= want },
                "{label}: {got} at {tap}"
            );
        }
        data.output_gradient[0] = f32::NAN;
        let nans: Vec<_> = gradient(&plan, &data).iter().map(|value| value.is_nan()).collect();
        assert_eq!(nans, [false, false, false, false, true, true, false, true, true], "{label}");
    }
}

#[test]
fn the_plan_sums_images_and_few_channels_with_pixels_in_lanes() {
    let path = |input: [usize; 4], weight: [usize; 4], groups: usize, stride: usize| {
        let options = Conv2dOptions { groups, stride: (stride, stride), ..Default::default() };
        Plan::new(input, weight, &options).unwrap().weight_gradient_path()
    };
    assert_eq!(path([1, 1, 1080, 1920], [1, 1, 3, 3], 1, 1), Path::Planes);
    assert_eq!(path([1, 1, 1080, 1920], [1, 1, 9, 9], 1, 1), Path::Planes);
    assert_eq!(path([1, 144, 56, 56], [144, 1, 3, 3], 144, 1), Path::Planes);
    assert_eq!(path([1, 1, 28, 28], [6, 1, 5, 5], 1, 1), Path::Planes);
    // Many taps fill blocks of their own, however few the channels are.
    assert_eq!(path([1, 3, 20, 20], [64, 3, 7, 7], 1, 2), Path::Channels);
    let reference = Conv2dOptions { algorithm: Algorithm::Reference, ..Default::default() };
    assert_eq!(Plan::new([1, 1, 9, 9], [1, 1, 3, 3], &reference).unwrap().weight_gradient_path(), Path::Reference);
}

/// Pixels in lanes and the sums that these fall back on, with every instruction set.
fn plans(case: &Case) -> Vec<Plan> {
    let plan = case.plan(Algorithm::Auto).unwrap();
    let paths = [Path::Planes, Path::Direct].map(|path| plan.with_path(path).unwrap());
    paths.into_iter().flat_map(|plan| Isa::available().iter().map(move |isa| plan.with_isa(*isa))).collect()
}

fn output_shape(case: &Case) -> [usize; 4] {
    case.plan(Algorithm::Auto).unwrap().geometry().output_shape()
}

fn gradient<T: Number>(plan: &Plan, data: &Data<T>) -> Vec<T> {
    let mut gradient = vec![T::NAN; plan.geometry().weight_len()];
    plan.weight_gradient(&data.input, &data.output_gradient, &mut gradient).unwrap();
    gradient
}

fn assert_equal<T: Number>(case: &Case) {
    let data = Data::<T>::integers(case, output_shape(case));
    let want = gradient(&case.plan(Algorithm::Reference).unwrap(), &data);
    for plan in plans(case) {
        let label = format!("{} by {}, {case}", T::NAME, name_of(&plan));
        assert_same(&gradient(&plan, &data), &want, &case.weight, &label);
    }
}

fn cut_cases() -> Vec<Case> {
    let valid = Conv2dOptions::default();
    let same = Conv2dOptions { padding: Padding::Same, ..valid };
    let strided = |stride: usize, options: Conv2dOptions| Conv2dOptions { stride: (stride, stride), ..options };
    let dilated = |dilation: usize, options: Conv2dOptions| Conv2dOptions { dilation: (dilation, dilation), ..options };
    let grouped = |groups: usize, options: Conv2dOptions| Conv2dOptions { groups, ..options };
    [
        ("two_taps", [1, 1, 37, 130], [1, 1, 1, 2], valid),
        ("two_taps_of_a_column", [1, 1, 37, 130], [1, 1, 2, 1], valid),
        ("tiles_of_15x15", [1, 1, 40, 90], [1, 1, 15, 15], same),
        ("tiles_of_31x31", [1, 1, 45, 320], [1, 1, 31, 31], valid),
        ("tiles_of_unequal_sides", [1, 1, 30, 70], [1, 1, 11, 6], same),
        ("row_of_a_tall_kernel", [1, 1, 9, 50], [1, 1, 9, 3], valid),
        ("narrower_than_a_register", [2, 1, 23, 6], [1, 1, 3, 3], same),
        ("one_row", [1, 1, 1, 500], [1, 1, 1, 5], same),
        ("one_row_of_taps_alone", [1, 1, 2, 77], [1, 1, 5, 3], same),
        ("one_column", [1, 1, 200, 1], [1, 1, 3, 3], same),
        ("rim_and_inside", [1, 1, 60, 400], [1, 1, 3, 3], same),
        ("longer_than_a_segment", [1, 1, 8, 8300], [1, 1, 2, 3], same),
        ("rows_of_4096_bytes", [1, 1, 33, 1024], [1, 1, 3, 3], valid),
        ("depthwise_batch", [3, 5, 19, 33], [5, 1, 3, 3], grouped(5, same)),
        ("depthwise_batch_of_stride_2", [3, 5, 19, 33], [5, 1, 3, 3], grouped(5, strided(2, same))),
        ("depthwise_with_multiplier", [2, 3, 30, 30], [9, 1, 5, 5], grouped(3, same)),
        ("stride_3", [2, 2, 41, 65], [3, 2, 5, 7], strided(3, same)),
        ("stride_4_of_11x11", [1, 3, 71, 90], [5, 3, 11, 11], strided(4, same)),
        ("stride_beyond_kernel", [1, 2, 60, 90], [3, 2, 2, 2], strided(5, valid)),
        ("stride_2_dilation_3", [1, 2, 60, 70], [2, 2, 3, 3], dilated(3, strided(2, same))),
        ("stride_2_dilation_2", [1, 2, 60, 70], [2, 2, 4, 3], dilated(2, strided(2, same))),
        ("dilation_2", [1, 1, 50, 300], [1, 1, 3, 5], dilated(2, same)),
        ("dilation_too_far", [1, 1, 50, 60], [1, 1, 3, 3], dilated(20, same)),
        ("more_outputs_than_a_task", [1, 3, 18, 40], [35, 3, 3, 3], same),
        ("more_channels_than_a_copy", [1, 40, 40, 40], [2, 40, 3, 3], same),
        ("more_taps_than_a_task", [1, 350, 9, 9], [2, 350, 5, 5], same),
        ("parts_of_a_batch", [40, 1, 28, 28], [6, 1, 5, 5], same),
        ("parts_of_an_image", [1, 1, 300, 250], [1, 1, 5, 5], same),
    ]
    .map(|(name, input, weight, options)| Case { name: name.into(), input, weight, options, bias: false })
    .into()
}

fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    let kernel = [random.between(1, 17), random.between(1, 17)];
    let (stride, dilation) =
        ((random.between(1, 3), random.between(1, 3)), (random.between(1, 2), random.between(1, 2)));
    let mut side = |kernel: usize| random.between(0, kernel);
    let (top, bottom, left, right) = (side(kernel[0]), side(kernel[0]), side(kernel[1]), side(kernel[1]));
    let height = 2 * kernel[0] + random.between(0, 40);
    let width = 2 * kernel[1] + [0, 40, 260, 600][random.between(0, 3)] + random.between(0, 20);
    let inputs = random.between(1, 3);
    Case {
        name: format!("sums_{seed}").into(),
        input: [random.between(1, 2), inputs, height, width],
        weight: [random.between(1, 3), inputs, kernel[0], kernel[1]],
        options: Conv2dOptions {
            padding: Padding::Explicit { top, bottom, left, right },
            stride,
            dilation,
            ..Default::default()
        },
        bias: false,
    }
}
