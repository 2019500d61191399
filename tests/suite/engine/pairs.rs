//! Outputs two by two along rows: on every instruction set and number of threads, against the textbook loops.

use corr2d_cpu::{Algorithm, Conv2dOptions, Geometry, Isa, Padding, Path, Plan};
use corr2d_tests::compare::assert_same_results;
use corr2d_tests::{Case, Data, Results, SplitMix};

use super::on_path::{assert_equal, finite, plans, pools};

#[test]
fn random_geometries_equal_the_reference_bit_for_bit() {
    let pools = pools();
    for seed in 0..150 {
        let case = random_case(seed);
        assert_equal::<f32>(Path::Pairs, &case, &pools);
        assert_equal::<f64>(Path::Pairs, &case, &pools);
    }
}

#[test]
fn rows_around_whole_registers_equal_the_reference_bit_for_bit() {
    let pools = pools();
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let far = Padding::Explicit { top: 4, bottom: 3, left: 5, right: 4 };
    let beyond = Padding::Explicit { top: 9, bottom: 9, left: 6, right: 6 };
    for width in [1, 2, 3, 15, 16, 17, 31, 32, 33, 47, 48, 49, 95, 96, 97, 130] {
        for (name, [channels, outputs], height, kernel, options) in [
            ("a_pair_of_taps", [7, 9], 5, [1, 2], same),
            ("three_taps", [3, 8], 4, [3, 3], same),
            ("four_taps", [4, 3], 6, [2, 4], same),
            ("a_channel_is_a_run", [2, 17], 7, [9, 8], same),
            ("several_runs", [20, 4], 6, [4, 5], same),
            ("stride_2", [3, 10], 11, [7, 7], Conv2dOptions { stride: (2, 2), ..same }),
            ("stride_4", [2, 7], 13, [5, 11], Conv2dOptions { stride: (4, 4), ..same }),
            ("stride_3_of_columns", [3, 5], 6, [3, 5], Conv2dOptions { stride: (1, 3), ..same }),
            ("stride_5_of_rows", [3, 5], 17, [3, 3], Conv2dOptions { stride: (5, 1), ..same }),
            ("dilated_rows", [3, 5], 9, [3, 4], Conv2dOptions { dilation: (3, 1), stride: (2, 1), ..same }),
            ("rows_over_padding_alone", [3, 8], 3, [3, 4], Conv2dOptions { padding: beyond, ..same }),
            ("more_padding_than_picture", [2, 3], 2, [5, 6], Conv2dOptions { padding: far, ..same }),
            ("groups", [3, 3], 5, [3, 3], Conv2dOptions { groups: 3, ..same }),
        ] {
            let groups = options.groups;
            let (input, weight) =
                ([2, groups * channels, height, width], [groups * outputs, channels, kernel[0], kernel[1]]);
            let case = Case { name: format!("{name}_{width}").into(), input, weight, options, bias: true };
            assert_equal::<f32>(Path::Pairs, &case, &pools);
        }
    }
}

#[test]
fn layers_in_bands_and_parts_give_the_same_bits_on_reals_for_any_number_of_threads() {
    let pools = pools();
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    for (name, input, outputs, kernel, options) in [
        ("stem", [1, 3, 112, 110], 20, [7, 7], Conv2dOptions { stride: (2, 2), ..same }),
        ("many_channels", [1, 70, 13, 17], 40, [5, 5], same),
        ("no_rows_for_all_threads", [1, 6, 2, 300], 70, [3, 5], same),
        ("groups_of_images", [3, 8, 19, 31], 18, [5, 5], Conv2dOptions { groups: 2, ..same }),
        ("channels_in_chunks", [1, 64, 40, 60], 24, [5, 5], same),
    ] {
        let weight = [outputs, input[1] / options.groups, kernel[0], kernel[1]];
        let case = Case { name: name.into(), input, weight, options, bias: true };
        for plan in plans(Path::Pairs, &case) {
            let data = Data::<f32>::reals(&case, plan.geometry().output_shape());
            let [want, others @ ..] = &pools.each_ref().map(|pool| pool.install(|| Results::of(&plan, &data)).unwrap());
            for (got, pool) in others.iter().zip(&pools[1..]) {
                let label = format!("{} threads, {}, {case}", pool.current_num_threads(), plan.isa());
                assert_same_results(got, want, &label);
            }
        }
    }
}

