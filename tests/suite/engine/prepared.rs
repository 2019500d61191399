//! Weights that are kept between calls: the same bits as without, on every path.

use corr2d_cpu::{Algorithm, Conv2dOptions, Element, Error, Geometry, Padding, Path, Plan, Prepared};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::assert_same;
use corr2d_tests::{CASES, Case, Data, Number, random_case};
use rayon::ThreadPoolBuilder;

#[test]
fn every_named_case_gives_the_bits_of_its_plan() {
    for case in CASES {
        assert_same_bits::<f32>(case, |_| {});
        assert_same_bits::<f64>(case, |_| {});
    }
}

#[test]
fn three_hundred_random_cases_give_the_bits_of_their_plans() {
    for case in (50_000..50_300).map(random_case) {
        assert_same_bits::<f32>(&case, |_| {});
    }
    for case in (51_000..51_100).map(random_case) {
        assert_same_bits::<f64>(&case, |_| {});
    }
}

/// Random cases seldom have channels enough for registers, or a kernel of 3×3.
#[test]
fn layers_give_the_bits_of_their_plans() {
    for case in layers() {
        assert_same_bits::<f32>(&case, |_| {});
        assert_same_bits::<f64>(&case, |_| {});
    }
}

#[test]
fn what_is_not_finite_gives_the_bits_of_the_plan() {
    for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2e38] {
        for case in layers().iter().chain(CASES) {
            assert_same_bits::<f32>(case, |data| {
                data.input.iter_mut().take(1).for_each(|x| *x = f32::from_f64(special))
            });
            assert_same_bits::<f32>(case, |data| {
                let middle = data.weight.len() / 2;
                data.weight[middle] = f32::from_f64(special);
            });
        }
    }
}

#[test]
fn plans_of_other_sizes_share_what_is_kept() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let plan = |batch, height, width| Plan::new([batch, 24, height, width], [40, 24, 3, 3], &options).unwrap();
    let sizes = [(1, 7, 9), (1, 26, 27), (3, 14, 15), (1, 2, 1)];
    let first = plan(1, 7, 9).prepare(&reals::<f32>(40 * 24 * 9)).unwrap();
    for path in first.plan().paths() {
        for (batch, height, width) in sizes {
            let plan = plan(batch, height, width).with_path(path).unwrap();
            let prepared = first.for_plan(&plan).unwrap();
            assert_eq!(prepared.plan(), &plan);
            assert_gives_the_bits_of_its_plan(&prepared, &reals(40 * 24 * 9), "of another size");
        }
    }
}

/// 3×3 weights of one number of elements that stand for different layers.
#[test]
fn another_layout_of_the_same_elements_is_prepared_anew() {
    let plan = |channels, groups, stride| {
        let options = Conv2dOptions { groups, stride: (stride, stride), ..Default::default() };
        Plan::new([1, channels * groups, 9, 10], [512 / channels, channels, 3, 3], &options).unwrap()
    };
    let weight = reals::<f32>(512 * 9);
    for path in plan(16, 1, 1).paths() {
        let first = plan(16, 1, 1).with_path(path).unwrap().prepare(&weight).unwrap();
        for (channels, groups, stride) in [(16, 1, 1), (16, 1, 2), (16, 2, 1), (8, 1, 1), (32, 1, 1)] {
            for path in plan(channels, groups, stride).paths() {
                let prepared = first.for_plan(&plan(channels, groups, stride).with_path(path).unwrap()).unwrap();
                let label = format!("{channels} channels, {groups} groups, stride {stride}");
                assert_gives_the_bits_of_its_plan(&prepared, &weight, &label);
            }
        }
    }
}

#[test]
fn eight_threads_use_one_preparation_at_once() {
    let case = &layers()[0];
    let weight = reals::<f32>(case.weight.iter().product());
    for plan in case.fast_plans().unwrap() {
        let prepared = plan.prepare(&weight).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert_gives_the_bits_of_its_plan(&prepared, &weight, "beside others"));
            }
        });
    }
}

#[test]
fn slices_of_the_wrong_length_are_the_usual_errors() {
    for case in [&CASES[0], &layers()[0]] {
        for plan in case.all_plans().unwrap() {
            let geometry = plan.geometry();
            let (x, w) = (vec![0f32; geometry.input_len()], vec![0f32; geometry.weight_len()]);
            let b = vec![0f32; geometry.output_channels()];
            assert_eq!(plan.prepare(&w[1..]).unwrap_err(), plan.forward_new(&x, &w[1..], None).unwrap_err());
            let prepared = plan.prepare(&w).unwrap();
            assert_eq!(prepared.forward_new(&x[1..], None), plan.forward_new(&x[1..], &w, None));
            assert_eq!(prepared.forward_new(&x, Some(&b[1..])), plan.forward_new(&x, &w, Some(&b[1..])));
            let mut short = vec![0f32; geometry.output_len() - 1];
            let error = prepared.forward(&x, None, &mut short).unwrap_err();
            assert_eq!(error, plan.forward(&x, &w, None, &mut short).unwrap_err());
            assert!(matches!(error, Error::WrongLength { what: "output", .. }));
            let other = Plan::new([1, 1, 9, 9], [1, 1, 9, 8], &Conv2dOptions::default()).unwrap();
            assert!(matches!(prepared.for_plan(&other), Err(Error::WrongLength { what: "weight", .. })));
        }
    }
}

