//! The identity that ties the gradients to the forward sum:
//!
//! ```text
//! ⟨g, y(x, w)⟩ = ⟨x, ∂⟨g, y⟩/∂x⟩ = ⟨w, ∂⟨g, y⟩/∂w⟩
//! ```
//!
//! y is linear in x and in w, so all three are the same sum of products, read in three orders. On integers they are
//! equal, not nearly equal, and no second implementation is needed to say so.

use std::collections::BTreeMap;

use corr2d_cpu::{Algorithm, Isa, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::{CASES, Case, Data, Number, Results, SplitMix, random_case};

/// Random shapes beside the named ones: some twelve seconds on one core, also in a debug build, which optimises the engine.
const RANDOM_CASES: u64 = 20_000;

const ALGORITHMS: [Algorithm; 3] = [Algorithm::Auto, Algorithm::Direct, Algorithm::Reference];

#[test]
fn every_named_case_satisfies_the_adjoint_identity() {
    for case in CASES {
        for algorithm in ALGORITHMS {
            let (data, results) = run(case, algorithm);
            assert_eq!(violation(&data, &results), None, "{algorithm} on {case}");
        }
    }
}

#[test]
fn four_hundred_random_cases_satisfy_the_adjoint_identity() {
    for case in (10_000..10_400).map(random_case) {
        for algorithm in ALGORITHMS {
            let (data, results) = run(&case, algorithm);
            assert_eq!(violation(&data, &results), None, "{algorithm} on {case}");
        }
    }
}

/// Each case by one path on one instruction set, drawn among all that are exact, in `f32` and `f64` by turns.
#[test]
fn twenty_thousand_random_cases_satisfy_the_adjoint_identity_on_every_exact_path() {
    let mut tried = BTreeMap::new();
    for seed in 0..RANDOM_CASES {
        let case = of_every_kind(seed);
        let plans = case.exact_plans().unwrap();
        let plan = plans[SplitMix::at(seed, 1 << 32) as usize % plans.len()];
        let is_wide = seed % 2 == 0;
        let sums = if is_wide { violation_of::<f64>(&case, &plan) } else { violation_of::<f32>(&case, &plan) };
        assert_eq!(sums, None, "{} in {} on {case}", name_of(&plan), if is_wide { "f64" } else { "f32" });
        *tried.entry(name_of(&plan)).or_insert(0) += 1;
    }
    // Some path that is never drawn would pass unseen.
    let least = tried.values().min().copied();
    assert!(tried.len() >= 5 * Isa::available().len() && least >= Some(150), "{tried:?}");
}

/// Every fourth random case becomes a 3×3 kernel of stride and dilation 1, and every eighth gets three times the output
/// channels, which some paths are for.
fn of_every_kind(seed: u64) -> Case {
    let mut case = random_case(100_000 + seed);
    if seed % 4 == 3 {
        case.weight[2..].copy_from_slice(&[3, 3]);
        (case.options.stride, case.options.dilation) = ((1, 1), (1, 1));
        case.input[2..].iter_mut().for_each(|size| *size += 2);
    }
    if seed % 8 == 1 {
        case.weight[0] *= 3;
    }
    case
}

fn violation_of<T: Number>(case: &Case, plan: &Plan) -> Option<[f64; 3]> {
    let data = Data::<T>::integers(case, plan.geometry().output_shape());
    violation(&data, &Results::of(plan, &data).unwrap())
}

#[test]
fn the_bias_gradient_is_the_gradient_of_the_sum_that_the_bias_adds() {
    for case in CASES {
        let (data, results) = run(case, Algorithm::Direct);
        let added: Vec<_> = results.output.iter().zip(&results.output_without_bias).map(|(y, z)| y - z).collect();
        let forward = inner_product(&data.output_gradient, &added);
        assert_eq!(inner_product(&data.bias, &results.bias_gradient), forward, "{case}");
    }
}

/// The check must catch what it is there for.
#[test]
fn a_gradient_scaled_by_1_01_is_caught() {
    for case in cases_with_more_than_one_output() {
        let (data, mut results) = run(case, Algorithm::Direct);
        results.weight_gradient.iter_mut().for_each(|gradient| *gradient *= 1.01);
        assert!(violation(&data, &results).is_some(), "weight gradient of {case}");

        let (data, mut results) = run(case, Algorithm::Direct);
        results.input_gradient.iter_mut().for_each(|gradient| *gradient *= 1.01);
        assert!(violation(&data, &results).is_some(), "input gradient of {case}");
    }
}

#[test]
fn a_gradient_with_rows_and_columns_swapped_is_caught() {
    for case in cases_with_more_than_one_output().filter(|case| case.input[2] > 1 && case.input[3] > 1) {
        let (data, mut results) = run(case, Algorithm::Direct);
        let [.., height, width] = case.input;
        for plane in results.input_gradient.chunks_mut(height * width) {
            let swapped: Vec<_> =
                (0..plane.len()).map(|index| plane[index % height * width + index / height]).collect();
            plane.copy_from_slice(&swapped);
        }
        assert!(violation(&data, &results).is_some(), "{case}");
    }
}

#[test]
fn a_gradient_shifted_by_one_is_caught() {
    for case in cases_with_more_than_one_output() {
        let (data, mut results) = run(case, Algorithm::Direct);
        results.input_gradient.rotate_right(1);
        assert!(violation(&data, &results).is_some(), "{case}");
    }
}

fn cases_with_more_than_one_output() -> impl Iterator<Item = &'static Case> {
    CASES.iter().filter(|case| case.plan(Algorithm::Auto).unwrap().geometry().output_len() > 1)
}

fn run(case: &Case, algorithm: Algorithm) -> (Data<f64>, Results<f64>) {
    let plan = case.plan(algorithm).unwrap();
    let data = Data::integers(case, plan.geometry().output_shape());
    let results = Results::of(&plan, &data).unwrap();
    (data, results)
}

/// The three sums, if they are not the same.
fn violation<T: Number>(data: &Data<T>, results: &Results<T>) -> Option<[f64; 3]> {
    let sums = [
        inner_product(&data.output_gradient, &results.output_without_bias),
        inner_product(&data.input, &results.input_gradient),
        inner_product(&data.weight, &results.weight_gradient),
    ];
    (sums[0] != sums[1] || sums[0] != sums[2]).then_some(sums)
}

fn inner_product<T: Number>(a: &[T], b: &[T]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.widen() * b.widen()).sum()
}
