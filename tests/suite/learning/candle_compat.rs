//! Candle's layer under candle's names: what a model sees is the same, what is computed is ours.

use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{BatchNorm, Conv2dConfig, Init, Module, VarBuilder, VarMap};
use corr2d::candle_compat::{Conv2d, TensorCorr2d, conv2d, conv2d_no_bias, options};
use corr2d::{Error, Initializer, Padding};
use corr2d_tests::{CASES, Case};

use crate::tensors::oracle::{Oracle, assert_equal, values};

/// The types under which a model knows candle's constructors.
type Build<L> = for<'a> fn(usize, usize, usize, Conv2dConfig, VarBuilder<'a>) -> candle_core::Result<L>;
type New<L> = fn(Tensor, Option<Tensor>, Conv2dConfig) -> L;

#[test]
fn constructors_have_the_types_of_candle() {
    let _: [Build<candle_nn::Conv2d>; 2] = [candle_nn::conv2d, candle_nn::conv2d_no_bias];
    let _: [Build<Conv2d>; 2] = [conv2d, conv2d_no_bias];
    let (_, _): (New<candle_nn::Conv2d>, New<Conv2d>) = (candle_nn::Conv2d::new, Conv2d::new);
}

#[test]
fn a_layer_has_the_outputs_and_gradients_of_the_textbook() {
    let cases: Vec<_> = CASES.iter().filter_map(|case| Some((case, config(case)?))).collect();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    for (case, config) in cases {
        let oracle = Oracle::integers(case, DType::F32);
        let (bias, want) = oracle.bias_and_output(case);
        let layer = Conv2d::new(oracle.weight.as_tensor().clone(), bias.cloned(), config);
        let output = layer.forward(&oracle.input).unwrap();
        assert_equal(&output, want, &case.to_string());

        let gradients = (output * &oracle.output_gradient).unwrap().sum_all().unwrap().backward().unwrap();
        assert_equal(gradients.get(&oracle.input).unwrap(), &oracle.input_gradient, &case.to_string());
        assert_equal(gradients.get(layer.weight()).unwrap(), &oracle.weight_gradient, &case.to_string());
        if let Some(bias) = layer.bias() {
            assert_equal(gradients.get(bias).unwrap(), &oracle.bias_gradient, &case.to_string());
        }

        let Conv2dConfig { padding, stride, dilation, groups, .. } = config;
        let of_tensors = oracle.input.corr2d(&oracle.weight, padding, stride, dilation, groups).unwrap();
        assert_equal(&of_tensors, &oracle.output_without_bias, &case.to_string());
    }
}

#[test]
fn a_configuration_means_what_it_means_to_candle() {
    let x = drawn(&[2, 4, 9, 8], 1);
    for (padding, stride, dilation, groups) in
        [(0, 1, 1, 1), (1, 1, 1, 1), (3, 1, 1, 1), (0, 2, 1, 1), (0, 1, 2, 1), (0, 1, 1, 2), (2, 3, 2, 4)]
    {
        let config = Conv2dConfig { padding, stride, dilation, groups, ..Default::default() };
        let weight = drawn(&[8, 4 / groups, 3, 2], 2);
        let theirs = candle_nn::Conv2d::new(weight.clone(), Some(drawn(&[8], 3)), config);
        let ours = Conv2d::from(theirs.clone());
        assert_eq!(ours.config(), theirs.config());
        assert_close(&ours.forward(&x).unwrap(), &theirs.forward(&x).unwrap(), &format!("{config:?}"));
        let converted = corr2d::Conv2d::try_from(theirs).unwrap();
        assert_eq!(converted.options(), &options(&config));
        assert_equal(&converted.forward(&x).unwrap(), &ours.forward(&x).unwrap(), &format!("{config:?}"));
    }
}

#[test]
fn builders_are_asked_the_same_questions_in_the_same_order() {
    let config = Conv2dConfig { groups: 2, ..Default::default() };
    let questions = |build: &dyn Fn(VarBuilder<'static>)| {
        let asked = Asked::default();
        build(VarBuilder::from_backend(Box::new(asked.clone()), DType::F64, Device::Cpu).pp("block").pp("first"));
        asked.0.lock().unwrap().clone()
    };
    let ours = questions(&|builder| drop(conv2d(4, 6, 5, config, builder).unwrap()));
    assert_eq!(ours, questions(&|builder| drop(candle_nn::conv2d(4, 6, 5, config, builder).unwrap())));
    assert_eq!(ours.len(), 2, "{ours:?}");
    let ours = questions(&|builder| drop(conv2d_no_bias(4, 6, 5, config, builder).unwrap()));
    assert_eq!(ours, questions(&|builder| drop(candle_nn::conv2d_no_bias(4, 6, 5, config, builder).unwrap())));
    assert_eq!(ours.len(), 1, "{ours:?}");
}

