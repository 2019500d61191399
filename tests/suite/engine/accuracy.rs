//! Long sums of numbers of one sign, where roundings add up and do not cancel.

use corr2d_cpu::{Algorithm, Conv2dOptions, Path, Plan};

/// The largest error of a result whose exact value is `want` throughout, in units of 2⁻²⁴ · |want|.
fn roundings(got: &[f32], want: f64) -> f64 {
    let error = |value: &f32| (f64::from(*value) - want).abs() / want.abs() * f64::from(1u32 << 24);
    got.iter().map(error).fold(0.0, f64::max)
}

/// 0.1 and 0.3 as f32 hold them.
const X: f32 = 0.1;
const W: f32 = 0.3;

fn product() -> f64 {
    f64::from(X) * f64::from(W)
}

#[test]
fn a_forward_sum_of_thousands_of_products_rounds_like_two_short_sums() {
    // A plain sum of n equal products is off by up to n / 2 roundings, one in runs of 64 by about
    // (64 + n / 64) / 2.
    for (channels, kernel) in [(512, 3), (2048, 3), (64, 31), (1, 31)] {
        // A wide kernel is summed in runs of eight of its rows.
        let run = (8 * kernel).max(64) as f64;
        let limit = 1.1 * (run + (channels * kernel * kernel) as f64 / run) / 2.0;
        let plan =
            Plan::new([1, channels, kernel, kernel + 9], [1, channels, kernel, kernel], &Conv2dOptions::default());
        let plan = plan.unwrap();
        let geometry = *plan.geometry();
        let mut y = vec![f32::NAN; geometry.output_len()];
        plan.forward(&vec![X; geometry.input_len()], &vec![W; geometry.weight_len()], None, &mut y).unwrap();
        let found = roundings(&y, product() * (channels * kernel * kernel) as f64);
        assert!(found < limit, "{channels} channels of {kernel}×{kernel}: {found:.1} roundings, over {limit:.1}");
    }
}

/// Sums of equal products, where roundings add up as they will: the worst of many values.
#[test]
fn weight_gradients_of_batches_are_summed_in_short_runs() {
    let plan = Plan::new([64, 1, 32, 32], [6, 1, 5, 5], &Conv2dOptions::default()).unwrap();
    assert_eq!(plan.weight_gradient_path(), Path::Batch);
    let geometry = plan.geometry();
    let positions = (geometry.output_len() / geometry.output_channels()) as f64;
    let mut weight_gradient = vec![f32::NAN; geometry.weight_len()];
    for step in 0..60 {
        let (x, gradient) = (0.5 + step as f32 / 97.0, W);
        let (input, gradients) = (vec![x; geometry.input_len()], vec![gradient; geometry.output_len()]);
        plan.weight_gradient(&input, &gradients, &mut weight_gradient).unwrap();
        let found = roundings(&weight_gradient, f64::from(x) * f64::from(gradient) * positions);
        assert!(found < 16.0, "{x} · {gradient}: {found:.1} roundings");
    }
}

#[test]
fn gradients_over_millions_of_positions_stay_within_eight_roundings() {
    for (input, weight, algorithm, path) in [
        ([1, 1, 1080, 1920], [1, 1, 3, 3], Algorithm::Direct, Path::Planes),
        ([32, 8, 56, 56], [8, 8, 1, 1], Algorithm::Direct, Path::Channels),
        ([1024, 1, 48, 48], [6, 1, 5, 5], Algorithm::Auto, Path::Batch),
        ([16384, 1, 14, 14], [6, 1, 5, 5], Algorithm::Auto, Path::Batch),
        ([2, 3, 230, 230], [32, 3, 7, 7], Algorithm::Auto, Path::Pairs),
    ] {
        let options = Conv2dOptions { algorithm, ..Default::default() };
        let plan = Plan::new(input, weight, &options).unwrap();
        assert_eq!(plan.weight_gradient_path(), path);
        let geometry = *plan.geometry();
        let positions = (geometry.output_len() / geometry.output_channels()) as f64;
        let gradient = vec![W; geometry.output_len()];
        let mut weight_gradient = vec![f32::NAN; geometry.weight_len()];
        plan.weight_gradient(&vec![X; geometry.input_len()], &gradient, &mut weight_gradient).unwrap();
        let found = roundings(&weight_gradient, product() * positions);
        assert!(found < 8.0, "weight gradient of {input:?}: {found:.1} roundings");
        let mut bias_gradient = vec![f32::NAN; geometry.output_channels()];
        plan.bias_gradient(&gradient, &mut bias_gradient).unwrap();
        let found = roundings(&bias_gradient, f64::from(W) * positions);
        assert!(found < 8.0, "bias gradient of {input:?}: {found:.1} roundings");
    }
}
