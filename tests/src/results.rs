//! Output and gradients of a case by one algorithm.

use corr2d_cpu::{Error, Plan};

use crate::{Data, Number};

/// Everything that a plan computes from the data of a case.
#[derive(Clone, Debug)]
pub struct Results<T> {
    /// With the bias.
    pub output: Vec<T>,
    /// Without it.
    pub output_without_bias: Vec<T>,
    /// ∂L/∂input.
    pub input_gradient: Vec<T>,
    /// ∂L/∂weight.
    pub weight_gradient: Vec<T>,
    /// ∂L/∂bias.
    pub bias_gradient: Vec<T>,
    output_shape: [usize; 4],
    input_shape: [usize; 4],
    weight_shape: [usize; 4],
}

impl<T: Number> Results<T> {
    /// All five results. Each is written over NaN, so that an element that is not written shows.
    ///
    /// # Errors
    /// As the operations of [`Plan`].
    pub fn of(plan: &Plan, data: &Data<T>) -> Result<Self, Error> {
        Self::over(plan, data, T::NAN)
    }

    /// All five results, written into buffers full of `previous`.
    ///
    /// # Errors
    /// As the operations of [`Plan`].
    pub fn over(plan: &Plan, data: &Data<T>, previous: T) -> Result<Self, Error> {
        let geometry = plan.geometry();
        let mut results = Self {
            output: vec![previous; geometry.output_len()],
            output_without_bias: vec![previous; geometry.output_len()],
            input_gradient: vec![previous; geometry.input_len()],
            weight_gradient: vec![previous; geometry.weight_len()],
            bias_gradient: vec![previous; geometry.output_channels()],
            output_shape: geometry.output_shape(),
            input_shape: geometry.input_shape(),
            weight_shape: geometry.weight_shape(),
        };
        plan.forward(&data.input, &data.weight, Some(&data.bias), &mut results.output)?;
        plan.forward(&data.input, &data.weight, None, &mut results.output_without_bias)?;
        plan.input_gradient(&data.output_gradient, &data.weight, &mut results.input_gradient)?;
        plan.weight_gradient(&data.input, &data.output_gradient, &mut results.weight_gradient)?;
        plan.bias_gradient(&data.output_gradient, &mut results.bias_gradient)?;
        Ok(results)
    }

    /// Each result with its name and its shape.
    pub fn parts(&self) -> [(&'static str, &[T], Vec<usize>); 5] {
        [
            ("output", &self.output, self.output_shape.to_vec()),
            ("output without bias", &self.output_without_bias, self.output_shape.to_vec()),
            ("input gradient", &self.input_gradient, self.input_shape.to_vec()),
            ("weight gradient", &self.weight_gradient, self.weight_shape.to_vec()),
            ("bias gradient", &self.bias_gradient, vec![self.bias_gradient.len()]),
        ]
    }
}
