//! Products with the Hessian, without the Hessian: the gradient's derivative along a direction.
//!
//! ```text
//! Hv = ∂/∂x ⟨∇f(x), v⟩  ≈  (∇f(x + step · v) − ∇f(x − step · v)) / (2 · step)
//! ```

use candle_core::{DType, Tensor};

use super::directions::one_for_each;
use super::seeded::backward_from;
use super::{differentiated, of_variables, value_and_grad, variables};
use crate::error::{Error, Result};

/// The value of `function` at `arguments`, and the product Hv of its second derivatives with `directions`, one for each
/// argument: for each argument, how fast its gradient changes when all of them move along their directions.
///
/// **Needs candle's switch**: the environment variable `CANDLE_GRAD_DO_NOT_DETACH`, set before the program starts; then
/// it is one forward and two backward passes. There is no exact way without it; [`hvp_approximate`] is an approximate
/// one.
///
/// Candle does not tell a second derivative that is zero from one that is not there. So a function that is linear in
/// all of its arguments is an error.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::hvp;
/// use corr2d::{Error, corr2d};
///
/// // f = Σ y² with y = corr2d(x, k) has the Hessian 2 · JᵀJ in k: here 2 · [[5, 10], [10, 20]].
/// let x = Tensor::new(&[[1f32, 2., 4.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
/// let squares = |k: &[Tensor]| Ok(corr2d(&x, &k[0])?.sqr()?.sum_all()?);
/// match hvp(squares, &[k], &[Tensor::new(&[[1f32, 0.]], &Device::Cpu)?]) {
///     // With CANDLE_GRAD_DO_NOT_DETACH=1 in the environment.
///     Ok((_, products)) => assert_eq!(products[0].to_vec2::<f32>()?, [[10., 20.]]),
///     Err(error) => assert!(matches!(error, Error::GraphNotKept { .. })),
/// }
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::GraphNotKept`] without the switch; as [`value_and_grad`]; [`Error::Setting`] and [`Error::DirectionShape`]
/// unless there is one direction for each argument, of its shape; [`Error::MissingGradient`] for an argument that the
/// gradient does not depend on; what candle says of operations whose gradient it cannot differentiate again.
pub fn hvp(
    function: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
    directions: &[Tensor],
) -> Result<(Tensor, Vec<Tensor>)> {
    differentiated::needs_the_graph("hvp", "hvp_approximate")?;
    one_for_each(arguments, directions)?;
    let variables = variables(arguments)?;
    let (value, gradients) = value_and_grad(function, &variables)?;
    let second = backward_from(&gradients, directions)?;
    let products = of_variables(&second, &variables, |index| format!("argument {index} of the gradient"))?;
    Ok((value, products))
}

/// As [`hvp`], without candle's switch, but *approximate*: the difference of the gradients at two points, a `step` along
/// the directions to either side.
///
/// Where the gradient is linear or quadratic along the directions, as for the squared error of a layer, the difference
/// has no error but rounding, and a step of 1/2 is best. Elsewhere its error grows with the square of the step, and
/// rounding grows as the step shrinks: take f64 and a step near 1e-5 for directions of length 1. The function must reach
/// its arguments as such: it is called with copies that have moved, while a variable that it reaches by another way
/// stays where it is.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::hvp_approximate;
/// use corr2d::corr2d;
///
/// let x = Tensor::new(&[[1f32, 2., 4.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
/// let squares = |k: &[Tensor]| Ok(corr2d(&x, &k[0])?.sqr()?.sum_all()?);
/// let (value, products) = hvp_approximate(squares, &[k], &[Tensor::new(&[[1f32, 0.]], &Device::Cpu)?], 0.5)?;
/// assert_eq!(value.to_scalar::<f32>()?, 5.0);
/// assert_eq!(products[0].to_vec2::<f32>()?, [[10., 20.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`hvp`], but that it needs no switch and takes functions that are linear; [`Error::Setting`] for a step that is
/// not positive and finite, and for arguments that are not F32 or F64.
pub fn hvp_approximate(
    function: impl Fn(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
    directions: &[Tensor],
    step: f64,
) -> Result<(Tensor, Vec<Tensor>)> {
    if !(step > 0.0 && step.is_finite()) {
        let what = "the step of hvp_approximate";
        return Err(Error::Setting { what, found: step.to_string(), wanted: "positive and finite" });
    }
    if let Some(argument) = arguments.iter().find(|argument| !matches!(argument.dtype(), DType::F32 | DType::F64)) {
        let what = "the dtype of an argument of hvp_approximate";
        return Err(Error::Setting { what, found: format!("{:?}", argument.dtype()), wanted: "F32 or F64" });
    }
    one_for_each(arguments, directions)?;
    let (value, _) = value_and_grad(&function, arguments)?;
    let gradient_at = |by: f64| -> Result<Vec<Tensor>> {
        let moved = |(argument, direction): (&Tensor, &Tensor)| Ok((argument.detach() + (direction.detach() * by)?)?);
        let moved: Vec<Tensor> = arguments.iter().zip(directions).map(moved).collect::<Result<_>>()?;
        Ok(value_and_grad(&function, &moved)?.1)
    };
    let (ahead, behind) = (gradient_at(step)?, gradient_at(-step)?);
    let slope = |(ahead, behind): (&Tensor, &Tensor)| Ok(((ahead - behind)? * (0.5 / step))?);
    let products = ahead.iter().zip(&behind).map(slope).collect::<Result<_>>()?;
    Ok((value, products))
}
