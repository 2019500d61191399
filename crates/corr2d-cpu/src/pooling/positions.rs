//! Where each maximum stands, counted along the rows of its plane.
//!
//! ```text
//! gather:  y[i, j] = x[p[i, j]]
//! scatter: ∂L/∂x[p] = Σ over the windows whose maximum stands at p of ∂L/∂y[i, j]
//! ```
//!
//! Both are linear and each is the adjoint of the other, so that either is the gradient of the other.

use super::bands::{BAND_ELEMENTS, Band, SEQUENTIAL_ELEMENTS, for_each_band};
use super::columns::Columns;
use super::fold::{Fold, Greater, is_greater};
use crate::buffer::with_room_for;
use crate::geometry::check;
use crate::simd::{Kernel, Simd};
use crate::{Axis, DEFAULT_BYTE_BUDGET, Element, Error, Isa, PoolGeometry, threads};

/// Where the largest number of each window stands: what [`Pooling::max_positions`](crate::Pooling::max_positions) finds.
///
/// ```
/// use corr2d_cpu::{Pool2dOptions, Pooling};
///
/// let pooling = Pooling::new([1, 1, 2, 4], &Pool2dOptions::default())?;
/// let positions = pooling.max_positions(&[1f32, 2.0, 0.0, 5.0, 3.0, 2.0, 4.0, 1.0])?;
/// let mut y = [0f64; 2];
/// positions.gather(&[10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0], &mut y)?;
/// assert_eq!(y, [14.0, 13.0]);
/// let mut x = [f64::NAN; 8];
/// positions.scatter(&[1.0, -1.0], &mut x)?;
/// assert_eq!(x, [0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0, 0.0]);
/// # Ok::<(), corr2d_cpu::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaxPositions {
    geometry: PoolGeometry,
    /// For each output, an index into the plane of its channel.
    positions: Vec<u32>,
}

impl MaxPositions {
    pub(super) fn find(
        geometry: PoolGeometry,
        write: impl FnOnce(&mut [u32]) -> Result<(), Error>,
    ) -> Result<Self, Error> {
        if u32::try_from(geometry.rows().input() * geometry.columns().input()).is_err() {
            let shape = geometry.input_shape();
            return Err(Error::OverBudget { what: "input", shape, budget: DEFAULT_BYTE_BUDGET });
        }
        let mut positions = with_room_for(geometry.output_len())?;
        positions.resize(geometry.output_len(), 0);
        write(&mut positions)?;
        Ok(Self { geometry, positions })
    }

    /// The sizes of the pooling.
    pub fn geometry(&self) -> &PoolGeometry {
        &self.geometry
    }

    /// `output` [N, C, H', W'] = for each window the number of `input` [N, C, H, W] that stands there.
    ///
    /// # Errors
    /// [`Error::WrongLength`].
    pub fn gather<T: Element>(&self, input: &[T], output: &mut [T]) -> Result<(), Error> {
        check("input", input, &self.geometry.input_shape())?;
        check("output", output, &self.geometry.output_shape())?;
        (T::poolings().gather)(&self.geometry, &self.positions, input, output);
        Ok(())
    }

    /// `input_gradient` [N, C, H, W] = `output_gradient` [N, C, H', W'], each number added where the maximum of its window
    /// stands, and 0 elsewhere.
    ///
    /// # Errors
    /// [`Error::WrongLength`].
    pub fn scatter<T: Element>(&self, output_gradient: &[T], input_gradient: &mut [T]) -> Result<(), Error> {
        check("output gradient", output_gradient, &self.geometry.output_shape())?;
        check("input gradient", input_gradient, &self.geometry.input_shape())?;
        (T::poolings().scatter)(&self.geometry, &self.positions, output_gradient, input_gradient);
        Ok(())
    }
}

/// output = the numbers that stand at the positions, plane by plane.
pub(super) fn gather<T: Element>(geometry: &PoolGeometry, positions: &[u32], input: &[T], output: &mut [T]) {
    for_each_plane(geometry, positions, input, output, |positions, input, output| {
        for (number, position) in output.iter_mut().zip(positions) {
            *number = input[*position as usize];
        }
    });
}

