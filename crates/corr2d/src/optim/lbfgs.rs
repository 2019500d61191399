//! Steps that learn the curvature of the loss from the gradients they have passed.
//!
//! Between two points s apart the gradient changes by y: what the second derivative H makes of s. From the last few pairs
//! (s, y) the two loops of Nocedal and Wright, *Numerical Optimization*, 2006, algorithm 7.4, compute about H⁻¹g, which is the
//! whole way down where the loss is a parabola. The step is learning_rate times that, without a line search: what
//! `torch.optim.LBFGS` does with `max_iter=1`. The first step has no curvature yet; it is at most learning_rate long, as a
//! sum over all weights.
//!
//! What it saves: the 5×5 kernel between 128×96 pixels of a photograph and their blur is found to 0.001 in 28 steps, with the
//! memory of [`LbfgsOptions::default`]; with momentum 0.9 in 306 at the best of six rates, with Adam in 914 at the best of four.

use std::collections::VecDeque;
use std::iter::zip;

use candle_core::backprop::GradStore;
use candle_core::{Tensor, Var};
use candle_nn::Optimizer;

use super::memory::gradient_of;
use super::vector::Vector;
use super::{Resumable, check_learning_rate};
use crate::error::{Error, Result};
use crate::variables::{NamedTensors, Variables, check_alike};

/// A pair is of use only if its gradient grew along its step, by this cosine at least: elsewhere the loss bends down.
const SMALLEST_COSINE: f64 = 1e-10;

const LAST_GRADIENT: &str = "last_gradient";
const LAST_STEP: &str = "last_step";

/// What [`Lbfgs`] may be asked.
///
/// ```
/// assert_eq!(corr2d::optim::LbfgsOptions::default().learning_rate, 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LbfgsOptions {
    /// How much of the way down a step goes; 1 is all of it.
    pub learning_rate: f64,
    /// How many pairs of a step and a change of the gradient are kept. Each takes twice the memory of the variables.
    pub memory: usize,
}

impl Default for LbfgsOptions {
    fn default() -> Self {
        Self { learning_rate: 1.0, memory: 20 }
    }
}

/// L-BFGS, for a loss that is smooth and the same in every step: on the whole of the data, not on batches.
///
/// Nothing checks that a step makes the loss smaller, which it may fail to do where the loss is no parabola.
///
/// ```
/// use candle_core::{Device, Var};
/// use candle_nn::Optimizer;
/// use corr2d::optim::{Lbfgs, LbfgsOptions};
///
/// // 50·x² + y²/2: plain descent needs hundreds of steps, since a rate that suits y is far too large for x.
/// let (w, bends) = (Var::new(&[1f64, 1.0], &Device::Cpu)?, candle_core::Tensor::new(&[50f64, 0.5], &Device::Cpu)?);
/// let mut optimizer = Lbfgs::new(vec![w.clone()], LbfgsOptions::default())?;
/// for _ in 0..12 {
///     optimizer.backward_step(&(w.sqr()? * &bends)?.sum_all()?)?;
/// }
/// assert!(w.to_vec1::<f64>()?.iter().all(|number| number.abs() < 1e-6));
/// # Ok::<(), corr2d::Error>(())
/// ```
///
/// # Errors
/// `new`: [`Error::Setting`](crate::Error::Setting) for options out of their range. A step:
/// [`Error::MissingGradient`](crate::Error::MissingGradient), before any variable has moved.
#[derive(Debug)]
pub struct Lbfgs {
    options: LbfgsOptions,
    variables: Vec<Var>,
    /// Where the last step began and how it went; before the first step, nothing.
    last: Option<Last>,
    /// The oldest first.
    pairs: VecDeque<Pair>,
}

#[derive(Debug)]
struct Last {
    gradient: Vector,
    step: Vector,
}

#[derive(Debug)]
struct Pair {
    step: Vector,
    change: Vector,
    /// The product of the two.
    curvature: f64,
}

impl Pair {
    fn new(step: Vector, change: Vector) -> Result<Self> {
        let curvature = step.dot(&change)?;
        Ok(Self { step, change, curvature })
    }

    fn is_of_use(&self) -> Result<bool> {
        let lengths = (self.step.dot(&self.step)? * self.change.dot(&self.change)?).sqrt();
        Ok(self.curvature > SMALLEST_COSINE * lengths)
    }
}

impl Optimizer for Lbfgs {
    type Config = LbfgsOptions;

    fn new(variables: Vec<Var>, options: LbfgsOptions) -> candle_core::Result<Self> {
        check_learning_rate(options.learning_rate)?;
        if options.memory == 0 {
            let (what, wanted) = ("the memory of L-BFGS", "1 pair or more, such as 20");
            return Err(Error::Setting { what, found: "0".to_owned(), wanted }.into());
        }
        // Integers cannot learn, and are passed over as by candle's optimisers.
        let variables = variables.into_iter().filter(|variable| variable.dtype().is_float()).collect();
        Ok(Self { options, variables, last: None, pairs: VecDeque::new() })
    }

