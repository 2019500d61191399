//! conv2d, corr2d and convolve2d against the textbook loops.

use candle_core::{DType, Tensor};
use corr2d::{Algorithm, Conv2dOptions, conv2d, convolve2d, corr2d};
use corr2d_tests::{CASES, random_case};

use super::oracle::{Oracle, assert_equal, tensor};

#[test]
fn every_named_case_equals_the_reference_in_every_dtype() {
    for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16] {
        for case in CASES {
            let oracle = Oracle::integers(case, dtype);
            for (bias, want) in [(None, &oracle.output_without_bias), (Some(oracle.bias.as_tensor()), &oracle.output)] {
                let got = conv2d(&oracle.input, &oracle.weight, bias, &case.options).unwrap();
                assert_equal(&got, want, &format!("{dtype:?}, bias {}, {case}", bias.is_some()));
            }
        }
    }
}

#[test]
fn three_hundred_random_cases_equal_the_reference() {
    for case in (20_000..20_300).map(random_case) {
        let oracle = Oracle::integers(&case, DType::F32);
        let (bias, want) = oracle.bias_and_output(&case);
        let got = conv2d(&oracle.input, &oracle.weight, bias, &case.options).unwrap();
        assert_equal(&got, want, &case.to_string());
    }
}

#[test]
fn the_forced_reference_equals_auto() {
    for case in CASES.iter().filter(|case| case.input[0] > 0) {
        let oracle = Oracle::integers(case, DType::F32);
        let (bias, want) = oracle.bias_and_output(case);
        let options = Conv2dOptions { algorithm: Algorithm::Reference, ..case.options };
        assert_equal(&conv2d(&oracle.input, &oracle.weight, bias, &options).unwrap(), want, &case.to_string());
    }
}

#[test]
fn corr2d_is_conv2d_of_one_image_and_one_channel() {
    let single = |case: &&corr2d_tests::Case| {
        case.input[..2] == [1, 1] && case.weight[0] == 1 && case.options == Conv2dOptions::default()
    };
    let cases: Vec<_> = CASES.iter().filter(single).collect();
    assert!(cases.len() >= 5, "{} cases", cases.len());
    for case in cases {
        let oracle = Oracle::integers(case, DType::F32);
        let plane = |tensor: &Tensor| tensor.squeeze(0).unwrap().squeeze(0).unwrap();
        let got = corr2d(&plane(&oracle.input), &plane(&oracle.weight)).unwrap();
        assert_equal(&got, &plane(&oracle.output_without_bias), &case.to_string());
    }
}

/// y[i, j] = Σ x[i + h − 1 − a, j + w − 1 − b] · k[a, b], summed as it stands.
#[test]
fn convolve2d_turns_the_kernel() {
    let (height, width, kernel_height, kernel_width) = (5, 7, 3, 2);
    let x: Vec<f32> = (0..height * width).map(|index| (index * index % 17) as f32 - 8.0).collect();
    let k: Vec<f32> = (0..kernel_height * kernel_width).map(|index| (index * 5 % 7) as f32 - 3.0).collect();
    let (out_height, out_width) = (height - kernel_height + 1, width - kernel_width + 1);
    let mut want = vec![0f32; out_height * out_width];
    for i in 0..out_height {
        for j in 0..out_width {
            for a in 0..kernel_height {
                for b in 0..kernel_width {
                    let pixel = x[(i + kernel_height - 1 - a) * width + j + kernel_width - 1 - b];
                    want[i * out_width + j] += pixel * k[a * kernel_width + b];
                }
            }
        }
    }
    let (x, k) = (tensor(&x, &[height, width]), tensor(&k, &[kernel_height, kernel_width]));
    let want = tensor(&want, &[out_height, out_width]);
    assert_equal(&convolve2d(&x, &k).unwrap(), &want, "convolve2d");
    assert_equal(&corr2d(&x, &k.flip(&[0, 1]).unwrap()).unwrap(), &want, "corr2d with the kernel turned");
    assert!(corr2d(&x, &k).unwrap().to_vec2::<f32>().unwrap() != want.to_vec2::<f32>().unwrap(), "k is symmetric");
}

#[test]
fn half_precision_is_summed_in_f32_and_rounded_once() {
    // 4096 + 1 + 1 + … is 4096 in f16 and in bf16 when each sum is rounded.
    let mut x = vec![1f32; 300];
    x[0] = 4096.0;
    for (dtype, want) in [(DType::F16, 4396.0), (DType::BF16, 4384.0)] {
        let x = tensor(&x, &[1, 300]).to_dtype(dtype).unwrap();
        let ones = x.ones_like().unwrap();
        let y = corr2d(&x, &ones).unwrap().to_dtype(DType::F32).unwrap();
        assert_eq!(y.to_vec2::<f32>().unwrap(), [[want]], "{dtype:?}");
    }
}

#[test]
fn one_nan_reaches_its_windows_alone() {
    let mut x = vec![1f32; 12 * 21];
    x[5 * 21 + 10] = f32::NAN;
    let weight = tensor(&[1f32; 6], &[3, 2]);
    let y = corr2d(&tensor(&x, &[12, 21]), &weight).unwrap().to_vec2::<f32>().unwrap();
    for (i, row) in y.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            let holds_it = (3..=5).contains(&i) && (9..=10).contains(&j);
            assert_eq!(value.is_nan(), holds_it, "output {i}, {j}");
        }
    }
}
