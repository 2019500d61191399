//! Our correlation and its three gradients beside PyTorch's, by every algorithm and every path that suits.
//!
//! `tests/fixtures/pytorch/conv2d.py` made the numbers. On integers ours are the same; on reals they are within
//!
//! ```text
//! 8 · 2⁻²⁴ · Σ |x| |w|
//! ```
//!
//! of what PyTorch computed in f64, each element for itself. Tiles of 4×4 and the FFT compute with fractions: within 2⁻¹⁶
//! of the largest element.

use std::collections::HashMap;
use std::path::PathBuf;

use candle_core::{DType, Device, Tensor, Var};
use corr2d::autograd::gradient;
use corr2d::{Algorithm, Conv2dOptions, Padding, conv2d};
use corr2d_cpu::{Path, Plan};
use corr2d_tests::case::name_of;
use corr2d_tests::compare::assert_within;
use corr2d_tests::{Case, Data, Results};

const ALGORITHMS: [Algorithm; 8] = [
    Algorithm::Auto,
    Algorithm::Fast,
    Algorithm::Reference,
    Algorithm::Direct,
    Algorithm::Gemm,
    Algorithm::Winograd,
    Algorithm::Fft,
    Algorithm::Separable,
];

#[test]
fn conv2d_and_its_gradients_are_pytorchs_by_every_algorithm() {
    let layers = layers();
    for algorithm in ALGORITHMS {
        let mut suited = 0;
        for layer in &layers {
            let label = format!("{algorithm} on {}", layer.case);
            match layer.by(algorithm) {
                Ok(got) => {
                    let plan = layer.case.plan(algorithm).unwrap();
                    layer.assert_pytorchs(&plan, got.each_ref().map(Vec::as_slice), &label);
                    suited += 1;
                }
                // What was forced and does not suit; anything else is wrong.
                Err(error) => assert!(error.to_string().contains("take Auto"), "{label}: {error}"),
            }
        }
        let least = match algorithm {
            Algorithm::Winograd => 5,
            Algorithm::Separable => 3,
            Algorithm::Fft => 25,
            _ => layers.len(),
        };
        assert!(suited >= least, "{algorithm} suits only {suited} layers");
    }
}

#[test]
fn every_path_of_the_engine_gives_pytorchs_numbers() {
    for layer in layers() {
        for plan in layer.case.all_plans().unwrap() {
            let Results { output, input_gradient, weight_gradient, bias_gradient, .. } =
                Results::of(&plan, &layer.data).unwrap();
            let got = [&output[..], &input_gradient, &weight_gradient, &bias_gradient];
            layer.assert_pytorchs(&plan, got, &format!("{} on {}", name_of(&plan), layer.case));
        }
    }
}

#[test]
fn the_fixture_holds_what_it_promises() {
    let layers = layers();
    let count = |is_kind: &dyn Fn(&Layer) -> bool| layers.iter().filter(|layer| is_kind(layer)).count();
    let options = |layer: &Layer| layer.case.options;
    assert!(count(&|layer| layer.is_exact) >= 40, "integers");
    assert!(count(&|layer| !layer.is_exact) >= 10, "reals");
    assert!(count(&|layer| options(layer).stride.0 != options(layer).stride.1) >= 5, "unequal strides");
    assert!(count(&|layer| options(layer).dilation != (1, 1)) >= 5, "dilations");
    assert!(count(&|layer| options(layer).groups > 1 && layer.case.weight[1] > 1) >= 3, "groups");
    assert!(count(&|layer| options(layer).groups > 1 && layer.case.weight[1] == 1) >= 5, "depthwise");
    assert!(count(&|layer| options(layer).padding == Padding::Same) >= 3, "same");
    assert!(count(&|layer| layer.case.input[0] > 1) >= 8, "batches");
    let is_even = |layer: &Layer| layer.case.weight[2..].iter().any(|size| size.is_multiple_of(2));
    assert!(count(&is_even) >= 10, "even kernels");
    let unequal = count(&|layer| layer.case.input[2] != layer.case.input[3]);
    assert_eq!(unequal, layers.len(), "heights differ from widths");
}

/// A comparison that lets everything pass would prove nothing.
#[test]
#[should_panic(expected = "weight gradient of a layer with a wrong number")]
fn a_wrong_number_is_caught() {
    let layer = layers().into_iter().find(|layer| !layer.is_exact).unwrap();
    let plan = layer.case.plan(Algorithm::Direct).unwrap();
    let mut got = layer.by(Algorithm::Direct).unwrap();
    got[2][1] *= 1.001;
    layer.assert_pytorchs(&plan, got.each_ref().map(Vec::as_slice), "a layer with a wrong number");
}

/// What PyTorch was given, and its output and gradients in the order of [`NAMES`].
struct Layer {
    case: Case,
    data: Data<f32>,
    want: [Vec<f64>; 4],
    /// Whether all numbers are small integers.
    is_exact: bool,
}

const NAMES: [&str; 4] = ["output", "input gradient", "weight gradient", "bias gradient"];