    fn step(&mut self, gradients: &GradStore) -> candle_core::Result<()> {
        let gradient = self.variables.iter().map(|variable| gradient_of(gradients, variable));
        let gradient = Vector(gradient.collect::<Result<_>>()?);
        let step = match self.last.take() {
            None => {
                let length = gradient.sum_of_sizes()?;
                gradient.scale(-self.options.learning_rate * (1.0 / length).min(1.0))?
            }
            Some(last) => {
                self.remember(Pair::new(last.step, gradient.add_scaled(&last.gradient, -1.0)?)?)?;
                self.solve(&gradient)?.scale(-self.options.learning_rate)?
            }
        };
        for (variable, step) in zip(&self.variables, &step.0) {
            variable.set(&(variable.as_detached_tensor() + step)?)?;
        }
        self.last = Some(Last { gradient, step });
        Ok(())
    }

    fn learning_rate(&self) -> f64 {
        self.options.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: f64) {
        self.options.learning_rate = learning_rate;
    }
}

impl Lbfgs {
    fn remember(&mut self, pair: Pair) -> Result<()> {
        if pair.is_of_use()? {
            self.pairs.push_back(pair);
            if self.pairs.len() > self.options.memory {
                self.pairs.pop_front();
            }
        }
        Ok(())
    }

    /// About H⁻¹ times the gradient.
    fn solve(&self, gradient: &Vector) -> Result<Vector> {
        let Some(newest) = self.pairs.back() else { return Ok(gradient.clone()) };
        let mut way = gradient.clone();
        let mut shares = Vec::new();
        for pair in self.pairs.iter().rev() {
            let share = pair.step.dot(&way)? / pair.curvature;
            way = way.add_scaled(&pair.change, -share)?;
            shares.push(share);
        }
        way = way.scale(newest.curvature / newest.change.dot(&newest.change)?)?;
        for (pair, share) in zip(&self.pairs, shares.into_iter().rev()) {
            let other = pair.change.dot(&way)? / pair.curvature;
            way = way.add_scaled(&pair.step, share - other)?;
        }
        Ok(way)
    }

    /// All that is remembered, each with the first word of its names.
    fn remembered(&self) -> Vec<(String, &Vector)> {
        let last = self.last.iter();
        let last = last.flat_map(|last| [(LAST_GRADIENT.into(), &last.gradient), (LAST_STEP.into(), &last.step)]);
        let pairs = self.pairs.iter().enumerate();
        last.chain(pairs.flat_map(|(i, pair)| [(step_name(i), &pair.step), (change_name(i), &pair.change)])).collect()
    }
}

fn step_name(pair: usize) -> String {
    format!("step{pair}")
}

fn change_name(pair: usize) -> String {
    format!("change{pair}")
}

impl Resumable for Lbfgs {
    fn state(&self, variables: &Variables) -> Result<NamedTensors> {
        let mut state = NamedTensors::new();
        for (kind, vector) in self.remembered() {
            state.extend(named(&kind, &self.variables, variables, &vector.0)?);
        }
        Ok(state)
    }

    fn set_state(&mut self, variables: &Variables, state: &NamedTensors) -> Result<()> {
        // How much is remembered depends on how far the run had come.
        let has =
            |kind: &str| state.keys().any(|name| name.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.')));
        let pairs = (0..self.options.memory).take_while(|pair| has(&step_name(*pair))).count();
        let last = if state.is_empty() { vec![] } else { vec![LAST_GRADIENT.to_owned(), LAST_STEP.to_owned()] };
        let kinds = last.into_iter().chain((0..pairs).flat_map(|pair| [step_name(pair), change_name(pair)]));
        let values: Vec<Tensor> = self.variables.iter().map(Var::as_detached_tensor).collect();
        let mut wanted = NamedTensors::new();
        for kind in kinds {
            wanted.extend(named(&kind, &self.variables, variables, &values)?);
        }
        check_alike(state, &wanted)?;
        let vector = |kind: &str| self.vector(kind, variables, state);
        let last = if state.is_empty() {
            None
        } else {
            Some(Last { gradient: vector(LAST_GRADIENT)?, step: vector(LAST_STEP)? })
        };
        let pair = |pair| Pair::new(vector(&step_name(pair))?, vector(&change_name(pair))?);
        let pairs = (0..pairs).map(pair).collect::<Result<_>>()?;
        (self.last, self.pairs) = (last, pairs);
        Ok(())
    }
}

impl Lbfgs {
    /// What the state holds of one kind, checked before.
    fn vector(&self, kind: &str, variables: &Variables, state: &NamedTensors) -> Result<Vector> {
        let of = |variable: &Var| {
            let name = format!("{kind}.{}", variables.name_of(variable)?);
            let saved = state.get(&name).ok_or_else(|| Error::StateMissing { names: vec![name.clone()] })?;
            Ok(saved.to_device(variable.device())?)
        };
        Ok(Vector(self.variables.iter().map(of).collect::<Result<_>>()?))
    }
}

/// Tensors under their kind and the names of their variables.
fn named(kind: &str, of: &[Var], variables: &Variables, tensors: &[Tensor]) -> Result<Vec<(String, Tensor)>> {
    let name =
        |(variable, tensor): (&Var, &Tensor)| Ok((format!("{kind}.{}", variables.name_of(variable)?), tensor.clone()));
    zip(of, tensors).map(name).collect()
}
