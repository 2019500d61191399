//! What a layer's weights begin with: the laws of four frameworks, drawn from a seed.
//!
//! | initialiser | weights of fan-in n and fan-out m | biases |
//! | --- | --- | --- |
//! | `PyTorch` | uniform in ±1/√n | uniform in ±1/√n |
//! | `KerasGlorotUniform` | uniform in ±√(6 / (n + m)) | 0 |
//! | `FlaxLecunNormal` | normal, cut off at two standard deviations, with standard deviation 1/√n after the cut | 0 |
//! | `MxnetUniform` | uniform in ±0.07 | 0 |
//!
//! For a weight [O, I, h, w] fan-in is I·h·w and fan-out O·h·w. The laws are those that 40,000 and more draws of each
//! framework's default layer follow; the numbers themselves come from ChaCha8, so that one seed gives the same weights
//! on every machine, device and operating system. Each name has a stream of its own: a layer's weights do not depend on
//! which layers were built before it.

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder, VarMap};
use half::{bf16, f16};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

use crate::checks::{is_float, with_room_for, within_budget};
use crate::error::{Error, Result};

/// The standard deviation of a normal variable that is cut off at ±2.
const STD_OF_CUT_NORMAL: f64 = 0.879_625_661_034_239_8;

/// A law from which weights are drawn.
///
/// ```
/// use candle_core::{DType, Device};
/// use corr2d::Initializer;
///
/// let weight = Initializer::Uniform { low: 2.0, high: 3.0 }.draw((4, 3), 0, DType::F64, &Device::Cpu)?;
/// assert!(weight.flatten_all()?.to_vec1::<f64>()?.iter().all(|number| (2.0..=3.0).contains(number)));
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Initializer {
    /// `torch.nn.Conv2d` and `torch.nn.Linear`.
    PyTorch,
    /// The default of `keras.layers.Conv2D`.
    KerasGlorotUniform,
    /// The default of `flax.linen.Conv`.
    FlaxLecunNormal,
    /// The default of `mxnet.gluon.nn.Conv2D`.
    MxnetUniform,
    /// All 0.
    Zeros,
    /// All the same.
    Constant(f64),
    /// Uniform between two bounds.
    Uniform {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
    },
    /// Normal.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        std: f64,
    },
}

impl Initializer {
    /// Draws a weight of `shape`. The fans are those of a layer's weight: [O, I, h, w] or [O, I].
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use corr2d::Initializer;
    ///
    /// let draw = |seed| Initializer::PyTorch.draw((1, 1, 1, 2), seed, DType::F32, &Device::Cpu);
    /// let weight = draw(7)?.flatten_all()?.to_vec1::<f32>()?;
    /// assert_eq!(weight, draw(7)?.flatten_all()?.to_vec1::<f32>()?);
    /// assert!(weight.iter().all(|w| w.abs() <= 0.5f32.sqrt()));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] for bounds in the wrong order, a negative deviation, a dtype that is no float, or a number that
    /// is not finite in it; [`Error::OverBudget`] for a shape whose elements memory does not hold, counted at 8 bytes
    /// each, and [`Error::Shape`] when the allocator refuses.
    pub fn draw(&self, shape: impl Into<Shape>, seed: u64, dtype: DType, device: &Device) -> Result<Tensor> {
        self.draw_stream(&shape.into(), seed, 0, dtype, device)
    }

