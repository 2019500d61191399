//! Transforms down the columns against the textbook loops: errors, footprints of what is not finite, bits; forward and for the
//! weight gradient.

use corr2d_cpu::{Algorithm, Conv2dOptions, Element, Error, Geometry, Isa, Padding, Path, Plan};
use corr2d_tests::SplitMix;

fn reals<T: Element>(random: &mut SplitMix, length: usize) -> Vec<T> {
    (0..length).map(|_| T::from_f64((random.next() >> 11) as f64 / (1u64 << 52) as f64 - 1.0)).collect()
}

fn wide<T: Element>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|number| number.to_f64()).collect()
}

fn forward<T: Element>(plan: Plan, x: &[T], w: &[T], b: Option<&[T]>) -> Vec<T> {
    // A result that is not written shows.
    let mut y = vec![T::from_f64(f64::NAN); plan.geometry().output_len()];
    plan.forward(x, w, b, &mut y).unwrap();
    y
}

fn geometry(input: [usize; 4], weight: [usize; 4], [top, bottom, left, right]: [usize; 4]) -> Geometry {
    let padding = Padding::Explicit { top, bottom, left, right };
    let options = Conv2dOptions { padding, groups: input[1] / weight[1], ..Default::default() };
    Geometry::new(input, weight, &options).unwrap()
}

/// Sizes that leave rests everywhere, and those at which something changes: one task, several, parts of a kernel.
fn geometries() -> Vec<Geometry> {
    vec![
        geometry([1, 1, 1, 1], [1, 1, 1, 1], [0; 4]),
        geometry([3, 1, 1, 1], [2, 1, 1, 1], [1, 2, 3, 4]),
        geometry([1, 1, 1, 70], [1, 1, 1, 3], [0; 4]),
        geometry([1, 1, 70, 1], [1, 1, 3, 1], [0; 4]),
        // As large as the image, and larger.
        geometry([1, 1, 7, 300], [1, 1, 7, 300], [0; 4]),
        geometry([2, 1, 3, 3], [1, 1, 9, 9], [10, 9, 20, 9]),
        geometry([1, 1, 5, 6], [1, 1, 40, 70], [40, 0, 3, 71]),
        // Nothing but padding in some runs of rows and strips of columns.
        geometry([1, 1, 4, 5], [1, 1, 3, 3], [600, 2, 1, 900]),
        // Channels, groups, batches.
        geometry([2, 3, 40, 50], [4, 3, 5, 7], [3, 0, 9, 20]),
        geometry([2, 6, 31, 17], [4, 3, 5, 7], [2; 4]),
        geometry([1, 4, 65, 67], [4, 1, 9, 3], [4, 4, 1, 1]),
        geometry([1, 2, 90, 1500], [12, 2, 3, 70], [1, 1, 35, 35]),
        geometry([1, 1, 60, 60], [40, 1, 11, 13], [0; 4]),
        // Parts of a kernel, by rows and by columns.
        geometry([1, 1, 700, 20], [1, 1, 600, 3], [0; 4]),
        geometry([1, 2, 20, 400], [2, 2, 3, 200], [0; 4]),
        // Two strips of columns, two pairs of runs and more.
        geometry([1, 1, 520, 1100], [1, 1, 31, 31], [0; 4]),
        geometry([1, 1, 1100, 90], [1, 1, 21, 41], [10, 10, 20, 20]),
    ]
}

/// The norm of each window: the root of the correlation of squares with ones, for one output channel of each group.
fn largest_window(geometry: &Geometry, x: &[f64]) -> f64 {
    let squares: Vec<f64> = x.iter().map(|x| x * x).collect();
    let plan = Plan::for_geometry(*geometry, Algorithm::Direct).unwrap();
    let sums = forward(plan, &squares, &vec![1.0; geometry.weight_len()], None);
    sums.into_iter().fold(0.0, f64::max).sqrt()
}

/// The largest norm of the kernel of an output channel.
fn largest_kernel(geometry: &Geometry, w: &[f64]) -> f64 {
    let kernels = w.chunks_exact(geometry.weight_len() / geometry.output_channels());
    kernels.map(|kernel| kernel.iter().map(|w| w * w).sum::<f64>()).fold(0.0, f64::max).sqrt()
}