/// A row behind the last window must not count on some threads alone, whose bands are short enough to come to it.
#[test]
fn a_row_that_no_window_reads_changes_no_bit() {
    let pools = pools();
    let options = Conv2dOptions { stride: (3, 1), ..Default::default() };
    let (input, weight) = ([1, 4, 55, 102], [8, 4, 2, 3]);
    let case = Case { name: "unread_row".into(), input, weight, options, bias: false };
    for plan in plans(Path::Pairs, &case) {
        let mut data = Data::<f32>::reals(&case, plan.geometry().output_shape());
        let forward = |data: &Data<f32>| plan.forward_new(&data.input, &data.weight, None).unwrap();
        let want = forward(&data);
        data.input[54 * 102..55 * 102].fill(f32::NAN);
        for pool in &pools {
            let got = pool.install(|| forward(&data));
            assert!(got == want, "{} threads, {}", pool.current_num_threads(), plan.isa());
        }
    }
}

#[test]
fn a_number_that_is_not_finite_reaches_what_reads_it_and_nothing_else() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let strided = Conv2dOptions { stride: (2, 2), groups: 2, ..options };
    for (outputs, options) in [(3, options), (4, strided)] {
        let weight = [outputs, 6 / options.groups, 3, 5];
        let case = Case { name: "not_finite".into(), input: [3, 6, 7, 21], weight, options, bias: false };
        let reference = case.plan(Algorithm::Reference).unwrap();
        let shape = reference.geometry().output_shape();
        for plan in plans(Path::Pairs, &case) {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN] {
                for place in [0, 20, 40, 147, 300, 1440, 2645] {
                    let mut data = Data::<f32>::integers(&case, shape);
                    data.input[place] = value;
                    // A product with the largest number may overflow, a sum of two of them must not.
                    data.weight.iter_mut().for_each(|weight| *weight = weight.signum());
                    data.input[(place + 1) % 2646] = value;
                    let got = finite(&Results::of(&plan, &data).unwrap());
                    let want = finite(&Results::of(&reference, &data).unwrap());
                    assert!(got == want, "{value} at {place}, on {}, {case}", plan.isa());
                }
                for name in ["a weight", "an output gradient"] {
                    let mut data = Data::<f32>::integers(&case, shape);
                    match name {
                        "a weight" => data.weight[7] = value,
                        _ => data.output_gradient[90] = value,
                    }
                    let got = finite(&Results::of(&plan, &data).unwrap());
                    let want = finite(&Results::of(&reference, &data).unwrap());
                    assert!(got == want, "{value} in {name}, on {}, {case}", plan.isa());
                }
            }
        }
    }
}

