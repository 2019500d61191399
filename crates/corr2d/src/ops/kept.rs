//! Weights that are kept between calls, for inference.
//!
//! A variable changes in place, and candle does not tell. So a weight that may change is compared with the copy that was
//! prepared, bit for bit and in each call, and prepared anew when they differ.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use corr2d_cpu::{Element, Error, Input, Plan, Prepared};

/// A call with kept weights, and the plan that pays where they are kept.
pub(crate) struct Keeping {
    pub(crate) plan: Plan,
    pub(crate) weights: Arc<KeptWeights>,
}

/// What has been prepared of one weight, in the number type that it is summed in.
#[derive(Debug)]
pub(crate) struct KeptWeights {
    pub(super) f32: Store<f32>,
    pub(super) f64: Store<f64>,
}

impl KeptWeights {
    /// Nothing yet, of a weight that may change or that nobody else has.
    pub(crate) fn new(may_change: bool) -> Self {
        Self { f32: Store::new(may_change), f64: Store::new(may_change) }
    }
}

/// The preparations of a weight: one for each path that inputs of some size have asked for, so never more than there
/// are paths.
pub(crate) struct Store<T> {
    may_change: bool,
    prepared: RwLock<Vec<Prepared<T>>>,
}

impl<T: Element> Store<T> {
    fn new(may_change: bool) -> Self {
        Self { may_change, prepared: RwLock::default() }
    }

    /// As [`Plan::forward_strided_new`], with what is kept of these weights.
    pub(super) fn forward(
        &self,
        plan: &Plan,
        input: Input<'_, T>,
        weight: &[T],
        bias: Option<&[T]>,
    ) -> Result<Vec<T>, Error> {
        // Outside the lock, so that calls do not wait for each other.
        self.prepared(plan, weight)?.forward_strided_new(input, bias)
    }

    /// A preparation of these very weights for this plan.
    fn prepared(&self, plan: &Plan, weight: &[T]) -> Result<Prepared<T>, Error> {
        match self.known(plan).filter(|known| !self.may_change || known.holds(weight)) {
            Some(known) => {
                let prepared = known.for_plan(plan)?;
                if known.plan().path() != plan.path() {
                    self.update(|all| {
                        // Another thread may have been faster.
                        all.retain(|other| other.plan().path() != plan.path());
                        all.push(prepared.clone());
                    });
                }
                Ok(prepared)
            }
            None => {
                let prepared = plan.prepare(weight)?;
                self.update(|all| *all = vec![prepared.clone()]);
                Ok(prepared)
            }
        }
    }

    /// The preparation for the path of a plan, or else for any: its copy of the weights is shared.
    fn known(&self, plan: &Plan) -> Option<Prepared<T>> {
        // A list is whole whatever happened to the thread that wrote it.
        let all = self.prepared.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|prepared| prepared.plan().path() == plan.path()).or(all.first()).cloned()
    }

    fn update(&self, change: impl FnOnce(&mut Vec<Prepared<T>>)) {
        change(&mut self.prepared.write().unwrap_or_else(PoisonError::into_inner));
    }
}

impl<T> fmt::Debug for Store<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.prepared.read().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_list().entries(all.iter()).finish()
    }
}
