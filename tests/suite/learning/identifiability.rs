//! What the windows of an input tell: Gram matrix, eigenvalues, rates, and the curve of the losses before the first step.

use candle_core::{DType, Device, Tensor, Var};
use corr2d::{Conv2dOptions, Identifiability, conv2d};
use corr2d_tests::SplitMix;
use serde_json::Value;

use crate::tensors::oracle::tensor;

/// The lesson's image [6, 8], or its transpose.
fn image(transposed: bool) -> Tensor {
    let image = Tensor::new(&[[1f32, 1., 0., 0., 0., 0., 1., 1.]; 6], &Device::Cpu).unwrap();
    if transposed { image.t().unwrap() } else { image }
}

/// Small whole numbers [N, C, H, W].
fn integers(shape: &[usize], seed: u64) -> Tensor {
    let mut random = SplitMix::new(seed);
    let values: Vec<f64> = (0..shape.iter().product()).map(|_| (random.next() % 9) as f64 - 4.0).collect();
    tensor(&values, shape)
}

/// P, a row for each window, by the textbook loops.
fn windows(input: &Tensor, (height, width): (usize, usize)) -> Vec<Vec<f64>> {
    let (images, channels, rows, columns) = input.dims4().unwrap();
    let at = |index: [usize; 4]| -> f64 {
        index.iter().fold(input.clone(), |tensor, index| tensor.get(*index).unwrap()).to_scalar().unwrap()
    };
    let mut windows = Vec::new();
    for n in 0..images {
        for i in 0..=rows - height {
            for j in 0..=columns - width {
                let taps = (0..channels)
                    .flat_map(|c| (0..height).flat_map(move |a| (0..width).map(move |b| [n, c, i + a, j + b])));
                windows.push(taps.map(at).collect());
            }
        }
    }
    windows
}

#[test]
fn the_gram_matrix_is_that_of_the_windows_to_the_bit() {
    for (shape, kernel) in
        [([1, 1, 6, 8], (1, 2)), ([1, 1, 7, 5], (3, 2)), ([2, 3, 5, 6], (2, 3)), ([1, 2, 4, 9], (4, 1))]
    {
        let input = integers(&shape, 5);
        let rows = windows(&input, kernel);
        let product = |t: usize, u: usize| rows.iter().map(|row| row[t] * row[u]).sum::<f64>();
        let taps = rows[0].len();
        let want: Vec<Vec<f64>> = (0..taps).map(|t| (0..taps).map(|u| product(t, u)).collect()).collect();
        assert_eq!(Identifiability::of(&input, kernel).unwrap().gram, want, "{shape:?} under {kernel:?}");
        let narrow = input.to_dtype(DType::F32).unwrap();
        assert_eq!(Identifiability::of(&narrow, kernel).unwrap().gram, want, "{shape:?} in f32");
    }
}

#[test]
fn eigenvectors_are_stretched_by_their_eigenvalues_and_perpendicular() {
    for (shape, kernel) in [([1, 1, 6, 8], (1, 2)), ([2, 3, 5, 6], (2, 3)), ([1, 1, 12, 13], (5, 7))] {
        let known = Identifiability::of(&integers(&shape, 11), kernel).unwrap();
        let tolerance = 1e-12 * known.eigenvalues[0];
        for (index, (value, vector)) in known.eigenvalues.iter().zip(&known.eigenvectors).enumerate() {
            for (row, weight) in known.gram.iter().zip(vector) {
                let turned: f64 = row.iter().zip(vector).map(|(a, b)| a * b).sum();
                assert!((turned - value * weight).abs() < tolerance, "{kernel:?}: {turned} is not {value} · {weight}");
            }
            for (other, second) in known.eigenvectors.iter().enumerate() {
                let inner: f64 = vector.iter().zip(second).map(|(a, b)| a * b).sum();
                let want = if index == other { 1.0 } else { 0.0 };
                assert!((inner - want).abs() < 1e-13, "{kernel:?}: ⟨{index}, {other}⟩ = {inner}");
            }
        }
        assert!(known.eigenvalues.is_sorted_by(|a, b| a >= b), "{:?}", known.eigenvalues);
    }
}

