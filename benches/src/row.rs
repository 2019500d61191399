//! What is timed: the cases that the tests have too, and a filter that is an outer product.

use std::borrow::Cow;

use candle_core::{Device, Tensor, Var};
use corr2d::{Algorithm, Result};
use corr2d_tests::{BENCH_CASES, Case, Data};

/// The largest height and width of a row that runs as a test.
const LARGEST_IN_A_TEST: usize = 40;

/// A case and what its weights are.
#[derive(Clone, Debug)]
pub struct Row {
    /// Shapes and options.
    pub case: Case,
    /// Whether the weights are drawn or [`gaussian`].
    is_gaussian: bool,
}

/// The cases of [`BENCH_CASES`], and `hd_31x31_gaussian`: the shape of `hd_31x31`, two passes for whoever sees it.
pub fn rows() -> Vec<Row> {
    let drawn = |case: &Case| Row { case: case.clone(), is_gaussian: false };
    let gaussian = |case: &Case| Row {
        case: Case { name: Cow::Owned(format!("{}_gaussian", case.name)), ..case.clone() },
        is_gaussian: true,
    };
    let large = BENCH_CASES.iter().filter(|case| case.name == "hd_31x31");
    BENCH_CASES.iter().map(drawn).chain(large.map(gaussian)).collect()
}

impl Row {
    /// One filter over one image of one channel.
    pub fn is_image(&self) -> bool {
        self.case.input[..2] == [1, 1] && self.case.weight[..2] == [1, 1]
    }

    /// Whether the kernel is an outer product, which only the forward pass makes use of.
    pub fn is_gaussian(&self) -> bool {
        self.is_gaussian
    }

    /// The same layer on two small pictures at most, for a test: the textbook needs seconds for the whole.
    #[must_use]
    pub fn cropped(mut self) -> Self {
        let [batch, _, height, width] = &mut self.case.input;
        *batch = (*batch).min(2);
        for size in [height, width] {
            *size = (*size).min(LARGEST_IN_A_TEST);
        }
        self
    }

    /// Its numbers, which depend on its name alone.
    ///
    /// # Errors
    /// Those of a case that is not legal.
    pub fn data(&self) -> Result<Data<f32>> {
        let shape = self.case.plan(Algorithm::Auto)?.geometry().output_shape();
        let data = Data::reals(&self.case, shape);
        let [.., height, width] = self.case.weight;
        Ok(if self.is_gaussian { Data { weight: gaussian(height, width), ..data } } else { data })
    }
}

/// A Gaussian of standard deviation 5, [height, width] row after row, as an outer product without roundings: both
/// factors have 12 bits, their products the 24 that an `f32` holds.
fn gaussian(height: usize, width: usize) -> Vec<f32> {
    let factor = |size: usize| {
        let centre = (size as f64 - 1.0) / 2.0;
        let exact = move |index: usize| (-((index as f64 - centre) / 5.0).powi(2) / 2.0).exp();
        (0..size).map(move |index| ((exact(index) * 4096.0).round() / 4096.0) as f32)
    };
    factor(height).flat_map(|row| factor(width).map(move |column| row * column)).collect()
}

/// The numbers of a row as tensors on the CPU.
pub struct Tensors {
    /// [N, C, H, W].
    pub input: Var,
    /// [O, C / groups, h, w].
    pub weight: Var,
    /// ∂L/∂output.
    pub output_gradient: Tensor,
}

impl Tensors {
    /// The tensors of a row.
    ///
    /// # Errors
    /// Those of candle, and of a case that is not legal.
    pub fn of(row: &Row) -> Result<Self> {
        let (case, data) = (&row.case, row.data()?);
        let shape = case.plan(Algorithm::Auto)?.geometry().output_shape();
        let tensor = |values: &[f32], shape: [usize; 4]| Tensor::from_slice(values, &shape, &Device::Cpu);
        Ok(Self {
            input: Var::from_tensor(&tensor(&data.input, case.input)?)?,
            weight: Var::from_tensor(&tensor(&data.weight, case.weight)?)?,
            output_gradient: tensor(&data.output_gradient, shape)?,
        })
    }
}
