//! Two passes, for kernels that are an outer product.

use corr2d_cpu::{Algorithm, Conv2dOptions, Error, Isa, Padding, Path, Plan};
use corr2d_tests::compare::{assert_same, assert_within};
use corr2d_tests::{Case, Data, Number, SplitMix};
use rayon::{ThreadPool, ThreadPoolBuilder};

#[test]
fn random_products_of_integers_equal_the_reference_bit_for_bit() {
    let pools = [1, 2, 3].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for seed in 0..150 {
        let case = random_case(seed);
        assert_equal_on_integers::<f32>(&pools, &case);
        assert_equal_on_integers::<f64>(&pools, &case);
    }
}

/// Wider than a band, and a kernel of several blocks of weights.
#[test]
fn wide_images_equal_the_reference_bit_for_bit() {
    let pools = [1, 2].map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for (name, input, kernel) in
        [("two_bands_across", [1, 1, 37, 4500], [9, 11]), ("one_column_more_than_a_band", [1, 1, 33, 4097], [17, 1])]
    {
        let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
        let case = Case { name: name.into(), input, weight: [1, 1, kernel[0], kernel[1]], options, bias: true };
        assert_equal_on_integers::<f32>(&pools, &case);
    }
}

#[test]
fn auto_runs_named_kernels_as_two_passes_within_eight_roundings() {
    for (name, vertical, horizontal) in kernels() {
        let (h, w) = (vertical.len(), horizontal.len());
        for padding in [Padding::Valid, Padding::Same] {
            let options = Conv2dOptions { padding, ..Default::default() };
            let case = Case { name: name.into(), input: [1, 1, 61, 83], weight: [1, 1, h, w], options, bias: true };
            assert_within_eight_roundings::<f32>(&case, &vertical, &horizontal);
            assert_within_eight_roundings::<f64>(&case, &vertical, &horizontal);
        }
    }
}

#[test]
fn auto_sums_a_kernel_that_is_no_outer_product_directly() {
    let plan = Plan::new([1, 1, 61, 83], [1, 1, 9, 11], &Conv2dOptions::default()).unwrap();
    let mut kernel = outer::<f32>(&gaussian(9), &gaussian(11));
    assert_eq!(plan.path_for(&kernel), Path::Separable);
    // Far more than the roundings of a product, far less than one can see.
    kernel[40] *= 1.00001;
    assert_eq!(plan.path_for(&kernel), plan.path());
    assert_eq!(plan.path_for(&[0f32; 99]), plan.path());
}

/// Depthwise, one of the kernels is no outer product.
#[test]
fn forced_two_passes_that_cannot_be_are_errors_with_the_figures() {
    let forced = Conv2dOptions { algorithm: Algorithm::Separable, groups: 2, ..Default::default() };
    let plan = Plan::new([1, 2, 3, 4], [2, 1, 2, 2], &forced).unwrap();
    let error = plan.forward_new(&[1f32; 24], &[1.0, 2.0, 2.0, 4.0, 1.0, 0.0, 0.0, 1.0], None).unwrap_err();
    assert_eq!(error, Error::NotAnOuterProduct { channel: 1 });
    assert_eq!(
        error.to_string(),
        "the kernel of output channel 1 is no outer product of a column and a row: take Auto",
    );
    for special in [f32::NAN, f32::INFINITY] {
        let error = plan.forward_new(&[1f32; 24], &[special; 8], None).unwrap_err();
        assert_eq!(error, Error::NotAnOuterProduct { channel: 0 });
    }
    let strided = Conv2dOptions { algorithm: Algorithm::Separable, stride: (1, 2), ..Default::default() };
    assert_eq!(
        Plan::new([1, 3, 9, 8], [4, 3, 2, 2], &strided).unwrap_err().to_string(),
        "Separable is for one input channel a group, stride 1×1 and dilation 1×1, but this has 3, stride 1×2 and dilation \
         1×1: take Auto",
    );
}

#[test]
fn what_is_not_finite_reaches_exactly_its_windows() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let plan = |algorithm| Plan::new([2, 1, 40, 53], [1, 1, 7, 8], &Conv2dOptions { algorithm, ..options }).unwrap();
    let (reference, separable) = (plan(Algorithm::Reference), plan(Algorithm::Separable));
    let kernel = outer::<f32>(&[1.0, 2.0, 0.0, -1.0, 3.0, 1.0, 1.0], &[2.0, 1.0, 0.0, -1.0, -1.0, 3.0, 1.0, 1.0]);
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        for place in [0, 52, 53 * 20 + 17, 53 * 40 - 1, 53 * 40 + 53 * 16, 2 * 53 * 40 - 1] {
            let mut input: Vec<f32> = (0..2 * 53 * 40).map(|index| (index % 17) as f32 - 8.0).collect();
            input[place] = special;
            let want = reference.forward_new(&input, &kernel, None).unwrap();
            for isa in Isa::available() {
                let got = separable.with_isa(*isa).forward_new(&input, &kernel, None).unwrap();
                for (index, (got, want)) in got.iter().zip(&want).enumerate() {
                    let same = got == want || got.is_nan() && want.is_nan() || (got / want - 1.0).abs() < 1e-6;
                    assert!(same, "{special} at {place} on {isa}: {got} for {want} at {index}");
                }
            }
        }
    }
}

