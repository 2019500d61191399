//! Images that the vector paths cut: wide ones into strips, lines, and copies where rows lie a power of two apart; the outputs of
//! few channels by two.

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding};
use corr2d_tests::compare::assert_same;
use corr2d_tests::{Case, Data, Number, SplitMix};

#[test]
fn random_wide_images_equal_the_reference_bit_for_bit() {
    for seed in 0..60 {
        let case = random_case(seed);
        assert_equal::<f32>(&case);
        assert_equal::<f64>(&case);
    }
}

#[test]
fn images_at_the_edges_of_strips_and_lines_equal_the_reference_bit_for_bit() {
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let valid = Conv2dOptions::default();
    for (name, [height, width], kernel, options) in [
        ("one_row_of_kernel_and_line", [9, 128], [1, 2], same),
        ("one_column_less_than_a_line", [9, 127], [1, 3], same),
        ("line_with_two_parts", [5, 1500], [1, 33], valid),
        ("line_with_two_parts_and_padding", [5, 1500], [1, 33], same),
        ("strip_and_one_column", [12, 961], [9, 3], same),
        ("strip_of_parts", [12, 960], [9, 17], same),
        ("two_strips_less_one_column", [19, 1919], [10, 2], valid),
        ("rows_of_4096_bytes", [21, 1024], [7, 3], valid),
        ("rows_of_8192_bytes", [21, 2048], [8, 2], same),
        ("tall_kernel", [45, 70], [40, 2], same),
    ] {
        let weight = [1, 1, kernel[0], kernel[1]];
        assert_equal::<f32>(&Case { name: name.into(), input: [1, 1, height, width], weight, options, bias: true });
    }
}

#[test]
fn outputs_that_are_summed_by_two_equal_the_reference_bit_for_bit() {
    for (name, [outputs, height, rows, channels]) in [
        ("two", [2, 8, 3, 1]),
        ("two_of_the_fewest_rows", [2, 4, 5, 2]),
        ("too_few_rows_for_two", [2, 3, 3, 1]),
        ("a_third_alone", [3, 9, 2, 3]),
        ("blocks_of_eight_and_four", [5, 12, 4, 2]),
        ("a_last_block_that_goes_back", [4, 21, 5, 1]),
        ("more_rows_of_kernel_than_fit", [4, 17, 6, 2]),
        ("in_parts", [6, 13, 3, 17]),
        ("in_parts_and_a_last_one_alone", [7, 10, 5, 7]),
        ("in_bands", [4, 150, 3, 3]),
    ] {
        for (groups, width) in [(1, 37), (2, 16), (2, 5)] {
            let options = Conv2dOptions { padding: Padding::Same, groups, ..Default::default() };
            let weight = [groups * outputs, channels, rows, 3];
            let name = format!("{name}_{groups}_{width}").into();
            let case = Case { name, input: [2, groups * channels, height, width], weight, options, bias: true };
            assert_equal::<f32>(&case);
            assert_equal::<f64>(&case);
        }
    }
    // So wide and deep that what lies at the rim is copied block by block, in two strips of three parts.
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let (input, weight) = ([1, 17, 9, 1000], [2, 17, 3, 3]);
    assert_equal::<f32>(&Case { name: "at_the_rim".into(), input, weight, options, bias: true });
}

fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    let kernel = [random.between(1, 17), random.between(1, 40)];
    let dilation = (random.between(1, 2), random.between(1, 2));
    let mut side = |kernel: usize| random.between(0, kernel);
    let (top, bottom, left, right) = (side(kernel[0]), side(kernel[0]), side(kernel[1]), side(kernel[1]));
    let channels = random.between(1, 2);
    let height = 2 * kernel[0] + random.between(0, 12);
    let width = [64, 512, 1024, 1900][random.between(0, 3)] + random.between(0, 60);
    Case {
        name: format!("wide_{seed}").into(),
        input: [1, channels, height, width + 2 * kernel[1]],
        weight: [random.between(1, 2), channels, kernel[0], kernel[1]],
        options: Conv2dOptions {
            padding: Padding::Explicit { top, bottom, left, right },
            dilation,
            ..Default::default()
        },
        bias: random.percent(50),
    }
}

fn assert_equal<T: Number>(case: &Case) {
    let reference = case.plan(Algorithm::Reference).unwrap();
    let shape = reference.geometry().output_shape();
    let data = Data::<T>::integers(case, shape);
    let bias = case.bias.then_some(&data.bias[..]);
    let want = reference.forward_new(&data.input, &data.weight, bias).unwrap();
    for plan in case.exact_plans().unwrap() {
        let mut got = vec![T::NAN; want.len()];
        plan.forward(&data.input, &data.weight, bias, &mut got).unwrap();
        assert_same(&got, &want, &shape, &format!("{} by {:?} on {}, {case}", T::NAME, plan.path(), plan.isa()));
    }
}
