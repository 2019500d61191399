//! Tensors whose elements do not lie one after another: bit for bit as their contiguous copies.

use candle_core::{DType, Tensor};
use corr2d::conv2d;
use corr2d_tests::{CASES, Case};

use super::oracle::{Oracle, assert_equal, values};

/// Ways to lay out the elements of a tensor, each named.
type View = (&'static str, fn(&Tensor) -> Tensor);

const VIEWS: [View; 6] = [
    ("transposed", transposed),
    ("every second element", every_second),
    ("offset", offset),
    ("channels last", channels_last),
    ("crop", crop),
    ("all three", |tensor| offset(&every_second(&transposed(tensor)))),
];

#[test]
fn every_view_of_every_tensor_gives_the_same_bits() {
    for dtype in [DType::F32, DType::BF16] {
        for case in cases() {
            let oracle = Oracle::integers(case, dtype);
            let (x, w, b) = (&oracle.input, &oracle.weight, &oracle.bias);
            for (name, view) in VIEWS {
                let calls = [
                    ("x", conv2d(&view(x), w, Some(b), &case.options)),
                    ("weight", conv2d(x, &view(w), Some(b), &case.options)),
                    ("bias", conv2d(x, w, Some(&view(b)), &case.options)),
                    ("all", conv2d(&view(x), &view(w), Some(&view(b)), &case.options)),
                ];
                for (which, got) in calls {
                    assert_equal(&got.unwrap(), &oracle.output, &format!("{which} {name}, {dtype:?}, {case}"));
                }
            }
        }
    }
}

#[test]
fn gradients_through_every_view_are_the_same_bits() {
    for case in cases() {
        let oracle = Oracle::integers(case, DType::F32);
        for (name, view) in VIEWS {
            let (x, w, b) = (view(&oracle.input), view(&oracle.weight), view(&oracle.bias));
            let y = conv2d(&x, &w, Some(&b), &case.options).unwrap();
            let gradients = (y * view(&oracle.output_gradient)).unwrap().sum_all().unwrap().backward().unwrap();
            let label = format!("{name}, {case}");
            assert_equal(gradients.get(&oracle.input).unwrap(), &oracle.input_gradient, &label);
            assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, &label);
            assert_equal(gradients.get(&oracle.bias).unwrap(), &oracle.bias_gradient, &label);
        }
    }
}

#[test]
fn an_upstream_gradient_in_any_layout_is_the_same() {
    for case in cases() {
        let oracle = Oracle::integers(case, DType::F32);
        let y = conv2d(&oracle.input, &oracle.weight, Some(&oracle.bias), &case.options).unwrap();
        // The gradient of a transposed result arrives transposed.
        let turned = (y.transpose(2, 3).unwrap() * oracle.output_gradient.transpose(2, 3).unwrap()).unwrap();
        let gradients = turned.sum_all().unwrap().backward().unwrap();
        let label = case.to_string();
        assert_equal(gradients.get(&oracle.input).unwrap(), &oracle.input_gradient, &label);
        assert_equal(gradients.get(&oracle.weight).unwrap(), &oracle.weight_gradient, &label);
        assert_equal(gradients.get(&oracle.bias).unwrap(), &oracle.bias_gradient, &label);
    }
}

#[test]
fn a_broadcast_tensor_is_its_copies() {
    for case in cases() {
        let oracle = Oracle::integers(case, DType::F32);
        let spread = |tensor: &Tensor| {
            let row = tensor.narrow(2, 0, 1).unwrap().narrow(0, 0, 1).unwrap();
            row.broadcast_as(tensor.shape()).unwrap()
        };
        let (x, w) = (spread(&oracle.input), spread(&oracle.weight));
        let b = oracle.bias.narrow(0, 0, 1).unwrap().broadcast_as(oracle.bias.shape()).unwrap();
        let copy = |tensor: &Tensor| tensor.force_contiguous().unwrap();
        let got = conv2d(&x, &w, Some(&b), &case.options).unwrap();
        let want = conv2d(&copy(&x), &copy(&w), Some(&copy(&b)), &case.options).unwrap();
        assert_equal(&got, &want, &case.to_string());
    }
}

/// The views must be what they are called.
#[test]
fn views_hold_the_same_elements_in_another_layout() {
    let case = CASES.iter().find(|case| case.name == "everything_at_once").unwrap();
    let oracle = Oracle::integers(case, DType::F32);
    for (name, view) in VIEWS {
        let view = view(&oracle.input);
        assert_eq!(values(&view), values(&oracle.input), "{name}");
        assert_eq!(view.dims(), oracle.input.dims(), "{name}");
        let moved = !view.is_contiguous() || view.layout().start_offset() > 0;
        assert!(moved, "{name} is contiguous from the start: {:?}", view.layout());
    }
}

fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().filter(|case| case.input[0] > 0)
}

/// The last two axes, or the only one, are stored the other way round.
fn transposed(tensor: &Tensor) -> Tensor {
    match tensor.rank() {
        1 => tensor.unsqueeze(1).unwrap().repeat((1, 2)).unwrap().narrow(1, 1, 1).unwrap().squeeze(1).unwrap(),
        rank => {
            tensor.transpose(rank - 2, rank - 1).unwrap().contiguous().unwrap().transpose(rank - 2, rank - 1).unwrap()
        }
    }
}

/// What numpy writes as `[..., ::2]`, with other numbers between.
fn every_second(tensor: &Tensor) -> Tensor {
    let rank = tensor.rank();
    let between = (tensor * 7.0).unwrap();
    Tensor::stack(&[tensor, &between], rank).unwrap().narrow(rank, 0, 1).unwrap().squeeze(rank).unwrap()
}

/// Behind as many other numbers.
fn offset(tensor: &Tensor) -> Tensor {
    let before = (tensor * 3.0).unwrap();
    let length = tensor.dim(0).unwrap();
    Tensor::cat(&[&before, tensor], 0).unwrap().narrow(0, length, length).unwrap()
}

/// The middle of each axis of a larger tensor: the rows lie in one piece each, and nothing else does.
fn crop(tensor: &Tensor) -> Tensor {
    let mut crop = tensor.clone();
    for axis in 0..tensor.rank() {
        let (length, around) = (crop.dim(axis).unwrap(), (&crop * 5.0).unwrap());
        crop = Tensor::cat(&[&around, &crop, &around], axis).unwrap().narrow(axis, length, length).unwrap();
    }
    crop
}

/// NHWC in memory, NCHW in shape.
fn channels_last(tensor: &Tensor) -> Tensor {
    match tensor.rank() {
        4 => tensor.permute((0, 2, 3, 1)).unwrap().contiguous().unwrap().permute((0, 3, 1, 2)).unwrap(),
        _ => transposed(tensor),
    }
}
