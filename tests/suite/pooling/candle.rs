//! What candle 0.11.1 does. Each test runs both, so that it fails when candle changes: then a reason of ours is gone.

use candle_core::{Tensor, Var};
use corr2d::{Pool2dOptions, avg_pool2d, max_pool2d};

use crate::tensors::oracle::{tensor, values};

#[test]
fn the_gradient_of_a_maximum_by_candle_is_a_quarter_of_it() {
    let x = [1f64, 5.0, 2.0, 3.0, 4.0, 0.0, 7.0, 6.0];
    let (theirs, ours) = both(&x, &[1, 1, 2, 4], |x| x.max_pool2d(2).unwrap(), max_pool2d);
    assert_eq!(ours, [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(theirs, [0.0, 0.25, 0.0, 0.0, 0.0, 0.0, 0.25, 0.0], "candle now gives another gradient");
}

#[test]
fn equal_maxima_get_more_than_the_gradient_by_candle() {
    let (theirs, ours) = both(&[3f64; 4], &[1, 1, 2, 2], |x| x.max_pool2d(2).unwrap(), max_pool2d);
    assert_eq!(ours, [1.0, 0.0, 0.0, 0.0]);
    assert_eq!(theirs, [1.0; 4], "candle now gives another gradient");
}

#[test]
fn sizes_that_the_window_does_not_divide_lose_gradients_by_candle() {
    let x: Vec<f64> = (0..25).map(|index| f64::from(index * 7 % 25)).collect();
    let (theirs, ours) = both(&x, &[1, 1, 5, 5], |x| x.max_pool2d(2).unwrap(), max_pool2d);
    assert_eq!(ours.iter().sum::<f64>(), 4.0);
    assert!(theirs.iter().sum::<f64>() < 4.0, "candle now keeps all: {theirs:?}");

    let (theirs, ours) = both(&x, &[1, 1, 5, 5], |x| x.avg_pool2d(2).unwrap(), avg_pool2d);
    let inside = |index: usize| index / 5 < 4 && index % 5 < 4;
    let want: Vec<f64> = (0..25).map(|index| if inside(index) { 0.25 } else { 0.0 }).collect();
    assert_eq!(ours, want);
    assert_ne!(theirs, want, "candle is now right");
}

#[test]
fn windows_that_overlap_have_no_gradient_by_candle() {
    let x = Var::from_tensor(&tensor(&[1f64; 16], &[1, 1, 4, 4])).unwrap();
    let theirs = x.max_pool2d_with_stride(2, 1).unwrap().sum_all().unwrap();
    assert!(theirs.backward().is_err(), "candle now has one");
    let options = Pool2dOptions { stride: Some((1, 1)), ..Default::default() };
    let gradients = max_pool2d(&x, &options).unwrap().sum_all().unwrap().backward().unwrap();
    assert_eq!(values(gradients.get(&x).unwrap()).iter().sum::<f64>(), 9.0);
}

/// The gradients of the sum of all outputs, for windows of 2×2.
fn both(
    x: &[f64],
    shape: &[usize],
    theirs: impl Fn(&Tensor) -> Tensor,
    ours: fn(&Tensor, &Pool2dOptions) -> corr2d::Result<Tensor>,
) -> (Vec<f64>, Vec<f64>) {
    let x = Var::from_tensor(&tensor(x, shape)).unwrap();
    let gradient = |y: Tensor| values(y.sum_all().unwrap().backward().unwrap().get(&x).unwrap());
    let (theirs, ours) = (theirs(&x), ours(&x, &Pool2dOptions::default()).unwrap());
    assert_eq!(values(&theirs), values(&ours), "the values agree");
    (gradient(theirs), gradient(ours))
}
