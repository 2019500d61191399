//! The kernel between two images by least squares: the moments, the best kernel, its terms.

use candle_core::{Device, Tensor};
use corr2d::least_squares::{Fit, Moments, Quadratic, Symmetry, Terms};
use corr2d_tests::SplitMix;

/// Whole numbers from −8 to 8, so that every order of summation gives the same bits.
fn integers((height, width): (usize, usize), seed: u64) -> Tensor {
    let number = |index: usize| (SplitMix::at(seed, index as u64) % 17) as f64 - 8.0;
    Tensor::from_vec((0..height * width).map(number).collect::<Vec<_>>(), (height, width), &Device::Cpu).unwrap()
}

/// Numbers between −1 and 1.
fn reals((height, width): (usize, usize), seed: u64) -> Tensor {
    let number = |index: usize| (SplitMix::at(seed, index as u64) >> 11) as f64 / (1u64 << 52) as f64 - 1.0;
    Tensor::from_vec((0..height * width).map(number).collect::<Vec<_>>(), (height, width), &Device::Cpu).unwrap()
}

fn matrix(rows: &[&[f64]]) -> Tensor {
    Tensor::from_vec(rows.concat(), (rows.len(), rows[0].len()), &Device::Cpu).unwrap()
}

fn moments(input: &Tensor, target: &Tensor, kernel: (usize, usize)) -> Moments {
    let mut moments = Moments::new(kernel, (0.5, -0.25)).unwrap();
    moments.add(input, target).unwrap();
    moments
}

/// What a target would be if a kernel alone had made it, and noise that no kernel makes.
fn noisy(input: &Tensor, kernel: &Tensor) -> Tensor {
    let target = corr2d::corr2d(input, kernel).unwrap();
    let noise = reals(target.dims2().unwrap(), 77);
    (target + noise).unwrap()
}

fn assert_close(found: &[f64], wanted: &[f64], tolerance: f64, case: &str) {
    assert_eq!(found.len(), wanted.len(), "{case}");
    let error = found.iter().zip(wanted).map(|(found, wanted)| (found - wanted).abs()).fold(0.0, f64::max);
    assert!(error < tolerance, "{case}: an error of {error} in {found:?}, wanted {wanted:?}");
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

const PLAIN: Terms = Terms { bias: true, ridge: 0.0, symmetry: Symmetry::None, sum_one: false, nonnegative: false };

#[test]
fn moments_by_differences_equal_those_of_window_after_window() {
    let sizes = [
        ((13, 19), (3, 5)),
        ((13, 19), (1, 4)),
        ((13, 19), (4, 1)),
        ((9, 30), (5, 2)),
        ((9, 11), (5, 6)),
        ((8, 7), (5, 5)),
        ((530, 9), (2, 3)),
    ];
    for ((height, width), kernel) in sizes {
        let (rows, columns) = (height - kernel.0 + 1, width - kernel.1 + 1);
        let (input, target) = (integers((height, width), 1), integers((rows, columns), 2));
        let mut all = Moments::new(kernel, (1.0, -2.0)).unwrap();
        let mut each = all.clone();
        all.add(&input, &target).unwrap();
        let places: Vec<_> = (0..rows * columns).map(|place| (place / columns, place % columns)).collect();
        each.add_windows(&input, &target, &places).unwrap();
        assert_eq!(all, each, "{height}×{width} under {kernel:?}");
        assert_eq!(all.windows(), rows * columns);
    }
}

#[test]
fn moments_are_the_same_bits_for_any_number_of_threads() {
    let (input, target) = (reals((700, 300), 1), reals((694, 296), 2));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| moments(&input, &target, (7, 5)))
    };
    assert_eq!(with(1), with(3));
    assert_eq!(with(1), with(4));
}

