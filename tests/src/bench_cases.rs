//! The layers and images that are timed.

use std::borrow::Cow;

use corr2d_cpu::{Algorithm, Conv2dOptions, Padding};

use crate::Case;

/// Layers of well-known networks, then one-channel filters on whole images.
pub static BENCH_CASES: &[Case] = &[
    layer("resnet_stem_7x7s2_3to64_224", [1, 3, 224, 224], [64, 3, 7, 7], 2, 3),
    layer("resnet_3x3_64_56", [1, 64, 56, 56], [64, 64, 3, 3], 1, 1),
    layer("resnet_3x3_128_28", [1, 128, 28, 28], [128, 128, 3, 3], 1, 1),
    layer("resnet_3x3_256_14", [1, 256, 14, 14], [256, 256, 3, 3], 1, 1),
    layer("resnet_3x3_512_7", [1, 512, 7, 7], [512, 512, 3, 3], 1, 1),
    layer("resnet_3x3s2_128_56", [1, 128, 56, 56], [128, 128, 3, 3], 2, 1),
    layer("resnet_1x1_256to64_56", [1, 256, 56, 56], [64, 256, 1, 1], 1, 0),
    layer("resnet_1x1_64to256_56", [1, 64, 56, 56], [256, 64, 1, 1], 1, 0),
    layer("resnet_3x3_64_56_b8", [8, 64, 56, 56], [64, 64, 3, 3], 1, 1),
    layer("vgg_3x3_3to64_224", [1, 3, 224, 224], [64, 3, 3, 3], 1, 1),
    layer("lenet_5x5_1to6_28_b256", [256, 1, 28, 28], [6, 1, 5, 5], 1, 2),
    layer("lenet_5x5_6to16_14_b256", [256, 6, 14, 14], [16, 6, 5, 5], 1, 0),
    depthwise("mobilenet_dw3x3_144_56", [1, 144, 56, 56], [144, 1, 3, 3]),
    dilated("deeplab_3x3d2_64_56", [1, 64, 56, 56], [64, 64, 3, 3]),
    layer("alexnet_11x11s4_3to64_224", [1, 3, 224, 224], [64, 3, 11, 11], 4, 2),
    image("hd_1x2", [1080, 1920], [1, 2]),
    image("hd_3x3", [1080, 1920], [3, 3]),
    image("hd_5x5", [1080, 1920], [5, 5]),
    image("hd_7x7", [1080, 1920], [7, 7]),
    image("hd_15x15", [1080, 1920], [15, 15]),
    image("hd_31x31", [1080, 1920], [31, 31]),
    image("4k_3x3", [2160, 3840], [3, 3]),
    image("small_64_3x3", [64, 64], [3, 3]),
];

const fn layer(name: &'static str, input: [usize; 4], weight: [usize; 4], stride: usize, padding: usize) -> Case {
    case(name, input, weight, options(stride, padding))
}

const fn depthwise(name: &'static str, input: [usize; 4], weight: [usize; 4]) -> Case {
    case(name, input, weight, Conv2dOptions { groups: input[1], ..options(1, 1) })
}

const fn dilated(name: &'static str, input: [usize; 4], weight: [usize; 4]) -> Case {
    case(name, input, weight, Conv2dOptions { dilation: (2, 2), ..options(1, 2) })
}

const fn image(name: &'static str, [height, width]: [usize; 2], [kernel_height, kernel_width]: [usize; 2]) -> Case {
    case(name, [1, 1, height, width], [1, 1, kernel_height, kernel_width], options(1, 0))
}

const fn case(name: &'static str, input: [usize; 4], weight: [usize; 4], options: Conv2dOptions) -> Case {
    Case { name: Cow::Borrowed(name), input, weight, options, bias: false }
}

const fn options(stride: usize, padding: usize) -> Conv2dOptions {
    Conv2dOptions {
        stride: (stride, stride),
        padding: Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding },
        dilation: (1, 1),
        groups: 1,
        algorithm: Algorithm::Auto,
    }
}
