//! Dense layers on every instruction set and number of threads, against the textbook loops.

use corr2d_cpu::{Algorithm, Conv2dOptions, Element, Geometry, Isa, Padding, Path, Plan, reference};

/// Numbers that look random and are the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % limit
    }

    fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below(last - first + 1)
    }

    fn integers<T: Element>(&mut self, length: usize) -> Vec<T> {
        (0..length).map(|_| T::from_f64(self.below(17) as f64 - 8.0)).collect()
    }
}

struct Case {
    input: [usize; 4],
    weight: [usize; 4],
    options: Conv2dOptions,
}

fn random_case(numbers: &mut Numbers) -> Case {
    let groups = numbers.between(1, 3);
    let (channels, outputs) = (numbers.between(1, 9), numbers.between(8, 37));
    let kernel = [numbers.between(1, 5), numbers.between(1, 5)];
    let dilation = (numbers.between(1, 3), numbers.between(1, 3));
    let stride = (numbers.between(1, 5), numbers.between(1, 5));
    let sides = [(); 4].map(|()| numbers.below(5));
    let [top, bottom, left, right] = sides;
    let extent = |numbers: &mut Numbers, kernel: usize, dilation: usize, padding: usize| {
        let least = (dilation * (kernel - 1) + 1).saturating_sub(padding).max(1);
        numbers.between(least, least + 40)
    };
    let height = extent(numbers, kernel[0], dilation.0, top + bottom).min(20 + kernel[0] * dilation.0);
    let width = extent(numbers, kernel[1], dilation.1, left + right);
    let padding = Padding::Explicit { top, bottom, left, right };
    Case {
        input: [numbers.between(1, 2), groups * channels, height, width],
        weight: [groups * outputs, channels, kernel[0], kernel[1]],
        options: Conv2dOptions { stride, dilation, padding, groups, algorithm: Algorithm::Direct },
    }
}

fn pools() -> Vec<rayon::ThreadPool> {
    [1, 2, 3].map(|threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()).into()
}

fn every_isa_and_pool_equals_the_reference<T: Element>(
    case: &Case,
    numbers: &mut Numbers,
    pools: &[rayon::ThreadPool],
) {
    let plan = Plan::new(case.input, case.weight, &case.options).unwrap().with_path(Path::Channels).unwrap();
    let geometry = *plan.geometry();
    let input: Vec<T> = numbers.integers(geometry.input_len());
    let weight: Vec<T> = numbers.integers(geometry.weight_len());
    let bias: Vec<T> = numbers.integers(geometry.output_channels());
    let bias = (numbers.below(2) == 0).then_some(&bias[..]);
    let mut wanted = vec![T::ZERO; geometry.output_len()];
    reference::forward(&geometry, &input, &weight, bias, &mut wanted).unwrap();
    for isa in Isa::available() {
        for pool in pools {
            let mut output = vec![T::from_f64(f64::NAN); geometry.output_len()];
            pool.install(|| plan.with_isa(*isa).forward(&input, &weight, bias, &mut output)).unwrap();
            assert_eq!(output, wanted, "{isa}, {} threads, on {geometry:?}", pool.current_num_threads());
        }
    }
}

