//! The layers: the functions with variables of their own, under the names that state dicts use.

use std::collections::HashMap;

use candle_core::{DType, Device, Tensor};
use candle_nn::{Module, VarBuilder, VarMap};
use corr2d::{Conv2d, Conv2dOptions, Corr2dLayer, Initializer, LazyConv2d, Padding};
use corr2d_tests::CASES;

use crate::tensors::oracle::{Oracle, assert_equal, tensor, values};

#[test]
fn a_layer_computes_what_the_function_computes() {
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F32);
        let (bias, want) = oracle.bias_and_output(case);
        let layer = Conv2d::new(oracle.weight.as_tensor().clone(), bias.cloned(), case.options).unwrap();
        assert_equal(&layer.forward(&oracle.input).unwrap(), want, &case.to_string());
    }
}

#[test]
fn a_lazy_layer_computes_what_the_function_computes() {
    for case in CASES {
        let oracle = Oracle::integers(case, DType::F32);
        let kernel = (case.weight[2], case.weight[3]);
        let layer = LazyConv2d::new(case.weight[0], kernel, case.options, of_tensors(&oracle));
        let layer = if case.bias { layer } else { layer.without_bias() };
        assert!(layer.layer().is_none(), "{case}");
        let (_, want) = oracle.bias_and_output(case);
        assert_equal(&layer.forward(&oracle.input).unwrap(), want, &case.to_string());
        assert_eq!(layer.layer().unwrap().weight().dims(), case.weight, "{case}");
        assert_equal(&layer.forward(&oracle.input).unwrap(), want, &format!("again, {case}"));
    }
}

#[test]
fn a_saved_state_dict_loads_into_a_layer_and_into_candles() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("layer.safetensors");
    let variables = VarMap::new();
    let builder = Initializer::PyTorch.var_builder(&variables, 1, DType::F32, &Device::Cpu);
    let options =
        Conv2dOptions { padding: Padding::Explicit { top: 1, bottom: 1, left: 1, right: 1 }, ..Default::default() };
    let saved = Conv2d::build(3, 4, 3, options, builder.pp("conv")).unwrap();
    variables.save(&file).unwrap();

    let tensors = candle_core::safetensors::load(&file, &Device::Cpu).unwrap();
    let mut names: Vec<_> = tensors.keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["conv.bias", "conv.weight"]);
    let from_file = || VarBuilder::from_tensors(tensors.clone(), DType::F32, &Device::Cpu).pp("conv");
    let loaded = Conv2d::build(3, 4, 3, options, from_file()).unwrap();
    assert_equal(loaded.weight(), saved.weight(), "weight");
    assert_equal(loaded.bias().unwrap(), saved.bias().unwrap(), "bias");

    let config = candle_nn::Conv2dConfig { padding: 1, ..Default::default() };
    let of_candle = candle_nn::conv2d(3, 4, 3, config, from_file()).unwrap();
    let image = Initializer::PyTorch.draw((2, 3, 6, 9), 2, DType::F32, &Device::Cpu).unwrap();
    let (ours, theirs) = (loaded.forward(&image).unwrap(), of_candle.forward(&image).unwrap());
    for (index, (a, b)) in values(&ours).iter().zip(values(&theirs)).enumerate() {
        assert!((a - b).abs() < 1e-6, "element {index}: {a} here, {b} there");
    }
}

#[test]
fn a_kernel_of_one_number_is_square_and_a_pair_is_height_and_width() {
    let variables = VarMap::new();
    let builder = Initializer::Zeros.var_builder(&variables, 0, DType::F32, &Device::Cpu);
    let options = Conv2dOptions { groups: 2, ..Default::default() };
    let square = Conv2d::build(4, 6, 5, options, builder.pp("square")).unwrap();
    assert_eq!(square.weight().dims(), [6, 2, 5, 5]);
    let tall = Conv2d::build_without_bias(4, 6, (5, 2), options, builder.pp("tall")).unwrap();
    assert_eq!(tall.weight().dims(), [6, 2, 5, 2]);
    assert!(tall.bias().is_none());
    assert_eq!(variables.all_vars().len(), 3);
}

#[test]
fn the_layer_of_the_lesson_adds_its_one_bias_to_every_output() {
    let x = tensor(&[0f32, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], &[3, 3]);
    let weight = tensor(&[0f32, 1.0, 2.0, 3.0], &[2, 2]);
    for bias in [tensor(&[100f32], &[]), tensor(&[100f32], &[1]), tensor(&[100f32], &[1, 1])] {
        let layer = Corr2dLayer::new(weight.clone(), bias).unwrap();
        let y = layer.forward(&x).unwrap().to_vec2::<f32>().unwrap();
        assert_eq!(y, [[119.0, 125.0], [137.0, 143.0]]);
    }
}

#[test]
fn the_layer_of_the_lesson_learns_its_bias_too() {
    let variables = VarMap::new();
    let builder = Initializer::Zeros.var_builder(&variables, 0, DType::F64, &Device::Cpu);
    let layer = Corr2dLayer::build((1, 2), builder).unwrap();
    let y = layer.forward(&tensor(&[1f64, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3])).unwrap();
    let gradients = y.sum_all().unwrap().backward().unwrap();
    assert_eq!(values(gradients.get(layer.bias()).unwrap()), [4.0]);
    assert_eq!(values(gradients.get(layer.weight()).unwrap()), [12.0, 16.0]);
}

fn of_tensors(oracle: &Oracle) -> VarBuilder<'static> {
    let tensors: HashMap<String, Tensor> = HashMap::from([
        ("weight".to_owned(), oracle.weight.as_tensor().clone()),
        ("bias".to_owned(), oracle.bias.as_tensor().clone()),
    ]);
    VarBuilder::from_tensors(tensors, DType::F32, &Device::Cpu)
}
