//! The path made of candle's own operations, which CUDA and Metal run.
//!
//! By itself this runs on the CPU. `CORR2D_TEST_DEVICE` names another device, and one that cannot be opened fails:
//!
//! ```text
//! CORR2D_TEST_DEVICE=cuda  cargo test -p corr2d-tests --features cuda tensors::device
//! CORR2D_TEST_DEVICE=metal cargo test -p corr2d-tests --features metal tensors::device
//! ```

use candle_core::{DType, Device, Tensor};
use corr2d::{Conv2dOptions, by_candle};
use corr2d_tests::{CASES, Case, random_case};

use super::oracle::{Oracle, assert_equal, tensor, values};

#[test]
fn every_named_case_equals_the_reference_with_all_gradients() {
    let device = device();
    for dtype in dtypes(&device) {
        for case in CASES {
            assert_agrees(case, *dtype, &device);
        }
    }
}

#[test]
fn two_hundred_random_cases_equal_the_reference_with_all_gradients() {
    let device = device();
    for case in (30_000..30_200).map(random_case) {
        for dtype in dtypes(&device) {
            assert_agrees(&case, *dtype, &device);
        }
    }
}

#[test]
fn conv2d_on_a_device_is_this_path() {
    let device = device();
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F32).to_device(&device);
        let (bias, want) = oracle.bias_and_output(case);
        let y = corr2d::conv2d(&oracle.input, &oracle.weight, bias, &case.options).unwrap();
        assert!(y.device().same_device(&device), "{case}");
        assert_equal(&y, want, &case.to_string());
    }
}

#[test]
fn an_untracked_input_gets_no_gradient() {
    for case in CASES.iter().take(10) {
        let oracle = Oracle::integers(case, DType::F32).to_device(&device());
        let data = oracle.input.detach();
        let y = by_candle::conv2d(&data, &oracle.weight, None, &case.options).unwrap();
        let gradients = y.sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&data).is_none(), "{case}");
        assert!(gradients.get(&oracle.weight).is_some(), "{case}");
    }
}

#[test]
fn bad_shapes_are_the_same_errors_as_on_the_cpu() {
    let case = &CASES[0];
    let oracle = Oracle::integers(case, DType::F32);
    let moved = oracle.to_device(&device());
    let message = |result: corr2d::Result<Tensor>| result.unwrap_err().to_string();
    // The input as a kernel for the kernel: too large.
    let got = message(by_candle::conv2d(&moved.weight, &moved.input, None, &case.options));
    assert_eq!(got, message(corr2d::conv2d(&oracle.weight, &oracle.input, None, &case.options)));
}

/// 4096 + 1 + 1 + … is 4096 in f16 when each sum is rounded. Candle has no bf16 convolution on the CPU.
#[test]
fn a_bias_gradient_in_half_precision_is_summed_in_f32_and_rounded_once() {
    let device = device();
    let mut arriving = vec![1f32; 300];
    arriving[0] = 4096.0;
    let half = |values: &[f32], shape: &[usize]| {
        tensor(values, shape).to_dtype(DType::F16).unwrap().to_device(&device).unwrap()
    };
    let arriving = half(&arriving, &[1, 1, 1, 300]);
    let (x, weight) = (arriving.zeros_like().unwrap(), half(&[0.0], &[1, 1, 1, 1]));
    let bias = candle_core::Var::from_tensor(&half(&[0.0], &[1])).unwrap();
    let y = by_candle::conv2d(&x, &weight, Some(&bias), &Conv2dOptions::default()).unwrap();
    let gradients = (y * arriving).unwrap().sum_all().unwrap().backward().unwrap();
    let gradient = gradients.get(&bias).unwrap();
    assert_eq!((gradient.dtype(), values(gradient)), (DType::F16, vec![4396.0]));
}

/// A loss and its weights, measured where there is no f64.
#[test]
fn a_trainer_learns_on_the_device() {
    use candle_nn::{Optimizer, SGD, VarMap};
    let device = device();
    let on_device = |values: &[f32], shape: &[usize]| tensor(values, shape).to_device(&device).unwrap();
    let map = VarMap::new();
    let builder = corr2d::Initializer::Zeros.var_builder(&map, 0, DType::F32, &device);
    let model = corr2d::Conv2d::build_without_bias(1, 1, (1, 2), Conv2dOptions::default(), builder).unwrap();
    let variables = corr2d::Variables::of(&map);
    let mut trainer = corr2d::Trainer {
        model: &model,
        loss: |output: &Tensor, target: &Tensor| Ok((output - target)?.sqr()?.sum_all()?),
        optimizer: SGD::new(variables.learned(), 0.025).unwrap(),
        variables: &variables,
    };
    let x = on_device(&[1.0, 1.0, 0.0, 0.0, 2.0, 5.0], &[1, 1, 1, 6]);
    let y = on_device(&[0.0, 1.0, 0.0, -2.0, -3.0], &[1, 1, 1, 5]);
    let losses = trainer.fit(&x, &y, 100).unwrap().losses;
    assert_eq!(losses[0], 14.0);
    assert!(losses[99] < 1e-6, "{}", losses[99]);
}