#[test]
fn a_normalisation_is_absorbed() {
    let layer = Conv2d::new(drawn(&[5, 2, 3, 2], 1), Some(drawn(&[5], 2)), Conv2dConfig::default());
    let variance = (drawn(&[5], 3).sqr().unwrap() + 0.5).unwrap();
    let normalisation = BatchNorm::new(5, drawn(&[5], 4), variance, drawn(&[5], 5), drawn(&[5], 6), 1e-5).unwrap();
    let x = drawn(&[2, 2, 6, 5], 7);
    let both = x.apply(&layer).unwrap().apply_t(&normalisation, false).unwrap();
    assert_close(&layer.absorb_bn(&normalisation).unwrap().forward(&x).unwrap(), &both, "absorbed");
}

#[test]
fn a_layer_goes_to_candle_and_back() {
    let layer = Conv2d::new(drawn(&[5, 2, 3, 2], 1), None, Conv2dConfig { stride: 2, ..Default::default() });
    let theirs = candle_nn::Conv2d::from(layer.clone());
    assert_eq!((theirs.weight().id(), theirs.config()), (layer.weight().id(), layer.config()));
    let back = Conv2d::from(theirs);
    assert_eq!((back.weight().id(), back.config()), (layer.weight().id(), layer.config()));
}

#[test]
fn a_layer_of_candle_that_is_no_layer_does_not_convert() {
    let matrix = candle_nn::Conv2d::new(drawn(&[5, 2], 1), None, Conv2dConfig::default());
    let error = corr2d::Conv2d::try_from(matrix).unwrap_err();
    assert!(matches!(error, Error::Rank { .. }), "{error}");
}

#[test]
fn a_model_learns_the_same_from_a_file_of_candle() {
    let variables = VarMap::new();
    let builder = || VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu).pp("stem");
    let theirs = candle_nn::conv2d(3, 4, 3, Conv2dConfig::default(), builder()).unwrap();
    let ours = conv2d(3, 4, 3, Conv2dConfig::default(), builder()).unwrap();
    // One variable for both.
    assert_eq!(ours.weight().id(), theirs.weight().id());
    assert_eq!(variables.all_vars().len(), 2);
}

/// What candle's configuration says for a case whose axes are alike.
fn config(case: &Case) -> Option<Conv2dConfig> {
    let (padding, rest) = match case.options.padding {
        Padding::Valid => (0, [0; 3]),
        Padding::Explicit { top, bottom, left, right } => (top, [bottom, left, right]),
        _ => return None,
    };
    let ((stride, across), (dilation, columns)) = (case.options.stride, case.options.dilation);
    let alike = rest == [padding; 3] && stride == across && dilation == columns;
    let groups = case.options.groups;
    alike.then_some(Conv2dConfig { padding, stride, dilation, groups, ..Default::default() })
}

/// A builder that writes down what it is asked.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<String>>>);

impl SimpleBackend for Asked {
    fn get(&self, shape: Shape, name: &str, hint: Init, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        self.0.lock().unwrap().push(format!("{name} {shape:?} {hint:?} {dtype:?}"));
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} was asked for without its shape")
    }

    fn contains_tensor(&self, _name: &str) -> bool {
        true
    }
}

fn drawn(shape: &[usize], seed: u64) -> Tensor {
    Initializer::Uniform { low: -1.0, high: 1.0 }.draw(shape, seed, DType::F32, &Device::Cpu).unwrap()
}

fn assert_close(got: &Tensor, want: &Tensor, label: &str) {
    assert_eq!(got.dims(), want.dims(), "{label}");
    for (index, (got, want)) in values(got).into_iter().zip(values(want)).enumerate() {
        assert!((got - want).abs() <= 1e-5, "{label}, element {index}: {got}, not {want}");
    }
}
