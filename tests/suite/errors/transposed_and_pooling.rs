//! The bad calls of transposed correlations and poolings.

use candle_core::{DType, Device};
use candle_nn::{Module, VarBuilder};
use corr2d::{
    Algorithm, AvgPool2d, ConvTranspose2d, ConvTranspose2dOptions, MaxPool2d, Padding, Pool2dOptions, avg_pool2d,
    by_candle, conv_transpose2d, max_pool2d,
};

use super::{Call, call, drawing, of, zeros};

const HUGE: usize = usize::MAX;

pub(super) fn calls() -> Vec<Call> {
    [transposed(), options(), layers(), pooling()].into_iter().flatten().collect()
}

fn transposed() -> Vec<Call> {
    let plain = ConvTranspose2dOptions::default();
    let with = move |name, x: &'static [usize], weight: &'static [usize], bias: Option<&'static [usize]>| {
        call(name, move || conv_transpose2d(&zeros(x), &zeros(weight), bias.map(zeros).as_ref(), &plain))
    };
    vec![
        with("conv_transpose2d: x without batch", &[4, 5, 7], &[4, 6, 3, 2], None),
        with("conv_transpose2d: weight is a matrix", &[1, 4, 5, 7], &[3, 2], None),
        with("conv_transpose2d: weight of another layer", &[1, 4, 5, 7], &[6, 4, 3, 2], None),
        with("conv_transpose2d: x without rows", &[1, 4, 0, 7], &[4, 6, 3, 2], None),
        with("conv_transpose2d: weight without output channels", &[1, 4, 5, 7], &[4, 0, 3, 2], None),
        with("conv_transpose2d: bias of the input channels", &[1, 4, 5, 7], &[4, 6, 3, 2], Some(&[4])),
        with("conv_transpose2d: bias of two axes", &[1, 4, 5, 7], &[4, 6, 3, 2], Some(&[6, 1])),
        call("conv_transpose2d: weight of another dtype", move || {
            conv_transpose2d(&zeros(&[1, 1, 3, 4]), &of(&[1, 1, 2, 2], DType::F64), None, &plain)
        }),
        call("conv_transpose2d: bias of another dtype", move || {
            conv_transpose2d(&zeros(&[1, 1, 3, 4]), &zeros(&[1, 1, 2, 2]), Some(&of(&[1], DType::F16)), &plain)
        }),
        call("conv_transpose2d: integers", move || {
            conv_transpose2d(&of(&[1, 1, 3, 4], DType::U8), &of(&[1, 1, 2, 2], DType::U8), None, &plain)
        }),
        call("conv_transpose2d by candle: weight of another layer", move || {
            by_candle::conv_transpose2d(&zeros(&[1, 4, 5, 7]), &zeros(&[6, 4, 3, 2]), None, &plain)
        }),
    ]
}

fn options() -> Vec<Call> {
    let plain = ConvTranspose2dOptions::default();
    let same = ConvTranspose2dOptions { padding: Padding::Same, ..plain };
    let with = |name, options| {
        call(name, move || conv_transpose2d(&zeros(&[1, 4, 5, 7]), &zeros(&[4, 6, 3, 2]), None, &options))
    };
    let sides = |top, bottom, left, right| ConvTranspose2dOptions {
        padding: Padding::Explicit { top, bottom, left, right },
        ..Default::default()
    };
    vec![
        with("transposed: stride zero", ConvTranspose2dOptions { stride: (1, 0), ..plain }),
        with("transposed: dilation zero", ConvTranspose2dOptions { dilation: (0, 1), ..plain }),
        with("transposed: no group", ConvTranspose2dOptions { groups: 0, ..plain }),
        with("transposed: groups that do not divide", ConvTranspose2dOptions { groups: 3, ..plain }),
        with("transposed: output padding without stride", ConvTranspose2dOptions { output_padding: (0, 1), ..plain }),
        with(
            "transposed: output padding of a stride",
            ConvTranspose2dOptions { stride: (2, 3), output_padding: (2, 2), ..plain },
        ),
        with("transposed: largest output padding", ConvTranspose2dOptions { output_padding: (HUGE, 0), ..plain }),
        with(
            "transposed: output padding under Same",
            ConvTranspose2dOptions { stride: (2, 2), output_padding: (1, 0), ..same },
        ),
        with("transposed: padding that leaves nothing", sides(3, 4, 0, 0)),
        with("transposed: padding that leaves less than nothing", sides(0, 0, 9, 90)),
        with("transposed: paddings whose sum wraps", sides(1 << 63, 1 << 63, 0, 0)),
        with(
            "transposed: padding that leaves nothing but output padding",
            ConvTranspose2dOptions { dilation: (3, 1), output_padding: (2, 0), ..sides(11, 0, 0, 0) },
        ),
        with("transposed: stride beyond memory", ConvTranspose2dOptions { stride: (1 << 20, 1 << 20), ..plain }),
        with("transposed: largest stride", ConvTranspose2dOptions { stride: (HUGE, 1), ..plain }),
        with("transposed: largest stride under Same", ConvTranspose2dOptions { stride: (1, HUGE), ..same }),
        with("transposed: largest dilation", ConvTranspose2dOptions { dilation: (1, HUGE), ..plain }),
        with(
            "transposed: an algorithm that does not suit",
            ConvTranspose2dOptions { algorithm: Algorithm::Winograd, ..plain },
        ),
    ]
}

