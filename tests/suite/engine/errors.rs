//! Every call that cannot be answered, with the line that it is answered with.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};

use corr2d_cpu::reference::{self, corr2d};
use corr2d_cpu::{Algorithm, Conv2dOptions, Error, Geometry, Input, Padding, Plan, Size, zeros};

const HUGE: usize = usize::MAX;
const INPUT: [usize; 4] = [1, 4, 5, 7];
const WEIGHT: [usize; 4] = [6, 4, 3, 2];

#[test]
fn every_bad_call_is_an_error_of_one_line_that_names_the_figures() {
    let mut table = String::new();
    let mut calls = shapes();
    calls.extend(options());
    calls.extend(channels());
    calls.extend(too_much());
    calls.extend(lengths());
    calls.extend(algorithms());
    let count = calls.len();
    for (name, call) in calls {
        let outcome = catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| panic!("{name}: panicked"));
        let message = outcome.expect_err(name).to_string();
        assert_eq!(message.lines().count(), 1, "{name}: {message}");
        writeln!(table, "{name}: {message}").unwrap();
    }
    assert!(count >= 50, "{count} bad calls");
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("engine_errors", table);
    });
}

#[test]
fn what_looks_wrong_and_is_legal_is_answered() {
    let legal = |name: &str, input, weight, options: Conv2dOptions| {
        let plan = Plan::new(input, weight, &options).unwrap_or_else(|error| panic!("{name}: {error}"));
        plan.geometry().output_shape()
    };
    let plain = Conv2dOptions::default();
    assert_eq!(legal("a batch of zero", [0, 4, 5, 7], WEIGHT, plain), [0, 6, 3, 6]);
    assert_eq!(legal("a kernel as large as the input", INPUT, [6, 4, 5, 7], plain), [1, 6, 1, 1]);
    let options = Conv2dOptions { stride: (1 << 30, 1 << 30), ..plain };
    assert_eq!(legal("a stride far beyond the input", INPUT, WEIGHT, options), [1, 6, 1, 1]);
    let options = Conv2dOptions { dilation: (HUGE, HUGE), ..plain };
    assert_eq!(legal("any dilation of a single tap", INPUT, [6, 4, 1, 1], options), [1, 6, 5, 7]);
}

type Call = (&'static str, Box<dyn FnOnce() -> Result<(), Error>>);

fn plan(name: &'static str, input: [usize; 4], weight: [usize; 4], options: Conv2dOptions) -> Call {
    (name, Box::new(move || Plan::new(input, weight, &options).map(drop)))
}

fn shapes() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let around = |top, bottom, left, right| Conv2dOptions {
        padding: Padding::Explicit { top, bottom, left, right },
        ..Default::default()
    };
    vec![
        plan("kernel higher than the input", INPUT, [6, 4, 6, 2], plain),
        plan("kernel wider than the input", INPUT, [6, 4, 3, 8], plain),
        plan("kernel larger on both axes", INPUT, [6, 4, 10, 10], plain),
        plan("kernel larger than the padded input", INPUT, [6, 4, 9, 2], around(1, 2, 0, 3)),
        plan("kernel dilated beyond the input", INPUT, WEIGHT, Conv2dOptions { dilation: (3, 1), ..plain }),
        plan(
            "kernel dilated beyond the padded input",
            INPUT,
            WEIGHT,
            Conv2dOptions { dilation: (1, 20), ..around(0, 0, 1, 1) },
        ),
        plan("input without channels", [1, 0, 5, 7], WEIGHT, plain),
        plan("input without rows", [1, 4, 0, 7], WEIGHT, plain),
        plan("input without columns", [1, 4, 5, 0], WEIGHT, plain),
        plan("input without rows, all padding", [1, 4, 0, 7], WEIGHT, around(3, 3, 3, 3)),
        plan("weight without output channels", INPUT, [0, 4, 3, 2], plain),
        plan("weight without input channels", INPUT, [6, 0, 3, 2], plain),
        plan("weight without rows", INPUT, [6, 4, 0, 2], plain),
        plan("weight without columns", INPUT, [6, 4, 3, 0], plain),
    ]
}