#[test]
fn an_empty_batch_is_answered() {
    let geometry = Geometry::new([0, 16, 9, 9], [16, 16, 3, 3], &Conv2dOptions::default()).unwrap();
    let plan = Plan::for_kept_weights(geometry, Algorithm::Auto).unwrap();
    for path in plan.paths() {
        let prepared = plan.with_path(path).unwrap().prepare(&[1f32; 16 * 16 * 9]).unwrap();
        assert!(prepared.forward_new(&[], None).unwrap().is_empty());
    }
}

#[test]
fn a_preparation_knows_its_weights_to_the_bit() {
    let plan = Plan::new([1, 3, 50, 50], [30, 3, 5, 7], &Conv2dOptions::default()).unwrap();
    let mut weight = reals::<f64>(30 * 3 * 5 * 7);
    weight[7] = f64::NAN;
    weight[8] = 0.0;
    let prepared = plan.prepare(&weight).unwrap();
    assert!(prepared.holds(&weight));
    assert!(!prepared.holds(&weight[1..]));
    for index in (0..weight.len()).step_by(13).chain([8, weight.len() - 1]) {
        let mut other = weight.clone();
        other[index] = -other[index];
        assert!(!prepared.holds(&other), "weight {index}");
    }
}

#[test]
fn kept_weights_have_transforms_pay_for_small_images() {
    let path = |channels: usize, size: usize, algorithm: Algorithm| {
        let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
        let geometry = Geometry::new([1, channels, size, size], [channels, channels, 3, 3], &options).unwrap();
        Plan::for_kept_weights(geometry, algorithm).unwrap().path()
    };
    assert_eq!(path(512, 7, Algorithm::Auto), Path::Winograd2);
    assert_eq!(path(256, 14, Algorithm::Auto), Path::Winograd2);
    assert_eq!(path(64, 14, Algorithm::Fast), Path::Winograd4);
    assert_eq!(path(32, 6, Algorithm::Auto), Path::Channels);
    assert_eq!(path(15, 14, Algorithm::Auto), Path::Channels);
    assert_eq!(path(512, 7, Algorithm::Direct), Path::Channels);
    assert_eq!(path(512, 7, Algorithm::Reference), Path::Reference);
}

/// Every path, instruction set and number of threads, on reals that the caller may poison.
fn assert_same_bits<T: Number>(case: &Case, poison: impl Fn(&mut Data<T>)) {
    let pools = [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for plan in case.all_plans().unwrap() {
        let geometry = plan.geometry();
        let mut data = Data::<T>::reals(case, geometry.output_shape());
        poison(&mut data);
        let bias = case.bias.then_some(&data.bias[..]);
        let want = plan.forward_new(&data.input, &data.weight, bias).unwrap();
        for pool in &pools {
            let label = format!("{}, {}, {} threads, {case}", name_of(&plan), T::NAME, pool.current_num_threads());
            let prepared = pool.install(|| plan.prepare(&data.weight)).unwrap();
            // A second call, over what no result is, shows what the first left behind.
            for _ in 0..2 {
                let mut got = vec![T::NAN; want.len()];
                pool.install(|| prepared.forward(&data.input, bias, &mut got)).unwrap();
                assert_same(&got, &want, &geometry.output_shape(), &label);
            }
            let got = pool.install(|| prepared.forward_new(&data.input, bias)).unwrap();
            assert_same(&got, &want, &geometry.output_shape(), &label);
        }
    }
}

fn assert_gives_the_bits_of_its_plan(prepared: &Prepared<f32>, weight: &[f32], label: &str) {
    let plan = prepared.plan();
    let (x, b) = (reals(plan.geometry().input_len()), reals(plan.geometry().output_channels()));
    let want = plan.forward_new(&x, weight, Some(&b)).unwrap();
    let got = prepared.forward_new(&x, Some(&b)).unwrap();
    assert_same(&got, &want, &plan.geometry().output_shape(), &format!("{}, {label}", name_of(plan)));
}

/// Numbers from −1 to 1, the same on every run.
fn reals<T: Number>(length: usize) -> Vec<T> {
    let mut random = corr2d_tests::SplitMix::new(length as u64);
    (0..length).map(|_| T::from_real(random.between(0, 2000) as f64 / 1000.0 - 1.0)).collect()
}

/// Dense layers of 3×3: channels that leave lanes empty, groups, batches, images that leave tiles over.
fn layers() -> Vec<Case> {
    let layer = |name: &'static str, input: [usize; 4], outputs: usize, options: Conv2dOptions| Case {
        name: name.into(),
        input,
        weight: [outputs, input[1] / options.groups, 3, 3],
        options,
        bias: true,
    };
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    vec![
        layer("many_channels_on_a_small_image", [1, 70, 7, 7], 37, same),
        layer("batch_of_layers", [3, 17, 14, 15], 33, same),
        layer("layers_in_groups", [2, 32, 9, 13], 48, Conv2dOptions { groups: 2, ..same }),
        layer("one_wide_row", [1, 20, 3, 90], 18, Conv2dOptions::default()),
    ]
}
