//! Every bad call of `corr2d`, with the line that it is answered with.

mod candle_compat;
mod products;
mod training;
mod transposed_and_pooling;
mod windows_and_layouts;

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::{Module, VarBuilder, VarMap};
use corr2d::autograd::{Gradcheck, gradcheck, gradient, value_and_grad};
use corr2d::{
    Algorithm, Conv2d, Conv2dOptions, Corr2dLayer, Initializer, LazyConv2d, Padding, by_candle, conv2d, convolve2d,
    corr2d,
};

use crate::gradients::process;

type Message = String;
type Call = (&'static str, Box<dyn FnOnce() -> Message>);

#[test]
fn every_bad_call_is_an_error_of_one_line() {
    // With the graph of gradients kept, one of the calls is right.
    process::with_the_graph_cut("errors::every_bad_call_is_an_error_of_one_line", assert_every_line);
}

fn assert_every_line() {
    let mut table = String::new();
    let calls = [
        functions(),
        options(),
        layers(),
        candle_compat::calls(),
        initializers(),
        gradients(),
        products::calls(),
        training::calls(),
        training::states(),
        transposed_and_pooling::calls(),
        windows_and_layouts::calls(),
    ];
    let calls = calls.into_iter().flatten();
    let mut count = 0;
    for (name, call) in calls {
        let message =
            catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| panic!("{name}: panicked or was no error"));
        assert_eq!(message.lines().count(), 1, "{name}: {message}");
        writeln!(table, "{name}: {message}").unwrap();
        count += 1;
    }
    assert!(count >= 150, "{count} bad calls");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("tensor_errors", table);
    });
}

#[test]
fn an_error_becomes_an_error_of_candle_with_its_message_whole() {
    let error = || corr2d(&zeros(&[3]), &zeros(&[2, 2])).unwrap_err();
    let message = error().to_string();
    let of_candle: candle_core::Error = error().into();
    assert_eq!(of_candle.to_string(), message);
    let back: corr2d::Error = of_candle.into();
    assert_eq!(back.to_string(), message);
}

fn call<T>(name: &'static str, call: impl FnOnce() -> corr2d::Result<T> + 'static) -> Call {
    (name, Box::new(move || call().map(|_| ()).expect_err("an error").to_string()))
}

fn functions() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let with = move |name, x: &'static [usize], weight: &'static [usize], bias: Option<&'static [usize]>| {
        call(name, move || conv2d(&zeros(x), &zeros(weight), bias.map(zeros).as_ref(), &plain))
    };
    vec![
        call("corr2d: x is a vector", || corr2d(&zeros(&[3]), &zeros(&[2, 2]))),
        call("corr2d: k is a vector", || corr2d(&zeros(&[3, 4]), &zeros(&[2]))),
        call("corr2d: x is a batch", || corr2d(&zeros(&[1, 1, 3, 4]), &zeros(&[2, 2]))),
        call("corr2d: x is a number", || corr2d(&zeros(&[]), &zeros(&[2, 2]))),
        call("corr2d: k is higher than x", || corr2d(&zeros(&[3, 4]), &zeros(&[4, 1]))),
        call("corr2d: k is wider than x", || corr2d(&zeros(&[3, 4]), &zeros(&[1, 5]))),
        call("corr2d: x has no rows", || corr2d(&zeros(&[0, 4]), &zeros(&[1, 1]))),
        call("corr2d: k has no columns", || corr2d(&zeros(&[3, 4]), &zeros(&[1, 0]))),
        call("corr2d: integers", || corr2d(&of(&[3, 4], DType::U8), &of(&[2, 2], DType::U8))),
        call("corr2d: k of another dtype", || corr2d(&zeros(&[3, 4]), &of(&[2, 2], DType::F64))),
        call("convolve2d: k is a cube", || convolve2d(&zeros(&[3, 4]), &zeros(&[2, 2, 2]))),
        call("convolve2d: k is larger than x", || convolve2d(&zeros(&[3, 4]), &zeros(&[5, 5]))),
        with("conv2d: x without batch", &[2, 5, 7], &[3, 2, 2, 3], None),
        with("conv2d: weight without channels", &[1, 1, 5, 7], &[2, 3], None),
        with("conv2d: channels that do not match", &[1, 2, 5, 7], &[3, 4, 2, 3], None),
        with("conv2d: bias too short", &[1, 2, 5, 7], &[3, 2, 2, 3], Some(&[2])),
        with("conv2d: bias of two axes", &[1, 2, 5, 7], &[3, 2, 2, 3], Some(&[3, 1])),
        with("conv2d: bias is a number", &[1, 2, 5, 7], &[1, 2, 2, 3], Some(&[])),
        call("conv2d: weight of another dtype", move || {
            conv2d(&zeros(&[1, 1, 3, 4]), &of(&[1, 1, 2, 2], DType::BF16), None, &plain)
        }),
        call("conv2d: bias of another dtype", move || {
            conv2d(&zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 2, 2]), Some(&of(&[1], DType::F16)), &plain)
        }),
        call("conv2d: integers", move || {
            conv2d(&of(&[1, 1, 3, 4], DType::I64), &of(&[1, 1, 2, 2], DType::I64), None, &plain)
        }),
    ]
}

