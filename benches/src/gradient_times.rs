//! A row forward and backward, by the engine and by candle.

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use corr2d::autograd::gradient;
use corr2d::{Algorithm, Result};

use crate::implementations::{auto, candle};
use crate::{Implementation, Pace, Row, Tensors, assert_close};

/// The most multiplications of an image whose gradients candle is asked for: with more it takes minutes a call.
const MOST_MULTIPLICATIONS_FOR_CANDLE: f64 = 2.5e8;

impl Row {
    /// Whether candle takes minutes for the gradients of this row.
    ///
    /// # Errors
    /// Those of a case that is not legal.
    pub fn is_beyond_candle(&self) -> Result<bool> {
        let multiplications = self.case.plan(Algorithm::Auto)?.geometry().multiplications();
        Ok(self.is_image() && multiplications > MOST_MULTIPLICATIONS_FOR_CANDLE)
    }

    /// By what the gradients of this row are taken: the input of a layer and its weight, the kernel of an image alone.
    pub fn operands(&self) -> &'static [&'static str] {
        if self.is_image() { &["weight"] } else { &["input", "weight"] }
    }

    /// What a backward pass from a whole output begins with: ones, as long as the output.
    ///
    /// # Errors
    /// Those of a case that is not legal.
    pub fn seed(&self) -> Result<Vec<f32>> {
        Ok(vec![1.0; self.case.plan(Algorithm::Auto)?.geometry().output_len()])
    }
}

/// The median times of a row in milliseconds, by the names of the columns.
///
/// | column | one call |
/// | --- | --- |
/// | `corr2d` | [`corr2d::conv2d`] on variables and `backward` from its output, all results allocated |
/// | `candle` | the same with candle's own convolution, where that does not take minutes |
/// | `forward`, `input gradient`, `weight gradient` | the three operations of a [`corr2d_cpu::Plan`] alone, into memory that the caller has |
///
/// # Errors
/// Those of candle, and of a case that is not legal.
///
/// # Panics
/// When candle's gradients are not those of `corr2d`.
pub fn gradient_times(row: &Row, pace: &Pace) -> Result<Vec<(&'static str, f64)>> {
    let pass = Pass::of(row)?;
    // The call that is checked is the one that warms up.
    let want = pass.backward(auto)?;
    let mut times = vec![("corr2d", pace.median(|| pass.backward(auto).map(drop))?)];
    times.extend(on_slices(row, pace)?);
    if !row.is_beyond_candle()? {
        pass.assert_same(&pass.backward(candle)?, &want)?;
        times.push(("candle", pace.median(|| pass.backward(candle).map(drop))?));
    }
    Ok(times)
}

/// A row with the variables that its gradients are taken by.
struct Pass<'a> {
    row: &'a Row,
    input: Tensor,
    weight: Var,
}

impl<'a> Pass<'a> {
    fn of(row: &'a Row) -> Result<Self> {
        let Tensors { input, weight, .. } = Tensors::of(row)?;
        let input = if row.is_image() { input.detach() } else { input.into_inner() };
        Ok(Self { row, input, weight })
    }

    /// Candle begins with ones, which it allocates in every call.
    fn backward(&self, implementation: Implementation) -> Result<GradStore> {
        Ok(implementation(&self.row.case, &self.input, &self.weight)?.backward()?)
    }

    fn assert_same(&self, got: &GradStore, want: &GradStore) -> Result<()> {
        for name in self.row.operands() {
            let operand = if *name == "input" { &self.input } else { self.weight.as_tensor() };
            let label = format!("{name} gradient by candle on {}", self.row.case);
            assert_close(&gradient(got, operand, name)?, &gradient(want, operand, name)?, &label)?;
        }
        Ok(())
    }
}

fn on_slices(row: &Row, pace: &Pace) -> Result<Vec<(&'static str, f64)>> {
    let (plan, data, seed) = (row.case.plan(Algorithm::Auto)?, row.data()?, row.seed()?);
    let mut output = seed.clone();
    plan.forward(&data.input, &data.weight, None, &mut output)?;
    let mut times = vec![("forward", pace.median(|| plan.forward(&data.input, &data.weight, None, &mut output))?)];
    if row.operands().contains(&"input") {
        let mut gradient = data.input.clone();
        plan.input_gradient(&seed, &data.weight, &mut gradient)?;
        let call = || plan.input_gradient(&seed, &data.weight, &mut gradient);
        times.push(("input gradient", pace.median(call)?));
    }
    let mut gradient = data.weight.clone();
    plan.weight_gradient(&data.input, &seed, &mut gradient)?;
    times.push(("weight gradient", pace.median(|| plan.weight_gradient(&data.input, &seed, &mut gradient))?));
    Ok(times)
}