fn options() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let with = |name, options| plan(name, INPUT, WEIGHT, options);
    let padded = |top, bottom, left, right| Conv2dOptions {
        padding: Padding::Explicit { top, bottom, left, right },
        ..Default::default()
    };
    vec![
        with("stride zero downwards", Conv2dOptions { stride: (0, 1), ..plain }),
        with("stride zero to the right", Conv2dOptions { stride: (1, 0), ..plain }),
        with("dilation zero downwards", Conv2dOptions { dilation: (0, 1), ..plain }),
        with("dilation zero to the right", Conv2dOptions { dilation: (1, 0), ..plain }),
        with("no group", Conv2dOptions { groups: 0, ..plain }),
        with("largest stride downwards", Conv2dOptions { stride: (HUGE, 1), ..plain }),
        with("largest stride to the right", Conv2dOptions { stride: (1, HUGE), ..plain }),
        with("stride beyond 31 bits", Conv2dOptions { stride: (1, 1 << 31), ..plain }),
        with(
            "largest stride with same padding",
            Conv2dOptions { stride: (HUGE, HUGE), padding: Padding::Same, ..plain },
        ),
        with("largest dilation downwards", Conv2dOptions { dilation: (HUGE, 1), ..plain }),
        with("largest dilation to the right", Conv2dOptions { dilation: (1, HUGE), ..plain }),
        with("dilation whose reach wraps to 0", Conv2dOptions { dilation: (1 << 63, 1), ..plain }),
        with(
            "largest dilation with same padding",
            Conv2dOptions { dilation: (1, HUGE), padding: Padding::Same, ..plain },
        ),
        with("largest padding above", padded(HUGE, 0, 0, 0)),
        with("largest padding below", padded(0, HUGE, 0, 0)),
        with("largest padding on the left", padded(0, 0, HUGE, 0)),
        with("largest padding on the right", padded(0, 0, 0, HUGE)),
        with("paddings whose sum wraps", padded(1 << 63, 1 << 63, 0, 0)),
        with("padding of 2 to the 55th", padded(0, 0, 1 << 55, 0)),
        with(
            "largest everything",
            Conv2dOptions {
                stride: (HUGE, HUGE),
                dilation: (HUGE, HUGE),
                groups: HUGE,
                ..padded(HUGE, HUGE, HUGE, HUGE)
            },
        ),
    ]
}

fn channels() -> Vec<Call> {
    let grouped = |groups| Conv2dOptions { groups, ..Default::default() };
    vec![
        plan("weight of too few input channels", INPUT, [6, 3, 3, 2], grouped(1)),
        plan("weight of too many input channels", INPUT, [6, 5, 3, 2], grouped(1)),
        plan("weight that forgets the groups", INPUT, [6, 4, 3, 2], grouped(2)),
        plan("depthwise weight without groups", INPUT, [4, 1, 3, 2], grouped(1)),
        plan("groups that do not divide the input", INPUT, [6, 1, 3, 2], grouped(3)),
        plan("groups that do not divide the output", INPUT, [5, 2, 3, 2], grouped(2)),
        plan("more groups than channels", INPUT, [6, 1, 3, 2], grouped(8)),
        plan("most groups", INPUT, [6, 1, 3, 2], grouped(HUGE)),
    ]
}

fn too_much() -> Vec<Call> {
    let plain = Conv2dOptions::default();
    let far = 60_000;
    let padding = Padding::Explicit { top: far, bottom: far, left: far, right: far };
    let budget = |name, input: [usize; 4], weight: [usize; 4], bytes: usize| -> Call {
        let call = move || Geometry::with_byte_budget(input, weight, &Conv2dOptions::default(), bytes).map(drop);
        (name, Box::new(call))
    };
    vec![
        plan("batch beyond memory", [HUGE, 4, 5, 7], WEIGHT, plain),
        plan("batch whose bytes wrap to 0", [1 << 62, 4, 5, 7], WEIGHT, plain),
        plan("height beyond 31 bits", [1, 4, HUGE, 7], WEIGHT, plain),
        plan("width beyond 31 bits", [1, 4, 5, 1 << 31], WEIGHT, plain),
        plan("kernel beyond 31 bits", INPUT, [6, 4, HUGE, 2], plain),
        plan("input beyond the budget", [1, 4, 50_000, 50_000], WEIGHT, plain),
        plan("weight beyond the budget", INPUT, [1 << 40, 4, 3, 2], plain),
        plan("one pixel that pads to gigabytes", [1, 1, 1, 1], [1, 1, 1, 1], Conv2dOptions { padding, ..plain }),
        budget("input over a small budget", INPUT, WEIGHT, 1119),
        budget("weight over a small budget", [1, 1, 3, 4], [9, 1, 2, 3], 400),
        budget("output over a small budget", [1, 1, 5, 7], [9, 1, 1, 1], 300),
        budget("no budget at all", [1, 1, 1, 1], [1, 1, 1, 1], 0),
        ("zeros beyond the address space", Box::new(|| zeros::<f64>(HUGE).map(drop))),
        ("zeros beyond memory", Box::new(|| zeros::<f32>(HUGE >> 3).map(drop))),
    ]
}