fn options() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let with = |name, options| call(name, move || conv2d(&zeros(&[1, 4, 5, 7]), &zeros(&[6, 4, 3, 2]), None, &options));
    let far = Padding::Explicit { top: 1 << 30, bottom: 1 << 30, left: 0, right: 0 };
    vec![
        with("options: stride zero", Conv2dOptions { stride: (1, 0), ..plain }),
        with("options: dilation zero", Conv2dOptions { dilation: (0, 1), ..plain }),
        with("options: no group", Conv2dOptions { groups: 0, ..plain }),
        with("options: groups that do not divide", Conv2dOptions { groups: 3, ..plain }),
        with("options: groups that the weight forgets", Conv2dOptions { groups: 2, ..plain }),
        with("options: dilated beyond the input", Conv2dOptions { dilation: (3, 1), ..plain }),
        with("options: padding beyond memory", Conv2dOptions { padding: far, ..plain }),
        with("options: largest dilation", Conv2dOptions { dilation: (usize::MAX, 1), ..plain }),
        with("options: an algorithm that does not suit", Conv2dOptions { algorithm: Algorithm::Winograd, ..plain }),
        call("by_candle: kernel larger than the input", move || {
            by_candle::conv2d(&zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 4, 1]), None, &plain)
        }),
        call("by_candle: x without batch", move || {
            by_candle::conv2d(&zeros(&[1, 3, 4]), &zeros(&[1, 1, 4, 1]), None, &plain)
        }),
    ]
}

fn layers() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let build = |name, inputs, outputs, kernel: (usize, usize), options| {
        call(name, move || Conv2d::build(inputs, outputs, kernel, options, drawing()))
    };
    vec![
        call("Conv2d: weight is a matrix", move || Conv2d::new(zeros(&[2, 3]), None, plain)),
        call("Conv2d: weight is a number", move || Conv2d::new(zeros(&[]), None, plain)),
        call("Conv2d: bias of another layer", move || Conv2d::new(zeros(&[2, 1, 3, 3]), Some(zeros(&[3])), plain)),
        call("Conv2d: bias of another dtype", move || {
            Conv2d::new(zeros(&[2, 1, 3, 3]), Some(of(&[2], DType::F64)), plain)
        }),
        call("Conv2d: integers", move || Conv2d::new(of(&[2, 1, 3, 3], DType::U32), Some(of(&[2], DType::U32)), plain)),
        build("Conv2d: more weights than can be counted", 1 << 33, 1 << 33, (1, 1), plain),
        build("Conv2d: more weights than memory holds", 1 << 20, 1 << 20, (3, 3), plain),
        build("Conv2d: a kernel without end", 1, 1, (usize::MAX, usize::MAX), plain),
        build("Conv2d: groups that do not divide the input", 3, 4, (2, 2), Conv2dOptions { groups: 2, ..plain }),
        build("Conv2d: groups that do not divide the output", 4, 3, (2, 2), Conv2dOptions { groups: 2, ..plain }),
        build("Conv2d: no group", 4, 4, (2, 2), Conv2dOptions { groups: 0, ..plain }),
        build("Conv2d: no input channels", 0, 4, (2, 2), plain),
        build("Conv2d: no output channels", 4, 0, (2, 2), plain),
        build("Conv2d: kernel without rows", 4, 4, (0, 2), plain),
        call("Conv2d: input of other channels", move || {
            Ok(Conv2d::build(3, 4, 2, plain, drawing())?.forward(&zeros(&[1, 2, 5, 7]))?)
        }),
        call("Conv2d: a file without its bias", move || {
            let weight = [("weight".to_owned(), zeros(&[4, 3, 2, 2]))];
            let file = VarBuilder::from_tensors(weight.into(), DType::F32, &Device::Cpu);
            Conv2d::build(3, 4, 2, plain, file)
        }),
        call("LazyConv2d: input without batch", move || {
            Ok(LazyConv2d::new(4, 2, plain, drawing()).forward(&zeros(&[3, 5, 7]))?)
        }),
        call("LazyConv2d: channels that change", move || {
            let layer = LazyConv2d::new(4, 2, plain, drawing());
            layer.forward(&zeros(&[1, 3, 5, 7]))?;
            Ok(layer.forward(&zeros(&[1, 5, 5, 7]))?)
        }),
        call("LazyConv2d: kernel larger than the first input", move || {
            Ok(LazyConv2d::new(4, 9, plain, drawing()).forward(&zeros(&[1, 3, 5, 7]))?)
        }),
        call("LazyConv2d: more weights than can be counted", move || {
            let layer = LazyConv2d::new(1 << 40, (1 << 20, 1 << 20), plain, drawing());
            Ok(layer.forward(&zeros(&[1, 3, 5, 7]))?)
        }),
        call("Corr2dLayer: integers", || Corr2dLayer::new(of(&[2, 2], DType::I64), of(&[1], DType::I64))),
        call("Corr2dLayer: more weights than can be counted", || Corr2dLayer::build((1 << 33, 1 << 33), drawing())),
        call("Corr2dLayer: kernel without columns", || Corr2dLayer::build((2, 0), drawing())),
        call("Corr2dLayer: weight with channels", || Corr2dLayer::new(zeros(&[1, 1, 2, 2]), zeros(&[1]))),
        call("Corr2dLayer: two biases", || Corr2dLayer::new(zeros(&[2, 2]), zeros(&[2]))),
        call("Corr2dLayer: a batch", || {
            Ok(Corr2dLayer::new(zeros(&[2, 2]), zeros(&[1]))?.forward(&zeros(&[1, 1, 5, 7]))?)
        }),
        call("Corr2dLayer: bias of another dtype", || {
            Ok(Corr2dLayer::new(zeros(&[2, 2]), of(&[1], DType::F64))?.forward(&zeros(&[5, 7]))?)
        }),
    ]
}