#[test]
fn pairs_err_no_more_than_direct_summation_may() {
    let padded = |side: usize| Padding::Explicit { top: side, bottom: side, left: side, right: side };
    for (input, outputs, kernel, stride) in [
        ([1, 3, 112, 112], 64, 7, 2),
        ([1, 3, 115, 113], 64, 11, 4),
        ([1, 1, 70, 71], 16, 7, 1),
        ([1, 16, 28, 28], 32, 5, 1),
        ([1, 64, 20, 28], 32, 5, 1),
        ([1, 3, 64, 62], 32, 3, 2),
        ([1, 3, 28, 28], 8, 9, 1),
    ] {
        let options = Conv2dOptions { padding: padded(kernel / 2), stride: (stride, stride), ..Default::default() };
        let geometry = Geometry::new(input, [outputs, input[1], kernel, kernel], &options).unwrap();
        let exact = Plan::for_geometry(geometry, Algorithm::Direct).unwrap();
        let plan = exact.with_path(Path::Pairs).unwrap();
        let weight = [outputs, input[1], kernel, kernel];
        let case = Case { name: "reals".into(), input, weight, options, bias: false };
        let Data { input: x, weight: w, .. } = Data::<f32>::reals(&case, geometry.output_shape());
        let wide = |numbers: &[f32]| numbers.iter().map(|number| f64::from(*number)).collect::<Vec<_>>();
        let size = |numbers: &[f32]| numbers.iter().map(|number| f64::from(number.abs())).collect::<Vec<_>>();
        let want = exact.forward_new(&wide(&x), &wide(&w), None).unwrap();
        let sizes = exact.forward_new(&size(&x), &size(&w), None).unwrap();
        for isa in Isa::available() {
            let got = plan.with_isa(*isa).forward_new(&x, &w, None).unwrap();
            let error = |((got, want), size): ((&f32, &f64), &f64)| (f64::from(*got) - want).abs() / size;
            let worst = got.iter().zip(&want).zip(&sizes).map(error).fold(0.0, f64::max) * 2f64.powi(24);
            assert!(worst <= 8.0, "{worst:.2} units on {isa}, {geometry:?}");
        }
    }
}

#[test]
fn the_plan_takes_pairs_where_they_multiply_less_and_pay() {
    let plan = |input: [usize; 4], outputs: usize, kernel: usize, stride: usize, algorithm: Algorithm| {
        let side = kernel / 2;
        let padding = Padding::Explicit { top: side, bottom: side, left: side, right: side };
        let options = Conv2dOptions { padding, stride: (stride, stride), algorithm, ..Default::default() };
        Geometry::new(input, [outputs, input[1], kernel, kernel], &options).unwrap()
    };
    let path = |input, outputs, kernel, stride| {
        let geometry = plan(input, outputs, kernel, stride, Algorithm::Auto);
        Plan::for_geometry(geometry, Algorithm::Auto).unwrap().path()
    };
    // First layers of ResNet and AlexNet, and dense layers of wide kernels.
    assert_eq!(path([1, 3, 224, 224], 64, 7, 2), Path::Pairs);
    assert_eq!(path([1, 3, 224, 224], 64, 11, 4), Path::Pairs);
    assert_eq!(path([1, 32, 28, 28], 64, 5, 1), Path::Pairs);
    assert_eq!(path([1, 16, 56, 56], 32, 7, 1), Path::Pairs);
    // Few outputs do not pay for the differences of pixels, nor does a small picture for those of weights.
    assert_eq!(path([1, 32, 56, 56], 8, 7, 2), Path::Channels);
    assert_eq!(path([1, 64, 7, 7], 64, 5, 1), Path::Channels);
    let small = plan([1, 64, 7, 7], 64, 5, 1, Algorithm::Auto);
    assert_eq!(Plan::for_kept_weights(small, Algorithm::Auto).unwrap().path(), Path::Pairs);
    // Their weight gradients too, unless turning the gradients of few outputs costs more.
    let weight_gradient = |input, outputs, kernel, stride| {
        let geometry = plan(input, outputs, kernel, stride, Algorithm::Auto);
        Plan::for_geometry(geometry, Algorithm::Auto).unwrap().weight_gradient_path()
    };
    assert_eq!(weight_gradient([1, 3, 224, 224], 64, 7, 2), Path::Pairs);
    assert_eq!(weight_gradient([1, 16, 56, 56], 32, 3, 1), Path::Pairs);
    assert_eq!(weight_gradient([1, 16, 56, 56], 16, 5, 2), Path::Channels);
    assert_eq!(weight_gradient([1, 64, 14, 14], 64, 5, 1), Path::Channels);
    // Rows that are far apart are combined anew for every band.
    let apart = Conv2dOptions { dilation: (8, 1), padding: Padding::Same, ..Default::default() };
    let apart = Plan::new([1, 16, 56, 56], [32, 16, 5, 5], &apart).unwrap();
    assert_eq!([apart.path(), apart.weight_gradient_path()], [Path::Channels; 2]);
    // Tiles save more, and transforms of large pictures.
    assert_eq!(path([1, 64, 56, 56], 64, 3, 1), Path::Winograd2);
    assert_eq!(path([1, 3, 28, 28], 32, 11, 1), Path::Pairs);
    assert_eq!(path([1, 3, 224, 224], 32, 11, 1), Path::Fft);
    // Whoever asks for direct sums gets them.
    let direct = plan([1, 3, 224, 224], 64, 7, 2, Algorithm::Direct);
    assert_eq!(Plan::for_geometry(direct, Algorithm::Direct).unwrap().path(), Path::Channels);
}

