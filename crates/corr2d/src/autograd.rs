//! Gradients as functions: JAX's `value_and_grad`, PyTorch's `gradcheck`, and a look-up that does not stay silent.
//!
//! Candle's `GradStore::get` answers `None` for a tensor that no gradient reached, and its optimisers then skip that
//! tensor without a word: a layer that reads its weights through `to_vec` trains forever and learns nothing. Here a
//! missing gradient is an error.
//!
//! `backward` cuts the gradients off the graph unless the environment variable `CANDLE_GRAD_DO_NOT_DETACH` is set before
//! the first backward pass of a thread. With it, the gradients that come from here can be differentiated again.

use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};

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
/// The function gets its arguments as variables of a graph of their own and returns one number.
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
/// # Errors
/// Those of the function, [`Error::NotScalar`], and [`Error::MissingGradient`] for an argument that the value does not
/// depend on.
pub fn value_and_grad(
    function: impl FnOnce(&[Tensor]) -> Result<Tensor>,
    arguments: &[Tensor],
) -> Result<(Tensor, Vec<Tensor>)> {
    let variables = variables(arguments)?;
    let value = function(&variables)?;
    if value.elem_count() != 1 {
        return Err(Error::NotScalar { shape: value.dims().to_vec() });
    }
    Ok((value.clone(), gradients(&value, &variables)?))
}

/// What [`gradcheck`] compares, and how closely. The default is PyTorch's, for f64.
///
/// For f32 take a larger step: for a function that is linear in each argument, as a correlation is, central differences
/// have no error of their own, and a step of 0.5 with tolerances of 1e-4 is a sharp test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gradcheck {
    /// How far an element is moved to each side.
    pub step: f64,
    /// The difference that is always allowed.
    pub absolute: f64,
    /// The difference that is allowed for each unit of the measured gradient.
    pub relative: f64,
}

impl Default for Gradcheck {
    fn default() -> Self {
        Self { step: 1e-6, absolute: 1e-5, relative: 1e-3 }
    }
}

/// Compares the gradients of `function` at `inputs` with central differences, element by element, and runs the backward
/// pass twice to see that it is deterministic.
///
/// ```text
/// ∂y/∂x ≈ (y(x + step) − y(x − step)) / (2 · step)
/// ```
///
/// The function may return any shape: each element of its result is differentiated by each element of each input, so
/// keep them small. Returns how many pairs were compared.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::{Gradcheck, gradcheck};
///
/// let x = Tensor::arange(0f64, 12., &Device::Cpu)?.reshape((3, 4))?;
/// let k = Tensor::new(&[[0.5f64, -1.0]], &Device::Cpu)?;
/// let compared = gradcheck(|t| corr2d::corr2d(&t[0], &t[1]), &[x, k], &Gradcheck::default())?;
/// assert_eq!(compared, 9 * (12 + 2));
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// [`Error::WrongGradient`] names the first pair that differs; [`Error::NotDeterministic`]; [`Error::MissingGradient`];
/// [`Error::Setting`] for a step or tolerance out of range, and for inputs that are not f32 or f64.
pub fn gradcheck(
    function: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Tensor],
    check: &Gradcheck,
) -> Result<usize> {
    check.validate(inputs)?;
    let variables = variables(inputs)?;
    let outputs = function(&variables)?.flatten_all()?;
    let mut compared = 0;
    let measured = measure(&function, inputs, check.step)?;
    for output in 0..outputs.elem_count() {
        let value = outputs.get(output)?;
        let computed = gradients(&value, &variables)?;
        let again = gradients(&value, &variables)?;
        for (input, (computed, again)) in computed.iter().zip(&again).enumerate() {
            let (computed, again) = (to_f64(computed)?, to_f64(again)?);
            if computed.iter().zip(&again).any(|(a, b)| a.to_bits() != b.to_bits()) {
                return Err(Error::NotDeterministic { input, output });
            }
            for (element, computed) in computed.into_iter().enumerate() {
                let measured = measured[input][element][output];
                // Written so that a NaN on either side is an error.
                let close = (computed - measured).abs() <= check.absolute + check.relative * measured.abs();
                if !close {
                    return Err(Error::WrongGradient { input, element, output, computed, measured });
                }
                compared += 1;
            }
        }
    }
    Ok(compared)
}

impl Gradcheck {
    fn validate(&self, inputs: &[Tensor]) -> Result<()> {
        let settings = [
            ("the step of gradcheck", self.step, self.step > 0.0, "positive and finite"),
            ("the absolute tolerance of gradcheck", self.absolute, self.absolute >= 0.0, "finite, and 0 or more"),
            ("the relative tolerance of gradcheck", self.relative, self.relative >= 0.0, "finite, and 0 or more"),
        ];
        for (what, value, fits, wanted) in settings {
            if !(fits && value.is_finite()) {
                return Err(Error::Setting { what, found: value.to_string(), wanted });
            }
        }
        match inputs.iter().find(|input| !matches!(input.dtype(), DType::F32 | DType::F64)) {
            Some(input) => Err(Error::Setting {
                what: "the dtype of an input of gradcheck",
                found: format!("{:?}", input.dtype()),
                wanted: "F64, or F32 with a larger step",
            }),
            None => Ok(()),
        }
    }
}

/// Central differences: for each input, for each of its elements, for each element of the output.
fn measure(
    function: &impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Tensor],
    step: f64,
) -> Result<Vec<Vec<Vec<f64>>>> {
    let moved = |input: usize, element: usize, by: f64| -> Result<(f64, Vec<f64>)> {
        let mut values = to_f64(&inputs[input])?;
        values[element] += by;
        let tensor = Tensor::from_vec(values, inputs[input].shape(), inputs[input].device())?;
        let tensor = tensor.to_dtype(inputs[input].dtype())?;
        // In f32 the element does not land exactly where it was sent.
        let landed = to_f64(&tensor)?[element];
        let mut arguments = inputs.to_vec();
        arguments[input] = tensor;
        Ok((landed, to_f64(&function(&arguments)?)?))
    };
    let derivative = |input: usize, element: usize| -> Result<Vec<f64>> {
        let (right, above) = moved(input, element, step)?;
        let (left, below) = moved(input, element, -step)?;
        Ok(above.iter().zip(&below).map(|(above, below)| (above - below) / (right - left)).collect())
    };
    let of_input = |input: usize| (0..inputs[input].elem_count()).map(|element| derivative(input, element)).collect();
    (0..inputs.len()).map(of_input).collect()
}

/// Variables with the values of `tensors`, in no graph.
fn variables(tensors: &[Tensor]) -> Result<Vec<Tensor>> {
    tensors.iter().map(|tensor| Ok(Var::from_tensor(&tensor.detach())?.into_inner())).collect()
}

fn gradients(value: &Tensor, variables: &[Tensor]) -> Result<Vec<Tensor>> {
    let gradients = value.backward()?;
    variables
        .iter()
        .enumerate()
        .map(|(index, variable)| gradient(&gradients, variable, &format!("argument {index}")))
        .collect()
}

fn to_f64(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}