fn initializers() -> Vec<Call> {
    let draw = |name, law: Initializer| call(name, move || law.draw((2, 2), 0, DType::F32, &Device::Cpu));
    let draw_shape = |name, shape: &'static [usize]| {
        call(name, move || Initializer::PyTorch.draw(shape, 0, DType::F32, &Device::Cpu))
    };
    let draw_in = |name, law: Initializer, dtype| call(name, move || law.draw((2, 2), 0, dtype, &Device::Cpu));
    vec![
        draw("initialiser: bounds the wrong way round", Initializer::Uniform { low: 1.0, high: -1.0 }),
        draw("initialiser: an infinite bound", Initializer::Uniform { low: 0.0, high: f64::INFINITY }),
        draw("initialiser: bounds too far apart", Initializer::Uniform { low: f64::MIN, high: f64::MAX }),
        draw("initialiser: a deviation below zero", Initializer::Normal { mean: 0.0, std: -1.0 }),
        draw("initialiser: a mean that is NaN", Initializer::Normal { mean: f64::NAN, std: 1.0 }),
        draw("initialiser: a constant that is NaN", Initializer::Constant(f64::NAN)),
        draw("initialiser: a constant beyond F32", Initializer::Constant(1e300)),
        draw_in("initialiser: a constant beyond F16", Initializer::Constant(1e5), DType::F16),
        draw_in("initialiser: a constant beyond BF16", Initializer::Constant(-1e39), DType::BF16),
        draw_in("initialiser: draws beyond F64", Initializer::Normal { mean: f64::MAX, std: f64::MAX }, DType::F64),
        draw_in("initialiser: bytes", Initializer::Uniform { low: 0.0, high: 9.0 }, DType::U8),
        draw_in("initialiser: an eighth of a float", Initializer::Zeros, DType::F8E4M3),
        draw_shape("initialiser: more weights than can be counted", &[1 << 40, 1 << 30]),
        draw_shape("initialiser: more bytes than can be counted", &[1 << 40, 1 << 22]),
        draw_shape("initialiser: more weights than memory holds", &[1 << 20, 1 << 20]),
        draw_shape("initialiser: none of too many", &[0, 1 << 40, 1 << 40]),
        call("initialiser: a variable that memory does not hold", || Ok(drawing().get((1 << 40, 1 << 30), "weight")?)),
        call("initialiser: a vector that memory does not hold", || Ok(drawing().get(1 << 62, "bias")?)),
        call("initialiser: a variable of another shape", || {
            let builder = drawing();
            builder.get((2, 3), "weight")?;
            Ok(builder.get((3, 2), "weight")?)
        }),
        call("initialiser: a shape that is not known", || Ok(drawing().get_unchecked("weight")?)),
        call("initialiser: a variable of integers", || {
            let builder = Initializer::PyTorch.var_builder(&VarMap::new(), 0, DType::U8, &Device::Cpu);
            Ok(builder.get((1, 2), "weight")?)
        }),
    ]
}