/// What the transforms of a task may err by, with all pixels taken for those of a task.
fn proven(geometry: &Geometry, x: &[f64], w: &[f64]) -> f64 {
    let columns = (geometry.input_channels_per_group() * geometry.columns().kernel()) as f64;
    let pixels = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    let length = 512f64;
    length.sqrt() * (21.0 * length.log2() + 2.0 * (columns + 1.0)) * pixels * largest_kernel(geometry, w)
}

fn largest_error<T: Element>(plan: Plan, x: &[T], w: &[T], b: &[T]) -> f64 {
    let reference = Plan::for_geometry(*plan.geometry(), Algorithm::Direct).unwrap().with_path(Path::Direct).unwrap();
    let want = forward(reference, &wide(x), &wide(w), Some(&wide(b)));
    let got = forward(plan, x, w, Some(b));
    let errors = got.iter().zip(&want).map(|(got, want)| (got.to_f64() - want).abs());
    errors.fold(0.0, |most, error| if error > most || error.is_nan() { error } else { most })
}

fn errs_little<T: Element>(roundoff: f64) {
    for (seed, geometry) in geometries().into_iter().enumerate() {
        let mut random = SplitMix::new(seed as u64);
        let (x, w) = (reals::<T>(&mut random, geometry.input_len()), reals::<T>(&mut random, geometry.weight_len()));
        let b = reals::<T>(&mut random, geometry.output_channels());
        let (x64, w64) = (wide(&x), wide(&w));
        let granted = 4.0 * largest_window(&geometry, &x64) * largest_kernel(&geometry, &w64) + 1.0;
        for isa in Isa::available() {
            let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
            assert_eq!(plan.path(), Path::Fft);
            let error = largest_error(plan, &x, &w, &b) / roundoff;
            assert!(error <= granted, "{isa}: {error} over {granted} units on {geometry:?}");
        }
    }
}

#[test]
fn pixels_of_one_scale_err_by_four_roundings_of_the_largest_window_in_f32() {
    errs_little::<f32>(2f64.powi(-24));
}

/// The textbook sum errs too.
#[test]
fn pixels_of_one_scale_err_by_four_roundings_of_the_largest_window_in_f64() {
    errs_little::<f64>(2f64.powi(-53) * 2.0);
}

#[test]
fn pixels_of_many_scales_err_within_the_proven_bound() {
    for (seed, geometry) in geometries().into_iter().enumerate() {
        let mut random = SplitMix::new(100 + seed as u64);
        let mut x = reals::<f32>(&mut random, geometry.input_len());
        let w = reals::<f32>(&mut random, geometry.weight_len());
        for x in x.iter_mut().step_by(37) {
            *x *= 1e6;
        }
        let b = vec![0.0; geometry.output_channels()];
        let granted = proven(&geometry, &wide(&x), &wide(&w));
        for isa in Isa::available() {
            let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
            let error = largest_error(plan, &x, &w, &b) * 2f64.powi(24);
            assert!(error <= granted, "{isa}: {error} over {granted} units on {geometry:?}");
        }
    }
}

/// Two operands of positive numbers: drawn, and all equal.
fn of_one_sign(seed: u64, lengths: [usize; 2]) -> [[Vec<f32>; 2]; 2] {
    let mut random = SplitMix::new(seed);
    let mut drawn = lengths.map(|length| reals::<f32>(&mut random, length));
    drawn.iter_mut().flatten().for_each(|number| *number = number.abs() + 0.5);
    [drawn, [vec![0.1; lengths[0]], vec![0.3; lengths[1]]]]
}

/// On numbers of one sign roundings add up along the rows, as in a direct sum of so many products, and elsewhere cancel.
#[test]
fn products_of_one_sign_err_by_eight_roundings_and_half_the_width() {
    for kernel in [9, 21, 31, 63] {
        let geometry = geometry([1, 1, 200, 300], [1, 1, kernel, kernel], [0; 4]);
        for [x, w] in of_one_sign(7, [geometry.input_len(), geometry.weight_len()]) {
            let direct = Plan::for_geometry(geometry, Algorithm::Direct).unwrap();
            let smallest = forward(direct, &wide(&x), &wide(&w), None).into_iter().fold(f64::INFINITY, f64::min);
            for isa in Isa::available() {
                let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
                let error = largest_error(plan, &x, &w, &[0.0]) / smallest * 2f64.powi(24);
                assert!(error <= 8.0 + kernel as f64 / 2.0, "{isa}: {error} units under {kernel}×{kernel}");
            }
        }
    }
}

