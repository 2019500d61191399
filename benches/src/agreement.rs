//! What is timed has to be right.

use candle_core::Tensor;
use corr2d::Result;

/// Panics unless two tensors are the same but for roundings: within 10⁻³ of the largest element. A weight gradient of a
/// whole image sums eight million products, one after another where the textbook does it.
///
/// # Errors
/// Those of candle.
pub fn assert_close(got: &Tensor, want: &Tensor, label: &str) -> Result<()> {
    assert_eq!(got.dims(), want.dims(), "{label}: shape");
    let (got, want) = (got.flatten_all()?.to_vec1::<f32>()?, want.flatten_all()?.to_vec1::<f32>()?);
    let largest = want.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    for (index, (got, want)) in got.iter().zip(&want).enumerate() {
        // Written so that a NaN fails.
        assert!((got - want).abs() <= 1e-3 * largest, "{label}: {got} where {want} is right, at {index}");
    }
    Ok(())
}
