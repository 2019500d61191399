//! The forward sum: for an output row, the taps are the kernel's rows that meet the input, times its columns.

use std::mem::MaybeUninit;

use super::pieces::{Destination, Piece, for_each_piece};
use super::rows::{ColumnTap, Columns, RowTap, Source};
use crate::simd::{Isa, Kernel, Simd};
use crate::{Axis, Element, Error, Geometry, Input};

/// output = correlation of input with weight, plus bias. The slices are as long as the geometry says.
pub(crate) fn forward<T: Element>(
    isa: Isa,
    geometry: &Geometry,
    input: Input<'_, T>,
    weight: &[T],
    bias: Option<&[T]>,
    output: &mut [MaybeUninit<T>],
) -> Result<(), Error> {
    let shape = Destination {
        groups: geometry.groups(),
        channels: geometry.output_channels_per_group(),
        height: geometry.rows().output(),
        width: geometry.columns().output(),
    };
    for_each_piece(output, shape, geometry.multiplications(), |piece| match piece.rows.len() {
        1 => isa.run(Write::<T, 1> { geometry, input, weight, bias, piece }),
        2 => isa.run(Write::<T, 2> { geometry, input, weight, bias, piece }),
        3 => isa.run(Write::<T, 3> { geometry, input, weight, bias, piece }),
        _ => isa.run(Write::<T, 4> { geometry, input, weight, bias, piece }),
    });
    Ok(())
}

/// Writes a piece of `M` channels.
struct Write<'a, T, const M: usize> {
    geometry: &'a Geometry,
    input: Input<'a, T>,
    weight: &'a [T],
    bias: Option<&'a [T]>,
    piece: Piece<'a, T>,
}

impl<T: Element, const M: usize> Kernel<T> for Write<'_, T, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd<Number = T>>(mut self, simd: S) {
        let geometry = self.geometry;
        let channels = geometry.input_channels_per_group();
        let planes = self.input.planes(self.piece.batch, self.piece.group * channels);
        let taps_per_plane = geometry.rows().kernel() * geometry.columns().kernel();
        let first_output = self.piece.group * geometry.output_channels_per_group() + self.piece.channel;
        let source = Source {
            planes: planes.elements,
            plane_step: planes.plane_step,
            channels,
            step: geometry.columns().stride(),
            weights: &self.weight[first_output * channels * taps_per_plane..],
            weights_per_destination: channels * taps_per_plane,
            weights_per_source: taps_per_plane,
        };
        let initial = std::array::from_fn(|m| self.bias.map_or(T::ZERO, |bias| bias[first_output + m]));
        let width = geometry.columns().output();
        let columns = Columns::new(0, 1, width, column_taps(geometry.columns()));
        for row in 0..self.piece.height(width) {
            let taps = row_taps(geometry, self.piece.row + row, planes.row_step);
            source.write_rows::<S, M>(simd, &taps, &columns, initial, &mut self.piece.row(row, width));
        }
    }
}

/// The kernel rows that meet the input at an output row; its rows are `row_step` apart.
fn row_taps(geometry: &Geometry, output_row: usize, row_step: usize) -> Vec<RowTap> {
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let tap = |a: usize| {
        let start = rows.input_position(output_row, a)? * row_step;
        Some(RowTap { start, weight: a * columns.kernel() })
    };
    (0..rows.kernel()).filter_map(tap).collect()
}

fn column_taps(columns: &Axis) -> impl Iterator<Item = ColumnTap> {
    (0..columns.kernel()).map(|b| ColumnTap {
        offset: (b * columns.dilation()) as isize + columns.first_read(),
        weight: b,
        columns: columns.outputs_of_tap(b),
    })
}