/// A legal case of one input channel a group, at stride 1 and dilation 1.
fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    let (groups, outputs) = (random.between(1, 3), random.between(1, 3));
    let kernel = [random.between(1, 19), random.between(1, 19)];
    let mut side = || random.between(0, 4);
    let (top, bottom, left, right) = (side(), side(), side(), side());
    let [height, width] = kernel.map(|kernel| kernel + random.between(0, 40));
    let options =
        Conv2dOptions { padding: Padding::Explicit { top, bottom, left, right }, groups, ..Default::default() };
    Case {
        name: format!("product_{seed}").into(),
        input: [random.between(1, 2), groups, height, width],
        weight: [groups * outputs, 1, kernel[0], kernel[1]],
        options,
        bias: random.percent(50),
    }
}

fn assert_equal_on_integers<T: Number>(pools: &[ThreadPool], case: &Case) {
    let reference = case.plan(Algorithm::Reference).unwrap();
    let mut data = Data::<T>::integers(case, reference.geometry().output_shape());
    let [_, _, height, width] = case.weight;
    let mut random = SplitMix::new(case.seed());
    let mut factor = |length| (0..length).map(|_| random.between(0, 6) as f64 - 3.0).collect::<Vec<_>>();
    for kernel in data.weight.chunks_exact_mut(height * width) {
        // Not all zero: that is no outer product, since it has no largest weight.
        let (mut vertical, mut horizontal) = (factor(height), factor(width));
        (vertical[height / 2], horizontal[width / 2]) = (2.0, -3.0);
        kernel.copy_from_slice(&outer(&vertical, &horizontal));
    }
    let bias = case.bias.then_some(&data.bias[..]);
    let want = reference.forward_new(&data.input, &data.weight, bias).unwrap();
    for isa in Isa::available() {
        let plan = case.plan(Algorithm::Separable).unwrap().with_isa(*isa);
        for pool in pools {
            let mut got = vec![T::NAN; want.len()];
            pool.install(|| plan.forward(&data.input, &data.weight, bias, &mut got)).unwrap();
            let label = format!("{} on {isa}, {} threads, {case}", T::NAME, pool.current_num_threads());
            assert_same(&got, &want, &reference.geometry().output_shape(), &label);
        }
    }
}

fn assert_within_eight_roundings<T: Number>(case: &Case, vertical: &[f64], horizontal: &[f64]) {
    let reference = case.plan(Algorithm::Reference).unwrap();
    let shape = reference.geometry().output_shape();
    let mut data = Data::<T>::reals(case, shape);
    data.weight = outer(vertical, horizontal);
    let (wide, magnitudes) = (data.widen(), data.magnitudes().widen());
    let want = reference.forward_new(&wide.input, &wide.weight, Some(&wide.bias)).unwrap();
    let sums = reference.forward_new(&magnitudes.input, &magnitudes.weight, Some(&magnitudes.bias)).unwrap();
    // The reference in f64 errs as much as what it is compared with.
    let rounding = if T::NAME == "f32" { 2f64.powi(-24) } else { 4.0 * 2f64.powi(-53) };
    let bound: Vec<_> = sums.iter().map(|sum| 8.0 * rounding * sum).collect();
    for isa in Isa::available() {
        let plan = case.plan(Algorithm::Auto).unwrap().with_isa(*isa);
        assert_eq!(plan.path_for(&data.weight), Path::Separable, "{} {case}", T::NAME);
        let got = plan.forward_new(&data.input, &data.weight, Some(&data.bias)).unwrap();
        assert_within(&got, &want, &bound, &shape, &format!("{} on {isa}, {case}", T::NAME));
    }
}

fn kernels() -> Vec<(&'static str, Vec<f64>, Vec<f64>)> {
    vec![
        ("gaussian_7x7", gaussian(7), gaussian(7)),
        ("gaussian_9x13", gaussian(9), gaussian(13)),
        ("gaussian_31x31", gaussian(31), gaussian(31)),
        ("box_8x9", vec![1.0 / 8.0; 8], vec![1.0 / 9.0; 9]),
        ("sobel_7x7", vec![1.0, 6.0, 15.0, 20.0, 15.0, 6.0, 1.0], vec![-1.0, -4.0, -5.0, 0.0, 5.0, 4.0, 1.0]),
        ("ramp_10x7", (0..10).map(|a| 0.37 * f64::from(a) - 1.0).collect(), vec![0.1, -0.7, 0.3, 0.9, -0.2, 0.5, 0.4]),
    ]
}

/// With OpenCV's width for a size.
fn gaussian(size: usize) -> Vec<f64> {
    let sigma = 0.3 * ((size as f64 - 1.0) * 0.5 - 1.0) + 0.8;
    let weights: Vec<_> =
        (0..size).map(|a| (-(a as f64 - (size as f64 - 1.0) / 2.0).powi(2) / (2.0 * sigma * sigma)).exp()).collect();
    let sum: f64 = weights.iter().sum();
    weights.iter().map(|weight| weight / sum).collect()
}

fn outer<T: Number>(vertical: &[f64], horizontal: &[f64]) -> Vec<T> {
    vertical.iter().flat_map(|v| horizontal.iter().map(move |h| T::from_real(v * h))).collect()
}
