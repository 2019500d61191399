//! On plain slices.

use corr2d_cpu::{Algorithm, ConvTranspose2dOptions, Padding, Plan, Size, TransposedGeometry};
use corr2d_tests::CASES;
use corr2d_tests::compare::assert_same;

use super::cases::{Transposed, all, own};

#[test]
fn every_case_equals_the_loops_of_the_definition() {
    for case in all() {
        let forward = |bias: Option<&[f64]>| case.plan.forward_new(&case.x, &case.w, bias).unwrap();
        assert_same(&forward(Some(&case.b)), &case.y, &case.output(), &case.name);
        assert_same(&forward(None), &case.y_without_bias, &case.output(), &case.name);
        let narrowed = |numbers: &[f64]| numbers.iter().map(|number| *number as f32).collect::<Vec<f32>>();
        let (x, w, b) = (narrowed(&case.x), narrowed(&case.w), narrowed(&case.b));
        let y = case.plan.forward_new(&x, &w, Some(&b)).unwrap();
        assert_same(&y, &narrowed(&case.y), &case.output(), &format!("{} in f32", case.name));
    }
}

/// ⟨g, T(x)⟩ = ⟨F(g), x⟩: the same products, read in two orders, so equal and not nearly equal.
#[test]
fn it_is_the_adjoint_of_a_correlation() {
    for case in all() {
        // The correlation does not see what lies beyond its windows.
        let Size { height, width } = case.plan.geometry().beyond();
        let [_, _, rows, columns] = case.output();
        let within = |index: usize| index / columns % rows < rows - height && index % columns < columns - width;
        let g: Vec<f64> = (0..case.g.len()).filter(|index| within(*index)).map(|index| case.g[index]).collect();
        let y = case.plan.correlation().forward_new(&g, &case.w, None).unwrap();
        assert_eq!(inner(&case.g, &case.y_without_bias), inner(&y, &case.x), "{}", case.name);
    }
}

#[test]
fn a_correlation_turned_round_twice_is_itself() {
    for case in CASES {
        let turned = Transposed::of(case);
        let geometry = *case.plan(Algorithm::Auto).unwrap().geometry();
        assert_eq!(turned.plan.geometry().correlation(), &geometry, "{case}");
        assert_eq!(turned.output(), case.input, "{case}");
        assert_eq!(turned.plan.geometry().input_shape(), geometry.output_shape(), "{case}");
        assert_eq!(turned.plan.geometry().weight_shape(), case.weight, "{case}");
    }
}

/// (H − 1) · stride − top − bottom + dilation · (h − 1) + output_padding + 1.
#[test]
fn sizes_are_those_of_the_formula() {
    let mut tried = 0;
    for input in 1..=5 {
        for (kernel, stride, dilation) in triples(1..=4, 1..=4, 1..=3) {
            for (top, bottom, added) in triples(0..=3, 0..=3, 0..=3) {
                let padding = Padding::Explicit { top, bottom, left: 0, right: 0 };
                let options = ConvTranspose2dOptions {
                    stride: (stride, 1),
                    dilation: (dilation, 1),
                    padding,
                    output_padding: (added, 0),
                    ..Default::default()
                };
                let length =
                    ((input - 1) * stride + dilation * (kernel - 1) + added + 1) as i64 - (top + bottom) as i64;
                match TransposedGeometry::new([1, 1, input, 7], [1, 1, kernel, 2], &options) {
                    Ok(geometry) => {
                        assert_eq!(geometry.output_shape(), [1, 1, length as usize, 8], "{input} {kernel} {options:?}");
                        assert_eq!(geometry.input_shape(), [1, 1, input, 7], "{input} {kernel} {options:?}");
                        tried += 1;
                    }
                    Err(error) => {
                        let without = length - added as i64;
                        assert!(added >= stride.max(dilation) || without <= 0, "{input} {kernel} {options:?}: {error}");
                    }
                }
            }
        }
    }
    assert!(tried > 5000, "{tried} legal shapes");
}

#[test]
fn same_is_stride_times_the_input() {
    for (kernel, stride, dilation) in triples(1..=5, 1..=4, 1..=3) {
        let options = ConvTranspose2dOptions {
            stride: (stride, stride + 1),
            dilation: (dilation, 1),
            padding: Padding::Same,
            ..Default::default()
        };
        let geometry = TransposedGeometry::new([1, 1, 3, 4], [1, 1, kernel, kernel + 1], &options).unwrap();
        assert_eq!(geometry.output_shape(), [1, 1, 3 * stride, 4 * (stride + 1)], "kernel {kernel}, {options:?}");
        // And it is the gradient of a correlation under Same.
        let forward = corr2d_cpu::Conv2dOptions {
            stride: options.stride,
            dilation: options.dilation,
            padding: Padding::Same,
            ..Default::default()
        };
        let forward = Plan::new(geometry.output_shape(), [1, 1, kernel, kernel + 1], &forward).unwrap();
        assert_eq!(geometry.correlation(), forward.geometry(), "kernel {kernel}, {options:?}");
    }
}

#[test]
fn what_lies_beyond_every_window_holds_the_bias_alone_whatever_the_weights_are() {
    let case = own().into_iter().find(|case| case.name == "rows_beyond_every_window").unwrap();
    assert_eq!(case.plan.geometry().beyond(), Size { height: 3, width: 0 });
    let w = vec![f64::INFINITY; case.w.len()];
    let y = case.plan.forward_new(&case.x, &w, Some(&case.b)).unwrap();
    let [_, channels, height, width] = case.output();
    for (index, plane) in y.chunks(height * width).enumerate() {
        let beyond = &plane[(height - 3) * width..];
        assert!(beyond.iter().all(|number| *number == case.b[index % channels]), "plane {index}: {beyond:?}");
    }
}

fn triples(
    first: std::ops::RangeInclusive<usize>,
    second: std::ops::RangeInclusive<usize>,
    third: std::ops::RangeInclusive<usize>,
) -> Vec<(usize, usize, usize)> {
    let mut triples = Vec::new();
    for a in first {
        for b in second.clone() {
            triples.extend(third.clone().map(|c| (a, b, c)));
        }
    }
    triples
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
