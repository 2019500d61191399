//! Images into lanes, and back.

use std::mem::MaybeUninit;

use super::layout::Layout;
use crate::positions::Rows;
use crate::simd::Simd;
use crate::transpose::{MOST_LANES, transpose};
use crate::{Element, Geometry, Input};

/// The numbers that the pixels of a group take, and what squares may hang over.
pub(super) fn pixels_len(geometry: &Geometry, layout: &Layout, lanes: usize) -> usize {
    (geometry.input_channels_per_group() * layout.channel + lanes) * lanes
}

/// The numbers of a row of pixels that is cut into phases.
pub(super) fn row_len(geometry: &Geometry, layout: &Layout, lanes: usize) -> usize {
    if geometry.columns().stride() == 1 { 0 } else { (layout.columns.len() + lanes) * lanes }
}

/// Turns the channels of a group of up to a register of images, `images` of them from the first of `input`. Where the padding
/// lies, `pixels` hold zeros before and after.
#[inline(always)]
pub(super) fn fill<S: Simd>(
    simd: S,
    geometry: &Geometry,
    layout: &Layout,
    input: &Input<'_, S::Number>,
    [images, group]: [usize; 2],
    row: &mut [S::Number],
    pixels: &mut [S::Number],
) {
    let channels = geometry.input_channels_per_group();
    let length = layout.columns.len();
    if length == 0 {
        return;
    }
    for channel in 0..channels {
        let planes = input.planes(0, group * channels + channel);
        for index in 0..geometry.rows().input() {
            let numbers = &planes.elements[index * planes.row_step + layout.columns.start..];
            let rows = Rows { numbers, channel: input.image_step(), channels: images, length };
            let to = (channel * layout.channel + index * layout.row) * S::LANES;
            if geometry.columns().stride() == 1 {
                // What hangs over is 0. It falls on padding, on rows that are still to come, or behind the last row.
                rows.turn(simd, &mut pixels[to + layout.first * S::LANES..], S::LANES);
            } else {
                rows.turn(simd, row, S::LANES);
                for column in 0..length {
                    let place = to + layout.place(layout.first + column) * S::LANES;
                    simd.store(simd.load(row, column * S::LANES), pixels, place);
                }
            }
        }
    }
}

/// Writes neighbouring positions of each image, from place `first` on, from registers of images: [position][lane].
#[inline(always)]
pub(super) fn write<S: Simd>(
    simd: S,
    registers: &[S::Number],
    images: &mut [&mut [MaybeUninit<S::Number>]],
    first: usize,
) {
    let positions = registers.len() / S::LANES;
    for position in (0..positions).step_by(S::LANES) {
        let count = S::LANES.min(positions - position);
        let mut square = [simd.splat(S::Number::ZERO); MOST_LANES];
        let from = &registers[position * S::LANES..][..count * S::LANES];
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
            if const { I < S::LANES } && I < count {
                square[I] = simd.load(from, I * S::LANES);
            }
        });
        let square = transpose(simd, square);
        unroll!(I in [0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15] {
            if const { I < S::LANES } && I < images.len() {
                let places = &mut images[I][first + position..][..count];
                if count == S::LANES {
                    simd.write(square[I], places, 0);
                } else {
                    simd.write_first(square[I], places, 0);
                }
            }
        });
    }
}
