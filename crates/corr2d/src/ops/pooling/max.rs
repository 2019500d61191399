//! y = M(x), and the two ways along the positions of its maxima: gx = S(g) and gg = G(u).

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Storage, Tensor, bail};
use corr2d_cpu::{MaxPositions, zeros};

use super::super::handed_over::{HandedOver, handed_over_on_devices};
use super::super::storage::{Stored, elements, for_dtype_of, stored};
use super::super::{Candle, Engine, if_tracked};
use super::Pool;
use crate::by_candle::pooling;
use crate::error::{Error, Result};

struct Max {
    pool: Pool,
    handed_over: HandedOver,
}

pub(super) fn apply(pool: Pool, input: &Tensor) -> Result<Tensor> {
    let handed_over = HandedOver::of(pool.engine, || pooling::max(pool.geometry(), input))?;
    Ok(input.apply_op1(Max { pool, handed_over })?)
}

impl CustomOp1 for Max {
    fn name(&self) -> &'static str {
        "corr2d-max-pool"
    }

    fn cpu_fwd(&self, input: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
        self.handed_over.on_cpu_or(|| for_dtype_of!(input, max(&self.pool, input, layout)))
    }

    handed_over_on_devices!(for _);

    fn bwd(&self, input: &Tensor, _output: &Tensor, arriving: &Tensor) -> Candle<Option<Tensor>> {
        if_tracked(input, || Positions::of(self.pool, input)?.scatter(arriving))
    }
}

fn max<S: Stored>(pool: &Pool, input: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
    let input = elements::<S>(input, layout)?;
    let mut output = zeros(pool.geometry().output_len()).map_err(Error::from)?;
    pool.pooling.max(&input, &mut output).map_err(Error::from)?;
    Ok((stored::<S>(output)?, Shape::from(&pool.geometry().output_shape())))
}

/// Where the maxima of an input stand: found in the backward pass, so that inference does not pay for it.
#[derive(Clone)]
struct Positions {
    pool: Pool,
    found: Arc<Found>,
}

enum Found {
    ByEngine(MaxPositions),
    /// [planes, outputs of a plane]: for each an index into the input's plane.
    ByCandle(Tensor),
}

impl Positions {
    fn of(pool: Pool, input: &Tensor) -> Result<Self> {
        let found = match pool.engine {
            Engine::Candle => Found::ByCandle(pooling::positions(pool.geometry(), input)?),
            Engine::Cpu => {
                let (storage, layout) = input.storage_and_layout();
                let Storage::Cpu(storage) = &*storage else {
                    return Err(Error::Candle(candle_core::Error::Msg("the input has left the CPU".to_owned())));
                };
                Found::ByEngine(for_dtype_of!(storage, find(&pool, storage, layout))?)
            }
        };
        Ok(Self { pool, found: Arc::new(found) })
    }

    /// S(output_gradient).
    fn scatter(self, output_gradient: &Tensor) -> Result<Tensor> {
        self.along(Direction::Scatter, output_gradient)
    }

    fn along(self, direction: Direction, from: &Tensor) -> Result<Tensor> {
        let handed_over = HandedOver::of(self.pool.engine, || match &*self.found {
            Found::ByCandle(positions) => match direction {
                Direction::Scatter => pooling::scatter(self.pool.geometry(), positions, from),
                Direction::Gather => pooling::gather(self.pool.geometry(), positions, from),
            },
            Found::ByEngine(_) => Ok(from.clone()),
        })?;
        Ok(from.apply_op1(Move { positions: self, direction, handed_over })?)
    }
}

fn find<S: Stored>(pool: &Pool, input: &CpuStorage, layout: &Layout) -> Candle<MaxPositions> {
    let input = elements::<S>(input, layout)?;
    Ok(pool.pooling.max_positions(&input).map_err(Error::from)?)
}

#[derive(Clone, Copy)]
enum Direction {
    /// From the gradient of the maxima to that of the input.
    Scatter,
    /// From the input to the maxima.
    Gather,
}

struct Move {
    positions: Positions,
    direction: Direction,
    handed_over: HandedOver,
}

impl CustomOp1 for Move {
    fn name(&self) -> &'static str {
        match self.direction {
            Direction::Scatter => "corr2d-max-pool-gradient",
            Direction::Gather => "corr2d-max-pool-gather",
        }
    }

    fn cpu_fwd(&self, from: &CpuStorage, layout: &Layout) -> Candle<(CpuStorage, Shape)> {
        self.handed_over.on_cpu_or(|| match &*self.positions.found {
            Found::ByEngine(positions) => for_dtype_of!(from, moved(positions, self.direction, from, layout)),
            Found::ByCandle(_) => bail!("a pooling by candle was not computed before it entered the graph"),
        })
    }

    handed_over_on_devices!(for _);

    fn bwd(&self, from: &Tensor, _to: &Tensor, arriving: &Tensor) -> Candle<Option<Tensor>> {
        let back = match self.direction {
            Direction::Scatter => Direction::Gather,
            Direction::Gather => Direction::Scatter,
        };
        if_tracked(from, || self.positions.clone().along(back, arriving))
    }
}

fn moved<S: Stored>(
    positions: &MaxPositions,
    direction: Direction,
    from: &CpuStorage,
    layout: &Layout,
) -> Candle<(CpuStorage, Shape)> {
    let from = elements::<S>(from, layout)?;
    let geometry = positions.geometry();
    let (result, shape) = match direction {
        Direction::Scatter => {
            let mut gradient = zeros(geometry.input_len()).map_err(Error::from)?;
            (positions.scatter(&from, &mut gradient).map(|()| gradient), geometry.input_shape())
        }
        Direction::Gather => {
            let mut output = zeros(geometry.output_len()).map_err(Error::from)?;
            (positions.gather(&from, &mut output).map(|()| output), geometry.output_shape())
        }
    };
    Ok((stored::<S>(result.map_err(Error::from)?)?, Shape::from(&shape)))
}
