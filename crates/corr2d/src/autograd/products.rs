//! Products with the Jacobian, without the Jacobian.
//!
//! ```text
//! y = f(x)        vjp: Jᵀu = Σ_i u_i · ∂y_i/∂x        jvp: Jv = Σ_j ∂y/∂x_j · v_j
//! ```
//!
//! Jᵀu is one backward pass, which begins with u. For Jv a second one is needed: Jᵀu is linear in u, and its derivative along
//! u is J. Candle must keep the graph of the first for that, or Jv is computed row by row.

use candle_core::{Tensor, Var};

use super::directions::{alike, inner_of_all, one_for_each};
use super::seeded::backward_from;
use super::{differentiated, gradient, gradients, of_variables, variables};
use crate::error::Result;

/// The value of `function` at `arguments`, and the products Jᵀu for whatever u is asked for afterwards.
///
/// `function` may return any shape; u, the cotangent, has that shape. One forward pass here, one backward pass for each
/// cotangent. Needs no switch of candle's. What the function gets as its arguments is said at
/// [`value_and_grad`](super::value_and_grad).
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::vjp;
/// use corr2d::corr2d;
///
/// let x = Tensor::new(&[[1f32, 2., 4., 8.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
/// let (y, pullback) = vjp(|t| corr2d(&t[0], &t[1]), &[x, k])?;
/// assert_eq!(y.to_vec2::<f32>()?, [[-1., -2., -4.]]);
///
/// // What the last difference alone depends on, and how strongly.
/// let products = pullback.product(&Tensor::new(&[[0f32, 0., 1.]], &Device::Cpu)?)?;
/// assert_eq!(products[0].to_vec2::<f32>()?, [[0., 0., 1., -1.]]);
/// assert_eq!(products[1].to_vec2::<f32>()?, [[4., 8.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`value_and_grad`](super::value_and_grad), but that the value may have any shape.
pub fn vjp(function: impl FnOnce(&[Tensor]) -> Result<Tensor>, arguments: &[Tensor]) -> Result<(Tensor, Pullback)> {
    let variables = variables(arguments)?;
    let value = differentiated::call(function, &variables)?;
    Ok((value.clone(), Pullback { value, variables }))
}

/// The map u ↦ Jᵀu of a function at a point, made by [`vjp`]. It holds the graph of the forward pass.
#[derive(Clone, Debug)]
pub struct Pullback {
    value: Tensor,
    variables: Vec<Tensor>,
}

impl Pullback {
    /// Jᵀu: for each argument its gradient of Σ u · value, where u is a constant, even if it was computed from the value.
    ///
    /// ```
    /// use candle_core::{Device, Tensor};
    /// use corr2d::autograd::vjp;
    ///
    /// // y = x², so that Jᵀu = 2 · x · u; two cotangents, one forward pass.
    /// let (_, pullback) = vjp(|x| Ok(x[0].sqr()?), &[Tensor::new(&[3f64, 5.], &Device::Cpu)?])?;
    /// assert_eq!(pullback.product(&Tensor::new(&[1f64, 0.], &Device::Cpu)?)?[0].to_vec1::<f64>()?, [6., 0.]);
    /// assert_eq!(pullback.product(&Tensor::new(&[2f64, 1.], &Device::Cpu)?)?[0].to_vec1::<f64>()?, [12., 10.]);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::DirectionShape`](crate::Error::DirectionShape) unless u has the shape of the value, mismatches of dtype
    /// and device, [`Error::MissingGradient`](crate::Error::MissingGradient) for an argument that the value does not
    /// depend on, [`Error::GradientCutOff`](crate::Error::GradientCutOff) inside a function that is itself
    /// differentiated, unless candle keeps the graph of gradients.
    pub fn product(&self, cotangent: &Tensor) -> Result<Vec<Tensor>> {
        differentiated::not_inside_another()?;
        alike("the cotangent", cotangent, "the value", &self.value)?;
        let gradients = backward_from(std::slice::from_ref(&self.value), std::slice::from_ref(cotangent))?;
        of_variables(&gradients, &self.variables, |index| format!("argument {index}"))
    }
}