fn lengths() -> Vec<Call> {
    let plan = || Plan::new([2, 1, 3, 4], [5, 1, 2, 2], &Conv2dOptions::default()).unwrap();
    let geometry = move || *plan().geometry();
    let (x, w, b, y) = ([0f32; 24], [0f32; 20], [0f32; 5], [0f32; 60]);
    let size = |height, width| Size { height, width };
    vec![
        ("input one short", Box::new(move || plan().forward(&x[1..], &w, None, &mut { y }))),
        ("weight one short", Box::new(move || plan().forward(&x, &w[1..], None, &mut { y }))),
        ("bias of another layer", Box::new(move || plan().forward(&x, &w, Some(&b[..3]), &mut { y }))),
        ("empty bias", Box::new(move || plan().forward(&x, &w, Some(&[]), &mut { y }))),
        ("output one short", Box::new(move || plan().forward(&x, &w, Some(&b), &mut { y }[1..]))),
        ("output gradient one short", Box::new(move || plan().input_gradient(&y[1..], &w, &mut { x }))),
        ("weight short for the input gradient", Box::new(move || plan().input_gradient(&y, &w[1..], &mut { x }))),
        ("input gradient one short", Box::new(move || plan().input_gradient(&y, &w, &mut { x }[1..]))),
        ("input short for the weight gradient", Box::new(move || plan().weight_gradient(&x[1..], &y, &mut { w }))),
        ("output gradient for the weight, short", Box::new(move || plan().weight_gradient(&x, &y[1..], &mut { w }))),
        ("weight gradient one short", Box::new(move || plan().weight_gradient(&x, &y, &mut { w }[1..]))),
        ("output gradient for the bias, short", Box::new(move || plan().bias_gradient(&y[1..], &mut { b }))),
        ("bias gradient one short", Box::new(move || plan().bias_gradient(&y, &mut { b }[1..]))),
        (
            "strided input one short",
            Box::new(move || plan().forward_strided(Input::strided(&x[1..], [12, 12, 4]), &w, None, &mut { y })),
        ),
        (
            "strides that wrap",
            Box::new(move || plan().forward_strided(Input::strided(&x, [HUGE, 12, HUGE]), &w, None, &mut { y })),
        ),
        ("textbook: input one short", Box::new(move || reference::forward(&geometry(), &x[1..], &w, None, &mut { y }))),
        ("textbook: bias too long", Box::new(move || reference::forward(&geometry(), &x, &w, Some(&w), &mut { y }))),
        (
            "textbook: gradient one short",
            Box::new(move || reference::weight_gradient(&geometry(), &x, &y[1..], &mut { w })),
        ),
        (
            "corr2d: x shorter than its size",
            Box::new(move || corr2d(&x[..11], size(3, 4), &w[..4], size(2, 2)).map(drop)),
        ),
        ("corr2d: k longer than its size", Box::new(move || corr2d(&x[..12], size(3, 4), &w, size(2, 2)).map(drop))),
        ("corr2d: k higher than x", Box::new(move || corr2d(&x[..12], size(3, 4), &w, size(4, 1)).map(drop))),
        ("corr2d: k without rows", Box::new(move || corr2d(&x[..12], size(3, 4), &w, size(0, 1)).map(drop))),
        ("corr2d: sizes that wrap", Box::new(move || corr2d(&x, size(HUGE, HUGE), &w, size(2, 2)).map(drop))),
    ]
}

fn algorithms() -> Vec<Call> {
    let with = |name, algorithm| plan(name, INPUT, WEIGHT, Conv2dOptions { algorithm, ..Default::default() });
    vec![
        with("Winograd", Algorithm::Winograd),
        plan("Fft", INPUT, WEIGHT, Conv2dOptions { algorithm: Algorithm::Fft, stride: (2, 1), ..Default::default() }),
        with("Separable", Algorithm::Separable),
        plan(
            "shapes are checked before the algorithm",
            INPUT,
            [6, 4, 9, 9],
            Conv2dOptions { algorithm: Algorithm::Fft, ..Default::default() },
        ),
    ]
}
