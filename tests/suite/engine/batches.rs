//! Batches of small pictures, with images in lanes: on every instruction set and number of threads, against the textbook loops.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Path, Plan};
use corr2d_tests::compare::assert_same_results;
use corr2d_tests::{Case, Data, Results, SplitMix};

use super::on_path::{assert_equal, finite, plans, pools};

#[test]
fn random_batches_equal_the_reference_bit_for_bit() {
    let pools = pools();
    for seed in 0..150 {
        let case = random_case(seed);
        assert_equal::<f32>(Path::Batch, &case, &pools);
        assert_equal::<f64>(Path::Batch, &case, &pools);
    }
}

#[test]
fn batches_around_whole_registers_equal_the_reference_bit_for_bit() {
    let pools = pools();
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let far = Padding::Explicit { top: 4, bottom: 3, left: 5, right: 4 };
    let wide = Padding::Explicit { top: 0, bottom: 1, left: 4, right: 5 };
    for batch in [0, 1, 2, 7, 8, 9, 15, 16, 17, 33, 70] {
        for (name, [channels, outputs], [height, width], kernel, options) in [
            ("lenet", [2, 5], [11, 10], [5, 5], Conv2dOptions::default()),
            ("one_output", [3, 1], [6, 9], [3, 3], same),
            ("more_padding_than_picture", [1, 3], [2, 3], [5, 6], Conv2dOptions { padding: far, ..same }),
            ("a_channel_is_a_long_sum", [2, 4], [14, 13], [9, 11], same),
            ("a_line_of_many_taps", [1, 2], [1, 64], [1, 63], same),
            ("strided", [3, 6], [9, 14], [5, 7], Conv2dOptions { stride: (2, 3), dilation: (1, 2), ..same }),
            ("narrower_than_a_stride", [2, 3], [5, 1], [3, 4], Conv2dOptions { stride: (1, 3), padding: wide, ..same }),
            ("groups", [2, 3], [5, 7], [3, 2], Conv2dOptions { groups: 3, ..same }),
            ("depthwise", [1, 1], [7, 4], [3, 3], Conv2dOptions { groups: 9, ..same }),
            ("single_pixels", [4, 9], [3, 5], [1, 1], Conv2dOptions::default()),
        ] {
            let groups = options.groups;
            let (input, weight) =
                ([batch, groups * channels, height, width], [groups * outputs, channels, kernel[0], kernel[1]]);
            let case = Case { name: format!("{name}_{batch}").into(), input, weight, options, bias: true };
            assert_equal::<f32>(Path::Batch, &case, &pools);
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits_on_reals() {
    let pools = pools();
    for batch in [16, 40, 96] {
        let options = Conv2dOptions { padding: Padding::Same, groups: 2, ..Default::default() };
        let (input, weight) = ([batch, 6, 12, 11], [14, 3, 5, 3]);
        let case = Case { name: format!("batch_{batch}").into(), input, weight, options, bias: true };
        for plan in plans(Path::Batch, &case) {
            let data = Data::<f32>::reals(&case, plan.geometry().output_shape());
            let [want, others @ ..] = &pools.each_ref().map(|pool| pool.install(|| Results::of(&plan, &data)).unwrap());
            for (got, pool) in others.iter().zip(&pools[1..]) {
                let label = format!("{} threads, {}, {case}", pool.current_num_threads(), plan.isa());
                assert_same_results(got, want, &label);
            }
        }
    }
}

#[test]
fn a_number_that_is_not_finite_reaches_what_reads_it_and_nothing_else() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let strided = Conv2dOptions { stride: (1, 2), groups: 2, ..options };
    type Spoil = fn(&mut Data<f32>, f32);
    let spoilers: [(&str, Spoil); 4] = [
        ("a corner of an image in the middle of a register", |data, value| data.input[5 * 60] = value),
        ("the last pixel of all", |data, value| data.input[18 * 60 - 1] = value),
        ("an output gradient", |data, value| data.output_gradient[700] = value),
        ("a weight", |data, value| data.weight[13] = value),
    ];
    for (weight, options) in [([3, 2, 3, 3], options), ([4, 1, 3, 3], strided)] {
        let case = Case { name: "not_finite".into(), input: [18, 2, 6, 5], weight, options, bias: false };
        let reference = case.plan(Algorithm::Reference).unwrap();
        let shape = reference.geometry().output_shape();
        for plan in plans(Path::Batch, &case) {
            for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
                for (name, spoil) in spoilers {
                    let mut data = Data::<f32>::integers(&case, shape);
                    spoil(&mut data, value);
                    let got = finite(&Results::of(&plan, &data).unwrap());
                    let want = finite(&Results::of(&reference, &data).unwrap());
                    assert!(got == want, "{value} in {name}, on {}, {case}", plan.isa());
                }
            }
        }
    }
}

#[test]
fn the_plan_puts_images_in_lanes_where_small_pictures_fill_them() {
    let paths = |input: [usize; 4], weight: [usize; 4], padding: usize, stride: usize| {
        let padding = Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding };
        let plan = Plan::new(input, weight, &Conv2dOptions { padding, stride: (stride, stride), ..Default::default() });
        let plan = plan.unwrap();
        [plan.path(), plan.input_gradient_path(), plan.weight_gradient_path()]
    };
    assert_eq!(paths([256, 6, 14, 14], [16, 6, 5, 5], 0, 1), [Path::Batch; 3]);
    // Wide rows of few channels are summed faster than they are turned into lanes and back.
    assert_eq!(paths([256, 1, 28, 28], [6, 1, 5, 5], 2, 1), [Path::Planes, Path::Planes, Path::Batch]);
    // Tiles multiply less.
    assert_eq!(paths([64, 32, 14, 14], [32, 32, 3, 3], 1, 1), [Path::Winograd2; 3]);
    // A strided input gradient is brought together from several classes.
    assert_eq!(paths([64, 6, 14, 14], [8, 6, 5, 5], 2, 2), [Path::Batch, Path::Planes, Path::Batch]);
    // Half of the lanes would be empty.
    assert_eq!(paths([17, 6, 14, 14], [16, 6, 5, 5], 0, 1), [Path::Channels, Path::Planes, Path::Channels]);
    // Large pictures, and single pixels.
    assert_eq!(paths([64, 3, 64, 64], [8, 3, 3, 3], 1, 1), [Path::Planes; 3]);
    assert!(!paths([64, 16, 14, 14], [16, 16, 1, 1], 0, 1).contains(&Path::Batch));
    // What is asked to be direct does not depend on the batch.
    let direct = Conv2dOptions { algorithm: Algorithm::Direct, ..Default::default() };
    let of = |batch: usize| {
        let plan = Plan::new([batch, 6, 14, 14], [16, 6, 5, 5], &direct).unwrap();
        [plan.path(), plan.input_gradient_path(), plan.weight_gradient_path()]
    };
    assert_eq!(of(1), of(256));
    assert_eq!(of(1), [Path::Channels, Path::Planes, Path::Channels]);
}

