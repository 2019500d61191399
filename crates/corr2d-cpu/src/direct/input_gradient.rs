//! The input gradient, gathered: which outputs read this input row, and through which taps?
//!
//! ```text
//! ∂L/∂x[r, c] = Σ over taps (a, b) of w[a, b] · ∂L/∂y[(r + top − a·dilation) / stride, (c + left − b·dilation) / stride]
//! ```
//!
//! where both divisions leave no rest. With a stride s over 1 the columns c of a row fall into s classes by their rest
//! modulo s. Within a class the same taps divide, and neighbours read neighbours: again sums along rows, without a
//! product by zero.

use std::mem::MaybeUninit;

use super::pieces::{Destination, Piece, for_each_piece};
use super::rows::{ColumnTap, Columns, RowTap, Source};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Axis, Element, Error, Geometry};

/// input_gradient = ∂L/∂input. The slices are as long as the geometry says.
pub(crate) fn input_gradient<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    output_gradient: &[T],
    weight: &[T],
    input_gradient: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    let shape = Destination {
        groups: geometry.groups(),
        channels: geometry.input_channels_per_group(),
        height: geometry.rows().input(),
        width: geometry.columns().input(),
    };
    for_each_piece(input_gradient, shape, geometry.multiplications(), |piece| match piece.rows.len() {
        1 => isa.run(Write::<T, 1> { geometry, output_gradient, weight, piece }),
        2 => isa.run(Write::<T, 2> { geometry, output_gradient, weight, piece }),
        3 => isa.run(Write::<T, 3> { geometry, output_gradient, weight, piece }),
        _ => isa.run(Write::<T, 4> { geometry, output_gradient, weight, piece }),
    });
    Ok(())
}

/// Writes a piece of `M` channels.
struct Write<'a, T, const M: usize> {
    geometry: &'a Geometry,
    output_gradient: &'a [T],
    weight: &'a [T],
    piece: Piece<'a, T>,
}

impl<T: Element, const M: usize> Kernel<T> for Write<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let geometry = self.geometry;
        let channels = geometry.output_channels_per_group();
        let plane = geometry.rows().output() * geometry.columns().output();
        let taps_per_plane = geometry.rows().kernel() * geometry.columns().kernel();
        let weights_per_source = geometry.input_channels_per_group() * taps_per_plane;
        let first_output = self.piece.group * channels;
        let source = Source {
            planes: &self.output_gradient[(self.piece.batch * geometry.output_channels() + first_output) * plane..],
            plane_step: plane,
            channels,
            step: 1,
            weights: &self.weight[first_output * weights_per_source + self.piece.channel * taps_per_plane..],
            weights_per_destination: taps_per_plane,
            weights_per_source,
        };
        let width = geometry.columns().input();
        let classes: Vec<_> =
            (0..geometry.columns().stride().min(width)).map(|class| class_columns(geometry.columns(), class)).collect();
        for row in 0..self.piece.height(width) {
            let taps = row_taps(geometry, self.piece.row + row);
            let mut rows = self.piece.row::<M>(row, width);
            for columns in &classes {
                source.write_rows::<S, M>(simd, &taps, columns, [T::ZERO; M], &mut rows);
            }
        }
    }
}

/// The kernel rows through which outputs read an input row.
fn row_taps(geometry: &Geometry, input_row: usize) -> Vec<RowTap> {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let tap = |a: usize| {
        let start = rows.output_position(input_row, a)? * columns.output();
        Some(RowTap { start, weight: a * columns.kernel() })
    };
    (0..rows.kernel()).filter_map(tap).collect()
}

/// The columns of one class, and the taps through which outputs read them.
fn class_columns(columns: &Axis, class: usize) -> Columns {
    let count = (columns.input() - class).div_ceil(columns.stride());
    let tap = |b: usize| {
        let offset = shift(columns, class, b)?;
        let first = offset.min(0).unsigned_abs();
        let end = columns.output().saturating_add_signed(-offset).min(count);
        Some(ColumnTap { offset, weight: b, columns: first.min(end)..end })
    };
    Columns::new(class, columns.stride(), count, (0..columns.kernel()).filter_map(tap))
}

/// (column + before − tap · dilation) / stride if that leaves no rest: the output that reads the column through the
/// tap, which may lie outside the row.
fn shift(columns: &Axis, column: usize, tap: usize) -> Option<isize> {
    let distance = (column + columns.before()) as isize - (tap * columns.dilation()) as isize;
    let stride = columns.stride() as isize;
    (distance % stride == 0).then_some(distance / stride)
}