fn bits<T: Element>(numbers: &[T]) -> Vec<u64> {
    numbers.iter().map(|number| number.to_f64().to_bits()).collect()
}

#[test]
fn the_same_bits_come_for_any_number_of_threads() {
    let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let pools = [pool(1), pool(2), pool(3)];
    for (seed, geometry) in geometries().into_iter().enumerate() {
        let mut random = SplitMix::new(seed as u64);
        let (x, w) = (reals(&mut random, geometry.input_len()), reals::<f32>(&mut random, geometry.weight_len()));
        for isa in Isa::available() {
            let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
            let [want, rest @ ..] = pools.each_ref().map(|pool| bits(&pool.install(|| forward(plan, &x, &w, None))));
            for got in rest {
                assert!(got == want, "{isa} on {geometry:?}");
            }
        }
    }
}

/// What is not finite, or so large that a transform would overflow, reaches the outputs that the definition says.
#[test]
fn what_is_not_finite_reaches_exactly_its_windows() {
    for geometry in [
        geometry([2, 2, 90, 700], [2, 2, 9, 11], [4, 4, 5, 5]),
        geometry([2, 1, 700, 30], [1, 1, 300, 5], [0, 7, 2, 0]),
    ] {
        let mut random = SplitMix::new(9);
        let input = reals::<f32>(&mut random, geometry.input_len());
        let weight = reals::<f32>(&mut random, geometry.weight_len());
        let image = geometry.input_len() / 2;
        let places = [0, 29, image - 1, image + 12345, geometry.input_len() - 1].map(|place| (place, false));
        let weights = [0, 13, geometry.weight_len() - 1].map(|place| (place, true));
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2e38] {
            for (place, in_weight) in places.into_iter().chain(weights) {
                let (mut x, mut w) = (input.clone(), weight.clone());
                *if in_weight { &mut w[place] } else { &mut x[place] } = special;
                let direct = Plan::for_geometry(geometry, Algorithm::Direct).unwrap().with_path(Path::Direct).unwrap();
                let want = forward(direct, &x, &w, None);
                for isa in Isa::available() {
                    let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
                    for (index, (got, want)) in forward(plan, &x, &w, None).iter().zip(&want).enumerate() {
                        let same = got == want || got.is_nan() && want.is_nan();
                        let near = (got - want).abs() < 1e-4;
                        assert!(same || near, "{special} at {place}: {got} for {want} at {index}, {isa}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_image_beside_one_that_is_not_finite_is_transformed_as_before() {
    let geometry = geometry([3, 1, 40, 40], [1, 1, 9, 9], [0; 4]);
    let mut random = SplitMix::new(11);
    let (mut x, w) = (reals(&mut random, geometry.input_len()), reals::<f32>(&mut random, 81));
    for isa in Isa::available() {
        let plan = Plan::for_geometry(geometry, Algorithm::Fft).unwrap().with_isa(*isa);
        let clean = bits(&forward(plan, &x, &w, None));
        let pixel = std::mem::replace(&mut x[1600 + 5], f32::NAN);
        let poisoned = bits(&forward(plan, &x, &w, None));
        x[1600 + 5] = pixel;
        assert!(poisoned[..1024] == clean[..1024] && poisoned[2048..] == clean[2048..], "{isa}");
    }
}

fn weight_gradient<T: Element>(plan: Plan, x: &[T], g: &[T]) -> Vec<T> {
    let mut w = vec![T::from_f64(f64::NAN); plan.geometry().weight_len()];
    plan.weight_gradient(x, g, &mut w).unwrap();
    w
}

/// Those of all geometries whose weight gradient can go by transforms, and some of several channels over several strips.
fn geometries_of_weight_gradients() -> Vec<Geometry> {
    let more = [
        geometry([2, 4, 90, 1500], [6, 2, 9, 11], [4, 4, 5, 5]),
        geometry([3, 2, 70, 61], [2, 2, 5, 31], [0, 3, 15, 2]),
        geometry([1, 1, 16, 4096], [1, 1, 2, 60], [0; 4]),
    ];
    let all = geometries().into_iter().chain(more);
    let taken = |geometry: &Geometry| {
        Plan::for_geometry(*geometry, Algorithm::Fft).unwrap().weight_gradient_path() == Path::Fft
    };
    let taken: Vec<_> = all.filter(taken).collect();
    assert_eq!(taken.len(), 15);
    taken
}

fn by_transforms(geometry: &Geometry, isa: Isa) -> Plan {
    Plan::for_geometry(*geometry, Algorithm::Fft).unwrap().with_isa(isa)
}

fn over_pixels(geometry: &Geometry, isa: Isa) -> Plan {
    Plan::for_geometry(*geometry, Algorithm::Direct).unwrap().with_path(Path::Planes).unwrap().with_isa(isa)
}

fn norm<T: Element>(numbers: &[T]) -> f64 {
    numbers.iter().map(|number| number.to_f64() * number.to_f64()).sum::<f64>().sqrt()
}

fn largest_weight_error<T: Element>(plan: Plan, x: &[T], g: &[T]) -> f64 {
    let direct = Plan::for_geometry(*plan.geometry(), Algorithm::Direct).unwrap().with_path(Path::Direct).unwrap();
    let want = weight_gradient(direct, &wide(x), &wide(g));
    let got = weight_gradient(plan, x, g);
    let errors = got.iter().zip(&want).map(|(got, want)| (got.to_f64() - want).abs());
    errors.fold(0.0, |most, error| if error > most || error.is_nan() { error } else { most })
}

fn weights_err_little<T: Element>(roundoff: f64) {
    for (seed, geometry) in geometries_of_weight_gradients().into_iter().enumerate() {
        let mut random = SplitMix::new(200 + seed as u64);
        let (x, g) = (reals::<T>(&mut random, geometry.input_len()), reals::<T>(&mut random, geometry.output_len()));
        for isa in Isa::available() {
            let error = largest_weight_error(by_transforms(&geometry, *isa), &x, &g) / roundoff;
            let granted = 0.5 * norm(&x) * norm(&g) + 1.0;
            assert!(error <= granted, "{isa}: {error} over {granted} units on {geometry:?}");
        }
    }
}

#[test]
fn weight_gradients_err_by_half_a_rounding_of_the_norms_in_f32() {
    weights_err_little::<f32>(2f64.powi(-24));
}

/// The textbook sum errs too.
#[test]
fn weight_gradients_err_by_half_a_rounding_of_the_norms_in_f64() {
    weights_err_little::<f64>(2f64.powi(-53) * 2.0);
}

#[test]
fn weight_gradients_of_many_scales_err_within_the_proven_bound() {
    for (seed, geometry) in geometries_of_weight_gradients().into_iter().enumerate() {
        let mut random = SplitMix::new(300 + seed as u64);
        let mut x = reals::<f32>(&mut random, geometry.input_len());
        let g = reals::<f32>(&mut random, geometry.output_len());
        x.iter_mut().step_by(37).for_each(|x| *x *= 1e6);
        // The longest transform and strip, and all numbers taken for those of a task.
        let (length, columns) = (512f64, geometry.columns().output() as f64);
        let granted = length.sqrt() * (21.0 * length.log2() + 2.0 * (columns + 1.0)) * norm(&x) * norm(&g);
        for isa in Isa::available() {
            let error = largest_weight_error(by_transforms(&geometry, *isa), &x, &g) * 2f64.powi(24);
            assert!(error <= granted, "{isa}: {error} over {granted} units on {geometry:?}");
        }
    }
}

/// The bits of both would be the same if one stood in for the other. A few weights may round alike.
#[test]
fn weight_gradients_by_transforms_are_not_those_over_pixels() {
    let mut geometries = geometries_of_weight_gradients();
    geometries.retain(|geometry| geometry.weight_len() >= 30);
    assert_eq!(geometries.len(), 10);
    for (seed, geometry) in geometries.into_iter().enumerate() {
        let mut random = SplitMix::new(400 + seed as u64);
        let (x, g) = (reals(&mut random, geometry.input_len()), reals::<f32>(&mut random, geometry.output_len()));
        for isa in Isa::available() {
            let same = bits(&weight_gradient(by_transforms(&geometry, *isa), &x, &g))
                == bits(&weight_gradient(over_pixels(&geometry, *isa), &x, &g));
            assert!(!same, "{isa} on {geometry:?}");
        }
    }
}

/// Roundings of one sign add up along a run of at most 128 columns.
#[test]
fn weight_gradients_of_one_sign_err_by_eight_roundings_and_half_a_run() {
    for ([height, width], size) in [
        ([9, 9], [200, 300]),
        ([31, 31], [200, 300]),
        ([15, 15], [90, 2000]),
        ([63, 63], [200, 700]),
        ([2, 60], [16, 4096]),
    ] {
        let geometry = geometry([1, 1, size[0], size[1]], [1, 1, height, width], [0; 4]);
        for [x, g] in of_one_sign(8, [geometry.input_len(), geometry.output_len()]) {
            let direct = Plan::for_geometry(geometry, Algorithm::Direct).unwrap();
            let smallest = weight_gradient(direct, &wide(&x), &wide(&g)).into_iter().fold(f64::INFINITY, f64::min);
            for isa in Isa::available() {
                let error = largest_weight_error(by_transforms(&geometry, *isa), &x, &g) / smallest * 2f64.powi(24);
                assert!(error <= 8.0 + 128.0 / 2.0, "{isa}: {error} units under {height}×{width}");
            }
        }
    }
}

#[test]
fn weight_gradients_have_the_same_bits_for_any_number_of_threads() {
    let pools = [1, 2, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap());
    for (seed, geometry) in geometries_of_weight_gradients().into_iter().enumerate() {
        let mut random = SplitMix::new(seed as u64);
        let (x, g) = (reals(&mut random, geometry.input_len()), reals::<f32>(&mut random, geometry.output_len()));
        for isa in Isa::available() {
            let plan = by_transforms(&geometry, *isa);
            let [want, rest @ ..] = pools.each_ref().map(|pool| bits(&pool.install(|| weight_gradient(plan, &x, &g))));
            for got in rest {
                assert!(got == want, "{isa} on {geometry:?}");
            }
        }
    }
}

/// A number that is not finite, or so large that a transform would overflow, in the image or in the output gradient.
#[test]
fn weight_gradients_of_what_is_not_finite_are_sums_over_pixels() {
    let geometry = geometry([2, 2, 90, 300], [2, 2, 9, 11], [4, 4, 5, 5]);
    let mut random = SplitMix::new(10);
    let drawn = [geometry.input_len(), geometry.output_len()].map(|length| reals::<f32>(&mut random, length));
    for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 2e38] {
        for (operand, place) in [(0, 0), (0, 90 * 300 + 7), (1, 5), (1, geometry.output_len() - 1)] {
            let mut numbers = drawn.clone();
            numbers[operand][place] = special;
            let [x, g] = &numbers;
            for isa in Isa::available() {
                let want = weight_gradient(over_pixels(&geometry, *isa), x, g);
                let got = weight_gradient(by_transforms(&geometry, *isa), x, g);
                assert!(bits(&got) == bits(&want), "{special} at {place} of operand {operand}, {isa}");
            }
        }
    }
}

#[test]
fn weight_gradients_go_by_transforms_where_the_forward_pass_does_and_they_suit() {
    let paths = |input: [usize; 4], weight: [usize; 4], algorithm: Algorithm| {
        let plan = Plan::new(input, weight, &Conv2dOptions { algorithm, ..Default::default() }).unwrap();
        (plan.path(), plan.weight_gradient_path())
    };
    for algorithm in [Algorithm::Auto, Algorithm::Fast] {
        for size in [[1080, 1920], [256, 250]] {
            let input = [1, 1, size[0], size[1]];
            for kernel in [15, 31] {
                let found = paths(input, [1, 1, kernel, kernel], algorithm);
                assert_eq!(found, (Path::Fft, Path::Fft), "{kernel} on {size:?}");
            }
            assert_eq!(paths(input, [1, 1, 9, 9], algorithm), (Path::Planes, Path::Planes));
        }
        // More columns than a part has, and more weights than leave enough parts.
        assert_eq!(paths([1, 1, 500, 700], [1, 1, 70, 70], algorithm), (Path::Fft, Path::Planes));
        assert_eq!(paths([1, 8, 256, 256], [32, 8, 15, 15], algorithm), (Path::Fft, Path::Channels));
    }
    assert_eq!(paths([1, 1, 20, 30], [1, 1, 3, 5], Algorithm::Fft), (Path::Fft, Path::Fft));
    assert_eq!(paths([1, 1, 20, 80], [1, 1, 3, 65], Algorithm::Fft), (Path::Fft, Path::Planes));
    assert_eq!(paths([1, 1, 1080, 1920], [1, 1, 31, 31], Algorithm::Direct), (Path::Planes, Path::Planes));
    // Forced, a plan does not name a path that it would not take.
    let wide = Plan::new([1, 1, 20, 80], [1, 1, 3, 65], &Conv2dOptions::default()).unwrap();
    assert_eq!(wide.with_path(Path::Fft).unwrap().weight_gradient_path(), Path::Planes);
}

#[test]
fn auto_takes_transforms_where_they_pay_alone() {
    let path = |input: [usize; 4], weight: [usize; 4], algorithm: Algorithm| {
        Plan::new(input, weight, &Conv2dOptions { algorithm, ..Default::default() }).unwrap().path()
    };
    for algorithm in [Algorithm::Auto, Algorithm::Fast] {
        for kernel in [(15, 15), (31, 31), (63, 63), (61, 5)] {
            let weight = [1, 1, kernel.0, kernel.1];
            assert_eq!(path([1, 1, 1080, 1920], weight, algorithm), Path::Fft, "{kernel:?}");
            assert_eq!(path([1, 1, 256, 256], weight, algorithm), Path::Fft, "{kernel:?}");
        }
        // Small kernels, flat ones, small outputs, dense layers.
        for kernel in [(9, 9), (3, 31), (31, 3), (1, 99), (99, 1)] {
            assert_eq!(path([1, 1, 1080, 1920], [1, 1, kernel.0, kernel.1], algorithm), Path::Planes, "{kernel:?}");
        }
        assert_eq!(path([1, 1, 64, 64], [1, 1, 15, 15], algorithm), Path::Planes);
        assert_eq!(path([1, 1, 64, 64], [1, 1, 63, 63], algorithm), Path::Planes);
        assert_eq!(path([1, 64, 56, 56], [64, 64, 11, 11], algorithm), Path::Channels);
        // Few channels of many outputs, which are summed two by two under a smaller kernel.
        assert_eq!(path([1, 8, 256, 256], [32, 8, 15, 15], algorithm), Path::Fft);
        assert_eq!(path([1, 8, 40, 40], [32, 8, 5, 5], algorithm), Path::Pairs);
    }
    assert_eq!(path([1, 8, 40, 40], [32, 8, 5, 5], Algorithm::Direct), Path::Channels);
    assert_eq!(path([1, 8, 40, 40], [24, 8, 5, 5], Algorithm::Direct), Path::Planes);
    assert_eq!(path([1, 1, 1080, 1920], [1, 1, 31, 31], Algorithm::Direct), Path::Planes);
}

#[test]
fn fft_where_it_does_not_suit_is_an_error_with_the_figures() {
    for (stride, dilation) in [((2, 1), (1, 1)), ((1, 1), (1, 3))] {
        let forced = Conv2dOptions { algorithm: Algorithm::Fft, stride, dilation, ..Default::default() };
        let error = Plan::new([1, 3, 20, 20], [4, 3, 3, 5], &forced).unwrap_err();
        assert!(matches!(error, Error::FftDoesNotSuit { .. }));
        let (stride, dilation) = (format!("{}×{}", stride.0, stride.1), format!("{}×{}", dilation.0, dilation.1));
        assert_eq!(
            error.to_string(),
            format!(
                "Fft is for stride 1×1 and dilation 1×1, but this has stride {stride} and dilation {dilation}: take Auto"
            ),
        );
    }
}
