//! A legal shape for a seed.

use std::ops::RangeInclusive;

use corr2d_cpu::{Conv2dOptions, Padding};

use crate::{Case, SplitMix};

/// The most multiplications of a random case: far beyond where calls turn parallel, and still a blink by the textbook.
const MULTIPLICATIONS: usize = 1_000_000;

/// A legal case: strides and dilations of 1 to 3, padding of 0 to 4 on each side, kernels of 1 to 7, up to 4 groups or
/// depthwise, inputs from one output up to about 30, with heights that differ from widths.
///
/// ```
/// let case = corr2d_tests::random_case(1);
/// assert_eq!(case.name, "random_1");
/// assert_ne!(case.input[2], case.input[3]);
/// ```
pub fn random_case(seed: u64) -> Case {
    let mut random = SplitMix::new(seed);
    loop {
        let case = draw(seed, &mut random);
        if at_most_multiplications(&case) <= MULTIPLICATIONS {
            return case;
        }
    }
}

fn draw(seed: u64, random: &mut SplitMix) -> Case {
    let (groups, inputs, outputs) = channels(random);
    let kernel = kernel(random);
    let stride = (random.between(1, 3), random.between(1, 3));
    let dilation = (random.between(1, 3), random.between(1, 3));
    let padding = padding(random);
    let (vertical, horizontal) = match padding {
        Padding::Valid | Padding::Same => (0, 0),
        Padding::Explicit { top, bottom, left, right } => (top + bottom, left + right),
    };
    let beyond = beyond_one_output(random);
    // Same pads whatever the kernel is; the rest must hold one window.
    let smallest = |kernel: usize, dilation: usize, padding_of_axis: usize| match padding {
        Padding::Same => 1,
        _ => (dilation * (kernel - 1) + 1).saturating_sub(padding_of_axis).max(1),
    };
    let height = smallest(kernel.0, dilation.0, vertical) + random.between(*beyond.start(), *beyond.end());
    let width = smallest(kernel.1, dilation.1, horizontal) + random.between(*beyond.start(), *beyond.end());
    Case {
        name: format!("random_{seed}").into(),
        input: [random.between(1, 3), groups * inputs, height, if width == height { width + 1 } else { width }],
        weight: [groups * outputs, inputs, kernel.0, kernel.1],
        options: Conv2dOptions { stride, padding, dilation, groups, ..Default::default() },
        bias: random.percent(50),
    }
}

/// Groups, input channels a group, output channels a group.
fn channels(random: &mut SplitMix) -> (usize, usize, usize) {
    match random.between(0, 9) {
        0..4 => (1, random.between(1, 6), random.between(1, 9)),
        4..7 => (random.between(2, 4), random.between(1, 4), random.between(1, 6)),
        _ => (random.between(2, 9), 1, random.between(1, 3)),
    }
}

/// Height and width, seldom the same.
fn kernel(random: &mut SplitMix) -> (usize, usize) {
    let (height, width) = (random.between(1, 7), random.between(1, 7));
    if height == width && random.percent(80) { (height, width % 7 + 1) } else { (height, width) }
}

fn padding(random: &mut SplitMix) -> Padding {
    match random.between(0, 9) {
        0 => Padding::Valid,
        1..3 => Padding::Same,
        _ => Padding::Explicit {
            top: random.between(0, 4),
            bottom: random.between(0, 4),
            left: random.between(0, 4),
            right: random.between(0, 4),
        },
    }
}

/// By how much the input is larger than one window needs.
fn beyond_one_output(random: &mut SplitMix) -> RangeInclusive<usize> {
    match random.between(0, 9) {
        0 => 0..=0,
        1..4 => 0..=8,
        4..8 => 5..=18,
        _ => 12..=30,
    }
}

fn at_most_multiplications(case: &Case) -> usize {
    let Conv2dOptions { stride, padding, .. } = case.options;
    let (vertical, horizontal) = match padding {
        Padding::Valid | Padding::Same => (0, 0),
        Padding::Explicit { top, bottom, left, right } => (top + bottom, left + right),
    };
    let outputs = ((case.input[2] + vertical).div_ceil(stride.0)) * (case.input[3] + horizontal).div_ceil(stride.1);
    case.input[0] * outputs * case.weight.iter().product::<usize>()
}
