//! Numbers below the smallest normal one: nothing is flushed to zero.
//!
//! The engine leaves the processor's rounding and flushing modes alone.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding, Path};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::{assert_same, assert_within};
use corr2d_tests::{Case, Data};

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
    let want = reference.forward_new(&data.input, &data.weight, None).unwrap();
    assert!(want.iter().any(|y| *y != 0.0 && y.is_subnormal()), "{case}: no sum is denormal");
    for plan in case.fast_plans().unwrap() {
        let got = plan.forward_new(&data.input, &data.weight, None).unwrap();
        let label = format!("{} of {case}", name_of(&plan));
        match plan.path() {
            // A transform has fractions of the unit, each rounded to it: as many roundings as products, times numbers of the
            // other operand, which go up to 8.
            Path::Winograd2 | Path::Winograd4 | Path::Fft => {
                let products = (case.weight[1] * 36 * 8) as f64;
                let want: Vec<_> = want.iter().map(|y| f64::from(*y)).collect();
                let bound = vec![products * f64::from(UNIT); want.len()];
                assert_within(&got, &want, &bound, &shape, &label);
            }
            _ => assert_same(&got, &want, &shape, &label),
        }
    }
}
