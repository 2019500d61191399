//! Kernels between libraries: what each library answered, and what a converted kernel answers in every other.
//!
//! `tests/fixtures/conventions/make.py` asked the libraries, and ran every call in Python that is compared here.

use candle_core::{DType, Device, Tensor};
use chapter_convolution::convention::{Convention, lay};
use corr2d::{Conv2dOptions, Padding};
use corr2d_imaging::{load_npy, load_safetensors, save_npy};
use serde_json::Value;

use crate::chapters::page;

fn fixtures() -> Value {
    let path = format!("{}/fixtures/conventions/conventions.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A matrix of a fixture, in f32.
fn matrix(value: &Value) -> Tensor {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_f64().unwrap() as f32).collect::<Vec<_>>();
    let rows: Vec<Vec<f32>> = value.as_array().unwrap().iter().map(row).collect();
    let (height, width) = (rows.len(), rows[0].len());
    Tensor::from_vec(rows.concat(), (height, width), &Device::Cpu).unwrap()
}

/// The numbers of an array however deep, and how many there are on each axis.
fn array(value: &Value) -> (Vec<f32>, Vec<usize>) {
    match value {
        Value::Array(parts) => {
            let parts: Vec<_> = parts.iter().map(array).collect();
            let shape = [&[parts.len()], parts[0].1.as_slice()].concat();
            (parts.into_iter().flat_map(|(numbers, _)| numbers).collect(), shape)
        }
        number => (vec![number.as_f64().unwrap() as f32], Vec::new()),
    }
}

/// The kernel [h, w] of an array of one kernel, whatever its axes.
fn only_kernel(value: &Value, to: &str) -> Tensor {
    let (numbers, shape) = array(value);
    let (height, width) = match (shape.as_slice(), to) {
        ([width], "numpy.correlate" | "numpy.convolve") => (1, *width),
        ([1, 1, height, width], "pytorch" | "candle" | "corr2d") => (*height, *width),
        ([height, width, 1, 1], "tensorflow") => (*height, *width),
        ([height, width], _) => (*height, *width),
        _ => panic!("{shape:?} for {to}"),
    };
    Tensor::from_vec(numbers, (height, width), &Device::Cpu).unwrap()
}

/// Calls `check` with the source, the target, what the program prints, what the fixture holds, and the right answer.
fn each_conversion(mut check: impl FnMut(&Convention, &Convention, &Value, &Value, &Tensor)) -> usize {
    let mut count = 0;
    for case in fixtures()["cases"].as_array().unwrap() {
        let (from, kernel, answer) =
            (case["from"].as_str().unwrap(), case["kernel"].as_str().unwrap(), matrix(&case["answer"]));
        for (to, recorded) in case["to"].as_object().unwrap() {
            let (conversion, anchor) = (format!("{from}:{to}"), case["anchor"].to_string());
            let mut arguments = vec!["--convert", &conversion, "--kernel", kernel, "--json"];
            let anchor = anchor.trim_matches(['[', ']']);
            if case["anchor"].is_array() {
                arguments.extend(["--anchor", anchor]);
            }
            let printed = serde_json::from_str(&page::<chapter_convolution::Arguments>(&arguments)).unwrap();
            check(&from.parse().unwrap(), &to.parse().unwrap(), &printed, recorded, &answer);
            count += 1;
        }
    }
    count
}

#[test]
fn the_program_prints_the_calls_that_were_tried_out() {
    let count = each_conversion(|from, to, printed, recorded, _| {
        let case = format!("{} to {}", from.name, to.name);
        assert_eq!(printed["call"], recorded["call"], "{case}");
        assert_eq!(printed["kernel"], recorded["kernel"], "{case}");
    });
    assert!(count >= 500, "{count} conversions");
}

#[test]
fn a_converted_kernel_answers_as_where_it_came_from() {
    let image = matrix(&fixtures()["image"]);
    each_conversion(|from, to, printed, _, answer| {
        let anchor =
            printed["anchor"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect::<Vec<_>>();
        let kernel = only_kernel(&printed["kernel"], to.name);
        let found = lay(to, &image, &kernel, (anchor[0], anchor[1]), from.rim).unwrap();
        let (found, want) = (found.to_vec2::<f32>().unwrap(), answer.to_vec2::<f32>().unwrap());
        assert_eq!(found, want, "{} to {}, {kernel}", from.name, to.name);
    });
}

/// The calls for candle cannot be run from Python, so the two lines of each are computed here.
#[test]
fn candle_answers_so_after_its_two_lines() {
    let image = matrix(&fixtures()["image"]).unsqueeze(0).unwrap().unsqueeze(0).unwrap();
    let mut zeros = 0;
    each_conversion(|from, to, printed, _, answer| {
        if to.name != "candle" || printed["border"] != "zero" {
            return;
        }
        let side = |name: &str| printed["margins"][name].as_u64().unwrap() as usize;
        let (top, bottom, left, right) = (side("top"), side("bottom"), side("left"), side("right"));
        let weight = only_kernel(&printed["kernel"], to.name).unsqueeze(0).unwrap().unsqueeze(0).unwrap();
        let call = printed["call"].as_str().unwrap();
        let found = if call.starts_with("let answer = image.conv2d") {
            assert_eq!(call, format!("let answer = image.conv2d(&weight, {top}, 1, 1, 1)?;"));
            image.conv2d(&weight, top, 1, 1, 1).unwrap()
        } else {
            let wanted = format!("image.pad_with_zeros(2, {top}, {bottom})?.pad_with_zeros(3, {left}, {right})?;");
            assert!(call.contains(&wanted), "{call}");
            let padded = image.pad_with_zeros(2, top, bottom).unwrap().pad_with_zeros(3, left, right).unwrap();
            padded.conv2d(&weight, 0, 1, 1, 1).unwrap()
        };
        let found = found.squeeze(0).unwrap().squeeze(0).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(found, answer.to_vec2::<f32>().unwrap(), "{} to candle", from.name);
        zeros += 1;
    });
    assert!(zeros >= 20, "{zeros} conversions to candle");
}

/// So are those for this repository, whose padding is an option.
#[test]
fn corr2d_answers_so_with_its_padding() {
    let image = matrix(&fixtures()["image"]).unsqueeze(0).unwrap().unsqueeze(0).unwrap();
    let mut zeros = 0;
    each_conversion(|from, to, printed, _, answer| {
        if to.name != "corr2d" || printed["border"] != "zero" {
            return;
        }
        let side = |name: &str| printed["margins"][name].as_u64().unwrap() as usize;
        let (top, bottom, left, right) = (side("top"), side("bottom"), side("left"), side("right"));
        let call = printed["call"].as_str().unwrap();
        let padding = if call.contains("Padding::Same;") {
            Padding::Same
        } else {
            let sides = format!("Padding::Explicit {{ top: {top}, bottom: {bottom}, left: {left}, right: {right} }};");
            assert!(call.contains(&sides), "{call}");
            Padding::Explicit { top, bottom, left, right }
        };
        let weight = only_kernel(&printed["kernel"], to.name).unsqueeze(0).unwrap().unsqueeze(0).unwrap();
        let options = Conv2dOptions { padding, ..Default::default() };
        let found = corr2d::conv2d(&image, &weight, None, &options).unwrap();
        let found = found.squeeze(0).unwrap().squeeze(0).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(found, answer.to_vec2::<f32>().unwrap(), "{} to corr2d", from.name);
        zeros += 1;
    });
    assert!(zeros >= 20, "{zeros} conversions to corr2d");
}

#[test]
fn a_layer_keeps_each_weight_at_its_four_indices() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (torch, tensorflow, back) = (path("torch.npy"), path("tf.npy"), path("back.safetensors"));
    let weight = Tensor::arange(0f32, 2. * 3. * 4. * 5., &Device::Cpu).unwrap().reshape((2, 3, 4, 5)).unwrap();
    save_npy(&torch, &weight).unwrap();
    let convert = |conversion: &str, from: &str, to: &str| {
        page::<chapter_convolution::Arguments>(&["--convert", conversion, "--kernel", from, "--output", to]);
    };
    convert("pytorch:tensorflow", &torch, &tensorflow);
    let moved = load_npy(&tensorflow, &Device::Cpu).unwrap();
    assert_eq!((moved.dims(), moved.dtype()), ([4, 5, 3, 2].as_slice(), DType::F32));
    let at = |tensor: &Tensor, index: [usize; 4]| {
        index.iter().fold(tensor.clone(), |part, index| part.get(*index).unwrap()).to_scalar::<f32>().unwrap()
    };
    for (o, i, a, b) in [(0, 0, 0, 0), (1, 2, 3, 4), (1, 0, 2, 1), (0, 2, 1, 3)] {
        assert_eq!(at(&moved, [a, b, i, o]), at(&weight, [o, i, a, b]), "weight {o}, {i}, {a}, {b}");
    }
    convert("keras:candle", &tensorflow, &back);
    let tensors = load_safetensors(&back, &Device::Cpu).unwrap();
    assert_eq!(tensors[0].0, "weight");
    assert_eq!(
        tensors[0].1.flatten_all().unwrap().to_vec1::<f32>().unwrap(),
        weight.flatten_all().unwrap().to_vec1::<f32>().unwrap()
    );
}

/// Candle pads all four sides alike, so no padding makes up for a kernel of even size, or of two different sizes.
#[test]
fn candle_alone_answers_as_large_as_the_image_where_the_table_says_so() {
    let candle: Convention = "candle".parse().unwrap();
    let image = Tensor::ones((1, 1, 7, 8), DType::F32, &Device::Cpu).unwrap();
    for (height, width) in [(1, 1), (3, 3), (5, 5), (2, 2), (4, 4), (1, 4), (2, 3), (1, 3), (3, 5)] {
        let weight = Tensor::ones((1, 1, height, width), DType::F32, &Device::Cpu).unwrap();
        let answer = |padding| image.conv2d(&weight, padding, 1, 1, 1).unwrap();
        let as_large = (0..4).any(|padding| answer(padding).dims() == image.dims());
        assert_eq!(as_large, candle.answers((height, width)), "{height}×{width}");
    }
}
