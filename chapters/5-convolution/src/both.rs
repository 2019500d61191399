//! What correlation and convolution have in common on their way out: three results and their names.

use anyhow::Result;
use candle_core::Tensor;

/// The three results, in this order, and the words in the names of their files.
pub(crate) const NAMES: [&str; 3] = ["correlation", "convolution", "difference"];

/// Correlation, convolution, and the first less the second.
pub(crate) fn with_difference(correlation: Tensor, convolution: Tensor) -> Result<[Tensor; 3]> {
    let difference = (&correlation - &convolution)?;
    Ok([correlation, convolution, difference])
}
