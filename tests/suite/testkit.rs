//! The testkit itself: a case that tests nothing would let everything pass.

use std::collections::HashSet;

use corr2d_cpu::Algorithm;
use corr2d_tests::compare::coordinates;
use corr2d_tests::{BENCH_CASES, CASES, Case, Data, random_case};

#[test]
fn every_case_has_a_name_of_its_own_and_is_legal() {
    let mut names = HashSet::new();
    for case in CASES.iter().chain(BENCH_CASES) {
        assert!(names.insert(&case.name), "{} is there twice", case.name);
        assert!(case.plan(Algorithm::Auto).is_ok(), "{case}");
    }
    assert!(CASES.len() >= 60, "{} cases", CASES.len());
}

#[test]
fn names_that_count_lanes_and_channels_count_right() {
    let output = |name: &str| {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        case.plan(Algorithm::Auto).unwrap().geometry().output_shape()
    };
    // Eight columns to a lane, four channels to a block.
    let widths = ["width_one_below_lane", "width_equals_lane", "width_one_above_lane"].map(|name| output(name)[3]);
    assert_eq!(widths, [7, 8, 9]);
    let widths = ["width_one_below_two_lanes", "width_equals_two_lanes", "width_one_above_two_lanes"];
    assert_eq!(widths.map(|name| output(name)[3]), [15, 16, 17]);
    let channels = ["channels_one_below_block", "channels_equal_block", "channels_one_above_block"];
    assert_eq!(channels.map(|name| output(name)[1]), [3, 4, 5]);
    assert_eq!(output("one_output")[2..], [1, 1]);
    assert_eq!(output("stride_beyond_input")[2..], [1, 1]);
}

#[test]
fn no_plane_ends_in_a_row_or_a_column_of_zeros() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        let data = integers(case);
        let output = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
        let tensors = [(&data.input, case.input), (&data.weight, case.weight), (&data.output_gradient, output)];
        for (tensor, [.., height, width]) in tensors {
            for plane in tensor.chunks(height * width) {
                assert!(plane[(height - 1) * width..].iter().any(|value| *value != 0.0), "last row of {case}");
                assert!(
                    plane.iter().skip(width - 1).step_by(width).any(|value| *value != 0.0),
                    "last column of {case}"
                );
            }
        }
    }
}

#[test]
fn integers_fill_their_range_and_differ_from_case_to_case() {
    let case = CASES.iter().find(|case| case.name == "rows_in_several_pieces").unwrap();
    let values: HashSet<i64> = integers(case).input.iter().map(|value| *value as i64).collect();
    assert_eq!(values, (-8..=8).collect());
    let renamed = Case { name: "another".into(), ..case.clone() };
    assert_ne!(integers(case).input, integers(&renamed).input);
    assert_eq!(integers(case).input, integers(case).input);
}

#[test]
fn a_seed_gives_one_random_case() {
    assert_eq!(random_case(5).to_string(), random_case(5).to_string());
    assert_ne!(random_case(5).input, random_case(6).input);
}

#[test]
fn coordinates_count_the_last_axis_fastest() {
    assert_eq!(coordinates(0, &[2, 3, 4]), [0, 0, 0]);
    assert_eq!(coordinates(23, &[2, 3, 4]), [1, 2, 3]);
    assert_eq!(coordinates(13, &[2, 3, 4]), [1, 0, 1]);
}

fn integers(case: &Case) -> Data<f64> {
    Data::integers(case, case.plan(Algorithm::Auto).unwrap().geometry().output_shape())
}
