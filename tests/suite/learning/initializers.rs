//! The laws from which weights are drawn, and that a seed is all they depend on.

use candle_core::{DType, Device, Tensor};
use candle_nn::{Init, VarMap};
use corr2d::{Conv2d, Conv2dOptions, Initializer};

use crate::tensors::oracle::values;

/// 46 080 numbers with fan-in 960 and fan-out 720.
const SHAPE: (usize, usize, usize, usize) = (48, 64, 3, 5);
const FAN_IN: f64 = 960.0;
const FAN_OUT: f64 = 720.0;

#[test]
fn uniform_laws_fill_their_bounds_and_have_their_moments() {
    let laws = [
        (Initializer::PyTorch, FAN_IN.sqrt().recip()),
        (Initializer::KerasGlorotUniform, (6.0 / (FAN_IN + FAN_OUT)).sqrt()),
        (Initializer::MxnetUniform, 0.07),
        (Initializer::Uniform { low: -0.25, high: 0.25 }, 0.25),
    ];
    for (law, bound) in laws {
        let weights = draw(law, 1);
        let largest = weights.iter().fold(0f64, |largest, weight| largest.max(weight.abs()));
        assert!(largest <= bound && largest > 0.999 * bound, "{law:?}: {largest} of {bound}");
        // The standard error of the mean is bound / √3 / √46080, that of the variance even less of it.
        let (mean, variance) = moments(&weights);
        assert!(mean.abs() < 0.015 * bound, "{law:?}: mean {mean}");
        assert!((variance / (bound * bound / 3.0) - 1.0).abs() < 0.03, "{law:?}: variance {variance}");
    }
}

#[test]
fn an_uncentred_uniform_law_keeps_to_its_side() {
    let weights = draw(Initializer::Uniform { low: 2.0, high: 3.0 }, 1);
    assert!(weights.iter().all(|weight| (2.0..=3.0).contains(weight)));
    assert!((moments(&weights).0 - 2.5).abs() < 0.01);
}

#[test]
fn normal_laws_have_their_moments() {
    let laws = [
        (Initializer::FlaxLecunNormal, 0.0, FAN_IN.sqrt().recip()),
        (Initializer::Normal { mean: 3.0, std: 0.5 }, 3.0, 0.5),
    ];
    for (law, mean, std) in laws {
        let (found_mean, variance) = moments(&draw(law, 1));
        assert!((found_mean - mean).abs() < 0.025 * std, "{law:?}: mean {found_mean}");
        assert!((variance.sqrt() / std - 1.0).abs() < 0.02, "{law:?}: deviation {}", variance.sqrt());
    }
}

#[test]
fn the_normal_law_of_flax_is_cut_off_at_two_deviations_of_the_uncut_one() {
    let weights = draw(Initializer::FlaxLecunNormal, 1);
    let cut = 2.0 * FAN_IN.sqrt().recip() / 0.879_625_661_034_239_8;
    let largest = weights.iter().fold(0f64, |largest, weight| largest.max(weight.abs()));
    assert!(largest <= cut && largest > 0.99 * cut, "{largest} of {cut}");
}

#[test]
fn constants_are_constant() {
    assert!(draw(Initializer::Zeros, 1).iter().all(|weight| *weight == 0.0));
    assert!(draw(Initializer::Constant(-1.5), 1).iter().all(|weight| *weight == -1.5));
}

#[test]
fn one_seed_gives_the_same_numbers_and_another_seed_others() {
    for law in [Initializer::PyTorch, Initializer::FlaxLecunNormal, Initializer::Normal { mean: 0.0, std: 1.0 }] {
        assert_eq!(draw(law, 7), draw(law, 7), "{law:?}");
        let same = draw(law, 7).iter().zip(draw(law, 8)).filter(|(a, b)| *a == b).count();
        assert!(same < 10, "{law:?}: {same} numbers of two seeds are the same");
    }
}

/// The numbers are part of what a reader sees printed, so they may not change from version to version.
#[test]
fn the_numbers_of_seed_0_stay_what_they_are() {
    let first = Initializer::PyTorch.draw((1, 1, 1, 2), 0, DType::F64, &Device::Cpu).unwrap();
    assert_eq!(format!("{:.12?}", values(&first)), "[0.295677288055, -0.048193962520]");
}

#[test]
fn weights_do_not_depend_on_the_order_in_which_layers_are_built() {
    let build = |names: [&str; 3]| {
        let variables = VarMap::new();
        let builder = Initializer::PyTorch.var_builder(&variables, 3, DType::F32, &Device::Cpu);
        for name in names {
            Conv2d::build(2, 3, (3, 2), Conv2dOptions::default(), builder.pp(name)).unwrap();
        }
        let names = ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"];
        let data = variables.data().lock().unwrap();
        names.map(|name| values(data[name].as_tensor()))
    };
    let [a_weight, _, b_weight, ..] = build(["a", "b", "c"]);
    assert_eq!(build(["a", "b", "c"]), build(["c", "a", "b"]));
    assert_ne!(a_weight, b_weight, "two layers of one shape begin with the same weights");
}

#[test]
fn a_variable_is_drawn_once_and_shared_after_that() {
    let variables = VarMap::new();
    let builder = Initializer::PyTorch.var_builder(&variables, 3, DType::F32, &Device::Cpu);
    let first = builder.get((2, 1, 3, 2), "weight").unwrap();
    let again = builder.get((2, 1, 3, 2), "weight").unwrap();
    assert_eq!(first.id(), again.id());
    assert_eq!(variables.all_vars().len(), 1);
    assert!(builder.get((2, 1, 2, 3), "weight").is_err(), "a variable of another shape");
}

#[test]
fn biases_follow_the_law_of_their_framework() {
    let bias = |law: Initializer| {
        let variables = VarMap::new();
        let builder = law.var_builder(&variables, 5, DType::F32, &Device::Cpu);
        let layer = Conv2d::build(4, 200, (3, 5), Conv2dOptions::default(), builder).unwrap();
        values(layer.bias().unwrap())
    };
    for law in [Initializer::KerasGlorotUniform, Initializer::FlaxLecunNormal, Initializer::MxnetUniform] {
        assert!(bias(law).iter().all(|value| *value == 0.0), "{law:?}");
    }
    // The fan-in of the weight, 4 · 3 · 5, bounds the bias too.
    let bound = 60f64.sqrt().recip();
    let torch = bias(Initializer::PyTorch);
    let largest = torch.iter().fold(0f64, |largest, value| largest.max(value.abs()));
    assert!(largest <= bound && largest > 0.95 * bound, "{largest} of {bound}");
}

#[test]
fn layers_of_candle_can_be_seeded_with_their_constants_kept() {
    let variables = VarMap::new();
    let builder = Initializer::PyTorch.var_builder(&variables, 5, DType::F32, &Device::Cpu);
    let norm = candle_nn::layer_norm(6, 1e-5, builder.pp("norm")).unwrap();
    assert_eq!(values(norm.weight()), [1.0; 6]);
    assert_eq!(values(norm.bias().unwrap()), [0.0; 6]);
    let hinted = builder.get_with_hints(3, "shift", Init::Const(7.0)).unwrap();
    assert_eq!(values(&hinted), [7.0; 3]);
}

fn draw(law: Initializer, seed: u64) -> Vec<f64> {
    let drawn: Tensor = law.draw(SHAPE, seed, DType::F64, &Device::Cpu).unwrap();
    assert_eq!(drawn.dims4().unwrap(), SHAPE);
    values(&drawn)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}
