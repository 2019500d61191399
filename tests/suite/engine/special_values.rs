//! NaN and infinity: they reach exactly the results whose windows hold them, and padding never meets them.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::{CASES, Case, Data, Results, SplitMix};

/// How many elements of each tensor are poisoned, one at a time.
const TRIES: u64 = 3;

/// One product of the forward sum: input index, weight index, output index.
type Product = [usize; 3];

/// The tensors by their place in a [`Product`].
const INPUT: usize = 0;
const WEIGHT: usize = 1;
const OUTPUT: usize = 2;

#[test]
fn one_nan_reaches_exactly_the_results_whose_windows_hold_it() {
    for case in small_cases() {
        let products = products(case);
        for plan in case.all_plans().unwrap() {
            for poisoned in [INPUT, WEIGHT, OUTPUT] {
                assert_footprint(case, &plan, &products, poisoned, f32::NAN);
            }
        }
    }
}

#[test]
fn one_infinity_reaches_exactly_the_results_whose_windows_hold_it() {
    for case in small_cases() {
        let products = products(case);
        for plan in case.all_plans().unwrap() {
            for poisoned in [INPUT, WEIGHT, OUTPUT] {
                assert_footprint(case, &plan, &products, poisoned, f32::INFINITY);
            }
        }
    }
}

/// Paths of the input gradient that cannot compute the forward pass are not among [`Case::all_plans`].
#[test]
fn what_is_not_finite_reaches_exactly_the_input_gradient_of_its_windows_by_every_path() {
    for case in small_cases() {
        let products = products(case);
        for plan in case.input_gradient_plans().unwrap() {
            for poisoned in [WEIGHT, OUTPUT] {
                assert_footprint(case, &plan, &products, poisoned, f32::NAN);
                assert_footprint(case, &plan, &products, poisoned, f32::INFINITY);
            }
        }
    }
}

#[test]
fn a_nan_in_the_bias_reaches_its_channel_alone() {
    for case in small_cases() {
        for plan in case.all_plans().unwrap() {
            let path = name_of(&plan);
            let mut data = positive(case);
            let last = data.bias.len() - 1;
            data.bias[last] = f32::NAN;
            let output = Results::of(&plan, &data).unwrap().output;
            let plane = plan.geometry().output_size().height * plan.geometry().output_size().width;
            for (index, value) in output.iter().enumerate() {
                let of_channel = index / plane % (last + 1) == last;
                assert_eq!(value.is_nan(), of_channel, "{path}, output {index} of {case}");
            }
        }
    }
}

#[test]
fn a_weight_that_meets_only_padding_may_be_nan_or_infinite() {
    // A kernel of 3×5 over one pixel: only its centre reads.
    let options =
        Conv2dOptions { padding: Padding::Explicit { top: 1, bottom: 1, left: 2, right: 2 }, ..Default::default() };
    let case = Case { name: "one_pixel".into(), input: [1, 1, 1, 1], weight: [1, 1, 3, 5], options, bias: true };
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for plan in case.all_plans().unwrap() {
            let path = name_of(&plan);
            let mut weight = [special; 15];
            weight[7] = 3.0;
            let mut output = [f32::NAN];
            plan.forward(&[2.0], &weight, None, &mut output).unwrap();
            assert_eq!(output, [6.0], "{path}, output over {special}");
            let mut input_gradient = [f32::NAN];
            plan.input_gradient(&[4.0], &weight, &mut input_gradient).unwrap();
            assert_eq!(input_gradient, [12.0], "{path}, input gradient over {special}");
        }
    }
}

#[test]
fn sums_of_infinities_of_one_sign_stay_infinite() {
    for case in small_cases() {
        for plan in case.all_plans().unwrap() {
            let path = name_of(&plan);
            let mut data = positive(case);
            data.input.fill(f32::INFINITY);
            let output = Results::of(&plan, &data).unwrap().output_without_bias;
            // 0 is the sum of a window that lies in the padding altogether.
            let kept = output.iter().all(|value| *value == f32::INFINITY || *value == 0.0);
            assert!(kept, "{path} on {case}");
        }
    }
}

