//! Gradients as functions: JAX's `value_and_grad`, `vjp` and `jvp`, products with the Hessian, PyTorch's `gradcheck`,
//! and a look-up that does not stay silent.
//!
//! | function | what it computes, for y = f(x) | candle's switch | passes |
//! | --- | --- | --- | --- |
//! | [`value_and_grad`] | y and ∂y/∂x, for one number y | not needed | one backward |
//! | [`vjp`] | y and, for any u, Jᵀu | not needed | one backward for each u |
//! | [`jvp`] | y and Jv | **needed** | two backward |
//! | [`jvp_by_rows`] | y and Jv | not needed | one backward for each element of y |
//! | [`hvp`] | y and Hv, for one number y | **needed** | two backward |
//! | [`hvp_approximate`] | y and about Hv, by differences | not needed | three forward and backward |
//! | [`gradcheck`] | whether the gradients are right | not needed | two backward for each element of y |
//!
//! Candle's `GradStore::get` answers `None` for a tensor that no gradient reached, and its optimisers then skip that
//! tensor without a word: a layer that reads its weights through `to_vec` trains forever and learns nothing. Here a
//! missing gradient is an error.
//!
//! `backward` cuts the gradients off the graph unless the environment variable `CANDLE_GRAD_DO_NOT_DETACH` is set before
//! the first backward pass of a thread; that is candle's switch, and a program is started with it. With it, the gradients
//! that come from here can be differentiated again. Without it a gradient inside a function that is itself differentiated is an error: candle would cut off one factor of a
//! product and keep the other, so that the outer gradient were wrong and not even missing.

mod differentiated;
mod directions;
mod gradcheck;
mod hessian;
mod products;
mod seeded;

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};

pub use gradcheck::{Gradcheck, gradcheck};
pub use hessian::{hvp, hvp_approximate};
pub use products::{Pullback, jvp, jvp_by_rows, vjp};

use crate::error::{Error, Result};

/// The gradient of `tensor`, whose name is used if there is none.
///
/// ```
/// use candle_core::{Device, Tensor, Var};
/// use corr2d::autograd::gradient;
///
/// let (w, unused) = (Var::new(3f32, &Device::Cpu)?, Var::new(1f32, &Device::Cpu)?);
/// let gradients = w.sqr()?.backward()?;
/// assert_eq!(gradient(&gradients, &w, "w")?.to_scalar::<f32>()?, 6.0);
/// assert_eq!(
///     gradient(&gradients, &unused, "the bias").unwrap_err().to_string(),
///     "no gradient reached the bias: the result does not depend on it through differentiable operations",
/// );
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::MissingGradient`].
pub fn gradient(gradients: &GradStore, tensor: &Tensor, name: &str) -> Result<Tensor> {
    gradients.get(tensor).cloned().ok_or_else(|| Error::MissingGradient { name: name.to_owned() })
}

/// The value of `function` at `arguments`, and its gradient by each of them.
///
/// The function gets its arguments as variables and returns one number. A variable is handed on as it is, so that its
/// gradient counts every way in which the function reaches it; of any other tensor the function gets a copy that is a
/// variable.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::value_and_grad;
/// use corr2d::corr2d;
///
/// let x = Tensor::new(&[[0f32, 1., 2.], [3., 4., 5.], [6., 7., 8.]], &Device::Cpu)?;
/// let k = Tensor::new(&[[0f32, 1.], [2., 3.]], &Device::Cpu)?;
/// let (value, gradients) = value_and_grad(|k| Ok(corr2d(&x, &k[0])?.sum_all()?), &[k])?;
/// assert_eq!(value.to_scalar::<f32>()?, 124.0);
/// // Each tap meets four pixels; their sum is its gradient.
/// assert_eq!(gradients[0].to_vec2::<f32>()?, [[8., 12.], [20., 24.]]);
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// Nested, it gives derivatives of higher order, where candle keeps the graph of gradients: d/dx (x · f′(x)) for f = x³
/// is 9x².
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::Error;
/// use corr2d::autograd::value_and_grad;
///
/// let product = |x: &[Tensor]| {
///     let (_, slope) = value_and_grad(|x| Ok((x[0].sqr()? * &x[0])?), x)?;
///     Ok((&x[0] * &slope[0])?)
/// };
/// match value_and_grad(product, &[Tensor::new(2f64, &Device::Cpu)?]) {
///     // With CANDLE_GRAD_DO_NOT_DETACH=1 in the environment.
///     Ok((_, gradients)) => assert_eq!(gradients[0].to_scalar::<f64>()?, 36.0),
///     Err(error) => assert!(matches!(error, Error::GradientCutOff)),
/// }
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// Those of the function; [`Error::NotScalar`]; [`Error::MissingGradient`] for an argument that the value does not
/// depend on; [`Error::NotALeaf`] for an argument computed from variables; [`Error::SameVariable`] for a variable that
/// is given twice; [`Error::GradientCutOff`] inside a function that is itself differentiated, unless candle keeps the
/// graph of gradients.
pub fn value_and_grad(
    function: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
) -> Result<(Tensor, Vec<Tensor>)> {
    let variables = variables(arguments)?;
    let value = differentiated::call(function, &variables)?;
    if value.elem_count() != 1 {
        return Err(Error::NotScalar { shape: value.dims().to_vec() });
    }
    Ok((value.clone(), gradients(&value, &variables)?))
}

/// The tensors as variables: those that are, and copies of those in no graph.
fn variables(tensors: &[Tensor]) -> Result<Vec<Tensor>> {
    for (second, tensor) in tensors.iter().enumerate().filter(|(_, tensor)| tensor.is_variable()) {
        if let Some(first) = tensors[..second].iter().position(|other| other.id() == tensor.id()) {
            return Err(Error::SameVariable { first, second });
        }
    }
    let variable = |(index, tensor): (usize, &Tensor)| {
        if tensor.track_op() && !tensor.is_variable() {
            return Err(Error::NotALeaf { index });
        }
        Ok(Var::from_tensor(tensor)?.into_inner())
    };
    tensors.iter().enumerate().map(variable).collect()
}

fn gradients(value: &Tensor, variables: &[Tensor]) -> Result<Vec<Tensor>> {
    of_variables(&value.backward()?, variables, |index| format!("argument {index}"))
}

/// The gradients by some variables, with the names that errors call them by.
fn of_variables(gradients: &GradStore, variables: &[Tensor], name: impl Fn(usize) -> String) -> Result<Vec<Tensor>> {
    let named = variables.iter().enumerate();
    named.map(|(index, variable)| gradient(gradients, variable, &name(index))).collect()
}
