//! The shapes at which implementations break.
//!
//! Names are relative to the blocks of the fast path: a lane is 8 columns, a block is 4 channels. Heights differ from
//! widths and kernels are seldom square, so that a swapped axis fails.

use std::borrow::Cow;

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding};

use crate::Case;

const PLAIN: Conv2dOptions =
    Conv2dOptions { stride: (1, 1), padding: Padding::Valid, dilation: (1, 1), groups: 1, algorithm: Algorithm::Auto };
const SAME: Conv2dOptions = Conv2dOptions { padding: Padding::Same, ..PLAIN };

/// The named shapes on which every path must agree with the textbook loops.
pub static CASES: &[Case] = &[
    // The lesson.
    case("lesson_figure", [1, 1, 3, 3], [1, 1, 2, 2], PLAIN),
    case("lesson_edge", [1, 1, 6, 8], [1, 1, 1, 2], PLAIN),
    case("lesson_edge_of_columns", [1, 1, 6, 8], [1, 1, 2, 1], PLAIN),
    // Output widths around a lane.
    case("width_one_below_lane", [1, 2, 5, 8], [3, 2, 3, 2], PLAIN),
    case("width_equals_lane", [1, 2, 5, 9], [3, 2, 3, 2], PLAIN),
    case("width_one_above_lane", [1, 2, 5, 10], [3, 2, 3, 2], PLAIN),
    case("width_one_below_two_lanes", [1, 2, 5, 17], [3, 2, 2, 3], PLAIN),
    case("width_equals_two_lanes", [1, 2, 5, 18], [3, 2, 2, 3], PLAIN),
    case("width_one_above_two_lanes", [1, 2, 5, 19], [3, 2, 2, 3], PLAIN),
    case("lane_within_padded_columns", [1, 2, 4, 9], [3, 2, 2, 5], padded(0, 1, 3, 2)),
    // Channels around a block.
    case("channels_one_below_block", [2, 3, 6, 11], [3, 3, 3, 2], PLAIN),
    case("channels_equal_block", [2, 4, 6, 11], [4, 4, 3, 2], PLAIN),
    case("channels_one_above_block", [2, 5, 6, 11], [5, 5, 3, 2], PLAIN),
    case("channels_one_above_two_blocks", [1, 9, 6, 11], [9, 9, 2, 3], PLAIN),
    case("channels_height_and_width_equal", [1, 5, 5, 5], [5, 5, 3, 3], PLAIN),
    // The smallest shapes.
    case("one_pixel", [1, 1, 1, 1], [1, 1, 1, 1], PLAIN),
    case("one_output", [2, 2, 3, 5], [3, 2, 3, 5], PLAIN),
    case("one_row", [1, 2, 1, 13], [3, 2, 1, 4], PLAIN),
    case("one_column", [1, 2, 17, 1], [3, 2, 3, 1], PLAIN),
    case("row_kernel", [1, 2, 4, 20], [2, 2, 1, 7], PLAIN),
    case("column_kernel", [1, 2, 12, 9], [2, 2, 7, 1], PLAIN),
    case("one_by_one_kernel", [2, 5, 6, 9], [7, 5, 1, 1], PLAIN),
    case("one_by_one_kernel_strided", [1, 3, 7, 10], [2, 3, 1, 1], strided(2, 3)),
    case("even_kernel", [1, 2, 7, 10], [2, 2, 4, 2], PLAIN),
    // Strides.
    case("stride_of_rows_only", [1, 2, 9, 12], [3, 2, 3, 2], strided(2, 1)),
    case("stride_of_columns_only", [1, 2, 6, 25], [3, 2, 2, 3], strided(1, 3)),
    case("stride_beyond_kernel", [1, 2, 11, 14], [3, 2, 2, 3], strided(4, 5)),
    case("stride_beyond_input", [1, 1, 5, 7], [2, 1, 2, 3], strided(9, 20)),
    case("stride_with_full_lanes", [1, 2, 7, 40], [5, 2, 3, 5], strided(3, 2)),
    case("stride_of_three_on_two_taps", [1, 2, 10, 13], [3, 2, 2, 2], strided(3, 3)),
    case("stride_on_single_taps", [2, 9, 8, 37], [10, 9, 1, 1], strided(2, 2)),
    case("stride_that_leaves_rows_of_zeros", [1, 3, 12, 10], [2, 3, 1, 3], strided(4, 2)),
    case(
        "strided_layer_of_whole_registers",
        [3, 16, 9, 36],
        [16, 16, 3, 3],
        Conv2dOptions { padding: sides(1, 0, 0, 1), ..strided(2, 2) },
    ),
    case(
        "strided_layer_with_three_taps_a_class",
        [1, 16, 14, 17],
        [16, 16, 6, 6],
        Conv2dOptions { padding: sides(2, 2, 2, 2), ..strided(2, 2) },
    ),
    case(
        "strided_padding_wider_than_kernel",
        [1, 2, 5, 7],
        [3, 2, 2, 1],
        Conv2dOptions { padding: sides(3, 4, 2, 5), ..strided(2, 2) },
    ),
    case("floor_remainder_of_rows_only", [1, 2, 6, 5], [2, 2, 3, 3], strided(2, 2)),
    case("floor_remainder_of_columns_only", [1, 2, 5, 6], [2, 2, 3, 3], strided(2, 2)),
    case("floor_remainder_differs", [2, 2, 8, 9], [2, 2, 3, 2], strided(3, 3)),
    case("floor_remainder_drops_two_rows", [1, 2, 11, 7], [2, 2, 3, 1], strided(3, 2)),
    // Padding, each side alone: opposite sides must not be swapped.
    case("padding_top_only", [1, 2, 5, 9], [3, 2, 3, 2], padded(2, 0, 0, 0)),
    case("padding_bottom_only", [1, 2, 5, 9], [3, 2, 3, 2], padded(0, 2, 0, 0)),
    case("padding_left_only", [1, 2, 5, 9], [3, 2, 2, 3], padded(0, 0, 2, 0)),
    case("padding_right_only", [1, 2, 5, 9], [3, 2, 2, 3], padded(0, 0, 0, 2)),
    case("padding_of_four_sizes", [2, 2, 6, 11], [3, 2, 4, 3], padded(1, 3, 2, 0)),
    case("padding_wider_than_kernel", [1, 2, 4, 5], [3, 2, 2, 3], padded(4, 3, 5, 7)),
    case("padding_wider_than_input", [1, 1, 2, 3], [2, 1, 3, 2], padded(9, 4, 5, 11)),
    case("kernel_larger_than_unpadded_input", [1, 2, 3, 2], [2, 2, 5, 4], padded(1, 2, 3, 1)),
    case("same_odd_kernel", [1, 2, 6, 9], [3, 2, 3, 5], SAME),
    case("same_even_kernel", [1, 2, 6, 9], [3, 2, 2, 4], SAME),
    case("same_strided", [1, 2, 7, 10], [3, 2, 3, 3], Conv2dOptions { stride: (2, 3), ..SAME }),
    case("same_stride_beyond_kernel", [1, 2, 7, 10], [3, 2, 2, 1], Conv2dOptions { stride: (3, 4), ..SAME }),
    case("same_dilated", [1, 2, 7, 10], [3, 2, 3, 4], Conv2dOptions { dilation: (3, 2), ..SAME }),
    // Dilation.
    case("dilation_differs", [1, 2, 9, 14], [3, 2, 3, 3], dilated(2, 3)),
    case("dilation_of_one_by_one_kernel", [1, 2, 4, 6], [3, 2, 1, 1], dilated(5, 7)),
    case("dilation_and_stride_share_no_divisor", [1, 2, 13, 24], [2, 2, 3, 4], pitch((3, 2), (2, 3))),
    case("dilation_equals_stride", [2, 3, 11, 12], [3, 3, 3, 3], pitch((2, 2), (2, 2))),
    case("dilation_is_a_multiple_of_stride", [1, 2, 12, 21], [2, 2, 3, 3], pitch((2, 3), (4, 3))),
    case(
        "tap_that_reads_only_padding",
        [1, 2, 3, 2],
        [2, 2, 3, 3],
        Conv2dOptions { dilation: (4, 3), padding: sides(4, 4, 3, 3), ..PLAIN },
    ),
    case(
        "everything_at_once",
        [2, 6, 11, 16],
        [9, 2, 3, 4],
        Conv2dOptions { stride: (2, 3), padding: sides(3, 1, 2, 4), dilation: (2, 1), groups: 3, ..PLAIN },
    ),
    // Groups.
    case("two_groups", [2, 4, 6, 11], [6, 2, 3, 2], grouped(2)),
    case("groups_of_five_channels", [1, 10, 5, 12], [10, 5, 2, 3], grouped(2)),
    case("groups_with_one_output_each", [2, 6, 5, 9], [3, 2, 2, 3], grouped(3)),
    case("depthwise", [2, 6, 9, 12], [6, 1, 3, 2], grouped(6)),
    case("depthwise_with_multiplier", [1, 5, 7, 12], [15, 1, 2, 3], grouped(5)),
    case(
        "depthwise_strided_and_padded",
        [1, 5, 9, 20],
        [5, 1, 3, 3],
        Conv2dOptions { stride: (2, 2), padding: sides(1, 1, 1, 1), ..grouped(5) },
    ),
    // Batches.
    case("batch_of_zero", [0, 2, 5, 9], [3, 2, 3, 2], PLAIN),
    case("batch_of_zero_in_groups", [0, 4, 5, 9], [6, 2, 3, 2], grouped(2)),
    case("batch_of_seven", [7, 1, 4, 9], [2, 1, 2, 3], PLAIN),
    // Sizes at which the fast path cuts its work.
    case("rows_in_several_pieces", [1, 4, 90, 71], [4, 4, 3, 5], PLAIN),
    case("image_wider_than_any_block", [1, 1, 41, 263], [1, 1, 3, 5], PLAIN),
    case("plane_longer_than_a_run_of_sums", [2, 1, 65, 70], [3, 1, 2, 3], PLAIN),
    case("weights_too_many_for_parts", [1, 64, 4, 5], [64, 64, 3, 3], PLAIN),
    case("weights_in_few_parts", [2, 24, 7, 9], [32, 24, 3, 2], PLAIN),
    // Layers people use, made small.
    case("alexnet_stem", [1, 3, 31, 35], [6, 3, 11, 11], Conv2dOptions { padding: sides(2, 2, 2, 2), ..strided(4, 4) }),
    case("resnet_stem", [1, 3, 28, 30], [8, 3, 7, 7], Conv2dOptions { padding: sides(3, 3, 3, 3), ..strided(2, 2) }),
    case("resnet_block", [1, 16, 14, 13], [16, 16, 3, 3], padded(1, 1, 1, 1)),
    case("lenet_first", [4, 1, 28, 26], [6, 1, 5, 5], padded(2, 2, 2, 2)),
];

const fn case(name: &'static str, input: [usize; 4], weight: [usize; 4], options: Conv2dOptions) -> Case {
    // Every second shape is a layer with a bias; which one is of no matter, so the name decides.
    Case { name: Cow::Borrowed(name), input, weight, options, bias: name.len().is_multiple_of(2) }
}

const fn sides(top: usize, bottom: usize, left: usize, right: usize) -> Padding {
    Padding::Explicit { top, bottom, left, right }
}

const fn padded(top: usize, bottom: usize, left: usize, right: usize) -> Conv2dOptions {
    Conv2dOptions { padding: sides(top, bottom, left, right), ..PLAIN }
}

const fn strided(height: usize, width: usize) -> Conv2dOptions {
    Conv2dOptions { stride: (height, width), ..PLAIN }
}

const fn dilated(height: usize, width: usize) -> Conv2dOptions {
    Conv2dOptions { dilation: (height, width), ..PLAIN }
}

const fn pitch(stride: (usize, usize), dilation: (usize, usize)) -> Conv2dOptions {
    Conv2dOptions { stride, dilation, ..PLAIN }
}

const fn grouped(groups: usize) -> Conv2dOptions {
    Conv2dOptions { groups, ..PLAIN }
}