/// The value of `function` at `arguments`, and the product Jv: how fast the value changes when the arguments move along
/// `tangents`, one for each.
///
/// **Needs candle's switch**: the environment variable `CANDLE_GRAD_DO_NOT_DETACH`, set before the program starts. With
/// it one forward and two backward passes are enough, whatever the shapes. [`jvp_by_rows`] needs no switch.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::{jvp, jvp_by_rows};
/// use corr2d::{Error, corr2d};
///
/// let x = Tensor::new(&[[1f32, 2., 4., 8.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[1f32, -1.]], &Device::Cpu)?;
/// let differences = |t: &[Tensor]| corr2d(&t[0], &k);
/// // The third pixel alone grows.
/// let tangent = Tensor::new(&[[0f32, 0., 1., 0.]], &Device::Cpu)?;
/// let (_, product) = match jvp(differences, &[x.clone()], &[tangent.clone()]) {
///     // With CANDLE_GRAD_DO_NOT_DETACH=1 in the environment.
///     Ok(both) => both,
///     Err(Error::GraphNotKept { .. }) => jvp_by_rows(differences, &[x], &[tangent])?,
///     Err(error) => return Err(error),
/// };
/// assert_eq!(product.to_vec2::<f32>()?, [[0., -1., 1.]]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// [`Error::GraphNotKept`](crate::Error::GraphNotKept) without the switch; as [`vjp`];
/// [`Error::Setting`](crate::Error::Setting) and [`Error::DirectionShape`](crate::Error::DirectionShape) unless there
/// is one tangent for each argument, of its shape; what candle says of operations whose gradient it cannot
/// differentiate again.
pub fn jvp(
    function: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
    tangents: &[Tensor],
) -> Result<(Tensor, Tensor)> {
    differentiated::needs_the_graph("jvp", "jvp_by_rows")?;
    one_for_each(arguments, tangents)?;
    let (value, pullback) = vjp(function, arguments)?;
    // Where in u the derivative is taken is of no matter: Jᵀu is linear in it.
    let cotangent = Var::ones(value.shape(), value.dtype(), value.device())?;
    let products = pullback.product(&cotangent)?;
    let derivatives = backward_from(&products, tangents)?;
    Ok((value, gradient(&derivatives, &cotangent, "the cotangent")?))
}

/// As [`jvp`], without candle's switch: the i-th element of Jv is the product of the i-th row of J, which is a gradient,
/// with v.
///
/// Exact as [`jvp`] is, but one backward pass *for each element of the value*: for functions that return few numbers. Of
/// one number, a loss, it is a single pass.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::jvp_by_rows;
///
/// // The slope of a loss along a direction.
/// let x = Tensor::new(&[3f64, 5.], &Device::Cpu)?;
/// let along = Tensor::new(&[1f64, -1.], &Device::Cpu)?;
/// let (value, slope) = jvp_by_rows(|x| Ok(x[0].sqr()?.sum_all()?), &[x], &[along])?;
/// assert_eq!((value.to_scalar::<f64>()?, slope.to_scalar::<f64>()?), (34.0, 6.0 - 10.0));
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// As [`jvp`], but that it needs no switch; inside a function that is itself differentiated,
/// [`Error::GradientCutOff`](crate::Error::GradientCutOff) without it.
pub fn jvp_by_rows(
    function: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
    tangents: &[Tensor],
) -> Result<(Tensor, Tensor)> {
    one_for_each(arguments, tangents)?;
    let (value, Pullback { variables, .. }) = vjp(function, arguments)?;
    let outputs = value.flatten_all()?;
    let along_row = |output: usize| inner_of_all(&gradients(&outputs.get(output)?, &variables)?, tangents);
    let products: Vec<Tensor> = (0..outputs.elem_count()).map(along_row).collect::<Result<_>>()?;
    let product = if products.is_empty() { value.zeros_like()? } else { Tensor::stack(&products, 0)? };
    Ok((value.clone(), product.reshape(value.shape())?))
}