#[test]
fn rows_that_are_summed_by_two_equal_the_reference() {
    let (mut numbers, pools) = (Numbers(2), pools());
    // The kernel of 65 taps does not fit a run, so its rows stay alone; with padding so do the first and the last.
    for kernel in [[1, 1], [1, 4], [2, 3], [3, 3], [5, 5], [8, 8], [5, 13]] {
        for (outputs, channels) in [(8, 7), (9, 2), (16, 1), (16, 6), (23, 5)] {
            for [height, width] in [[1, 10], [2, 1], [3, 5], [6, 12], [7, 13], [10, 10]] {
                for padding in [0, 2] {
                    let sides = Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding };
                    let side =
                        |output: usize, kernel: usize| (output + kernel - 1).saturating_sub(2 * padding).max(kernel);
                    let case = Case {
                        input: [2, channels, side(height, kernel[0]), side(width, kernel[1])],
                        weight: [outputs, channels, kernel[0], kernel[1]],
                        options: Conv2dOptions { padding: sides, algorithm: Algorithm::Direct, ..Default::default() },
                    };
                    every_isa_and_pool_equals_the_reference::<f32>(&case, &mut numbers, &pools);
                }
            }
        }
    }
    // Columns may be strided and dilated; the first row alone, then pairs, and an odd one left.
    for (stride, dilation) in [((1, 1), (1, 1)), ((1, 2), (1, 1)), ((1, 1), (1, 2)), ((1, 3), (1, 2))] {
        let padding = Padding::Explicit { top: 1, bottom: 0, left: 2, right: 1 };
        let options = Conv2dOptions { stride, dilation, padding, algorithm: Algorithm::Direct, ..Default::default() };
        for width in [14, 33, 60] {
            let case = Case { input: [2, 6, 12, width], weight: [16, 6, 5, 5], options };
            every_isa_and_pool_equals_the_reference::<f32>(&case, &mut numbers, &pools);
            every_isa_and_pool_equals_the_reference::<f64>(&case, &mut numbers, &pools);
        }
    }
}

#[test]
fn random_layers_of_integers_equal_the_reference() {
    let (mut numbers, pools) = (Numbers(1), pools());
    let mut cases = 0;
    while cases < 300 {
        let case = random_case(&mut numbers);
        match cases % 4 {
            0 => every_isa_and_pool_equals_the_reference::<f64>(&case, &mut numbers, &pools),
            _ => every_isa_and_pool_equals_the_reference::<f32>(&case, &mut numbers, &pools),
        }
        cases += 1;
    }
}

#[test]
fn long_sums_wide_rows_and_tall_kernels_equal_the_reference() {
    let (mut numbers, pools) = (Numbers(2), pools());
    let same = |stride: usize, padding: usize| Conv2dOptions {
        stride: (stride, stride),
        padding: Padding::Explicit { top: padding, bottom: padding, left: padding, right: padding },
        algorithm: Algorithm::Direct,
        ..Default::default()
    };
    let cases = [
        Case { input: [1, 200, 7, 7], weight: [40, 200, 3, 3], options: same(1, 1) },
        Case { input: [1, 300, 20, 20], weight: [33, 300, 1, 1], options: same(1, 0) },
        Case { input: [1, 300, 20, 20], weight: [33, 300, 1, 1], options: same(2, 0) },
        // Single pixels: more outputs than take a run together, several groups and images, blocks of each size at the end.
        Case { input: [2, 140, 9, 11], weight: [300, 70, 1, 1], options: Conv2dOptions { groups: 2, ..same(1, 0) } },
        Case { input: [1, 65, 7, 11], weight: [129, 65, 1, 1], options: same(1, 0) },
        Case { input: [3, 130, 49, 2], weight: [17, 130, 1, 1], options: same(1, 0) },
        Case { input: [1, 3, 40, 300], weight: [24, 3, 11, 11], options: same(4, 2) },
        Case { input: [1, 90, 4, 1000], weight: [16, 90, 3, 3], options: same(1, 1) },
        Case { input: [1, 2, 90, 80], weight: [9, 2, 70, 1], options: same(1, 0) },
        Case { input: [1, 2, 5, 90], weight: [9, 2, 1, 70], options: same(1, 3) },
        Case { input: [1, 3, 2, 2], weight: [9, 3, 2, 2], options: same(3, 9) },
        Case { input: [5, 6, 14, 14], weight: [16, 6, 5, 5], options: same(1, 0) },
    ];
    for case in cases {
        every_isa_and_pool_equals_the_reference::<f32>(&case, &mut numbers, &pools);
        every_isa_and_pool_equals_the_reference::<f64>(&case, &mut numbers, &pools);
    }
}

