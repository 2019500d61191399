//! Ranges: every response lands in 0..1, none becomes NaN, and what is cut off is counted.

use candle_core::{Device, Tensor};
use corr2d_imaging::Range;

use super::{flat, tensor};

const ALL: [Range; 4] = [Range::Signed, Range::Abs, Range::MinMax, Range::Clamp];

fn shown(range: Range, responses: &[f32]) -> Vec<f32> {
    let responses = Tensor::from_slice(responses, (1, 1, responses.len()), &Device::Cpu).unwrap();
    flat(&range.apply(&responses).unwrap().0)
}

#[test]
fn each_range_maps_as_its_formula_says() {
    let responses = [-2.0, 0.0, 1.0];
    assert_eq!(shown(Range::Signed, &responses), [0.0, 0.5, 0.75]);
    assert_eq!(shown(Range::Abs, &responses), [1.0, 0.0, 0.5]);
    assert_eq!(shown(Range::MinMax, &responses), [0.0, 2.0 / 3.0, 1.0]);
    assert_eq!(shown(Range::Clamp, &[-2.0, 0.25, 1.5]), [0.0, 0.25, 1.0]);
}

#[test]
fn flat_ground_has_a_defined_brightness() {
    let cases = [
        (Range::Signed, 0.0, 0.5),
        (Range::Abs, 0.0, 0.0),
        (Range::MinMax, 0.0, 0.0),
        (Range::Clamp, 0.0, 0.0),
        (Range::Signed, -3.0, 0.0),
        (Range::Abs, -3.0, 1.0),
        (Range::MinMax, -3.0, 0.0),
    ];
    for (range, value, want) in cases {
        assert_eq!(shown(range, &[value; 3]), [want; 3], "{range} of {value} everywhere");
    }
}

#[test]
fn the_ends_of_f32_stay_between_black_and_white() {
    let extremes = [f32::MIN, -f32::MIN_POSITIVE, -1e-45, 0.0, 1e-45, f32::MAX];
    for range in ALL {
        for responses in [&extremes[..], &[-1e-45, 0.0, 1e-45], &[f32::MAX, f32::MAX]] {
            let shown = shown(range, responses);
            assert!(shown.iter().all(|value| (0.0..=1.0).contains(value)), "{range} of {responses:?}: {shown:?}");
        }
    }
}

#[test]
fn the_report_says_what_was_cut_off() {
    let responses = tensor([-4, 0, 1, 2, 3, 1], (1, 2, 3));
    for (range, clipped) in [(Range::Clamp, 3), (Range::Signed, 0), (Range::Abs, 0), (Range::MinMax, 0)] {
        let (shown, report) = range.apply(&responses).unwrap();
        assert_eq!(shown.dims(), [1, 2, 3], "{range}");
        assert_eq!((report.min, report.max, report.clipped, report.total), (-4.0, 3.0, clipped, 6), "{range}");
    }
}

#[test]
fn names_are_read_back() {
    for range in ALL {
        assert_eq!(range.to_string().to_uppercase().parse::<Range>().unwrap(), range);
        assert!(Range::table().contains(range.name()));
    }
}
