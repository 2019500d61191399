//! Inputs that do not lie in one piece: the same bits as from a copy that does, and nothing between the rows is touched.

use corr2d_cpu::{Algorithm, Conv2dOptions, Error, Input, Padding, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::assert_same;
use corr2d_tests::{CASES, Case, Data, Number, random_case};

#[test]
fn every_path_reads_a_crop_of_larger_images_as_it_reads_its_copy() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        assert_reads_crops::<f32>(case);
        assert_reads_crops::<f64>(case);
    }
    for case in (30_000..30_200).map(random_case) {
        assert_reads_crops::<f32>(&case);
    }
}

/// Sizes at which images are cut into strips and bands, layers into tiles, and 1×1 layers joined to long rows.
#[test]
fn large_crops_are_read_as_their_copies() {
    let same = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let half = Conv2dOptions { stride: (2, 2), ..same };
    let depthwise = Conv2dOptions { groups: 20, ..same };
    for (name, input, weight, options) in [
        ("image", [1, 1, 70, 1930], [1, 1, 3, 5], same),
        ("image_of_4096_bytes", [1, 1, 40, 1024], [1, 1, 7, 7], same),
        ("fourier", [1, 1, 150, 170], [1, 1, 19, 17], same),
        ("winograd", [2, 32, 30, 31], [32, 32, 3, 3], same),
        ("small_pictures", [18, 4, 9, 8], [6, 4, 3, 3], same),
        ("single_pixels", [1, 40, 9, 14], [32, 40, 1, 1], same),
        ("strided", [1, 16, 29, 30], [32, 16, 3, 3], half),
        ("depthwise", [2, 20, 33, 29], [20, 1, 3, 3], depthwise),
    ] {
        assert_reads_crops::<f32>(&Case { name: name.into(), input, weight, options, bias: true });
    }
}

#[test]
fn prepared_weights_read_a_crop_too() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        let plan = Plan::for_kept_weights(*case.plan(Algorithm::Auto).unwrap().geometry(), Algorithm::Auto).unwrap();
        let data = Data::<f32>::reals(case, plan.geometry().output_shape());
        let (elements, steps) = scattered(&data.input, case.input);
        let prepared = plan.prepare(&data.weight).unwrap();
        let got = prepared.forward_strided_new(Input::strided(&elements, steps), Some(&data.bias)).unwrap();
        let want = prepared.forward_new(&data.input, Some(&data.bias)).unwrap();
        assert_same(&got, &want, &plan.geometry().output_shape(), &case.to_string());
    }
}

#[test]
fn a_slice_may_end_with_the_last_row_and_not_before() {
    let plan = Plan::new([2, 3, 4, 5], [1, 3, 2, 2], &Conv2dOptions::default()).unwrap();
    let steps = [100, 30, 7];
    let (wanted, weight) = (100 + 2 * 30 + 3 * 7 + 5, [1f32; 12]);
    let elements = vec![1f32; wanted];
    assert!(plan.forward_strided_new(Input::strided(&elements, steps), &weight, None).is_ok());
    let error = plan.forward_strided_new(Input::strided(&elements[1..], steps), &weight, None).unwrap_err();
    assert!(matches!(error, Error::InputTooShort { found, .. } if found == wanted - 1), "{error}");
    let beyond = [usize::MAX, usize::MAX, 1];
    assert!(plan.forward_strided_new(Input::strided(&elements, beyond), &weight, None).is_err());
}

fn assert_reads_crops<T: Number>(case: &Case) {
    let shape = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
    let data = Data::<T>::reals(case, shape);
    let (elements, steps) = scattered(&data.input, case.input);
    for plan in case.all_plans().unwrap() {
        let want = plan.forward_new(&data.input, &data.weight, Some(&data.bias)).unwrap();
        let mut got = vec![T::NAN; want.len()];
        plan.forward_strided(Input::strided(&elements, steps), &data.weight, Some(&data.bias), &mut got).unwrap();
        assert_same(&got, &want, &shape, &format!("{} by {}, {case}", T::NAME, name_of(&plan)));
    }
}

/// The rows of an input with other columns, rows and planes between them, all of them NaN; and their distances.
fn scattered<T: Number>(input: &[T], [batch, channels, height, width]: [usize; 4]) -> (Vec<T>, [usize; 3]) {
    let row_step = width + 3;
    let channel_step = (height + 1) * row_step + 5;
    let image_step = (channels + 1) * channel_step;
    let mut elements = vec![T::NAN; batch * image_step];
    for (index, row) in input.chunks_exact(width).enumerate() {
        let (plane, row_of_plane) = (index / height, index % height);
        let start = plane / channels * image_step + plane % channels * channel_step + row_of_plane * row_step;
        elements[start..start + width].copy_from_slice(row);
    }
    (elements, [image_step, channel_step, row_step])
}

/// From the only element of an axis to the next there is no way, so its distance may be anything.
#[test]
fn a_distance_that_nobody_goes_may_be_any() {
    for (input, weight) in [([1, 1, 9, 11], [9, 1, 3, 3]), ([1, 1, 1, 9], [9, 1, 1, 1])] {
        let name = "one_channel".into();
        let case = Case { name, input, weight, options: Conv2dOptions::default(), bias: true };
        let shape = case.plan(Algorithm::Auto).unwrap().geometry().output_shape();
        let data = Data::<f32>::reals(&case, shape);
        let row_step = if input[2] == 1 { usize::MAX } else { input[3] };
        for plan in case.all_plans().unwrap() {
            let want = plan.forward_new(&data.input, &data.weight, Some(&data.bias)).unwrap();
            let input = Input::strided(&data.input, [usize::MAX, usize::MAX, row_step]);
            let got = plan.forward_strided_new(input, &data.weight, Some(&data.bias)).unwrap();
            assert_same(&got, &want, &shape, &format!("{}, {case}", name_of(&plan)));
        }
    }
}
