//! Numbers below the smallest normal one: nothing is flushed to zero, and each sum is rounded once.
//!
//! The engine leaves the processor's rounding and flushing modes alone. How long such calls take is for the bench
//! `denormals`.

use corr2d_cpu::{Algorithm, Conv2dOptions, Input, Padding, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::{assert_same, assert_same_results};
use corr2d_tests::{CASES, Case, Data, Results, SplitMix};

/// The smallest number over zero.
const UNIT: f32 = f32::from_bits(1);

#[test]
fn denormal_pixels_under_integer_weights_equal_the_reference() {
    for case in cases() {
        let mut data = integers(&case);
        data.input.iter_mut().for_each(|x| *x *= UNIT);
        assert_equal(&case, &data);
    }
}

#[test]
fn denormal_weights_over_integer_pixels_equal_the_reference() {
    for case in cases() {
        let mut data = integers(&case);
        data.weight.iter_mut().for_each(|w| *w *= UNIT);
        assert_equal(&case, &data);
    }
}

/// One for each path that `Auto` may take.
fn cases() -> Vec<Case> {
    let case = |name: &'static str, input: [usize; 4], weight: [usize; 4]| {
        let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
        Case { name: name.into(), input, weight, options, bias: false }
    };
    vec![
        case("image", [1, 1, 20, 150], [1, 1, 3, 5]),
        case("line", [1, 1, 4, 150], [1, 1, 1, 2]),
        case("layer", [1, 5, 9, 17], [20, 5, 3, 2]),
        case("three_by_three_layer", [2, 16, 14, 15], [16, 16, 3, 3]),
    ]
}

fn integers(case: &Case) -> Data<f32> {
    Data::integers(case, case.plan(Algorithm::Reference).unwrap().geometry().output_shape())
}

fn assert_equal(case: &Case, data: &Data<f32>) {
    let reference = case.plan(Algorithm::Reference).unwrap();
    let shape = reference.geometry().output_shape();
    let want = unsigned(reference.forward_new(&data.input, &data.weight, None).unwrap());
    assert!(want.iter().any(|y| *y != 0.0 && y.is_subnormal()), "{case}: no sum is denormal");
    for plan in case.fast_plans().unwrap() {
        let got = unsigned(plan.forward_new(&data.input, &data.weight, None).unwrap());
        assert_same(&got, &want, &shape, &format!("{} of {case}", name_of(&plan)));
    }
}

#[test]
fn gradients_of_denormal_numbers_equal_the_reference_on_every_path() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        for denormal in ["input", "weight", "output gradient"] {
            let mut data = integers(case);
            let numbers = match denormal {
                "input" => &mut data.input,
                "weight" => &mut data.weight,
                _ => &mut data.output_gradient,
            };
            numbers.iter_mut().for_each(|number| *number *= UNIT);
            let want = Results::of(&case.plan(Algorithm::Reference).unwrap(), &data).unwrap();
            for plan in case.exact_plans().unwrap() {
                let got = Results::of(&plan, &data).unwrap();
                assert_same_results(&got, &want, &format!("{} with denormal {denormal}, {case}", name_of(&plan)));
            }
        }
    }
}

/// One product an output: what a widened call makes of it is what the processor's multiplication makes of it.
#[test]
fn each_product_is_rounded_as_the_processor_rounds_it() {
    let mut random = SplitMix::new(5);
    let numbers = edges().chain((0..4000).map(|_| any_number(&mut random)));
    let pixels: Vec<_> = numbers.filter(|number| !number.is_nan()).collect();
    let plan = Plan::new([1, 1, 1, pixels.len()], [1, 1, 1, 1], &Conv2dOptions::default()).unwrap();
    for weight in [1.0, -1.0, 0.5, 1.0 - f32::EPSILON / 2.0, 3.0, 1e-3, 1e-20, f32::MIN_POSITIVE, UNIT, 7.0 * UNIT] {
        let got = unsigned(plan.forward_new(&pixels, &[weight], None).unwrap());
        let want = unsigned(pixels.iter().map(|pixel| pixel * weight).collect());
        assert_same(&got, &want, &[pixels.len()], &format!("times {weight:e}"));
    }
}

#[test]
fn prepared_weights_and_crops_are_not_flushed_either() {
    for case in cases() {
        let mut data = integers(&case);
        data.weight.iter_mut().for_each(|weight| *weight *= UNIT);
        let plan = case.plan(Algorithm::Auto).unwrap();
        let want = case.plan(Algorithm::Reference).unwrap().forward_new(&data.input, &data.weight, None).unwrap();
        let want = unsigned(want);
        let [_, channels, height, width] = case.input;
        let input = Input::strided(&data.input, [channels * height * width, height * width, width]);
        let got = plan.prepare(&data.weight).unwrap().forward_strided_new(input, None).unwrap();
        assert_same(&unsigned(got), &want, &plan.geometry().output_shape(), &case.to_string());
    }
}

/// Which sign a zero has depends on what was rounded to it.
fn unsigned(numbers: Vec<f32>) -> Vec<f32> {
    numbers.into_iter().map(|number| number + 0.0).collect()
}

/// Around every place where the form of an `f32` changes, of both signs.
fn edges() -> impl Iterator<Item = f32> {
    let edges =
        [0u32, 1, 2, 3, 0x0040_0000, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x3f80_0000, 0x7f7f_ffff, 0x7f80_0000];
    edges.into_iter().flat_map(|bits| [f32::from_bits(bits), f32::from_bits(bits | 0x8000_0000)])
}

/// Every exponent as likely as any other, and every third number denormal.
fn any_number(random: &mut SplitMix) -> f32 {
    let bits = random.next() as u32;
    f32::from_bits(if random.percent(33) { bits & 0x807f_ffff } else { bits })
}
