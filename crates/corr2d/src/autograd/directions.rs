//! Tangents, cotangents and directions: what they must look like, and their products with gradients.

use candle_core::{DType, Tensor};

use crate::checks;
use crate::error::{Error, Result};

/// Checks that a direction has the shape, dtype and device of what it belongs to.
pub(super) fn alike(direction: &'static str, found: &Tensor, of: &'static str, wanted: &Tensor) -> Result<()> {
    if found.dims() != wanted.dims() {
        let (found, wanted) = (found.dims().to_vec(), wanted.dims().to_vec());
        return Err(Error::DirectionShape { direction, found, of, wanted });
    }
    checks::alike(direction, found, of, wanted)
}

/// Checks that there is one direction for each argument, of its shape.
pub(super) fn one_for_each(arguments: &[Tensor], directions: &[Tensor]) -> Result<()> {
    if directions.len() != arguments.len() {
        let (found, wanted) = (directions.len().to_string(), "that of the arguments");
        return Err(Error::Setting { what: "the number of directions", found, wanted });
    }
    let mut pairs = arguments.iter().zip(directions);
    pairs.try_for_each(|(argument, direction)| alike("a direction", direction, "its argument", argument))
}

/// Σ ⟨gradient, direction⟩ over all arguments, one number of their dtype.
pub(super) fn inner_of_all(gradients: &[Tensor], directions: &[Tensor]) -> Result<Tensor> {
    let mut products = gradients.iter().zip(directions).map(|(gradient, direction)| inner(gradient, direction));
    let Some(first) = products.next() else {
        return Err(Error::Setting { what: "the number of arguments", found: "0".to_owned(), wanted: "1 or more" });
    };
    products.try_fold(first?, |sum, product| Ok((sum + product?)?))
}

/// ⟨gradient, direction⟩, summed in f32 for half precision.
fn inner(gradient: &Tensor, direction: &Tensor) -> Result<Tensor> {
    let dtype = gradient.dtype();
    let summed_in = if matches!(dtype, DType::F16 | DType::BF16) { DType::F32 } else { dtype };
    let products = (gradient.to_dtype(summed_in)? * direction.to_dtype(summed_in)?)?;
    Ok(products.sum_all()?.to_dtype(dtype)?)
}