#[test]
fn images_add_up_and_a_smaller_kernel_is_a_part() {
    let kernel = matrix(&[&[0.0, 0.0, 0.0, 0.0], &[0.0, 3.0, -1.0, 0.0], &[0.0, 0.5, 2.0, 0.0]]);
    let (one, other) = (reals((20, 31), 3), reals((17, 12), 4));
    let of = |image: &Tensor| moments(image, &corr2d::corr2d(image, &kernel).unwrap(), (3, 4));
    let both = of(&one).plus(&of(&other)).unwrap();
    assert_eq!(both.windows(), 18 * 28 + 15 * 9);
    let part = Fit::of(&both.part((1, 1), (2, 2)).unwrap(), &PLAIN).unwrap();
    assert_close(&part.kernel, &[3.0, -1.0, 0.5, 2.0], 1e-12, "part");
    let left = Fit::of(&both.minus(&of(&one)).unwrap(), &PLAIN).unwrap();
    assert_close(&left.kernel, &numbers(&kernel), 1e-11, "minus");
}

#[test]
fn a_fit_finds_kernel_and_bias_whatever_the_origins() {
    let kernel = matrix(&[&[0.5, -1.0, 2.0], &[0.25, 0.0, -3.0]]);
    let input = (reals((30, 41), 5).affine(1.0, 1000.0)).unwrap();
    let target = (corr2d::corr2d(&input, &kernel).unwrap() + 7.5).unwrap();
    for origins in [(0.0, 0.0), (1000.0, -1250.0), (999.0, 3.0)] {
        let mut moments = Moments::new((2, 3), origins).unwrap();
        moments.add(&input, &target).unwrap();
        let fit = Fit::of(&moments, &PLAIN).unwrap();
        assert_close(&fit.kernel, &numbers(&kernel), 1e-6, &format!("{origins:?}"));
        assert_close(&[fit.bias], &[7.5], 1e-2, &format!("{origins:?}"));
        assert!(fit.unexplained < 1e-9 && fit.rank == 6 && fit.condition < 10.0, "{fit:?}");
    }
    let mut moments = Moments::new((2, 3), (1000.0, -1250.0)).unwrap();
    moments.add(&input, &(target - 7.5).unwrap()).unwrap();
    let fit = Fit::of(&moments, &Terms { bias: false, ..PLAIN }).unwrap();
    assert_close(&fit.kernel, &numbers(&kernel), 1e-8, "without bias");
    assert_eq!(fit.bias, 0.0);
}

#[test]
fn a_ridge_shrinks_one_tap_as_the_formula_says() {
    // mean (k·x − y)² + ρ·k² is smallest at Σxy / (Σx² + nρ).
    let (input, target) = (matrix(&[&[1.0, 2.0, 3.0]]), matrix(&[&[2.0, 3.0, 7.0]]));
    let moments = moments(&input, &target, (1, 1));
    let fit = Fit::of(&moments, &Terms { bias: false, ridge: 2.0, ..PLAIN }).unwrap();
    assert_close(&fit.kernel, &[29.0 / (14.0 + 3.0 * 2.0)], 1e-14, "29 / 20");
}

