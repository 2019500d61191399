//! What the benches share: the cases that are timed, their tensors, and the implementations that stand side by side.

use candle_core::{Device, Tensor, Var};
use corr2d::{Algorithm, Conv2dOptions, Padding, Result, conv2d};
use corr2d_tests::{BENCH_CASES, Case, Data};

/// The most multiplications of a case that is timed: with more of them the textbook loops need over a second a call.
const MOST_MULTIPLICATIONS: f64 = 2.5e8;

/// The cases of [`BENCH_CASES`] that the textbook loops compute in less than a second, so that they can always be in
/// the group.
pub fn timed_cases() -> impl Iterator<Item = &'static Case> {
    let is_quick = |case: &&Case| {
        let plan = case.plan(Algorithm::Auto);
        plan.is_ok_and(|plan| plan.geometry().multiplications() <= MOST_MULTIPLICATIONS)
    };
    BENCH_CASES.iter().filter(is_quick)
}

/// The numbers of a case, as `f32` on the CPU.
pub struct Tensors {
    /// [N, C, H, W].
    pub input: Var,
    /// [O, C / groups, h, w].
    pub weight: Var,
    /// ∂L/∂output.
    pub output_gradient: Tensor,
}

impl Tensors {
    /// Reals that depend on the name of the case alone.
    ///
    /// # Errors
    /// Those of candle, and of a case that is not legal.
    pub fn of(case: &Case) -> Result<Self> {
        let shape = case.plan(Algorithm::Auto)?.geometry().output_shape();
        let data = Data::<f32>::reals(case, shape);
        let tensor = |values: &[f32], shape: [usize; 4]| Tensor::from_slice(values, &shape, &Device::Cpu);
        Ok(Self {
            input: Var::from_tensor(&tensor(&data.input, case.input)?)?,
            weight: Var::from_tensor(&tensor(&data.weight, case.weight)?)?,
            output_gradient: tensor(&data.output_gradient, shape)?,
        })
    }
}

/// One way to compute the output of a case.
pub type Implementation = fn(&Case, &Tensor, &Tensor) -> Result<Tensor>;

/// All ways, the textbook first: what it gives is what the others must give.
///
/// All three are called alike, on tensors, and allocate their results.
pub const IMPLEMENTATIONS: [(&str, Implementation); 3] =
    [("reference", reference), ("direct", direct), ("candle", candle)];

fn reference(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    conv2d(input, weight, None, &Conv2dOptions { algorithm: Algorithm::Reference, ..case.options })
}

fn direct(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    conv2d(input, weight, None, &Conv2dOptions { algorithm: Algorithm::Direct, ..case.options })
}

/// Candle has one number for all four paddings, one for both strides, one for both dilations; so have the cases.
fn candle(case: &Case, input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let Conv2dOptions { stride, padding, dilation, groups, .. } = case.options;
    let padding = match padding {
        Padding::Explicit { top, .. } => top,
        Padding::Valid | Padding::Same => 0,
    };
    Ok(input.conv2d(weight, padding, stride.0, dilation.0, groups)?)
}

/// Panics unless two tensors are the same but for roundings: within 10⁻³ of the largest element. A weight gradient of a
/// whole image sums eight million products, one after another where the textbook does it.
///
/// # Errors
/// Those of candle.
pub fn assert_close(got: &Tensor, want: &Tensor, label: &str) -> Result<()> {
    assert_eq!(got.dims(), want.dims(), "{label}: shape");
    let (got, want) = (got.flatten_all()?.to_vec1::<f32>()?, want.flatten_all()?.to_vec1::<f32>()?);
    let largest = want.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    for (index, (got, want)) in got.iter().zip(&want).enumerate() {
        // Written so that a NaN fails.
        assert!((got - want).abs() <= 1e-3 * largest, "{label}: {got} where {want} is right, at {index}");
    }
    Ok(())
}
