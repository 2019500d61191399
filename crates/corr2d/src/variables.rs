//! The variables of a model by name: a `VarMap` has them in no order, and no word for those that stay as they are.

use std::collections::{BTreeMap, HashSet};

use candle_core::{Tensor, Var};
use candle_nn::VarMap;

use crate::error::{Error, Result};

/// Tensors by name, in the order of the names.
pub type NamedTensors = BTreeMap<String, Tensor>;

/// Variables in the order of their names, some of them frozen.
///
/// Sums over all variables, such as the norm of a gradient, are taken in this order, so that a run is the same bits each
/// time. `VarMap::all_vars` has another order in every run of a program.
///
/// ```
/// use candle_core::{DType, Device};
/// use candle_nn::VarMap;
/// use corr2d::{Conv2d, Conv2dOptions, Initializer, Variables};
///
/// let map = VarMap::new();
/// let builder = Initializer::PyTorch.var_builder(&map, 0, DType::F32, &Device::Cpu);
/// Conv2d::build(1, 4, (3, 5), Conv2dOptions::default(), builder.pp("first"))?;
/// Conv2d::build(4, 2, (3, 3), Conv2dOptions::default(), builder.pp("second"))?;
/// let variables = Variables::of(&map).freeze("first.")?;
/// assert_eq!(variables.names().collect::<Vec<_>>(), ["first.bias", "first.weight", "second.bias", "second.weight"]);
/// assert_eq!(variables.learned().len(), 2);
/// # Ok::<(), corr2d::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Variables {
    by_name: BTreeMap<String, Variable>,
}

#[derive(Clone, Debug)]
struct Variable {
    variable: Var,
    frozen: bool,
    /// Whether another name, which comes before this one, has the same variable.
    again: bool,
}

impl Variables {
    /// The variables that a map holds now. Those that a lazy layer makes later are not among them.
    ///
    /// ```
    /// assert_eq!(corr2d::Variables::of(&candle_nn::VarMap::new()).names().count(), 0);
    /// ```
    pub fn of(map: &VarMap) -> Self {
        // A poisoned lock still holds whole variables: each is inserted in one step.
        let held = map.data().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let variables = held.iter().map(|(name, variable)| (name.clone(), variable.clone()));
        Self::by_name(variables.collect())
    }