#[test]
fn taps_that_sum_to_one_leave_a_gradient_along_the_sum_alone() {
    let input = reals((40, 33), 6);
    let moments = moments(&input, &noisy(&input, &matrix(&[&[0.5, 1.0], &[0.25, -0.5], &[2.0, 0.125]])), (3, 2));
    let terms = Terms { sum_one: true, ..PLAIN };
    let fit = Fit::of(&moments, &terms).unwrap();
    assert!((fit.kernel.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{fit:?}");
    assert_eq!(fit.unknowns, 5);
    let (_, gradient) = Quadratic::of(&moments, &PLAIN).unwrap().loss_and_half_gradient(&fit.kernel);
    assert!(gradient[0].abs() > 1e-3, "the sum is not 1 of itself: {gradient:?}");
    assert_close(&gradient, &[gradient[0]; 6], 1e-12, "gradient");
    // A kernel of one tap has nothing left to choose.
    let one = moments.part((1, 1), (1, 1)).unwrap();
    let fit = Fit::of(&one, &terms).unwrap();
    assert_eq!((fit.kernel, fit.unknowns, fit.condition), (vec![1.0], 0, 1.0));
}

#[test]
fn equal_taps_are_the_mean_of_what_they_would_be() {
    let input = reals((60, 53), 7);
    let kernel = matrix(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[7.0, 8.0, 9.0]]);
    let moments = moments(&input, &corr2d::corr2d(&input, &kernel).unwrap(), (3, 3));
    let of = |symmetry| Fit::of(&moments, &Terms { symmetry, ..PLAIN }).unwrap();
    let [point, mirror, square] = [Symmetry::Point, Symmetry::Mirror, Symmetry::Square].map(of);
    assert_eq!([point.unknowns, mirror.unknowns, square.unknowns], [5, 4, 3]);
    for row in 0..3 {
        for column in 0..3 {
            let tap = |fit: &Fit, row: usize, column: usize| fit.kernel[3 * row + column];
            assert_eq!(tap(&point, row, column), tap(&point, 2 - row, 2 - column));
            assert_eq!(tap(&mirror, row, column), tap(&mirror, row, 2 - column));
            assert_eq!(tap(&mirror, row, column), tap(&mirror, 2 - row, column));
            assert_eq!(tap(&square, row, column), tap(&square, column, 2 - row));
        }
    }
    // Nearly white noise: the taps are nearly independent, so that each class is nearly the mean of its taps.
    assert_close(&point.kernel, &[5.0; 9], 0.5, "point");
    let error = Fit::of(&moments.part((0, 0), (2, 3)).unwrap(), &Terms { symmetry: Symmetry::Square, ..PLAIN });
    assert_eq!(error.unwrap_err().to_string(), "a kernel with the symmetry of a square is 2×3: it must be square");
}

#[test]
fn without_negative_taps_the_loss_falls_along_none_that_is_held() {
    for (seed, sum_one) in [(8, false), (9, true), (10, false), (11, true)] {
        let input = reals((40, 33), seed);
        let kernel = matrix(&[&[0.5, -1.0, 0.25], &[0.25, 0.5, -0.125], &[-0.5, 0.125, 0.75]]);
        let moments = moments(&input, &noisy(&input, &kernel), (3, 3));
        let fit = Fit::of(&moments, &Terms { nonnegative: true, sum_one, ..PLAIN }).unwrap();
        let (_, gradient) = Quadratic::of(&moments, &PLAIN).unwrap().loss_and_half_gradient(&fit.kernel);
        let held = fit.kernel.iter().filter(|tap| **tap == 0.0).count();
        assert!(fit.kernel.iter().all(|tap| *tap >= 0.0) && (3..9).contains(&held), "{fit:?}");
        assert!(!sum_one || (fit.kernel.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{fit:?}");
        // Of the free taps all gradients are the price of the sum, and those of the held ones are not below it.
        let free = || fit.kernel.iter().zip(&gradient).filter(|(tap, _)| **tap > 0.0).map(|(_, slope)| *slope);
        let price = if sum_one { free().next().unwrap() } else { 0.0 };
        assert!(free().all(|slope| (slope - price).abs() < 1e-10), "{seed}: {gradient:?} at {:?}", fit.kernel);
        assert!(gradient.iter().all(|slope| slope - price > -1e-10), "{seed}: {gradient:?} at {:?}", fit.kernel);
    }
}

#[test]
fn what_is_not_determined_is_chosen_small_and_said() {
    // Each row is the same, so that only the sum over a column of the kernel counts.
    let row = reals((1, 50), 12);
    let input = row.broadcast_as((20, 50)).unwrap().contiguous().unwrap();
    let kernel = matrix(&[&[1.0, 0.0, 5.0], &[3.0, -2.0, 0.0]]);
    let target = corr2d::corr2d(&input, &kernel).unwrap();
    let fit = Fit::of(&moments(&input, &target, (2, 3)), &PLAIN).unwrap();
    assert_eq!((fit.rank, fit.unknowns, fit.condition, fit.tap_error), (3, 6, f64::INFINITY, None));
    assert_close(&fit.kernel, &[2.0, -1.0, 2.5, 2.0, -1.0, 2.5], 1e-10, "halves");
}

#[test]
fn the_error_of_a_tap_is_what_noise_makes_of_it() {
    let kernel = matrix(&[&[0.5, 0.25, -1.0]]);
    let errors: Vec<(f64, f64)> = (0..200)
        .map(|seed| {
            let input = reals((12, 20), 13);
            let target = corr2d::corr2d(&input, &kernel).unwrap();
            let noise = (reals((12, 18), 1000 + seed) * 0.01).unwrap();
            let fit = Fit::of(&moments(&input, &(target + noise).unwrap(), (1, 3)), &PLAIN).unwrap();
            (fit.kernel[1] - 0.25, fit.tap_error.unwrap())
        })
        .collect();
    let spread = (errors.iter().map(|(error, _)| error * error).sum::<f64>() / 200.0).sqrt();
    let said = errors.iter().map(|(_, said)| said).sum::<f64>() / 200.0;
    assert!((0.7..1.2).contains(&(spread / said)), "{spread} seen, {said} said");
}

#[test]
fn refuses_what_does_not_belong_together() {
    let mut moments = Moments::new((3, 2), (0.0, 0.0)).unwrap();
    let (input, flat) = (reals((5, 7), 1), Tensor::ones((3, 6), candle_core::DType::F64, &Device::Cpu).unwrap());
    let said = |result: corr2d::Result<()>| result.unwrap_err().to_string();
    assert_eq!(
        said(moments.add(&input, &input)),
        "the target has shape [5, 7], but the windows of its input make [3, 6]"
    );
    assert_eq!(
        said(moments.add(&input.get(0).unwrap(), &flat)),
        "Moments::add: input has shape [7], but it must be [H, W]"
    );
    assert_eq!(
        said(moments.add_windows(&input, &flat, &[(0, 0), (3, 1)])),
        "the place of a window is (3, 1) in a target of 3×6: it must be inside the target"
    );
    let not_finite = (flat.clone() * f64::NAN).unwrap();
    assert_eq!(
        said(moments.add(&input, &not_finite)),
        "an image for least squares is not finite when squared and summed: it must be made of finite numbers of ordinary size"
    );
    assert_eq!(moments.windows(), 0, "nothing was added");
    let empty = Fit::of(&moments, &PLAIN).unwrap_err().to_string();
    assert_eq!(
        empty,
        "the target is the same in all of its 0 windows, so a bias alone explains it: take one with edges"
    );
    moments.add(&input, &flat).unwrap();
    assert!(Fit::of(&moments, &PLAIN).unwrap_err().to_string().contains("all of its 18 windows"));
    let ridge = Fit::of(&moments, &Terms { ridge: f64::NAN, ..PLAIN }).unwrap_err().to_string();
    assert_eq!(ridge, "the ridge is NaN: it must be 0 or positive, and finite");
}

/// A target of one level is flat, whatever its origin and however much was taken out of its sums.
#[test]
fn rounding_is_no_variance() {
    let input = reals((60, 70), 3);
    for level in [0.3, 77.0 / 255.0, 150.0 / 255.0] {
        let flat = Tensor::full(level, (60, 70), &Device::Cpu).unwrap();
        let mut all = Moments::new((1, 1), (0.0, 0.7)).unwrap();
        all.add(&input, &flat).unwrap();
        assert!(matches!(all.target_variance(), Err(corr2d::Error::FlatTarget { windows: 4200 })), "{level}");
        // A third of it is white, and taken out again.
        let numbers: Vec<f64> = (0..4200).map(|index| if index % 3 == 0 { 1.0 } else { level }).collect();
        let two_tone = Tensor::from_vec(numbers, (60, 70), &Device::Cpu).unwrap();
        let (mut all, mut white) =
            (Moments::new((1, 1), (0.0, 0.7)).unwrap(), Moments::new((1, 1), (0.0, 0.7)).unwrap());
        all.add(&input, &two_tone).unwrap();
        let places: Vec<_> = (0..4200).step_by(3).map(|index| (index / 70, index % 70)).collect();
        white.add_windows(&input, &two_tone, &places).unwrap();
        assert!(all.target_variance().is_ok(), "{level}");
        let rest = all.minus(&white).unwrap();
        assert!(
            matches!(rest.target_variance(), Err(corr2d::Error::FlatTarget { windows: 2800 })),
            "{level}, the rest"
        );
    }
}

#[test]
fn no_more_is_determined_than_there_are_windows() {
    // 2×4 windows for 3×5 taps and a bias.
    let (input, target) = (reals((4, 8), 1), reals((2, 4), 2));
    let fit = Fit::of(&moments(&input, &target, (3, 5)), &PLAIN).unwrap();
    assert_eq!((fit.rank, fit.unknowns, fit.condition, fit.tap_error), (7, 15, f64::INFINITY, None));
    assert!(fit.unexplained < 1e-9, "{}", fit.unexplained);
    let without_bias = Fit::of(&moments(&input, &target, (3, 5)), &Terms { bias: false, ..PLAIN }).unwrap();
    assert_eq!(without_bias.rank, 8);
}

#[test]
fn of_many_kernels_that_do_as_well_the_smallest_is_found_at_once() {
    // 19×21 taps on an image whose columns are all alike: only the sums of rows count.
    let column = reals((60, 1), 5);
    let input = column.broadcast_as((60, 50)).unwrap().contiguous().unwrap();
    let row = |index: usize| (index / 21) as f64 - 9.0;
    let kernel = Tensor::from_vec((0..19 * 21).map(row).collect::<Vec<_>>(), (19, 21), &Device::Cpu).unwrap();
    let fit = Fit::of(&moments(&input, &corr2d::corr2d(&input, &kernel).unwrap(), (19, 21)), &PLAIN).unwrap();
    assert_eq!((fit.rank, fit.unknowns), (19, 399));
    assert_close(&fit.kernel, &numbers(&kernel), 1e-7, "taps that are alike along each row");
}

#[test]
fn the_largest_curvature_is_found_among_many_that_are_near_it() {
    // Windows with one pixel that is not 0, each at another tap: the Gram matrix is diagonal.
    let taps = 40;
    let number = |row: usize, column: usize| if row == column { (1.0 + row as f64 / 1e4).sqrt() } else { 0.0 };
    let mut sum = Moments::new((1, taps), (0.0, 0.0)).unwrap();
    for row in 0..taps {
        let numbers: Vec<f64> = (0..taps).map(|column| number(row, column)).collect();
        let window = Tensor::from_vec(numbers, (1, taps), &Device::Cpu).unwrap();
        let target = if row % 2 == 0 { 1.0 } else { -1.0 };
        sum.add(&window, &Tensor::new(&[[target]], &Device::Cpu).unwrap()).unwrap();
    }
    let quadratic = Quadratic::of(&sum, &Terms { bias: false, ..PLAIN }).unwrap();
    // By a variance of 40.
    let (largest, smallest) = quadratic.curvatures();
    assert!((largest - 2.0 * 1.0039 / 40.0).abs() < 1e-9, "{}", largest * 20.0);
    assert!((smallest - 2.0 / 40.0).abs() < 1e-9, "{}", smallest * 20.0);
}

#[test]
fn taps_too_large_to_be_squared_are_an_error() {
    let moments = moments(&reals((9, 11), 1), &reals((7, 9), 2), (3, 3));
    for tap in [1e160, f64::NAN] {
        let error = moments.unexplained(&[tap; 9], 0.0).unwrap_err().to_string();
        assert!(error.contains("finite: take smaller taps"), "{error}");
    }
}