/// Values and gradients by candle's operations there, and by the engine here: bit for bit on small integers.
#[test]
fn transposed_correlations_and_poolings_are_those_of_the_cpu() {
    use corr2d::{ConvTranspose2dOptions, Padding, Pool2dOptions};
    let device = device();
    let padding = Padding::Explicit { top: 1, bottom: 0, left: 1, right: 1 };
    let transposed = ConvTranspose2dOptions { stride: (2, 3), padding, output_padding: (1, 2), ..Default::default() };
    // Powers of two, by which shares are exact whatever the window holds.
    let window = Pool2dOptions { window: (4, 2), stride: Some((2, 1)), padding, ..Default::default() };
    let integers = |count: usize, shape: &[usize]| {
        tensor(&(0..count).map(|index| (index * 5 % 11) as f32 - 5.0).collect::<Vec<f32>>(), shape)
    };
    let [x, weight, bias] = [integers(126, &[1, 2, 9, 7]), integers(36, &[2, 3, 2, 3]), integers(3, &[3])];
    type Function<'a> = &'a dyn Fn(&Tensor, &Tensor, &Tensor, bool) -> corr2d::Result<Tensor>;
    let functions: [(&str, Function<'_>); 3] = [
        ("conv_transpose2d", &|x, weight, bias, by_candle| match by_candle {
            true => by_candle::conv_transpose2d(x, weight, Some(bias), &transposed),
            false => corr2d::conv_transpose2d(x, weight, Some(bias), &transposed),
        }),
        ("max_pool2d", &|x, _, _, by_candle| match by_candle {
            true => by_candle::max_pool2d(x, &window),
            false => corr2d::max_pool2d(x, &window),
        }),
        ("avg_pool2d", &|x, _, _, by_candle| match by_candle {
            true => by_candle::avg_pool2d(x, &window),
            false => corr2d::avg_pool2d(x, &window),
        }),
    ];
    for (name, function) in functions {
        let run = |device: &Device, by_candle: bool| {
            let moved = |tensor: &Tensor| candle_core::Var::from_tensor(&tensor.to_device(device).unwrap()).unwrap();
            let arguments = [moved(&x), moved(&weight), moved(&bias)];
            let y = function(&arguments[0], &arguments[1], &arguments[2], by_candle).unwrap();
            assert!(y.device().same_device(device), "{name}");
            let arriving = integers(y.elem_count(), y.dims()).to_device(device).unwrap();
            let gradients = (&y * arriving).unwrap().sum_all().unwrap().backward().unwrap();
            let here = |tensor: &Tensor| tensor.detach().to_device(&Device::Cpu).unwrap();
            let gradients =
                arguments.iter().filter_map(|argument| gradients.get(argument)).map(here).collect::<Vec<_>>();
            (here(&y), gradients)
        };
        let (want, of_engine) = run(&Device::Cpu, false);
        // The second as everyone calls it: off the CPU, candle's operations again.
        for by_candle in [true, false] {
            let (got, gradients) = run(&device, by_candle);
            assert_equal(&got, &want, name);
            assert_eq!(gradients.len(), of_engine.len(), "{name}");
            for (index, (got, want)) in gradients.iter().zip(&of_engine).enumerate() {
                assert_equal(got, want, &format!("gradient of argument {index} of {name}"));
            }
        }
    }
}

#[test]
fn gradcheck_passes_on_the_device() {
    use corr2d::autograd::{Gradcheck, gradcheck};
    let device = device();
    let reals = |count: usize, shape: &[usize]| {
        let numbers: Vec<f32> = (0..count).map(|index| (index * 5 % 7) as f32 / 4.0 - 0.75).collect();
        tensor(&numbers, shape).to_device(&device).unwrap()
    };
    let inputs = [reals(40, &[1, 2, 4, 5]), reals(36, &[3, 2, 3, 2]), reals(3, &[3])];
    let options = Conv2dOptions { stride: (1, 2), ..Default::default() };
    let check = Gradcheck { step: 0.5, absolute: 1e-4, relative: 1e-4 };
    let of_conv2d = |t: &[Tensor]| by_candle::conv2d(&t[0], &t[1], Some(&t[2]), &options);
    assert_eq!(gradcheck(of_conv2d, &inputs, &check).unwrap(), 3 * 2 * 2 * (40 + 36 + 3));
}

/// The device that the environment names, or the CPU.
fn device() -> Device {
    let name = std::env::var("CORR2D_TEST_DEVICE").unwrap_or_else(|_| "cpu".to_owned());
    let device = match name.as_str() {
        "cpu" => Ok(Device::Cpu),
        "cuda" => Device::new_cuda(0),
        "metal" => Device::new_metal(0),
        _ => panic!("CORR2D_TEST_DEVICE is {name}: take cpu, cuda or metal"),
    };
    device.unwrap_or_else(|error| panic!("CORR2D_TEST_DEVICE is {name}, but it cannot be opened: {error}"))
}

/// Metal has no f64.
fn dtypes(device: &Device) -> &'static [DType] {
    if device.is_metal() { &[DType::F32] } else { &[DType::F32, DType::F64] }
}

fn assert_agrees(case: &Case, dtype: DType, device: &Device) {
    let oracle = Oracle::integers(case, dtype).to_device(device);
    let label = format!("{dtype:?}, {case}");
    let (x, w, b) = (&oracle.input, &oracle.weight, &oracle.bias);
    let plain = by_candle::conv2d(x, w, None, &case.options).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_equal(&plain, &oracle.output_without_bias, &label);
    let y = by_candle::conv2d(x, w, Some(b), &case.options).unwrap();
    assert_equal(&y, &oracle.output, &label);
    let gradients = (y * &oracle.output_gradient).unwrap().sum_all().unwrap().backward();
    let gradients = gradients.unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_equal(gradients.get(x).unwrap(), &oracle.input_gradient, &format!("input gradient, {label}"));
    assert_equal(gradients.get(w).unwrap(), &oracle.weight_gradient, &format!("weight gradient, {label}"));
    assert_equal(gradients.get(b).unwrap(), &oracle.bias_gradient, &format!("bias gradient, {label}"));
}