#[test]
fn eigenvalues_of_a_matrix_that_is_known_are_found() {
    // Pixels far apart: no window holds two, so that G is diagonal, and its entries are the squares.
    let mut pixels = [0.0; 5 * 7];
    (pixels[0], pixels[6], pixels[28], pixels[34]) = (2.0, 3.0, 5.0, 7.0);
    let known = Identifiability::of(&tensor(&pixels, &[5, 7]), (2, 3)).unwrap();
    // A corner pixel meets the tap of its own corner alone.
    assert_eq!(known.eigenvalues, [49.0, 25.0, 9.0, 4.0, 0.0, 0.0]);
    assert_eq!((known.rank, known.condition), (4, f64::INFINITY));
    assert_eq!((known.max_lr, known.best_lr), (1.0 / 49.0, 1.0 / 53.0));
}

#[test]
fn the_lesson_has_the_eigenvalues_30_and_6_and_its_transpose_one_direction() {
    let known = Identifiability::of(&image(false), (1, 2)).unwrap();
    assert_eq!((known.gram, known.eigenvalues), (vec![vec![18.0, 12.0], vec![12.0, 18.0]], vec![30.0, 6.0]));
    assert_eq!((known.rank, known.condition, known.max_lr, known.best_lr), (2, 5.0, 1.0 / 30.0, 1.0 / 36.0));
    let turned = Identifiability::of(&image(true), (1, 2)).unwrap();
    assert_eq!((turned.gram, turned.eigenvalues), (vec![vec![20.0, 20.0], vec![20.0, 20.0]], vec![40.0, 0.0]));
    assert_eq!((turned.rank, turned.condition, turned.max_lr, turned.best_lr), (1, f64::INFINITY, 0.025, 0.0125));
}

#[test]
fn an_input_of_zeros_teaches_nothing_at_any_rate() {
    let known = Identifiability::of(&tensor(&[0.0; 15], &[3, 5]), (2, 2)).unwrap();
    assert_eq!((known.rank, known.condition), (0, f64::INFINITY));
    assert_eq!((known.max_lr, known.best_lr), (f64::INFINITY, f64::INFINITY));
    let kernel = tensor(&[1.0; 4], &[2, 2]);
    assert_eq!(known.predicted_losses(&kernel, &(&kernel * 3.0).unwrap(), 0.5, 2).unwrap(), [0.0, 0.0]);
}

#[test]
fn rounding_of_the_pixels_does_not_hide_a_direction_that_is_not_there() {
    // Rows of one colour each, in thirds: the rank of a 1×3 kernel is 1, whatever the last bits are.
    let rows: Vec<f64> = (0..9 * 11).map(|index| (index / 11) as f64 / 3.0).collect();
    let known = Identifiability::of(&tensor(&rows, &[9, 11]), (1, 3)).unwrap();
    assert_eq!((known.rank, &known.eigenvalues[1..]), (1, &[0.0, 0.0][..]));
}

/// Each row is three times the one above it, exactly, so that the windows of one column have one direction. The sums over
/// them are rounded each in its own way: that must not be taken for another direction, however many windows there are.
#[test]
fn a_million_windows_do_not_hide_a_direction_that_is_not_there() {
    let mut random = SplitMix::new(3);
    for (height, width, kernel, rank) in [(3, 1_000_000, (2, 1), 1), (3, 1_000_000, (2, 3), 3), (9, 20_000, (7, 7), 7)]
    {
        let first: Vec<f64> = (0..width).map(|_| (random.next() % (1 << 26)) as f64).collect();
        let multiples = |row| first.iter().map(move |pixel| pixel * 3f64.powi(row));
        let rows = tensor(&(0..height).flat_map(multiples).collect::<Vec<_>>(), &[height as usize, width]);
        for (turned, input, kernel) in [(false, rows.clone(), kernel), (true, rows.t().unwrap(), (kernel.1, kernel.0))]
        {
            let known = Identifiability::of(&input, kernel).unwrap();
            let zeros = known.eigenvectors[rank..].iter();
            let rest = zeros.flat_map(|zero| {
                known.gram.iter().map(move |row| row.iter().zip(zero).map(|(a, b)| a * b).sum::<f64>())
            });
            let rest = rest.fold(0.0, |most: f64, rest| most.max(rest.abs())) / known.eigenvalues[0];
            let case = format!("{kernel:?} on {height}×{width}, turned: {turned}");
            assert_eq!((known.rank, known.condition), (rank, f64::INFINITY), "{case}");
            assert!(rest < f64::EPSILON * 4.0, "{case}: {} ε, and the threshold counts on less", rest / f64::EPSILON);
        }
    }
}

