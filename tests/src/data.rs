//! The numbers of a case.

use crate::{Case, Number, SplitMix};

/// Input, weight, bias and output gradient of a case.
///
/// Every element depends on the name of the case and its own position alone. The corner at the end of each plane is
/// never zero, so that no last row or column is: code that drops one must fail.
#[derive(Clone, Debug)]
pub struct Data<T> {
    /// As long as `case.input` says.
    pub input: Vec<T>,
    /// As long as `case.weight` says.
    pub weight: Vec<T>,
    /// One for each output channel.
    pub bias: Vec<T>,
    /// ∂L/∂output, as long as the output.
    pub output_gradient: Vec<T>,
}

impl<T: Number> Data<T> {
    /// Integers from −8 to 8. All sums of products of them that a test makes are exact, in whatever order.
    pub fn integers(case: &Case, output_shape: [usize; 4]) -> Self {
        Self::draw(case, output_shape, |bits| T::from_integer((bits % 17) as i32 - 8))
    }

    /// Reals from −1 to 1 that are exact in `f32`, so that both number types compute on the same numbers.
    pub fn reals(case: &Case, output_shape: [usize; 4]) -> Self {
        Self::draw(case, output_shape, |bits| T::from_real(f64::from((bits >> 40) as f32 / (1u32 << 23) as f32 - 1.0)))
    }

    /// The same numbers with each sign dropped.
    pub fn magnitudes(&self) -> Self {
        let magnitudes = |values: &[T]| values.iter().map(|value| T::from_real(value.widen().abs())).collect();
        Self {
            input: magnitudes(&self.input),
            weight: magnitudes(&self.weight),
            bias: magnitudes(&self.bias),
            output_gradient: magnitudes(&self.output_gradient),
        }
    }

    /// The same numbers in `f64`.
    pub fn widen(&self) -> Data<f64> {
        let widen = |values: &[T]| values.iter().map(|value| value.widen()).collect();
        Data {
            input: widen(&self.input),
            weight: widen(&self.weight),
            bias: widen(&self.bias),
            output_gradient: widen(&self.output_gradient),
        }
    }

    fn draw(case: &Case, output_shape: [usize; 4], number: impl Fn(u64) -> T) -> Self {
        let tensor = |stream: u64, shape: [usize; 4]| {
            let seed = SplitMix::at(case.seed(), stream);
            let plane = shape[2] * shape[3];
            let draw = |index: usize| number(SplitMix::at(seed, index as u64));
            let mut values: Vec<T> = (0..shape.iter().product()).map(draw).collect();
            for corner in values.iter_mut().skip(plane - 1).step_by(plane) {
                if *corner == T::ZERO {
                    *corner = T::from_integer(5);
                }
            }
            values
        };
        Self {
            input: tensor(0, case.input),
            weight: tensor(1, case.weight),
            bias: tensor(2, [1, case.weight[0], 1, 1]),
            output_gradient: tensor(3, output_shape),
        }
    }
}
