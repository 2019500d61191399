//! A filter answers once for every pixel, and with `valid` only for whole windows.

use candle_core::{Device, Tensor, Var};
use corr2d_imaging::{Border, Kernel, filter};

use super::{flat, tensor};

#[test]
fn the_lessons_edge_is_found_with_its_sign() {
    let bar = tensor([1, 1, 0, 0, 0, 0, 1, 1].repeat(6), (1, 6, 8));
    let kernel = Kernel::parse("difference-x").unwrap().to_tensor(&Device::Cpu).unwrap();
    let edges = filter(&bar, &kernel, Border::Valid).unwrap();
    assert_eq!(edges.dims(), [1, 6, 7]);
    assert_eq!(flat(&edges), [0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0].repeat(6));
}

#[test]
fn the_result_has_the_size_of_the_image_for_odd_and_even_kernels() {
    let image = tensor(0..70, (2, 5, 7));
    for (height, width) in [(1, 1), (1, 2), (2, 1), (3, 4), (4, 3), (9, 11)] {
        let kernel = Tensor::ones((height, width), candle_core::DType::F32, &Device::Cpu).unwrap();
        for border in Border::ALL.into_iter().filter(|&border| border != Border::Valid) {
            let dims = filter(&image, &kernel, border).unwrap().dims().to_vec();
            assert_eq!(dims, [2, 5, 7], "{height}×{width} under {border}");
        }
    }
}

#[test]
fn an_even_kernel_reaches_further_up_and_left() {
    let mut values = vec![0; 20];
    values[6] = 1; // row 1, column 1 of 4×5
    let kernel = tensor(1..7, (2, 3));
    let answer = filter(&tensor(values, (1, 4, 5)), &kernel, Border::Zero).unwrap();
    // Correlation with an impulse: the kernel turned by 180 degrees, about its anchor (1, 1).
    let want = [[0; 5], [6, 5, 4, 0, 0], [3, 2, 1, 0, 0], [0; 5]];
    assert_eq!(flat(&answer), flat(&tensor(want.concat(), (4, 5))));
}

#[test]
fn channels_are_filtered_apart() {
    let image = tensor((0..60).map(|value| value * value % 17), (3, 4, 5));
    let kernel = Kernel::parse("1,2,0;0,-1,3").unwrap().to_tensor(&Device::Cpu).unwrap();
    let together = filter(&image, &kernel, Border::Symmetric).unwrap();
    for channel in 0..3 {
        let alone = filter(&image.narrow(0, channel, 1).unwrap(), &kernel, Border::Symmetric).unwrap();
        assert_eq!(flat(&together.get(channel).unwrap()), flat(&alone), "channel {channel}");
    }
}

#[test]
fn gradients_pass_to_the_kernel_and_to_the_image() {
    let image = Var::from_tensor(&tensor(0..12, (1, 3, 4))).unwrap();
    let kernel = Var::from_tensor(&tensor([1, -1], (1, 2))).unwrap();
    let sum = filter(&image, &kernel, Border::Replicate).unwrap().sum_all().unwrap();
    let gradients = sum.backward().unwrap();
    // Each row a b c d is read as a a b c by the first weight and a b c d by the second.
    assert_eq!(flat(gradients.get(&kernel).unwrap()), [57.0, 66.0]);
    assert_eq!(flat(gradients.get(&image).unwrap()), [1.0, 0.0, 0.0, -1.0].repeat(3));
}