#[test]
fn predicts_the_losses_of_the_four_geometries_of_the_lesson() {
    let fixture = fixture();
    let cases = fixture["losses_in_f64"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let numbers =
            |name: &str| -> Vec<f64> { case[name].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect() };
        let (size, losses) = (numbers("size"), numbers("losses"));
        let size = (size[0] as usize, size[1] as usize);
        let known = Identifiability::of(&image(case["transposed"].as_bool().unwrap()), size).unwrap();
        let kernel = |values: &[f64]| tensor(values, &[size.0, size.1]);
        let predicted =
            known.predicted_losses(&kernel(&numbers("start")), &kernel(&[1.0, -1.0]), 0.03, losses.len()).unwrap();
        for (step, (predicted, loss)) in predicted.iter().zip(&losses).enumerate() {
            assert!((predicted - loss).abs() <= 1e-12 * loss + 1e-14, "{case} at step {step}: {predicted}");
        }
    }
}

#[test]
fn predicts_what_descent_measures_for_channels_and_odd_sizes() {
    let x = integers(&[2, 3, 5, 6], 3);
    let (start, target) = (integers(&[1, 3, 2, 3], 1), integers(&[1, 3, 2, 3], 2));
    let known = Identifiability::of(&x, (2, 3)).unwrap();
    let options = Conv2dOptions::default();
    let y = conv2d(&x, &target, None, &options).unwrap();
    for rate in [known.best_lr, 0.3 * known.max_lr, 1.01 * known.max_lr] {
        let predicted = known.predicted_losses(&start, &target, rate, 30).unwrap();
        let kernel = Var::from_tensor(&start).unwrap();
        for (step, predicted) in predicted.iter().enumerate() {
            let loss = (conv2d(&x, &kernel, None, &options).unwrap() - &y).unwrap().sqr().unwrap().sum_all().unwrap();
            let measured: f64 = loss.to_scalar().unwrap();
            assert!(
                (predicted - measured).abs() < 1e-9 * measured,
                "rate {rate}, step {step}: {predicted}, {measured}"
            );
            let slope = loss.backward().unwrap().remove(&kernel).unwrap();
            kernel.set(&(kernel.as_tensor() - (slope * rate).unwrap()).unwrap()).unwrap();
        }
    }
}

#[test]
fn the_loss_falls_below_the_largest_rate_and_grows_above() {
    let known = Identifiability::of(&integers(&[1, 1, 7, 9], 8), (3, 2)).unwrap();
    let (start, target) = (integers(&[3, 2], 20), integers(&[3, 2], 21));
    let last = |rate: f64| known.predicted_losses(&start, &target, rate, 4000).unwrap()[3999];
    assert!(last(0.999 * known.max_lr) < 1e-3 && last(1.001 * known.max_lr) > 1e3);
    // At the best rate the two ends are equally slow, and any other is slower at one of them.
    let slowest = |rate: f64| known.factors(rate).iter().fold(0.0, |most: f64, factor| most.max(factor.abs()));
    for other in [0.9, 0.99, 1.01, 1.1] {
        assert!(slowest(known.best_lr) < slowest(other * known.best_lr), "{other}");
    }
}

fn fixture() -> Value {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dialects/lesson.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}