#[test]
fn the_smallest_numbers_are_not_flushed_to_zero() {
    let options = Conv2dOptions::default();
    let case = Case { name: "denormal".into(), input: [1, 1, 2, 19], weight: [1, 1, 1, 2], options, bias: true };
    for plan in case.all_plans().unwrap() {
        let mut output = vec![f32::NAN; 36];
        plan.forward(&[1e-40; 38], &[1.0, 0.0], None, &mut output).unwrap();
        assert_eq!(output, [1e-40; 36], "{}", name_of(&plan));
    }
}

/// Cases whose products are few enough to list.
fn small_cases() -> impl Iterator<Item = &'static Case> {
    let few = |case: &&Case| case.plan(Algorithm::Auto).unwrap().geometry().multiplications() <= 20_000.0;
    CASES.iter().filter(few).filter(|case| case.input[0] > 0)
}

/// Poisons elements of one tensor and checks what the poison reaches in every result that reads the tensor.
fn assert_footprint(case: &Case, plan: &Plan, products: &[Product], poisoned: usize, poison: f32) {
    let path = format!("{}, input gradient by {:?}", name_of(plan), plan.input_gradient_path());
    for attempt in 0..TRIES {
        let mut data = positive(case);
        let tensor = match poisoned {
            INPUT => &mut data.input,
            WEIGHT => &mut data.weight,
            _ => &mut data.output_gradient,
        };
        let place = (SplitMix::at(case.seed(), attempt) % tensor.len() as u64) as usize;
        tensor[place] = poison;
        let results = Results::of(plan, &data).unwrap();
        let gradients = [&results.input_gradient, &results.weight_gradient, &results.output_without_bias];
        for result in [INPUT, WEIGHT, OUTPUT].into_iter().filter(|result| *result != poisoned) {
            let mut reached = vec![false; gradients[result].len()];
            for product in products.iter().filter(|product| product[poisoned] == place) {
                reached[product[result]] = true;
            }
            for (index, (value, reached)) in gradients[result].iter().zip(reached).enumerate() {
                let right = if reached {
                    value.to_bits() == poison.to_bits() || (value.is_nan() && poison.is_nan())
                } else {
                    value.is_finite()
                };
                let names = ["input", "weight", "output"];
                assert!(
                    right,
                    "{path}: {poison} at {place} of the {} makes {index} of the {} {value}, on {case}",
                    names[poisoned], names[result],
                );
            }
        }
    }
}

/// Data without zeros and signs, so that infinity times any of it is infinity.
fn positive(case: &Case) -> Data<f32> {
    let shape = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
    let mut data = Data::<f32>::integers(case, shape).magnitudes();
    for tensor in [&mut data.input, &mut data.weight, &mut data.bias, &mut data.output_gradient] {
        tensor.iter_mut().for_each(|value| *value += 1.0);
    }
    data
}

/// All products of the forward sum, found by trying every input position for every tap of every output, without the
/// index arithmetic that is under test.
fn products(case: &Case) -> Vec<Product> {
    let geometry = *case.plan(Algorithm::Auto).unwrap().geometry();
    let [_, channels_in, height, width] = geometry.input_shape();
    let [batch, channels_out, output_height, output_width] = geometry.output_shape();
    let [_, channels, kernel_height, kernel_width] = geometry.weight_shape();
    let reads = |axis: &corr2d_cpu::Axis, position: usize, output: usize, tap: usize| {
        position + axis.before() == output * axis.stride() + tap * axis.dilation()
    };
    let mut products = Vec::new();
    for (i, a, r) in triples(output_height, kernel_height, height) {
        if !reads(geometry.rows(), r, i, a) {
            continue;
        }
        for (j, b, s) in triples(output_width, kernel_width, width) {
            if !reads(geometry.columns(), s, j, b) {
                continue;
            }
            for (n, o, c) in triples(batch, channels_out, channels) {
                let channel = o / (channels_out / geometry.groups()) * channels + c;
                products.push([
                    ((n * channels_in + channel) * height + r) * width + s,
                    ((o * channels + c) * kernel_height + a) * kernel_width + b,
                    ((n * channels_out + o) * output_height + i) * output_width + j,
                ]);
            }
        }
    }
    products
}

fn triples(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
}
