//! PyTorch's `gradcheck`: gradients beside central differences.

use candle_core::{DType, Device, Tensor};

use super::{differentiated, gradients, variables};
use crate::error::{Error, Result};

/// What [`gradcheck`] compares, and how closely. The default is PyTorch's, for f64.
///
/// For f32 take a larger step: for a function that is linear in each argument, as a correlation is, central differences
/// have no error of their own, and a step of 0.5 with tolerances of 1e-4 is a sharp test.
///
/// ```
/// use candle_core::{Device, Tensor};
/// use corr2d::autograd::{Gradcheck, gradcheck};
///
/// let long_step = Gradcheck { step: 0.5, absolute: 1e-4, relative: 1e-4 };
/// let x = Tensor::arange(0f32, 12., &Device::Cpu)?.reshape((3, 4))?;
/// let k = Tensor::new(&[[0.5f32, -1.0]], &Device::Cpu)?;
/// assert_eq!(gradcheck(|t| corr2d::corr2d(&t[0], &t[1]), &[x, k], &long_step)?, 126);
/// # Ok::<(), corr2d::Error>(())
/// ```
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
/// [`Error::Setting`] for a step or tolerance out of range, and for inputs that are not f32 or f64;
/// [`Error::NothingToCompare`] without inputs, and for an input or an output without elements; [`Error::ShapeChanges`]
/// for a function whose number of results depends on values; and what
/// [`value_and_grad`](crate::autograd::value_and_grad) says of its arguments.
pub fn gradcheck(
    function: impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Tensor],
    check: &Gradcheck,
) -> Result<usize> {
    check.validate(inputs)?;
    let variables = variables(inputs)?;
    let outputs = differentiated::call(&function, &variables)?;
    if outputs.elem_count() == 0 {
        let what = format!("the function returned shape {:?}, without an element", outputs.dims());
        return Err(Error::NothingToCompare { what });
    }
    let measured = measure(&function, inputs, check.step, outputs.dims())?;
    let outputs = outputs.flatten_all()?;
    let mut compared = 0;
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
        if inputs.is_empty() {
            return Err(Error::NothingToCompare { what: "there are no inputs".to_owned() });
        }
        for (index, input) in inputs.iter().enumerate() {
            if !matches!(input.dtype(), DType::F32 | DType::F64) {
                return Err(Error::Setting {
                    what: "the dtype of an input of gradcheck",
                    found: format!("{:?}", input.dtype()),
                    wanted: "F64, or F32 with a larger step",
                });
            }
            if input.elem_count() == 0 {
                let what = format!("input {index} has shape {:?}, without an element", input.dims());
                return Err(Error::NothingToCompare { what });
            }
        }
        Ok(())
    }
}

/// Central differences: for each input, for each of its elements, for each element of the output.
fn measure(
    function: &impl Fn(&[Tensor]) -> Result<Tensor>,
    inputs: &[Tensor],
    step: f64,
    shape: &[usize],
) -> Result<Vec<Vec<Vec<f64>>>> {
    let moved = |input: usize, element: usize, by: f64| -> Result<(f64, Vec<f64>)> {
        let mut values = to_f64(&inputs[input])?;
        values[element] += by;
        // Metal has no f64: the numbers are narrowed before they move.
        let tensor = Tensor::from_vec(values, inputs[input].shape(), &Device::Cpu)?;
        let tensor = tensor.to_dtype(inputs[input].dtype())?.to_device(inputs[input].device())?;
        // In f32 the element does not land exactly where it was sent.
        let landed = to_f64(&tensor)?[element];
        let mut arguments = inputs.to_vec();
        arguments[input] = tensor;
        let outputs = function(&arguments)?;
        if outputs.dims() != shape {
            return Err(Error::ShapeChanges { at_inputs: shape.to_vec(), beside: outputs.dims().to_vec() });
        }
        Ok((landed, to_f64(&outputs)?))
    };
    let derivative = |input: usize, element: usize| -> Result<Vec<f64>> {
        let (right, above) = moved(input, element, step)?;
        let (left, below) = moved(input, element, -step)?;
        Ok(above.iter().zip(&below).map(|(above, below)| (above - below) / (right - left)).collect())
    };
    let of_input = |input: usize| (0..inputs[input].elem_count()).map(|element| derivative(input, element)).collect();
    (0..inputs.len()).map(of_input).collect()
}

/// Metal cannot widen to f64, the CPU can.
fn to_f64(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(tensor.to_device(&Device::Cpu)?.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}
