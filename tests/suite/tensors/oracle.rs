//! The cases of the testkit as candle tensors, with what the textbook loops make of them.

use candle_core::{DType, Device, Tensor, Var, WithDType};
use corr2d_cpu::Algorithm;
use corr2d_tests::{Case, Data, Results};

/// The numbers of a case as variables of one dtype, and the right results in the same dtype.
pub(crate) struct Oracle {
    pub(crate) input: Var,
    pub(crate) weight: Var,
    pub(crate) bias: Var,
    pub(crate) output_gradient: Tensor,
    pub(crate) output: Tensor,
    pub(crate) output_without_bias: Tensor,
    pub(crate) input_gradient: Tensor,
    pub(crate) weight_gradient: Tensor,
    pub(crate) bias_gradient: Tensor,
}

impl Oracle {
    /// Small integers: exact in every dtype, and so are their sums up to the one rounding at the end.
    pub(crate) fn integers(case: &Case, dtype: DType) -> Self {
        let plan = case.plan(Algorithm::Reference).unwrap();
        let output_shape = plan.geometry().output_shape();
        let data = Data::<f64>::integers(case, output_shape);
        let want = Results::of(&plan, &data).unwrap();
        let of = |values: &[f64], shape: &[usize]| tensor(values, shape).to_dtype(dtype).unwrap();
        let variable = |values: &[f64], shape: &[usize]| Var::from_tensor(&of(values, shape)).unwrap();
        let channels = [case.weight[0]];
        Self {
            input: variable(&data.input, &case.input),
            weight: variable(&data.weight, &case.weight),
            bias: variable(&data.bias, &channels),
            output_gradient: of(&data.output_gradient, &output_shape),
            output: of(&want.output, &output_shape),
            output_without_bias: of(&want.output_without_bias, &output_shape),
            input_gradient: of(&want.input_gradient, &case.input),
            weight_gradient: of(&want.weight_gradient, &case.weight),
            bias_gradient: of(&want.bias_gradient, &channels),
        }
    }

    /// The same numbers on a device.
    pub(crate) fn to_device(&self, device: &Device) -> Self {
        let moved = |tensor: &Tensor| tensor.detach().to_device(device).unwrap();
        let variable = |variable: &Var| Var::from_tensor(&moved(variable)).unwrap();
        Self {
            input: variable(&self.input),
            weight: variable(&self.weight),
            bias: variable(&self.bias),
            output_gradient: moved(&self.output_gradient),
            output: moved(&self.output),
            output_without_bias: moved(&self.output_without_bias),
            input_gradient: moved(&self.input_gradient),
            weight_gradient: moved(&self.weight_gradient),
            bias_gradient: moved(&self.bias_gradient),
        }
    }

    /// The bias, if a layer of this case has one, and the output that goes with it.
    pub(crate) fn bias_and_output(&self, case: &Case) -> (Option<&Tensor>, &Tensor) {
        if case.bias { (Some(self.bias.as_tensor()), &self.output) } else { (None, &self.output_without_bias) }
    }
}

/// A tensor on the CPU.
pub(crate) fn tensor<T: WithDType>(values: &[T], shape: &[usize]) -> Tensor {
    Tensor::from_slice(values, shape, &Device::Cpu).unwrap()
}

/// The elements of a tensor of any float type, exactly.
pub(crate) fn values(tensor: &Tensor) -> Vec<f64> {
    // Metal cannot widen to f64, the CPU can.
    let tensor = tensor.detach().to_device(&Device::Cpu).unwrap();
    tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
}

/// Panics unless two tensors are of one dtype and shape and hold the same numbers.
pub(crate) fn assert_equal(got: &Tensor, want: &Tensor, label: &str) {
    assert_eq!(got.dtype(), want.dtype(), "{label}: dtype");
    assert_eq!(got.dims(), want.dims(), "{label}: shape");
    // Which sign a zero has is left open: the operations of candle begin their sums with a product.
    let unsigned = |tensor: &Tensor| values(tensor).into_iter().map(|value| value + 0.0).collect::<Vec<_>>();
    corr2d_tests::compare::assert_same(&unsigned(got), &unsigned(want), want.dims(), label);
}
