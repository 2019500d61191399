//! The ways to compute a row. All are called alike, on tensors, and allocate their results.

use candle_core::Tensor;
use corr2d::{Algorithm, Conv2dOptions, Padding, Result, conv2d};
use corr2d_tests::Case;

use crate::Row;

/// One way to compute the output of a case from its input and weight.
pub type Implementation = fn(&Case, &Tensor, &Tensor) -> Result<Tensor>;

impl Row {
    /// Every way to compute this row, with its name. The textbook comes first: what it gives, the others must give.
    ///
    /// `fast` is there only where it is not what `corr2d` does anyway.
    ///
    /// # Errors
    /// Those of a case that is not legal.
    pub fn implementations(&self) -> Result<Vec<(&'static str, Implementation)>> {
        let mut all: Vec<(&'static str, Implementation)> = vec![("reference", reference), ("corr2d", auto)];
        if self.case.plan(Algorithm::Fast)?.path() != self.case.plan(Algorithm::Auto)?.path() {
            all.push(("fast", fast));
        }
        all.push(("candle", candle));
        Ok(all)
    }
}

/// The textbook loops.
///
/// # Errors
/// Those of candle, and of a case that is not legal.
pub fn reference(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    by(Algorithm::Reference, case, input, weight)
}

/// What users get who do not choose.
pub(crate) fn auto(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    by(Algorithm::Auto, case, input, weight)
}

fn fast(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    by(Algorithm::Fast, case, input, weight)
}

fn by(algorithm: Algorithm, case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    conv2d(input, weight, None, &Conv2dOptions { algorithm, ..case.options })
}

/// What users of candle get.
pub(crate) fn candle(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let Square { stride, padding, dilation } = Square::of(&case.options);
    Ok(input.conv2d(weight, padding, stride, dilation, case.options.groups)?)
}

/// The options of a row, which other libraries take as one number for both axes and all sides. So the rows have them.
#[allow(missing_docs, reason = "the names of the options say all there is")]
pub struct Square {
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

impl Square {
    /// The numbers along the height, at the top.
    pub fn of(options: &Conv2dOptions) -> Self {
        let padding = match options.padding {
            Padding::Explicit { top, .. } => top,
            Padding::Valid | Padding::Same => 0,
        };
        Self { stride: options.stride.0, padding, dilation: options.dilation.0 }
    }
}
