//! On candle tensors: every dtype, every layout, both engines, the layer.

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Module, VarMap};
use corr2d::{ConvTranspose2d, ConvTranspose2dOptions, Initializer, by_candle, conv_transpose2d};

use super::cases::{Transposed, all, own};
use crate::tensors::oracle::{assert_equal, tensor, values};

/// Small integers are exact in every dtype, and so are their sums up to the one rounding at the end.
#[test]
fn every_case_is_exact_in_every_dtype_with_all_gradients() {
    for case in all() {
        for dtype in [DType::F32, DType::F64, DType::F16, DType::BF16] {
            assert_agrees(&case, dtype, conv_transpose2d);
        }
    }
}

#[test]
fn every_case_is_exact_by_candle_with_all_gradients() {
    for case in all() {
        for dtype in [DType::F32, DType::F64] {
            assert_agrees(&case, dtype, by_candle::conv_transpose2d);
        }
    }
}

type Function = fn(&Tensor, &Tensor, Option<&Tensor>, &ConvTranspose2dOptions) -> corr2d::Result<Tensor>;

fn assert_agrees(case: &Transposed, dtype: DType, function: Function) {
    let label = format!("{dtype:?}, {}", case.name);
    let of = |numbers: &[f64], shape: &[usize]| tensor(numbers, shape).to_dtype(dtype).unwrap();
    let variable = |numbers: &[f64], shape: &[usize]| Var::from_tensor(&of(numbers, shape)).unwrap();
    let (x, w) = (variable(&case.x, &case.input), variable(&case.w, &case.weight));
    let b = variable(&case.b, &case.output()[1..2]);
    let plain = function(&x, &w, None, &case.options).unwrap_or_else(|error| panic!("{label}: {error}"));
    assert_equal(&plain, &of(&case.y_without_bias, &case.output()), &label);
    let y = function(&x, &w, Some(&b), &case.options).unwrap();
    assert_equal(&y, &of(&case.y, &case.output()), &label);

    let g = of(&case.g, &case.output());
    let gradients = (y * &g).unwrap().sum_all().unwrap().backward().unwrap();
    let (gx, gw, gb) = gradients_of(case);
    assert_equal(gradients.get(&x).unwrap(), &of(&gx, &case.input), &format!("gradient of x, {label}"));
    assert_equal(gradients.get(&w).unwrap(), &of(&gw, &case.weight), &format!("gradient of the weight, {label}"));
    assert_equal(gradients.get(&b).unwrap(), &of(&gb, &case.output()[1..2]), &format!("gradient of the bias, {label}"));
}

/// By the definition: each product of the forward sum, read the other ways.
fn gradients_of(case: &Transposed) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    let [_, channels, height, width] = case.input;
    let [_, outputs_per_group, kernel_height, kernel_width] = case.weight;
    let [_, outputs, output_height, output_width] = case.output();
    let correlation = case.plan.correlation().geometry();
    let (rows, columns) = (correlation.rows(), correlation.columns());
    let (mut gx, mut gw, mut gb) = (vec![0.0; case.x.len()], vec![0.0; case.w.len()], vec![0.0; outputs]);
    for (index, arriving) in case.g.iter().enumerate() {
        gb[index / (output_height * output_width) % outputs] += arriving;
    }
    let lies = |place: usize, cut: usize, length: usize| place.checked_sub(cut).filter(|place| *place < length);
    for (x, gx) in gx.iter_mut().enumerate() {
        let (n, c, i, j) =
            (x / (channels * height * width), x / (height * width) % channels, x / width % height, x % width);
        for w in 0..outputs_per_group * kernel_height * kernel_width {
            let (o, a, b) = (w / (kernel_height * kernel_width), w / kernel_width % kernel_height, w % kernel_width);
            let Some(row) = lies(i * rows.stride() + a * rows.dilation(), rows.before(), output_height) else {
                continue;
            };
            let place = j * columns.stride() + b * columns.dilation();
            let Some(column) = lies(place, columns.before(), output_width) else { continue };
            let channel = c / (channels / case.options.groups) * outputs_per_group + o;
            let y = ((n * outputs + channel) * output_height + row) * output_width + column;
            let w = c * outputs_per_group * kernel_height * kernel_width + w;
            *gx += case.g[y] * case.w[w];
            gw[w] += case.g[y] * case.x[x];
        }
    }
    (gx, gw, gb)
}

#[test]
fn views_give_the_same_bits() {
    let turned = |tensor: Tensor| tensor.transpose(2, 3).unwrap().contiguous().unwrap().transpose(2, 3).unwrap();
    for case in own() {
        let (x, w) = (turned(tensor(&case.x, &case.input)), turned(tensor(&case.w, &case.weight)));
        let twice = [case.b.clone(), case.b.clone()].concat();
        let b = tensor(&twice, &[twice.len()]).narrow(0, case.b.len(), case.b.len()).unwrap();
        let y = conv_transpose2d(&x, &w, Some(&b), &case.options).unwrap();
        assert_equal(&y, &tensor(&case.y, &case.output()), &case.name);
    }
}

#[test]
fn an_untracked_input_gets_no_gradient() {
    for case in own() {
        let x = tensor(&case.x, &case.input);
        let w = Var::from_tensor(&tensor(&case.w, &case.weight)).unwrap();
        let y = conv_transpose2d(&x, &w, None, &case.options).unwrap();
        let gradients = y.sum_all().unwrap().backward().unwrap();
        assert!(gradients.get(&x).is_none() && gradients.get(&w).is_some(), "{}", case.name);
    }
}

#[test]
fn a_layer_computes_what_the_function_computes() {
    for case in own() {
        let (w, b) = (tensor(&case.w, &case.weight), tensor(&case.b, &case.output()[1..2]));
        let layer = ConvTranspose2d::new(w, Some(b), case.options).unwrap();
        let y = layer.forward(&tensor(&case.x, &case.input)).unwrap();
        assert_equal(&y, &tensor(&case.y, &case.output()), &case.name);
    }
}

/// PyTorch's fan-in of a transposed weight [C, O / groups, h, w] is O / groups · h · w.
#[test]
fn the_default_weights_of_a_layer_keep_within_the_bound_of_torch() {
    let variables = VarMap::new();
    let largest = |tensor: &Tensor| values(tensor).iter().fold(0f64, |largest, value| largest.max(value.abs()));
    let options = ConvTranspose2dOptions { groups: 2, ..Default::default() };
    for (builder, name) in [
        (Initializer::PyTorch.var_builder(&variables, 3, DType::F32, &Device::Cpu).pp("seeded"), "ours"),
        (candle_nn::VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu).pp("drawn"), "candle's"),
    ] {
        let layer = ConvTranspose2d::build(400, 6, (2, 5), options, builder).unwrap();
        let bound = (3.0 * 2.0 * 5.0f64).sqrt().recip();
        for (what, tensor) in [("weight", layer.weight()), ("bias", layer.bias().unwrap())] {
            assert!(largest(tensor) <= bound + 1e-7, "{what} by {name} builder: {} over {bound}", largest(tensor));
        }
        assert!(largest(layer.weight()) > 0.99 * bound, "{name}: {}", largest(layer.weight()));
    }
}