    /// Variables that stand in no map. One variable may have several names, such as a weight that two layers share: it is
    /// learned once.
    ///
    /// ```
    /// use candle_core::{Device, Var};
    /// use corr2d::Variables;
    ///
    /// let (kernel, bias) = (Var::new(&[[1f32, -1.0]], &Device::Cpu)?, Var::new(0f32, &Device::Cpu)?);
    /// let variables = Variables::named([("kernel", &kernel), ("bias", &bias), ("shared", &kernel)])?;
    /// assert_eq!(variables.names().collect::<Vec<_>>(), ["bias", "kernel", "shared"]);
    /// assert_eq!(variables.learned().len(), 2);
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NameTwice`] for two variables of one name.
    pub fn named<'a>(variables: impl IntoIterator<Item = (&'a str, &'a Var)>) -> Result<Self> {
        let mut named: BTreeMap<String, Var> = BTreeMap::new();
        for (name, variable) in variables {
            let before = named.insert(name.to_owned(), variable.clone());
            if before.is_some_and(|before| before.id() != variable.id()) {
                return Err(Error::NameTwice { name: name.to_owned() });
            }
        }
        Ok(Self::by_name(named))
    }

    fn by_name(variables: BTreeMap<String, Var>) -> Self {
        let mut seen = HashSet::new();
        let learned = |(name, variable): (String, Var)| {
            let again = !seen.insert(variable.id());
            (name, Variable { variable, frozen: false, again })
        };
        Self { by_name: variables.into_iter().map(learned).collect() }
    }

    /// Leaves the variables whose names begin with `prefix` as they are, for the whole of a training run.
    ///
    /// An optimiser made of [`Variables::learned`] does not move them, and the loss need not reach them. Their gradients
    /// are computed all the same, and dropped. A checkpoint holds them.
    ///
    /// ```
    /// use candle_core::{Device, Var};
    /// use corr2d::Variables;
    ///
    /// let kernel = Var::new(&[[1f32, -1.0]], &Device::Cpu)?;
    /// let variables = Variables::named([("kernel", &kernel)])?;
    /// assert_eq!(
    ///     variables.freeze("first.").unwrap_err().to_string(),
    ///     "no variable has a name that begins with first.: there is kernel",
    /// );
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::NoSuchVariable`] where no name begins with it.
    pub fn freeze(mut self, prefix: &str) -> Result<Self> {
        let meant = self.by_name.iter().filter(|(name, _)| name.starts_with(prefix));
        let meant: HashSet<_> = meant.map(|(_, variable)| variable.variable.id()).collect();
        if !meant.is_empty() {
            // Under each of its names.
            let variables = self.by_name.values_mut().filter(|variable| meant.contains(&variable.variable.id()));
            variables.for_each(|variable| variable.frozen = true);
            return Ok(self);
        }
        Err(Error::NoSuchVariable { prefix: prefix.to_owned(), names: self.names().map(str::to_owned).collect() })
    }

    /// The names, in their order.
    ///
    /// ```
    /// use candle_core::{Device, Var};
    /// use corr2d::Variables;
    ///
    /// let bias = Var::new(0f32, &Device::Cpu)?;
    /// assert!(Variables::named([("bias", &bias)])?.names().eq(["bias"]));
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The variables that learn, each once, in the order of their names: what an optimiser is made of. Integers cannot learn.
    ///
    /// ```
    /// use candle_core::{Device, Var};
    /// use candle_nn::Optimizer;
    /// use corr2d::{Variables, optim::Sgd};
    ///
    /// let (kernel, count) = (Var::new(&[[1f32, -1.0]], &Device::Cpu)?, Var::new(0u32, &Device::Cpu)?);
    /// let variables = Variables::named([("kernel", &kernel), ("count", &count)])?;
    /// assert_eq!(variables.learned().len(), 1);
    /// let optimizer = Sgd::new(variables.learned(), Default::default())?;
    /// # Ok::<(), corr2d::Error>(())
    /// ```
    pub fn learned(&self) -> Vec<Var> {
        self.named_learned().map(|(_, variable)| variable.clone()).collect()
    }

    /// All of them, frozen or not.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.by_name.iter().map(|(name, variable)| (name.as_str(), &variable.variable))
    }

    /// Those that learn, each with the first of its names.
    pub(crate) fn named_learned(&self) -> impl Iterator<Item = (&str, &Var)> {
        let learns = |variable: &Variable| !variable.frozen && !variable.again && variable.variable.dtype().is_float();
        let learning = self.by_name.iter().filter(move |(_, variable)| learns(variable));
        learning.map(|(name, variable)| (name.as_str(), &variable.variable))
    }

    /// The first name of one of them.
    pub(crate) fn name_of(&self, variable: &Var) -> Result<&str> {
        let named = self.all().find(|(_, other)| other.id() == variable.id());
        named.map(|(name, _)| name).ok_or_else(|| Error::UnnamedVariable { shape: variable.dims().to_vec() })
    }
}

/// Whether `found` has the names, shapes and dtypes of `wanted`, no more and no fewer.
pub(crate) fn check_alike(found: &NamedTensors, wanted: &NamedTensors) -> Result<()> {
    let absent_from = |other: &NamedTensors, names: &NamedTensors| {
        names.keys().filter(|name| !other.contains_key(*name)).cloned().collect::<Vec<_>>()
    };
    let (missing, left_over) = (absent_from(found, wanted), absent_from(wanted, found));
    if !missing.is_empty() {
        return Err(Error::StateMissing { names: missing });
    }
    if !left_over.is_empty() {
        return Err(Error::StateLeftOver { names: left_over });
    }
    for (name, wanted) in wanted {
        let kind = |tensor: &Tensor| format!("{:?} {:?}", tensor.dtype(), tensor.dims());
        let found = found.get(name).map(kind).unwrap_or_default();
        if found != kind(wanted) {
            return Err(Error::StateDiffers { name: name.clone(), found, wanted: kind(wanted) });
        }
    }
    Ok(())
}