fn layers() -> Vec<Call> {
    let plain = ConvTranspose2dOptions::default();
    let build = |name, inputs, outputs, kernel: (usize, usize), options| {
        call(name, move || ConvTranspose2d::build(inputs, outputs, kernel, options, drawing()))
    };
    let grouped = move |groups| ConvTranspose2dOptions { groups, ..plain };
    vec![
        call("ConvTranspose2d: weight is a matrix", move || ConvTranspose2d::new(zeros(&[2, 3]), None, plain)),
        call("ConvTranspose2d: bias of the input channels", move || {
            ConvTranspose2d::new(zeros(&[2, 3, 3, 3]), Some(zeros(&[2])), plain)
        }),
        call("ConvTranspose2d: bias that forgets the groups", move || {
            ConvTranspose2d::new(zeros(&[4, 3, 3, 3]), Some(zeros(&[3])), grouped(2))
        }),
        call("ConvTranspose2d: bias of another dtype", move || {
            ConvTranspose2d::new(zeros(&[2, 1, 3, 3]), Some(of(&[1], DType::F64)), plain)
        }),
        call("ConvTranspose2d: integers", move || ConvTranspose2d::new(of(&[2, 1, 3, 3], DType::I64), None, plain)),
        build("ConvTranspose2d: groups that do not divide the output", 4, 3, (2, 2), grouped(2)),
        build("ConvTranspose2d: no group", 4, 4, (2, 2), grouped(0)),
        build("ConvTranspose2d: kernel without columns", 4, 4, (2, 0), plain),
        build("ConvTranspose2d: more weights than memory holds", 1 << 20, 1 << 20, (3, 3), plain),
        call("ConvTranspose2d: input of other channels", move || {
            Ok(ConvTranspose2d::build(3, 4, 2, plain, drawing())?.forward(&zeros(&[1, 2, 5, 7]))?)
        }),
        call("ConvTranspose2d: a file of a forward layer", move || {
            let weight = [("weight".to_owned(), zeros(&[4, 3, 2, 2])), ("bias".to_owned(), zeros(&[4]))];
            let file = VarBuilder::from_tensors(weight.into(), DType::F32, &Device::Cpu);
            ConvTranspose2d::build(3, 4, 2, plain, file)
        }),
    ]
}

fn pooling() -> Vec<Call> {
    let plain = Pool2dOptions::default();
    let with = |name, options| call(name, move || max_pool2d(&zeros(&[1, 4, 5, 7]), &options));
    let sides = |top, bottom, left, right| Padding::Explicit { top, bottom, left, right };
    vec![
        call("max_pool2d: x without batch", move || max_pool2d(&zeros(&[4, 5, 7]), &plain)),
        call("avg_pool2d: x without channels", move || avg_pool2d(&zeros(&[5, 7]), &plain)),
        call("max_pool2d: integers", move || max_pool2d(&of(&[1, 4, 5, 7], DType::U32), &plain)),
        call("avg_pool2d: integers", move || avg_pool2d(&of(&[1, 4, 5, 7], DType::I64), &plain)),
        call("max_pool2d: x without channels of any size", move || max_pool2d(&zeros(&[1, 0, 5, 7]), &plain)),
        call("max_pool2d by candle: x without batch", move || by_candle::max_pool2d(&zeros(&[4, 5, 7]), &plain)),
        call("avg_pool2d by candle: integers", move || by_candle::avg_pool2d(&of(&[1, 4, 5, 7], DType::U8), &plain)),
        call("MaxPool2d: window larger than the input", || Ok(MaxPool2d::default().forward(&zeros(&[1, 4, 1, 7]))?)),
        call("AvgPool2d: x without batch", || Ok(AvgPool2d::default().forward(&zeros(&[4, 1, 7]))?)),
        with("pooling: window without rows", Pool2dOptions { window: (0, 2), ..plain }),
        with("pooling: stride zero", Pool2dOptions { stride: Some((1, 0)), ..plain }),
        with("pooling: dilation zero", Pool2dOptions { dilation: (0, 1), ..plain }),
        with("pooling: window larger than the input", Pool2dOptions { window: (2, 8), ..plain }),
        with(
            "pooling: window larger than the input in ceil mode",
            Pool2dOptions { window: (9, 2), stride: Some((2, 2)), ceil_mode: true, ..plain },
        ),
        with(
            "pooling: window larger than the padded input",
            Pool2dOptions { window: (9, 2), padding: sides(1, 2, 0, 0), ..plain },
        ),
        with("pooling: window dilated beyond the input", Pool2dOptions { dilation: (1, 7), ..plain }),
        with("pooling: a first window of padding", Pool2dOptions { padding: sides(0, 0, 2, 0), ..plain }),
        with("pooling: a last window of padding", Pool2dOptions { padding: sides(0, 3, 0, 0), ..plain }),
        with("pooling: largest window", Pool2dOptions { window: (HUGE, HUGE), ..plain }),
        with("pooling: largest stride", Pool2dOptions { stride: Some((HUGE, 1)), ..plain }),
        with(
            "pooling: largest stride in ceil mode",
            Pool2dOptions { stride: Some((1, HUGE)), ceil_mode: true, ..plain },
        ),
        with("pooling: largest dilation", Pool2dOptions { dilation: (1, HUGE), ..plain }),
        with("pooling: largest padding", Pool2dOptions { padding: sides(0, HUGE, 0, 0), ..plain }),
        with(
            "pooling: padding beyond memory",
            Pool2dOptions {
                window: (1 << 30, 1 << 30),
                stride: Some((1, 1)),
                padding: sides((1 << 30) - 1, (1 << 30) - 6, (1 << 30) - 1, (1 << 30) - 8),
                ..plain
            },
        ),
    ]
}
