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
fn usual_kernels_of_few_taps_equal_the_reference_bit_for_bit() {
    let kernels = [[1, 2], [1, 3], [1, 5], [1, 7], [2, 1], [5, 1], [7, 1], [2, 2], [3, 1], [3, 3], [1, 4], [2, 3]];
    // Narrower than a register, one, a little more, and more than a line of eight; blocks of eight rows, of four and of one, and
    // a last one that goes back.
    for [height, width] in [[9, 7], [8, 16], [3, 17], [21, 33], [13, 150], [25, 129]] {
        for [rows, columns] in kernels {
            for dilation in [(1, 1), (2, 1), (1, 2)] {
                for (name, padding) in [("plain", Padding::Valid), ("padded", Padding::Same)] {
                    let options = Conv2dOptions { padding, dilation, ..Default::default() };
                    let extent = |axis: usize, kernel: usize, dilation: usize| match padding {
                        Padding::Valid => axis + (kernel - 1) * dilation,
                        _ => axis,
                    };
                    let (height, width) = (extent(height, rows, dilation.0), extent(width, columns, dilation.1));
                    let (input, weight) = ([1, 2, height, width], [2, 1, rows, columns]);
                    let options = Conv2dOptions { groups: 2, ..options };
                    assert_equal::<f32>(&Case { name: name.into(), input, weight, options, bias: true });
                }
            }
        }
    }
}

#[test]
fn few_taps_at_the_rim_of_wide_images_equal_the_reference_bit_for_bit() {
    // So wide that no padded copy of all is made, but block by block where one reads padding; and rows 4096 bytes apart.
    for (name, kernel, width, padding) in [
        ("square", [3, 3], 1000, Padding::Same),
        ("line", [1, 2], 1000, Padding::Same),
        ("long_line", [1, 7], 1000, Padding::Same),
        ("column", [5, 1], 1000, Padding::Same),
        ("aliased", [7, 1], 1024, Padding::Valid),
        ("aliased_and_padded", [7, 1], 1024, Padding::Same),
    ] {
        for dilation in [(1, 1), (2, 1), (1, 3)] {
            let options = Conv2dOptions { padding, dilation, groups: 2, ..Default::default() };
            let (input, weight) = ([1, 2, 29, width], [2, 1, kernel[0], kernel[1]]);
            assert_equal::<f32>(&Case { name: name.into(), input, weight, options, bias: true });
        }
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