    /// A `VarBuilder` whose new variables are drawn from this law and kept in `variables`, where a trainer finds them.
    ///
    /// Vectors (biases, the scales of a normalisation) take what the table above says, or the constant that their layer
    /// asks for.
    ///
    /// ```
    /// use candle_core::{DType, Device};
    /// use candle_nn::VarMap;
    /// use corr2d::{Conv2d, Conv2dOptions, Initializer};
    ///
    /// let variables = VarMap::new();
    /// let builder = Initializer::KerasGlorotUniform.var_builder(&variables, 1, DType::F32, &Device::Cpu);
    /// let layer = Conv2d::build(3, 8, (3, 5), Conv2dOptions::default(), builder.pp("first"))?;
    /// assert_eq!(layer.weight().dims(), [8, 3, 3, 5]);
    /// assert_eq!(variables.all_vars().len(), 2);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// What cannot be drawn is an error of the builder's `get`, with the message of [`Initializer::draw`].
    pub fn var_builder(self, variables: &VarMap, seed: u64, dtype: DType, device: &Device) -> VarBuilder<'static> {
        let backend = SeededVariables { law: self, seed, variables: variables.clone() };
        VarBuilder::from_backend(Box::new(backend), dtype, device.clone())
    }

    /// From one of the many streams of a seed.
    pub(crate) fn draw_stream(
        &self,
        shape: &Shape,
        seed: u64,
        stream: u64,
        dtype: DType,
        device: &Device,
    ) -> Result<Tensor> {
        self.validate(dtype)?;
        within_budget(shape.dims())?;
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        let (fan_in, fan_out) = fans(shape.dims());
        let mut uniform = |bound: f64| random.random_range(-bound..=bound);
        let values = match *self {
            Self::PyTorch => repeat(shape, || uniform(fan_in.sqrt().recip())),
            Self::KerasGlorotUniform => repeat(shape, || uniform((6.0 / (fan_in + fan_out)).sqrt())),
            Self::MxnetUniform => repeat(shape, || uniform(0.07)),
            Self::FlaxLecunNormal => {
                let std = fan_in.sqrt().recip() / STD_OF_CUT_NORMAL;
                repeat(shape, || std * cut_normal(&mut random))
            }
            Self::Zeros => repeat(shape, || 0.0),
            Self::Constant(value) => repeat(shape, || value),
            Self::Uniform { low, high } => repeat(shape, || random.random_range(low..=high)),
            Self::Normal { mean, std } => repeat(shape, || mean + std * random.sample::<f64, _>(StandardNormal)),
        }?;
        if !values.iter().all(|value| is_finite_in(dtype, *value)) {
            let (found, wanted) =
                (format!("{self:?} in {dtype:?}"), "small enough to be finite there, or the dtype wider");
            return Err(Error::Setting { what: "the initialiser", found, wanted });
        }
        Ok(Tensor::from_vec(values, shape, &Device::Cpu)?.to_dtype(dtype)?.to_device(device)?)
    }

    fn validate(&self, dtype: DType) -> Result<()> {
        if !is_float(dtype) {
            let (found, wanted) = (format!("{dtype:?}"), "F32, F64, F16 or BF16");
            return Err(Error::Setting { what: "the dtype of an initialiser", found, wanted });
        }
        let fits = match *self {
            Self::Constant(value) => value.is_finite(),
            Self::Uniform { low, high } => (high - low).is_finite() && low <= high,
            Self::Normal { mean, std } => mean.is_finite() && std.is_finite() && std >= 0.0,
            _ => true,
        };
        if fits {
            return Ok(());
        }
        let wanted = "finite, with bounds in order and a deviation of 0 or more";
        Err(Error::Setting { what: "the initialiser", found: format!("{self:?}"), wanted })
    }

    /// The law of a vector whose layer hints at `hint`.
    fn of_vector(self, hint: Init) -> Self {
        match (self, hint) {
            (_, Init::Const(value)) => Self::Constant(value),
            (Self::PyTorch, Init::Uniform { lo, up }) => Self::Uniform { low: lo, high: up },
            (Self::PyTorch | Self::KerasGlorotUniform | Self::FlaxLecunNormal | Self::MxnetUniform, _) => Self::Zeros,
            (law, _) => law,
        }
    }
}

/// The variables of a `VarMap`; a new one is drawn from the stream of its name.
struct SeededVariables {
    law: Initializer,
    seed: u64,
    variables: VarMap,
}

impl SimpleBackend for SeededVariables {
    fn get(&self, shape: Shape, name: &str, hint: Init, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        if !self.contains_tensor(name) {
            let law = if shape.rank() <= 1 { self.law.of_vector(hint) } else { self.law };
            let drawn = law.draw_stream(&shape, self.seed, stream_of(name), dtype, device)?;
            let variable = Var::from_tensor(&drawn)?;
            lock(&self.variables).insert(name.to_owned(), variable);
        }
        self.variables.get(shape, name, hint, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> candle_core::Result<Tensor> {
        match lock(&self.variables).get(name) {
            Some(variable) => Ok(variable.as_tensor().clone()),
            None => candle_core::bail!("{name} has not been built yet, so its shape is not known"),
        }
    }

    fn contains_tensor(&self, name: &str) -> bool {
        lock(&self.variables).contains_key(name)
    }
}

type Names<'a> = std::sync::MutexGuard<'a, std::collections::HashMap<String, Var>>;

/// A poisoned lock still holds whole variables: each is inserted in one step.
fn lock(variables: &VarMap) -> Names<'_> {
    variables.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The random stream of a name: its FNV-1a hash, which never changes between versions, as the standard hasher may.
fn stream_of(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// How many numbers one output of a weight [O, I, …] sums, and how many outputs one input reaches.
fn fans(shape: &[usize]) -> (f64, f64) {
    match shape {
        [] => (1.0, 1.0),
        [length] => (*length as f64, *length as f64),
        [outputs, inputs, kernel @ ..] => {
            let taps = kernel.iter().map(|size| *size as f64).product::<f64>();
            (*inputs as f64 * taps, *outputs as f64 * taps)
        }
    }
}

fn repeat(shape: &Shape, mut draw: impl FnMut() -> f64) -> Result<Vec<f64>> {
    let mut values = with_room_for(shape.elem_count())?;
    values.extend((0..shape.elem_count()).map(|_| draw()));
    Ok(values)
}

/// Whether a number is finite after it is rounded to a dtype.
fn is_finite_in(dtype: DType, value: f64) -> bool {
    match dtype {
        DType::F32 => (value as f32).is_finite(),
        DType::F16 => f16::from_f64(value).is_finite(),
        DType::BF16 => bf16::from_f64(value).is_finite(),
        _ => value.is_finite(),
    }
}

/// A standard normal number within ±2.
fn cut_normal(random: &mut ChaCha8Rng) -> f64 {
    loop {
        let value: f64 = random.sample(StandardNormal);
        if value.abs() <= 2.0 {
            return value;
        }
    }
}
