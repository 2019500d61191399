//! The same bits, whoever computes them: on every call, on any number of threads, alone or in a batch or beside others.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::{assert_same, assert_same_results};
use corr2d_tests::{BENCH_CASES, CASES, Case, Data, Results};
use rayon::ThreadPoolBuilder;

#[test]
fn ten_runs_on_reals_give_the_same_bits() {
    for case in CASES {
        for plan in case.all_plans().unwrap() {
            let (data, path) = (reals(case), name_of(&plan));
            let first = Results::of(&plan, &data).unwrap();
            for run in 1..10 {
                let again = Results::of(&plan, &data).unwrap();
                assert_same_results(&again, &first, &format!("{path}, run {run} of {case}"));
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits_on_reals() {
    // A lone filter and a layer of a size that is cut into many pieces, besides the named cases.
    let timed = ["small_64_3x3", "hd_3x3", "resnet_3x3_256_14"];
    let large: Vec<_> = BENCH_CASES.iter().filter(|case| timed.contains(&&*case.name)).collect();
    assert_eq!(large.len(), timed.len());
    let pools = [1, 2, 3, 8].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    // On several threads the last rows are too few to be summed for two outputs at once; weights that are more than pixels.
    let short_band =
        Case { name: "short_last_band".into(), input: [1, 3, 68, 40], weight: [4, 3, 3, 3], ..CASES[0].clone() };
    let options = Conv2dOptions { groups: 2, padding: Padding::Same, ..Default::default() };
    let (input, weight) = ([1, 128, 5, 5], [128, 64, 3, 3]);
    let heavy = Case { name: "more_weights_than_pixels".into(), input, weight, options, bias: true };
    for case in CASES.iter().chain(large).chain([&short_band, &heavy]) {
        let data = reals(case);
        for plan in case.fast_plans().unwrap() {
            let [want, others @ ..] = pools.each_ref().map(|pool| pool.install(|| Results::of(&plan, &data)).unwrap());
            for (got, pool) in others.iter().zip(&pools[1..]) {
                let threads = pool.current_num_threads();
                assert_same_results(got, &want, &format!("{}, {threads} threads on {case}", name_of(&plan)));
            }
        }
    }
}

#[test]
fn a_plan_serves_eight_threads_at_once() {
    for name in ["everything_at_once", "rows_in_several_pieces", "channels_one_above_two_blocks"] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let (plan, data) = on_reals(case, Algorithm::Direct);
        let want = Results::of(&plan, &data).unwrap();
        std::thread::scope(|scope| {
            for caller in 0..8 {
                let (plan, data, want) = (&plan, &data, &want);
                scope.spawn(move || {
                    for _ in 0..5 {
                        let got = Results::of(plan, data).unwrap();
                        assert_same_results(&got, want, &format!("caller {caller} on {case}"));
                    }
                });
            }
        });
    }
}

#[test]
fn an_image_of_a_batch_is_the_same_as_alone() {
    for case in CASES.iter().filter(|case| case.input[0] > 1) {
        let alone = Case { input: [1, case.input[1], case.input[2], case.input[3]], ..case.clone() };
        for (plan, single) in case.all_plans().unwrap().into_iter().zip(alone.all_plans().unwrap()) {
            let (data, path) = (reals(case), name_of(&plan));
            let batch = Results::of(&plan, &data).unwrap();
            let plan = single;
            let (input_len, output_len) = (plan.geometry().input_len(), plan.geometry().output_len());
            for n in 0..case.input[0] {
                let (input, output) = (n * input_len..(n + 1) * input_len, n * output_len..(n + 1) * output_len);
                let of_one = Data {
                    input: data.input[input.clone()].to_vec(),
                    output_gradient: data.output_gradient[output.clone()].to_vec(),
                    ..data.clone()
                };
                let single = Results::of(&plan, &of_one).unwrap();
                let label = format!("{path}, image {n} of {case}");
                assert_same(&batch.output[output], &single.output, &plan.geometry().output_shape(), &label);
                assert_same(&batch.input_gradient[input], &single.input_gradient, &alone.input, &label);
            }
        }
    }
}

#[test]
fn groups_are_the_same_as_their_parts_side_by_side() {
    for case in CASES.iter().filter(|case| case.options.groups > 1 && case.input[0] > 0) {
        let (plan, data) = on_reals(case, Algorithm::Direct);
        let grouped = Results::of(&plan, &data).unwrap();
        for group in 0..case.options.groups {
            let (part, part_data) = group_alone(case, &plan, &data, group);
            let plan = part.plan(Algorithm::Direct).unwrap();
            let alone = Results::of(&plan, &part_data).unwrap();
            let label = format!("group {group} of {case}");
            let output = channels(&grouped.output, case.input[0], case.options.groups, group);
            assert_same(&output, &alone.output, &plan.geometry().output_shape(), &label);
            let input_gradient = channels(&grouped.input_gradient, case.input[0], case.options.groups, group);
            assert_same(&input_gradient, &alone.input_gradient, &part.input, &label);
            let weight_gradient = channels(&grouped.weight_gradient, 1, case.options.groups, group);
            let bound: Vec<_> = alone.weight_gradient.iter().map(|_| 1e-4).collect();
            let want: Vec<_> = alone.weight_gradient.iter().map(|value| f64::from(*value)).collect();
            // How its sum is cut into parts depends on how many weights there are, so here the last bits may differ.
            corr2d_tests::compare::assert_within(&weight_gradient, &want, &bound, &part.weight, &label);
        }
    }
}

#[test]
fn what_a_buffer_held_does_not_matter() {
    for case in CASES {
        for plan in case.all_plans().unwrap() {
            let (data, path) = (reals(case), name_of(&plan));
            let over_zero = Results::over(&plan, &data, 0.0).unwrap();
            let over_nan = Results::over(&plan, &data, f32::NAN).unwrap();
            assert_same_results(&over_nan, &over_zero, &format!("{path} on {case}"));
            let defined = over_nan.parts().iter().all(|(_, values, _)| values.iter().all(|value| value.is_finite()));
            assert!(defined, "{path} on {case}: an element was not written");
        }
    }
}

fn on_reals(case: &Case, algorithm: Algorithm) -> (Plan, Data<f32>) {
    let plan = case.plan(algorithm).unwrap();
    (plan, reals(case))
}

fn reals(case: &Case) -> Data<f32> {
    Data::reals(case, case.plan(Algorithm::Auto).unwrap().geometry().output_shape())
}

/// One group as a correlation of its own.
fn group_alone(case: &Case, plan: &Plan, data: &Data<f32>, group: usize) -> (Case, Data<f32>) {
    let (batch, groups) = (case.input[0], case.options.groups);
    let mut part = case.clone();
    part.input[1] /= groups;
    part.weight[0] /= groups;
    part.options.groups = 1;
    assert_eq!(plan.geometry().output_shape()[1] % groups, 0);
    let data = Data {
        input: channels(&data.input, batch, groups, group),
        weight: channels(&data.weight, 1, groups, group),
        bias: channels(&data.bias, 1, groups, group),
        output_gradient: channels(&data.output_gradient, batch, groups, group),
    };
    (part, data)
}

/// The channels of one group, of each image of a batch.
fn channels(tensor: &[f32], batch: usize, groups: usize, group: usize) -> Vec<f32> {
    let length = tensor.len() / batch / groups;
    tensor.chunks(length).skip(group).step_by(groups).flatten().copied().collect()
}
