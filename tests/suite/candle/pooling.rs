//! The pools of candle. What they answer stands beside the right gradient, by hand.

use candle_core::{Tensor, Var};
use corr2d::{Padding, Pool2dOptions, avg_pool2d, max_pool2d};

use crate::tensors::oracle::{tensor, values};

#[test]
fn the_gradient_of_max_pooling_is_divided_by_the_window_in_candle() {
    let x = image(&[1.0, 5.0, 2.0, 3.0, 4.0, 0.0, 7.0, 6.0], 2, 4);
    let theirs = gradient(&x, |x| x.max_pool2d(2).unwrap());
    let right = [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    assert_eq!(theirs, right.map(|value| value / 4.0), "candle now answers otherwise");
    assert_eq!(gradient(&x, |x| max_pool2d(x, &windows(2, 2)).unwrap()), right);
}

#[test]
fn equal_maxima_each_get_the_whole_gradient_in_candle() {
    let x = image(&[3.0, 3.0, 3.0, 3.0], 2, 2);
    // One unit arrives at the window, four leave it.
    assert_eq!(gradient(&x, |x| x.max_pool2d(2).unwrap()), [1.0; 4], "candle now answers otherwise");
    assert_eq!(gradient(&x, |x| max_pool2d(x, &windows(2, 2)).unwrap()), [1.0, 0.0, 0.0, 0.0]);
}

#[test]
fn the_gradient_of_max_pooling_is_lost_in_candle_where_the_window_does_not_divide() {
    // Windows of 2×2 on 5×5: four, each with its maximum in the corner. Candle spreads the maxima over 5×5, two and a half
    // pixels for each, to find them again.
    let x = image(&(1..=25).rev().map(f64::from).collect::<Vec<_>>(), 5, 5);
    let right = at(25, &[0, 2, 10, 12]);
    let theirs = gradient(&x, |x| x.max_pool2d(2).unwrap());
    let reached: Vec<usize> = (0..25).filter(|index| theirs[*index] != 0.0).collect();
    assert_eq!(reached, [0], "candle now finds {reached:?}");
    assert_eq!(gradient(&x, |x| max_pool2d(x, &windows(2, 2)).unwrap()), right);
}

#[test]
fn the_gradient_of_mean_pooling_goes_astray_in_candle_where_the_window_does_not_divide() {
    let x = image(&(1..=25).map(f64::from).collect::<Vec<_>>(), 5, 5);
    // The last row and column are in no window.
    let right: Vec<f64> = (0..25).map(|index| if index % 5 < 4 && index / 5 < 4 { 0.25 } else { 0.0 }).collect();
    let theirs = gradient(&x, |x| x.avg_pool2d(2).unwrap());
    assert_eq!(theirs, [0.25; 25], "candle now answers otherwise");
    assert_eq!(gradient(&x, |x| avg_pool2d(x, &windows(2, 2)).unwrap()), right);
}

#[test]
fn windows_that_overlap_have_no_gradient_in_candle() {
    let x = image(&(1..=25).map(f64::from).collect::<Vec<_>>(), 5, 5);
    for pooled in [x.avg_pool2d_with_stride(3, 1).unwrap(), x.max_pool2d_with_stride(3, 2).unwrap()] {
        let error = pooled.sum_all().unwrap().backward().unwrap_err().to_string();
        assert!(error.contains("backward not supported"), "{error}");
    }
    // The corner is in one window of 3×3, the centre in nine.
    let means = gradient(&x, |x| avg_pool2d(x, &windows(3, 1)).unwrap());
    assert!((means[0] - 1.0 / 9.0).abs() < 1e-15 && (means[12] - 1.0).abs() < 1e-15, "{means:?}");
    // The maxima of windows two apart are in their corners, and the centre is in none.
    let x = image(&(1..=25).rev().map(f64::from).collect::<Vec<_>>(), 5, 5);
    assert_eq!(gradient(&x, |x| max_pool2d(x, &windows(3, 2)).unwrap()), at(25, &[0, 2, 10, 12]));
}

#[test]
fn a_pool_of_candle_has_no_padding() {
    // Its arguments are a window and a stride, so that a window has to fit.
    let x = image(&[1.0; 25], 5, 5);
    assert!(x.max_pool2d(6).is_err(), "candle now pads");
    let padding = Padding::Explicit { top: 1, bottom: 0, left: 0, right: 1 };
    let pooled = max_pool2d(&x, &Pool2dOptions { padding, ..windows(6, 1) }).unwrap();
    assert_eq!((pooled.dims(), values(&pooled)), (&[1, 1, 1, 1][..], vec![1.0]));
}

fn windows(window: usize, stride: usize) -> Pool2dOptions {
    Pool2dOptions { window: (window, window), stride: Some((stride, stride)), ..Default::default() }
}

fn image(values: &[f64], height: usize, width: usize) -> Var {
    Var::from_tensor(&tensor(values, &[1, 1, height, width])).unwrap()
}

fn gradient(x: &Var, pool: impl Fn(&Tensor) -> Tensor) -> Vec<f64> {
    values(pool(x).sum_all().unwrap().backward().unwrap().get(x).unwrap())
}

fn at(length: usize, ones: &[usize]) -> Vec<f64> {
    (0..length).map(|index| if ones.contains(&index) { 1.0 } else { 0.0 }).collect()
}