/// input_gradient = the numbers, added at the positions.
pub(super) fn scatter<T: Element>(
    geometry: &PoolGeometry,
    positions: &[u32],
    output_gradient: &[T],
    input_gradient: &mut [T],
) {
    for_each_plane(geometry, positions, output_gradient, input_gradient, |positions, arriving, gradient| {
        gradient.fill(T::ZERO);
        for (arriving, position) in arriving.iter().zip(positions) {
            gradient[*position as usize] += *arriving;
        }
    });
}

/// Calls `write` with the positions and the numbers of each plane, in parallel if the work is worth it.
fn for_each_plane<T: Element>(
    geometry: &PoolGeometry,
    positions: &[u32],
    from: &[T],
    to: &mut [T],
    write: impl Fn(&[u32], &[T], &mut [T]) + Sync,
) {
    let [batch, channels, ..] = geometry.input_shape();
    // Of no planes there are none to cut.
    let planes = (batch * channels).max(1);
    let plane = |length: usize| (length / planes).max(1);
    let (outputs, from_plane, to_plane) = (plane(positions.len()), plane(from.len()), plane(to.len()));
    // Small planes together, so that a task outweighs its overhead.
    let together = (BAND_ELEMENTS / from_plane.max(to_plane)).max(1);
    let write = |(): &mut (), (task, to): (usize, &mut [T])| {
        for (index, to) in (task * together..).zip(to.chunks_mut(to_plane)) {
            write(&positions[index * outputs..][..outputs], &from[index * from_plane..][..from_plane], to);
        }
    };
    let sharing = geometry.input_len() >= SEQUENTIAL_ELEMENTS;
    threads::for_each(sharing, to.chunks_mut(together * to_plane).enumerate(), || (), write);
}

/// positions = where the maxima stand. The slices are as long as the geometry says.
pub(super) fn find<T: Element>(
    isa: Isa,
    geometry: &PoolGeometry,
    input: &[T],
    positions: &mut [u32],
) -> Result<(), Error> {
    let (rows, columns) = (*geometry.rows(), Columns::of(geometry.columns())?);
    let read = (geometry.input_len() / positions.len().max(1)).max(1);
    let plane = rows.input() * columns.input;
    for_each_band(positions, (rows.output(), columns.output), read, Scratch::new, |scratch, band| {
        let input = &input[band.plane * plane..][..plane];
        scratch.make_room(&columns)?;
        isa.run(FindBand { rows, columns: &columns, input, band, scratch });
        Ok(())
    })
}

/// The greatest numbers so far: of each window, and of its part in one row with their positions.
struct Scratch<T> {
    greatest: Vec<T>,
    greatest_of_row: Vec<T>,
    positions_of_row: Vec<u32>,
    /// The first column of each window.
    first_columns: Vec<u32>,
}

impl<T: Element> Scratch<T> {
    fn new() -> Self {
        let (greatest, greatest_of_row) = (Vec::new(), Vec::new());
        Self { greatest, greatest_of_row, positions_of_row: Vec::new(), first_columns: Vec::new() }
    }

    fn make_room(&mut self, columns: &Columns) -> Result<(), Error> {
        let width = columns.output;
        if self.greatest.len() == width {
            return Ok(());
        }
        for numbers in [&mut self.greatest, &mut self.greatest_of_row] {
            *numbers = with_room_for(width)?;
            numbers.resize(width, T::ZERO);
        }
        for places in [&mut self.positions_of_row, &mut self.first_columns] {
            *places = with_room_for(width)?;
            places.resize(width, 0);
        }
        for (column, (first, _)) in self.first_columns.iter_mut().zip(&columns.windows) {
            *column = *first as u32;
        }
        Ok(())
    }
}

struct FindBand<'a, T> {
    rows: Axis,
    columns: &'a Columns,
    /// The plane that the band looks at.
    input: &'a [T],
    band: Band<'a, u32>,
    scratch: &'a mut Scratch<T>,
}