#[test]
fn results_are_the_same_bits_for_every_number_of_threads() {
    let options = Conv2dOptions { padding: Padding::Same, ..Default::default() };
    let plan = Plan::new([2, 32, 30, 29], [40, 32, 3, 3], &options).unwrap().with_path(Path::Channels).unwrap();
    let geometry = *plan.geometry();
    let real = |length: usize| (0..length).map(|i| ((i * i) as f32 * 0.37).sin()).collect::<Vec<_>>();
    let (input, weight) = (real(geometry.input_len()), real(geometry.weight_len()));
    for isa in Isa::available() {
        let results: Vec<Vec<u32>> = pools()
            .iter()
            .map(|pool| {
                let mut output = vec![0f32; geometry.output_len()];
                pool.install(|| plan.with_isa(*isa).forward(&input, &weight, None, &mut output)).unwrap();
                output.into_iter().map(f32::to_bits).collect()
            })
            .collect();
        assert_eq!(results[0], results[1], "{isa}, 1 and 2 threads");
        assert_eq!(results[0], results[2], "{isa}, 1 and 3 threads");
    }
}

#[test]
fn a_nan_reaches_exactly_the_windows_that_hold_it() {
    for stride in 1..4 {
        let padding = Padding::Explicit { top: 2, bottom: 1, left: 1, right: 3 };
        let options = Conv2dOptions { stride: (stride, stride), dilation: (2, 2), padding, ..Default::default() };
        let geometry = Geometry::new([1, 2, 19, 40], [17, 2, 3, 3], &options).unwrap();
        let weight = vec![1f32; geometry.weight_len()];
        for at in [0, 39, 5 * 40 + 17, 19 * 40 - 1] {
            let mut input = vec![1f32; geometry.input_len()];
            input[at] = f32::NAN;
            let mut wanted = vec![0f32; geometry.output_len()];
            reference::forward(&geometry, &input, &weight, None, &mut wanted).unwrap();
            for isa in Isa::available() {
                let plan = Plan::for_geometry(geometry, Algorithm::Direct).unwrap().with_isa(*isa);
                let mut output = vec![0f32; geometry.output_len()];
                plan.forward(&input, &weight, None, &mut output).unwrap();
                let bits = |numbers: &[f32]| {
                    numbers.iter().map(|y| (y.is_nan(), y.to_bits() & 0x7fff_ffff)).collect::<Vec<_>>()
                };
                let clean = |bits: Vec<(bool, u32)>| bits.into_iter().map(|(nan, y)| if nan { None } else { Some(y) });
                assert!(clean(bits(&output)).eq(clean(bits(&wanted))), "{isa}, stride {stride}, NaN at {at}");
            }
        }
    }
}

#[test]
fn an_infinite_weight_over_padding_adds_nothing() {
    for (stride, height) in [(1, 9), (2, 9), (3, 60)] {
        let padding = Padding::Explicit { top: 2, bottom: 1, left: 1, right: 3 };
        let options = Conv2dOptions { stride: (stride, stride), padding, ..Default::default() };
        let geometry = Geometry::new([1, 2, height, 30], [40, 2, 3, 4], &options).unwrap();
        let input = vec![1f32; geometry.input_len()];
        for (tap, value) in [(0, f32::INFINITY), (3, f32::INFINITY), (11, f32::NAN), (30 * 24 + 8, f32::NEG_INFINITY)] {
            let mut weight = vec![1f32; geometry.weight_len()];
            weight[tap] = value;
            let mut wanted = vec![0f32; geometry.output_len()];
            reference::forward(&geometry, &input, &weight, None, &mut wanted).unwrap();
            for isa in Isa::available() {
                let plan = Plan::for_geometry(geometry, Algorithm::Direct).unwrap().with_isa(*isa);
                let mut output = vec![0f32; geometry.output_len()];
                plan.forward(&input, &weight, None, &mut output).unwrap();
                let equal =
                    output.iter().zip(&wanted).all(|(y, wanted)| y == wanted || (y.is_nan() && wanted.is_nan()));
                assert!(equal, "{isa}, stride {stride}, {value} at {tap}");
            }
        }
    }
}
