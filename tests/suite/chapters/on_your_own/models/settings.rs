//! Operators whose settings decide what an output sees.

use serde_json::json;

use super::onnx::{Floats, Integer, Integers, Setting, Word, floats, integers};
use super::{Case, error, newest, one, run};

#[test]
fn means_see_what_their_axes_say() {
    let axes = [integers("axes", &[2, 3]), integers("channels", &[-3]), integers("none", &[])];
    let mean = |line, settings: &[Setting<'_>]| one(line, settings, &axes, 19);
    let (all, place) = (json!([6, 9]), json!([1, 1]));
    assert_eq!(mean("ReduceMean x axes -> y", &[]), ("global".to_owned(), all.clone()));
    assert_eq!(mean("ReduceMax x channels -> y", &[]), (String::new(), place.clone()));
    assert_eq!(mean("ReduceSum x -> y", &[]), ("global".to_owned(), all.clone()));
    // Without axes, nothing is summed if so it is asked.
    let nothing = [Integer("noop_with_empty_axes", 1)];
    assert_eq!(mean("ReduceSum x -> y", &nothing), (String::new(), place.clone()));
    assert_eq!(mean("ReduceMean x none -> y", &nothing), (String::new(), place));
    assert_eq!(mean("ReduceMean x axes -> y", &nothing), ("global".to_owned(), all));
    let computed = [("Shape x -> axes", &[][..]), ("ReduceMean x axes -> y", &[])];
    assert_eq!(
        error(&computed, &[], 19),
        "error: F/model.onnx: operator ReduceMean y: its axes are computed in the model: write it with constant axes"
    );
    assert_eq!(
        error(&[("ReduceMean x -> y", &[Integers("axes", &[-1])])], &[], 13),
        "error: F/model.onnx: operator ReduceMean y: it runs over axes [3]: only over channels, [1], or over height and width, \
         [2, 3], an output sees a rectangle"
    );
    assert_eq!(
        error(&[("ReduceMean x -> y", &[Integers("axes", &[1]), Integer("keepdims", 0)])], &[], 13),
        "error: F/model.onnx: operator ReduceMean y: it takes the axis of the channels away: keepdims = 1 would leave a map"
    );
}

#[test]
fn a_normalisation_sees_the_map_where_it_takes_its_mean() {
    let (all, place) = (("global, subtract".to_owned(), json!([6, 9])), (String::new(), json!([1, 1])));
    assert_eq!(one("InstanceNormalization x -> y", &[], &[], 19), all);
    assert_eq!(one("LayerNormalization x -> y", &[Integer("axis", 1)], &[], 19), all);
    assert_eq!(one("BatchNormalization x -> y", &[], &[], 19), place, "with a mean that it has kept");
    assert_eq!(one("BatchNormalization x -> y", &[Integer("training_mode", 1)], &[], 19), all);
    assert_eq!(
        error(&[("LayerNormalization x -> y", &[])], &[], 19),
        "error: F/model.onnx: operator LayerNormalization y: it runs from axis -1 on, where an output sees a row: only from \
         axis 1 on it sees the whole map"
    );
}

#[test]
fn a_softmax_sees_what_its_version_and_axis_say() {
    let of = |version, axis: Option<i64>| {
        let settings: Vec<Setting<'_>> = axis.map(|axis| Integer("axis", axis)).into_iter().collect();
        one("Softmax x -> y", &settings, &[], version)
    };
    let (place, all) = ((String::new(), json!([1, 1])), ("global, divide".to_owned(), json!([6, 9])));
    assert_eq!(of(13, Some(1)), place);
    assert_eq!(of(13, Some(-3)), place);
    // Before version 13 it ran over its axis and all behind it, and the first of them was the default.
    for axis in [None, Some(1), Some(2), Some(-3), Some(-2)] {
        assert_eq!(of(12, axis), all, "{axis:?}");
    }
    for (version, axis, found) in
        [(13, None, -1), (13, Some(2), 2), (13, Some(0), 0), (12, Some(3), 3), (12, Some(-1), -1)]
    {
        let settings: Vec<Setting<'_>> = axis.map(|axis| Integer("axis", axis)).into_iter().collect();
        assert_eq!(
            error(&[("Softmax x -> y", &settings)], &[], version),
            format!(
                "error: F/model.onnx: operator Softmax y: it runs along axis {found}, on which an output sees a row: only along \
                 the channels, axis 1, it sees its own place"
            )
        );
    }
}

#[test]
fn enlarging_is_known_where_every_output_takes_its_block() {
    let scales = [floats("two", &[1.0, 1.0, 2.0, 2.0]), floats("three", &[1.0, 1.0, 3.0, 1.0])];
    let resize = |scales_of: &str, places: &str, rounding: &str| {
        let line = format!("Resize x - {scales_of} -> y");
        let settings = [Word("coordinate_transformation_mode", places), Word("nearest_mode", rounding)];
        run(&newest(&[(&line, &settings)], &scales), &[]).1
    };
    let known = [
        ("two", "asymmetric", "floor"),
        ("three", "asymmetric", "floor"),
        // ⌈u/2 − 1/2⌉ is ⌊u/2⌋, but of thirds 2/3 is nearer to 1.
        ("two", "asymmetric", "round_prefer_floor"),
        ("two", "half_pixel", "round_prefer_floor"),
        ("three", "half_pixel", "round_prefer_ceil"),
        ("three", "pytorch_half_pixel", "round_prefer_floor"),
        ("three", "tf_half_pixel_for_nn", "floor"),
    ];
    for (scales, places, rounding) in known {
        assert_eq!(resize(scales, places, rounding), "", "{scales} {places} {rounding}");
    }
    let unknown = [
        ("two", "asymmetric", "ceil"),
        ("two", "asymmetric", "round_prefer_ceil"),
        ("three", "asymmetric", "round_prefer_floor"),
        ("two", "half_pixel", "floor"),
        ("two", "half_pixel", "ceil"),
        ("two", "align_corners", "round_prefer_floor"),
        ("three", "tf_half_pixel_for_nn", "round_prefer_floor"),
    ];
    for (scales, places, rounding) in unknown {
        assert_eq!(
            resize(scales, places, rounding),
            format!(
                "error: F/model.onnx: operator Resize y: its nearest pixel is by {rounding} of {places}, which moves what an \
                 output sees: half_pixel with round_prefer_floor, or asymmetric with floor, would do"
            )
        );
    }
    let linear = |line: &str, settings: &[Setting<'_>], version| {
        run(&Case { nodes: &[(line, settings)], constants: &scales, version }, &[]).1
    };
    assert_eq!(linear("Resize x - two -> y", &[Word("mode", "linear")], 19), "");
    assert_eq!(
        linear(
            "Resize x - two -> y",
            &[Word("mode", "linear"), Word("coordinate_transformation_mode", "asymmetric")],
            19
        ),
        "error: F/model.onnx: operator Resize y: it places pixels by asymmetric, with which regions are not the same \
         everywhere: half_pixel would do"
    );
    // Old ones say their factors in other places, and not where pixels lie.
    assert_eq!(one("Upsample x -> y", &[Floats("scales", &[1.0, 1.0, 2.0, 3.0])], &[], 7).0, "upsample 2×3");
    assert_eq!(one("Upsample x two -> y", &[], &scales, 9).0, "upsample 2×2");
    assert_eq!(one("Resize x three -> y", &[Word("mode", "nearest")], &scales, 10).0, "upsample 3×1");
    assert_eq!(
        linear("Upsample x two -> y", &[Word("mode", "linear")], 9),
        "error: F/model.onnx: operator Upsample y: the linear mode of this version leaves open where pixels lie: write the \
         model in version 11 or later"
    );
    let of_two = [floats("two", &[2.0, 4.0])];
    assert_eq!(one("Resize x - two -> y", &[Integers("axes", &[2, 3])], &of_two, 18).0, "upsample 2×4");
}

#[test]
fn blocks_of_pixels_and_channels_change_places() {
    assert_eq!(
        one("DepthToSpace x -> y", &[Integer("blocksize", 3)], &[], 13),
        ("upsample 3×3".to_owned(), json!([1, 1]))
    );
    assert_eq!(
        one("SpaceToDepth x -> y", &[Integer("blocksize", 3)], &[], 13),
        ("conv 3×3/3".to_owned(), json!([3, 3]))
    );
}