fn gradients() -> Vec<Call> {
    let check = |name, settings: Gradcheck, dtype| {
        call(name, move || gradcheck(|t| Ok(t[0].sqr()?), &[of(&[2], dtype)], &settings))
    };
    let plain = Gradcheck::default();
    vec![
        call("gradient: none arrived", || {
            let (x, y) = (Var::new(1f32, &Device::Cpu)?, Var::new(1f32, &Device::Cpu)?);
            gradient(&x.sqr()?.backward()?, &y, "y")
        }),
        call("value_and_grad: more than one number", || value_and_grad(|t| Ok(t[0].sqr()?), &[zeros(&[2, 3])])),
        call("value_and_grad: no number", || value_and_grad(|t| Ok(t[0].narrow(0, 0, 0)?), &[zeros(&[2])])),
        call("value_and_grad: an argument that is not used", || {
            value_and_grad(|t| Ok(t[0].sum_all()?), &[zeros(&[2]), zeros(&[3])])
        }),
        call("value_and_grad: an argument computed from a variable", || {
            let x = Var::new(1f32, &Device::Cpu)?;
            value_and_grad(|t| Ok(t[0].sqr()?), &[x.affine(2.0, 0.0)?])
        }),
        call("value_and_grad: a variable given twice", || {
            let x = Var::new(1f32, &Device::Cpu)?.into_inner();
            value_and_grad(|t| Ok((&t[0] * &t[1])?), &[x.clone(), x])
        }),
        call("value_and_grad: in a function that is differentiated", || {
            let slope = |t: &[Tensor]| Ok(value_and_grad(|t| Ok(t[0].sqr()?), t)?.1[0].clone());
            value_and_grad(slope, &[zeros(&[])])
        }),
        call("gradcheck: no input", || gradcheck(|_| Ok(zeros(&[2])), &[], &Gradcheck::default())),
        call("gradcheck: an input without elements", || {
            gradcheck(|t| Ok(t[0].sqr()?), &[of(&[2], DType::F64), of(&[0, 3], DType::F64)], &Gradcheck::default())
        }),
        call("gradcheck: an output without elements", || {
            gradcheck(|t| Ok(t[0].narrow(0, 0, 0)?), &[of(&[2], DType::F64)], &Gradcheck::default())
        }),
        call("gradcheck: fewer results for other values", || {
            gradcheck(as_many_as_positive, &[positive()], &long_step())
        }),
        call("gradcheck: other axes for other values", || gradcheck(a_row_if_positive, &[positive()], &long_step())),
        call("gradcheck: an input computed from a variable", || {
            let x = Var::from_tensor(&of(&[2], DType::F64))?;
            gradcheck(|t| Ok(t[0].sqr()?), &[x.affine(2.0, 0.0)?], &Gradcheck::default())
        }),
        check("gradcheck: no step", Gradcheck { step: 0.0, ..plain }, DType::F64),
        check("gradcheck: a step that is NaN", Gradcheck { step: f64::NAN, ..plain }, DType::F64),
        check("gradcheck: a tolerance below zero", Gradcheck { absolute: -1.0, ..plain }, DType::F64),
        check("gradcheck: a tolerance without end", Gradcheck { relative: f64::INFINITY, ..plain }, DType::F64),
        check("gradcheck: half precision", plain, DType::F16),
        call("gradcheck: a gradient scaled by 1.01", || {
            let scaled = |t: &[Tensor]| {
                let y = t[0].affine(2.0, 0.0)?;
                let more = (&y * 1.01)?;
                Ok((y.detach() + (&more - more.detach())?)?)
            };
            gradcheck(
                scaled,
                &[Tensor::zeros(2, DType::F64, &Device::Cpu)?],
                &Gradcheck { step: 0.5, ..Gradcheck::default() },
            )
        }),
    ]
}

fn positive() -> Tensor {
    Tensor::new(&[0.25f64, 1.0], &Device::Cpu).unwrap()
}

fn long_step() -> Gradcheck {
    Gradcheck { step: 0.5, ..Gradcheck::default() }
}

fn count_positive(tensor: &Tensor) -> corr2d::Result<usize> {
    Ok(tensor.to_vec1::<f64>()?.iter().filter(|value| **value > 0.0).count())
}

fn as_many_as_positive(t: &[Tensor]) -> corr2d::Result<Tensor> {
    Ok(t[0].sqr()?.narrow(0, 0, count_positive(&t[0])?)?)
}

fn a_row_if_positive(t: &[Tensor]) -> corr2d::Result<Tensor> {
    Ok(if count_positive(&t[0])? == 2 { t[0].reshape((1, 2))? } else { t[0].reshape((2, 1))? })
}

fn drawing() -> VarBuilder<'static> {
    Initializer::PyTorch.var_builder(&VarMap::new(), 0, DType::F32, &Device::Cpu)
}

fn zeros(shape: &[usize]) -> Tensor {
    of(shape, DType::F32)
}

fn of(shape: &[usize], dtype: DType) -> Tensor {
    Tensor::zeros(shape, dtype, &Device::Cpu).unwrap()
}
