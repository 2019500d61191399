//! Windows and sizes at which poolings break.

use corr2d_cpu::{Padding, Pool2dOptions, PoolGeometry, reference};
use corr2d_tests::SplitMix;

/// One pooling with numbers, and what the loops of the definition make of them.
#[derive(Clone, Debug)]
pub(super) struct Pooled {
    pub(super) name: String,
    pub(super) options: Pool2dOptions,
    pub(super) geometry: PoolGeometry,
    /// From −4 to 4, so that a window has equal maxima often.
    pub(super) x: Vec<f64>,
    /// What arrives from behind the output.
    pub(super) g: Vec<f64>,
    pub(super) max: Vec<f64>,
    pub(super) max_gradient: Vec<f64>,
    pub(super) average: Vec<f64>,
    pub(super) average_gradient: Vec<f64>,
}

impl Pooled {
    /// None if the options are refused.
    pub(super) fn new(name: &str, input: [usize; 4], options: Pool2dOptions) -> Option<Self> {
        let geometry = PoolGeometry::new(input, &options).ok()?;
        let seed = name.bytes().fold(7, |seed, byte| SplitMix::at(seed, u64::from(byte)));
        let number = |stream: u64, index: usize, most: u64| {
            (SplitMix::at(seed ^ stream, index as u64) % (2 * most + 1)) as f64 - most as f64
        };
        let x = (0..geometry.input_len()).map(|index| number(0, index, 4)).collect();
        // A multiple of the elements of the window, so that the shares are integers.
        let [_, _, height, width] = geometry.output_shape();
        let (rows, columns) = geometry.divisors();
        let elements = |index: usize| (rows[index / width % height] * columns[index % width]) as f64;
        let g = (0..geometry.output_len()).map(|index| number(1, index, 3) * elements(index)).collect();
        Some(Self::of(name, options, geometry, x, g))
    }

    pub(super) fn of(name: &str, options: Pool2dOptions, geometry: PoolGeometry, x: Vec<f64>, g: Vec<f64>) -> Self {
        let (outputs, inputs) = (vec![f64::NAN; g.len()], vec![f64::NAN; x.len()]);
        let (mut max, mut average) = (outputs.clone(), outputs);
        let (mut max_gradient, mut average_gradient) = (inputs.clone(), inputs);
        reference::pooling::max(&geometry, &x, &mut max).unwrap();
        reference::pooling::max_gradient(&geometry, &x, &g, &mut max_gradient).unwrap();
        reference::pooling::average(&geometry, &x, &mut average).unwrap();
        reference::pooling::average_gradient(&geometry, &g, &mut average_gradient).unwrap();
        Self { name: name.to_owned(), options, geometry, x, g, max, max_gradient, average, average_gradient }
    }

    pub(super) fn input(&self) -> [usize; 4] {
        self.geometry.input_shape()
    }

    pub(super) fn output(&self) -> [usize; 4] {
        self.geometry.output_shape()
    }
}

