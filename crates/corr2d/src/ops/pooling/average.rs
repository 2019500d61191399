//! y = A(x) and its adjoint gx = A*(g), either the gradient of the other.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};
use corr2d_cpu::zeros;

use super::super::handed_over::{HandedOver, handed_over_on_devices};
use super::super::storage::{Stored, elements, for_dtype_of, stored};
use super::super::{Candle, if_tracked};
use super::Pool;
use crate::by_candle::pooling;
use crate::error::{Error, Result};

#[derive(Clone, Copy)]
pub(super) enum Direction {
    /// From the input to the averages.
    Forward,
    /// From the gradient of the averages to that of the input.
    Backward,
}

struct Average {
    pool: Pool,
    direction: Direction,
    handed_over: HandedOver,
}

pub(super) fn apply(pool: Pool, direction: Direction, tensor: &Tensor) -> Result<Tensor> {
    let handed_over = HandedOver::of(pool.engine, || match direction {
        Direction::Forward => pooling::average(pool.geometry(), tensor),
        Direction::Backward => pooling::average_gradient(pool.geometry(), tensor),
    })?;
    Ok(tensor.apply_op1(Average { pool, direction, handed_over })?)
}

impl CustomOp1 for Average {
    fn name(&self) -> &'static str {
        match self.direction {
            Direction::Forward => "corr2d-average-pool",
            Direction::Backward => "corr2d-average-pool-gradient",
        }
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
        self.handed_over.on_cpu_or(|| for_dtype_of!(storage, average(self, storage, layout)))
    }

    handed_over_on_devices!(for _);

    fn bwd(&self, tensor: &Tensor, _result: &Tensor, arriving: &Tensor) -> Candle<Option<Tensor>> {
        let back = match self.direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        };
        if_tracked(tensor, || apply(self.pool, back, arriving))
    }
}

fn average<S: Stored>(operation: &Average, storage: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
    let from = elements::<S>(storage, layout)?;
    let Pool { pooling, .. } = &operation.pool;
    let geometry = pooling.geometry();
    let (result, shape) = match operation.direction {
        Direction::Forward => {
            let mut output = zeros(geometry.output_len()).map_err(Error::from)?;
            (pooling.average(&from, &mut output).map(|()| output), geometry.output_shape())
        }
        Direction::Backward => {
            let mut gradient = zeros(geometry.input_len()).map_err(Error::from)?;
            (pooling.average_gradient(&from, &mut gradient).map(|()| gradient), geometry.input_shape())
        }
    };
    Ok((stored::<S>(result.map_err(Error::from)?)?, Shape::from(&shape)))
}