fn layers() -> Vec<Layer> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/pytorch/conv2d.safetensors");
    let tensors = candle_core::safetensors::load(file, &Device::Cpu).unwrap();
    let mut names: Vec<_> = tensors.keys().filter_map(|name| name.strip_suffix(".options")).collect();
    names.sort_unstable();
    names.into_iter().map(|name| Layer::read(&tensors, name)).collect()
}

impl Layer {
    fn read(tensors: &HashMap<String, Tensor>, name: &str) -> Self {
        let tensor = |what: &str| &tensors[&format!("{name}.{what}")];
        let numbers = |what: &str| -> Vec<f64> {
            tensor(what).flatten_all().unwrap().to_dtype(DType::F64).unwrap().to_vec1().unwrap()
        };
        let narrow = |what: &str| numbers(what).into_iter().map(|number| number as f32).collect();
        let shape = |what: &str| tensor(what).dims().try_into().unwrap();
        let case = Case {
            name: name.to_owned().into(),
            input: shape("input"),
            weight: shape("weight"),
            options: options(&numbers("options")),
            bias: true,
        };
        let data = Data {
            input: narrow("input"),
            weight: narrow("weight"),
            bias: narrow("bias"),
            output_gradient: narrow("output_gradient"),
        };
        let want = NAMES.map(|name| numbers(&name.replace(' ', "_")));
        Self { case, data, want, is_exact: tensor("input").dtype() != DType::F32 }
    }

    /// Output and gradients on tensors, through candle's graph.
    fn by(&self, algorithm: Algorithm) -> corr2d::Result<[Vec<f32>; 4]> {
        let variable = |values: &[f32], shape: &[usize]| Var::from_slice(values, shape, &Device::Cpu).unwrap();
        let x = variable(&self.data.input, &self.case.input);
        let w = variable(&self.data.weight, &self.case.weight);
        let b = variable(&self.data.bias, &self.case.weight[..1]);
        let y = conv2d(&x, &w, Some(&b), &Conv2dOptions { algorithm, ..self.case.options })?;
        let g = Tensor::from_slice(&self.data.output_gradient, y.shape(), &Device::Cpu)?;
        let gradients = (&y * g)?.sum_all()?.backward()?;
        let flat = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1().unwrap();
        let of = |variable: &Var, name: &str| Ok::<_, corr2d::Error>(flat(&gradient(&gradients, variable, name)?));
        Ok([flat(&y), of(&x, "x")?, of(&w, "w")?, of(&b, "b")?])
    }

    /// Panics unless the four results are those of PyTorch, as near as the path of each promises.
    fn assert_pytorchs(&self, plan: &Plan, got: [&[f32]; 4], label: &str) {
        let magnitudes = Results::of(&self.case.plan(Algorithm::Reference).unwrap(), &self.data.magnitudes().widen());
        let Results { output, input_gradient, weight_gradient, bias_gradient, .. } = magnitudes.unwrap();
        let sums = [output, input_gradient, weight_gradient, bias_gradient];
        let forward = plan.path_for(&self.data.weight);
        let paths = [forward, plan.input_gradient_path(), plan.weight_gradient_path(), Path::Direct];
        let geometry = plan.geometry();
        let shapes: [&[usize]; 4] = [
            &geometry.output_shape(),
            &geometry.input_shape(),
            &geometry.weight_shape(),
            &[geometry.output_channels()],
        ];
        for index in 0..NAMES.len() {
            let want = &self.want[index];
            let largest = want.iter().fold(0f64, |largest, value| largest.max(value.abs()));
            let bound: Vec<f64> = match paths[index] {
                Path::Winograd4 | Path::Fft => vec![largest / f64::from(1 << 16); want.len()],
                _ if self.is_exact => vec![0.0; want.len()],
                // A transform mixes the taps of a kernel, and the sums of a tile: at the rim one has few terms, its neighbour many.
                Path::Winograd2 if NAMES[index] != "output" => {
                    let largest = sums[index].iter().fold(0f64, |largest, sum| largest.max(*sum));
                    vec![8.0 * largest / f64::from(1 << 24); want.len()]
                }
                _ => sums[index].iter().map(|sum| 8.0 * sum / f64::from(1 << 24)).collect(),
            };
            assert_within(got[index], want, &bound, shapes[index], &format!("{} of {label}", NAMES[index]));
        }
    }
}

/// [stride, stride, top, bottom, left, right, dilation, dilation, groups], where four paddings of −1 are "same".
fn options(numbers: &[f64]) -> Conv2dOptions {
    let sizes: Vec<usize> = numbers.iter().map(|number| *number as usize).collect();
    let [stride_rows, stride_columns, top, bottom, left, right, rows, columns, groups] = sizes[..] else {
        panic!("{} options, not nine", sizes.len());
    };
    let padding = if numbers[2] < 0.0 { Padding::Same } else { Padding::Explicit { top, bottom, left, right } };
    let (stride, dilation) = ((stride_rows, stride_columns), (rows, columns));
    Conv2dOptions { stride, padding, dilation, groups, ..Default::default() }
}