#[test]
fn sizes_beyond_all_memory_are_left_to_other_paths() {
    // No image, however large; and a single tap, which may have any dilation.
    let side = i32::MAX as usize;
    let plan = Plan::new([0, 8, side, side], [8, 8, 5, 5], &Conv2dOptions::default()).unwrap();
    assert!(!plan.paths().contains(&Path::Batch));
    for stride in [(1, 1), (1, 2)] {
        let options = Conv2dOptions { dilation: (1, usize::MAX), stride, ..Default::default() };
        let plan = Plan::new([64, 1, 9, 9], [6, 1, 3, 1], &options).unwrap();
        assert_eq!(plan.weight_gradient_path(), Path::Batch);
        let gradient = vec![1f32; plan.geometry().output_len()];
        let mut weight_gradient = [0f32; 18];
        plan.weight_gradient(&[1.0; 64 * 81], &gradient, &mut weight_gradient).unwrap();
        assert_eq!(weight_gradient, [(gradient.len() / 6) as f32; 18]);
    }
}

fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    let kernel = [random.between(1, 7), random.between(1, 9)];
    let dilation = (random.between(1, 3), random.between(1, 3));
    let mut side = |kernel: usize| random.between(0, kernel);
    let (top, bottom, left, right) = (side(kernel[0]), side(kernel[0]), side(kernel[1]), side(kernel[1]));
    let groups = random.between(1, 3);
    let (channels, outputs) = (random.between(1, 9), random.between(1, 9));
    let mut extent = |kernel: usize, dilation: usize, padding: usize| {
        let least = (dilation * (kernel - 1) + 1).saturating_sub(padding).max(1);
        random.between(least, least + 12)
    };
    let height = extent(kernel[0], dilation.0, top + bottom);
    let width = extent(kernel[1], dilation.1, left + right);
    let padding = Padding::Explicit { top, bottom, left, right };
    let stride = (random.between(1, 3), random.between(1, 4));
    Case {
        name: format!("batch_{seed}").into(),
        input: [random.between(1, 20), groups * channels, height, width],
        weight: [groups * outputs, channels, kernel[0], kernel[1]],
        options: Conv2dOptions { stride, padding, dilation, groups, ..Default::default() },
        bias: random.percent(50),
    }
}