pub(super) fn named() -> Vec<Pooled> {
    let plain = Pool2dOptions::default();
    let window = |height, width| Pool2dOptions { window: (height, width), ..plain };
    let sides = |top, bottom, left, right| Padding::Explicit { top, bottom, left, right };
    let moving = |stride, options| Pool2dOptions { stride: Some(stride), ..options };
    let ceil = |options| Pool2dOptions { ceil_mode: true, ..options };
    let without = |options| Pool2dOptions { count_include_pad: false, ..options };
    let padded = |padding, options| Pool2dOptions { padding, ..options };
    let cases: Vec<(&str, [usize; 4], Pool2dOptions)> = vec![
        ("halves", [2, 3, 6, 8], plain),
        ("sizes_that_the_stride_does_not_divide", [2, 2, 5, 7], plain),
        ("sizes_that_the_stride_does_not_divide_ceil", [2, 2, 5, 7], ceil(plain)),
        ("one_pixel", [1, 1, 1, 1], window(1, 1)),
        ("batch_of_zero", [0, 3, 5, 7], plain),
        ("row_window", [1, 2, 4, 11], window(1, 3)),
        ("column_window", [1, 2, 11, 4], window(3, 1)),
        ("whole_plane", [3, 4, 5, 7], window(5, 7)),
        ("overlapping", [1, 2, 7, 20], moving((1, 1), window(3, 2))),
        ("overlapping_by_two", [1, 2, 9, 41], moving((2, 2), window(3, 3))),
        ("overlapping_by_three", [1, 2, 9, 41], moving((1, 3), window(2, 5))),
        ("stride_beyond_window", [1, 2, 9, 23], moving((4, 5), window(2, 3))),
        ("stride_beyond_input", [1, 2, 4, 6], moving((9, 20), window(2, 3))),
        ("padding_top_only", [1, 2, 5, 9], padded(sides(2, 0, 0, 0), window(3, 2))),
        ("padding_right_only", [1, 2, 5, 9], padded(sides(0, 0, 0, 2), window(2, 3))),
        ("padding_of_four_sizes", [2, 2, 6, 11], padded(sides(1, 3, 2, 0), moving((2, 1), window(4, 3)))),
        ("padding_not_counted", [2, 2, 6, 11], without(padded(sides(1, 3, 2, 0), moving((2, 1), window(4, 3))))),
        ("resnet", [1, 3, 14, 13], padded(sides(1, 1, 1, 1), moving((2, 2), window(3, 3)))),
        ("same", [1, 2, 7, 10], padded(Padding::Same, moving((2, 3), window(3, 4)))),
        ("same_not_counted", [1, 2, 7, 10], without(padded(Padding::Same, moving((2, 3), window(3, 4))))),
        ("ceil_with_padding", [1, 2, 6, 9], ceil(padded(sides(2, 2, 1, 1), moving((3, 4), window(4, 3))))),
        ("ceil_beyond_input", [1, 2, 2, 3], ceil(moving((2, 3), window(3, 4)))),
        ("dilated", [1, 2, 9, 14], Pool2dOptions { dilation: (2, 3), ..moving((1, 2), window(3, 2)) }),
        ("dilated_by_a_multiple", [1, 2, 9, 24], Pool2dOptions { dilation: (4, 6), ..moving((2, 3), window(2, 3)) }),
        ("rows_in_several_bands", [1, 2, 301, 83], moving((2, 2), window(3, 2))),
        ("planes_in_several_tasks", [40, 30, 9, 8], moving((2, 1), window(3, 3))),
    ];
    let case = |(name, input, options): &(&str, [usize; 4], Pool2dOptions)| {
        Pooled::new(name, *input, *options).unwrap_or_else(|| panic!("{name} is refused"))
    };
    cases.iter().map(case).collect()
}

/// Legal cases of random sizes.
pub(super) fn random() -> Vec<Pooled> {
    let draw = |seed: u64| {
        let mut random = SplitMix::new(seed);
        let mut pair = |low, high| (random.between(low, high), random.between(low, high));
        let (channels, size, window, stride) = (pair(1, 3), pair(1, 24), pair(1, 5), pair(1, 5));
        let (dilation, (top, bottom), (left, right)) = (pair(1, 3), pair(0, 2), pair(0, 2));
        let padding = match random.between(0, 4) {
            0 => Padding::Valid,
            1 => Padding::Same,
            _ => Padding::Explicit { top, bottom, left, right },
        };
        let options = Pool2dOptions {
            window,
            stride: random.percent(70).then_some(stride),
            padding,
            dilation: if random.percent(30) { dilation } else { (1, 1) },
            ceil_mode: random.percent(50),
            count_include_pad: random.percent(50),
        };
        Pooled::new(&format!("random_{seed}"), [channels.0, channels.1, size.0, size.1], options)
    };
    let cases: Vec<_> = (0..400).filter_map(draw).collect();
    assert!(cases.len() >= 200, "{} legal cases", cases.len());
    cases
}

/// Those whose every output can be differentiated by every input in a moment.
pub(super) fn small() -> Vec<Pooled> {
    let small = |case: &Pooled| (1..=80).contains(&case.g.len()) && case.x.len() <= 150;
    let cases: Vec<_> = named().into_iter().filter(small).collect();
    assert!(cases.len() >= 10, "{} small cases", cases.len());
    cases
}