#[test]
fn what_pairs_cannot_compute_is_left_to_other_paths() {
    let suits = |input: [usize; 4], kernel: [usize; 2], stride: usize, dilation: (usize, usize)| {
        let weight = [4, input[1], kernel[0], kernel[1]];
        let options = Conv2dOptions { stride: (1, stride), dilation, ..Default::default() };
        Plan::new(input, weight, &options).unwrap().paths().contains(&Path::Pairs)
    };
    assert!(suits([1, 3, 9, 9], [3, 3], 1, (2, 1)));
    assert!(!suits([1, 3, 9, 9], [3, 3], 1, (1, 2)), "columns apart");
    assert!(!suits([1, 3, 9, 9], [3, 3], 3, (1, 1)), "one tap of each phase");
    assert!(!suits([1, 2, 9, 9], [3, 3], 1, (1, 1)), "six rows, whose error may be large");
    assert!(!suits([1, 3, 99, 99], [3, 80], 1, (1, 1)), "a row of more taps than a run");
    assert!(!suits([1, 1 << 17, 9, 9], [3, 3], 1, (1, 1)), "more than a thread may hold");
    assert!(!suits([1, 7, 10_007, 2], [2, 2], 1, (10_000, 1)), "lines of more pixels than a thread may hold");
    // Rows too long for a turn of the weight gradient.
    let plan = Plan::new([1, 7, 3, 600], [4, 7, 1, 3], &Conv2dOptions::default()).unwrap().with_path(Path::Pairs);
    assert_eq!(plan.unwrap().weight_gradient_path(), Path::Planes);
    let side = i32::MAX as usize;
    assert!(!suits([0, 8, side, side], [3, 3], 1, (1, 1)), "no image, however large");
}

fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    let stride = (random.between(1, 4), random.between(1, 5));
    let kernel = [random.between(1, 7), random.between(stride.1 + 1, stride.1 + 8)];
    let dilation = (random.between(1, 3), 1);
    let mut side = |kernel: usize| random.between(0, kernel);
    let (top, bottom, left, right) = (side(kernel[0]), side(kernel[0]), side(kernel[1]), side(kernel[1]));
    let groups = if random.percent(25) { random.between(2, 3) } else { 1 };
    let fewest = 7usize.div_ceil(kernel[0]);
    let (channels, outputs) = (random.between(fewest, fewest + 9), random.between(1, 20));
    let mut extent = |kernel: usize, dilation: usize, padding: usize, most: usize| {
        let least = (dilation * (kernel - 1) + 1).saturating_sub(padding).max(1);
        random.between(least, least + most)
    };
    let height = extent(kernel[0], dilation.0, top + bottom, 12);
    let width = extent(kernel[1], dilation.1, left + right, 90);
    let padding = Padding::Explicit { top, bottom, left, right };
    Case {
        name: format!("pairs_{seed}").into(),
        input: [random.between(1, 3), groups * channels, height, width],
        weight: [groups * outputs, channels, kernel[0], kernel[1]],
        options: Conv2dOptions { stride, padding, dilation, groups, ..Default::default() },
        bias: random.percent(50),
    }
}