impl<T: Element> Kernel<T> for FindBand<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(self, _simd: S) {
        let Self { rows, columns, input, band, scratch } = self;
        let Scratch { greatest, greatest_of_row, positions_of_row, first_columns } = scratch;
        let (length, width) = (columns.input, columns.output);
        for (index, positions) in band.rows.chunks_exact_mut(width).enumerate() {
            let place = (band.first + index) * rows.stride();
            let taps = rows.taps_of_output(band.first + index);
            for tap in taps.clone() {
                let row = place + tap * rows.dilation() - rows.before();
                let start = row * length;
                for (position, column) in positions_of_row.iter_mut().zip(&*first_columns) {
                    *position = start as u32 + column;
                }
                find_in_row(columns, &input[start..][..length], start, greatest_of_row, positions_of_row);
                if tap == taps.start {
                    greatest.copy_from_slice(greatest_of_row);
                    positions.copy_from_slice(positions_of_row);
                    continue;
                }
                let of_row = greatest_of_row.iter().zip(&*positions_of_row);
                for ((greatest, position), (number, place)) in greatest.iter_mut().zip(&mut *positions).zip(of_row) {
                    take_greater(greatest, position, *number, *place);
                }
            }
        }
    }
}

/// The greatest number of each window of one row, and where in the plane it stands: at first at the first of each, which
/// is right if none is greater than −∞. `start` is where the row begins.
#[inline(always)]
fn find_in_row<T: Element>(columns: &Columns, row: &[T], start: usize, greatest: &mut [T], positions: &mut [u32]) {
    greatest.fill(Greater::empty());
    if columns.are_narrow() {
        for ((greatest, position), (first, count)) in greatest.iter_mut().zip(positions).zip(&columns.windows) {
            let window = row[*first..].iter().step_by(columns.dilation).take(*count);
            for (number, place) in window.zip(((start + *first) as u32..).step_by(columns.dilation)) {
                take_greater(greatest, position, *number, place);
            }
        }
        return;
    }
    for tap in &columns.taps {
        let (source, place) = (&row[tap.first..], (start + tap.first) as u32);
        let (greatest, positions) = (&mut greatest[tap.outputs.clone()], &mut positions[tap.outputs.clone()]);
        match columns.stride {
            1 => find_every::<T, 1>(source, place, greatest, positions),
            2 => find_every::<T, 2>(source, place, greatest, positions),
            3 => find_every::<T, 3>(source, place, greatest, positions),
            stride => {
                let numbers = source.iter().step_by(stride).zip((place..).step_by(stride));
                for ((greatest, position), (number, place)) in greatest.iter_mut().zip(positions).zip(numbers) {
                    take_greater(greatest, position, *number, place);
                }
            }
        }
    }
}

/// Every `STRIDE`-th number, one to each output.
#[inline(always)]
fn find_every<T: Element, const STRIDE: usize>(
    source: &[T],
    mut place: u32,
    greatest: &mut [T],
    positions: &mut [u32],
) {
    let (blocks, rest) = source.as_chunks::<STRIDE>();
    let whole = blocks.len().min(greatest.len());
    let (most, last) = greatest.split_at_mut(whole);
    let (positions, last_position) = positions.split_at_mut(whole);
    for ((greatest, position), block) in most.iter_mut().zip(positions).zip(blocks) {
        take_greater(greatest, position, block[0], place);
        place = place.wrapping_add(STRIDE as u32);
    }
    // The last output may read the first number of a block that the row cuts off.
    if let (Some(greatest), Some(position), Some(number)) = (last.first_mut(), last_position.first_mut(), rest.first())
    {
        take_greater(greatest, position, *number, place);
    }
}

#[inline(always)]
fn take_greater<T: Element>(greatest: &mut T, position: &mut u32, number: T, place: u32) {
    let greater = is_greater(number, *greatest);
    *greatest = if greater { number } else { *greatest };
    *position = if greater { place } else { *position };
}
