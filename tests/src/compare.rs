//! Equality that says where it failed.

use crate::{Number, Results};

/// Panics unless both tensors hold the same bits; any NaN is the same as any other.
///
/// ```should_panic
/// corr2d_tests::compare::assert_same(&[1f32, 2.0], &[1.0, 3.0], &[1, 2], "a pair");
/// ```
pub fn assert_same<T: Number>(got: &[T], want: &[T], shape: &[usize], label: &str) {
    assert_eq!(got.len(), want.len(), "{label}: length");
    let same = |got: T, want: T| got.bits() == want.bits() || (got.widen().is_nan() && want.widen().is_nan());
    let difference = got.iter().zip(want).position(|(got, want)| !same(*got, *want));
    if let Some(index) = difference {
        let (found, wanted, place) = (got[index], want[index], coordinates(index, shape));
        assert!(same(found, wanted), "{label}: {found:?} where {wanted:?} is right, at {place:?} of {shape:?}");
    }
}

/// Panics unless all results of two algorithms are the same bits.
pub fn assert_same_results<T: Number>(got: &Results<T>, want: &Results<T>, label: &str) {
    for ((name, got, shape), (_, want, _)) in got.parts().into_iter().zip(want.parts()) {
        assert_same(got, want, &shape, &format!("{name} of {label}"));
    }
}

/// Panics unless each element is within its own bound of what is right.
///
/// ```
/// corr2d_tests::compare::assert_within(&[1.0f32], &[1.0 + 1e-9], &[1e-8], &[1], "nearly one");
/// ```
pub fn assert_within<T: Number>(got: &[T], want: &[f64], bound: &[f64], shape: &[usize], label: &str) {
    assert_eq!((got.len(), bound.len()), (want.len(), want.len()), "{label}: lengths");
    for (index, ((got, want), bound)) in got.iter().zip(want).zip(bound).enumerate() {
        let error = (got.widen() - want).abs();
        let place = coordinates(index, shape);
        assert!(
            error <= *bound,
            "{label}: {got:?} is {error:e} from {want:?}, over {bound:e}, at {place:?} of {shape:?}"
        );
    }
}

/// The coordinates of an element, the outermost first.
pub fn coordinates(index: usize, shape: &[usize]) -> Vec<usize> {
    let mut rest = index;
    let mut coordinates = vec![0; shape.len()];
    for (coordinate, size) in coordinates.iter_mut().zip(shape).rev() {
        (*coordinate, rest) = (rest % size, rest / size);
    }
    coordinates
}
