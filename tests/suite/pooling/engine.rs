//! On plain slices.

use corr2d_cpu::{Error, Isa, Padding, Pool2dOptions, PoolGeometry, Pooling, reference};
use corr2d_tests::Number;
use corr2d_tests::compare::assert_same;
use rayon::ThreadPoolBuilder;

use super::cases::{Pooled, named, random};

#[test]
fn every_instruction_set_equals_the_loops_of_the_definition() {
    for case in named().iter().chain(&random()) {
        assert_agrees::<f64>(case);
        assert_agrees::<f32>(case);
    }
}

fn assert_agrees<T: Number>(case: &Pooled) {
    let of = |numbers: &[f64]| numbers.iter().map(|number| T::from_real(*number)).collect::<Vec<T>>();
    let (x, g) = (of(&case.x), of(&case.g));
    for isa in Isa::available() {
        let pooling = Pooling::for_geometry(case.geometry).with_isa(*isa);
        let label = |what: &str| format!("{what} by {isa} of {case:?}", case = case.name);
        let (mut y, mut gx) = (vec![T::NAN; g.len()], vec![T::NAN; x.len()]);
        pooling.max(&x, &mut y).unwrap();
        assert_same(&y, &of(&case.max), &case.output(), &label("maxima"));
        let positions = pooling.max_positions(&x).unwrap();
        y.fill(T::NAN);
        positions.gather(&x, &mut y).unwrap();
        assert_same(&y, &of(&case.max), &case.output(), &label("numbers at the positions"));
        positions.scatter(&g, &mut gx).unwrap();
        assert_same(&gx, &of(&case.max_gradient), &case.input(), &label("gradient of the maxima"));
        pooling.average(&x, &mut y).unwrap();
        assert_same(&y, &of(&case.average), &case.output(), &label("averages"));
        gx.fill(T::NAN);
        pooling.average_gradient(&g, &mut gx).unwrap();
        assert_same(&gx, &of(&case.average_gradient), &case.input(), &label("gradient of the averages"));
    }
}

/// ⟨g, P(x)⟩ = ⟨P*(g), x⟩ for both, exactly.
#[test]
fn gradients_are_adjoints() {
    for case in named().iter().chain(&random()) {
        assert_eq!(inner(&case.g, &case.max), inner(&case.max_gradient, &case.x), "maxima of {}", case.name);
        let (average, gradient) = (inner(&case.g, &case.average), inner(&case.average_gradient, &case.x));
        // An average is no integer.
        assert!((average - gradient).abs() < 1e-9, "averages of {}: {average}, {gradient}", case.name);
    }
}

#[test]
fn of_equal_maxima_the_first_in_row_order_has_the_gradient() {
    let options = Pool2dOptions { window: (2, 3), ..Default::default() };
    let pooling = Pooling::new([1, 1, 2, 6], &options).unwrap();
    // On the left two in one column and one before them in the lower row; on the right a later column in an upper row.
    let x = [1.0, 7.0, 5.0, 0.0, 1.0, 9.0, 7.0, 7.0, 2.0, 9.0, 9.0, 3.0];
    let mut gradient = [0f64; 12];
    pooling.max_positions(&x).unwrap().scatter(&[1.0, 2.0], &mut gradient).unwrap();
    assert_eq!(gradient, [0.0, 1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
}

#[test]
fn padding_never_wins() {
    let padding = Padding::Explicit { top: 1, bottom: 1, left: 1, right: 1 };
    let options = Pool2dOptions { window: (3, 3), stride: Some((2, 2)), padding, ..Default::default() };
    for lowest in [-5.0, f64::MIN, f64::NEG_INFINITY] {
        let x = [lowest; 20];
        let pooling = Pooling::new([1, 1, 4, 5], &options).unwrap();
        let (mut y, mut gradient) = ([0.0; 6], [0.0; 20]);
        pooling.max(&x, &mut y).unwrap();
        assert_eq!(y, [lowest; 6]);
        // The first element of each window that is none of the padding.
        pooling.max_positions(&x).unwrap().scatter(&[1.0; 6], &mut gradient).unwrap();
        let first = [0, 1, 3, 5, 6, 8];
        assert!(first.iter().all(|index| gradient[*index] == 1.0), "{lowest}: {gradient:?}");
    }
}

#[test]
fn nan_and_infinity_reach_exactly_the_windows_that_hold_them() {
    for case in named().into_iter().filter(|case| !case.x.is_empty() && case.x.len() < 2000) {
        for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut x = case.x.clone();
            for place in (0..x.len()).step_by(13) {
                x[place] = special;
            }
            let want = Pooled::of(&case.name, case.options, case.geometry, x.clone(), case.g.clone());
            let pooling = Pooling::for_geometry(case.geometry);
            let label = format!("{special} in {}", case.name);
            let (mut y, mut gx) = (vec![0.0; case.g.len()], vec![0.0; x.len()]);
            pooling.max(&x, &mut y).unwrap();
            assert_same(&y, &want.max, &case.output(), &format!("maxima, {label}"));
            pooling.max_positions(&x).unwrap().scatter(&case.g, &mut gx).unwrap();
            assert_same(&gx, &want.max_gradient, &case.input(), &format!("gradient of the maxima, {label}"));
            pooling.average(&x, &mut y).unwrap();
            assert_same(&y, &want.average, &case.output(), &format!("averages, {label}"));
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits_on_reals() {
    for name in ["rows_in_several_bands", "planes_in_several_tasks"] {
        let case = named().into_iter().find(|case| case.name == name).unwrap();
        let x: Vec<f32> = case.x.iter().enumerate().map(|(index, x)| *x as f32 + 1.0 / (index + 1) as f32).collect();
        let g: Vec<f32> = case.g.iter().enumerate().map(|(index, g)| *g as f32 + 1.0 / (index + 1) as f32).collect();
        let results = [1, 2, 3, 8].map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let pooling = Pooling::for_geometry(case.geometry);
                let (mut max, mut average) = (vec![0f32; g.len()], vec![0f32; g.len()]);
                let (mut of_max, mut of_average) = (vec![0f32; x.len()], vec![0f32; x.len()]);
                pooling.max(&x, &mut max).unwrap();
                pooling.average(&x, &mut average).unwrap();
                pooling.max_positions(&x).unwrap().scatter(&g, &mut of_max).unwrap();
                pooling.average_gradient(&g, &mut of_average).unwrap();
                [max, average, of_max, of_average]
            })
        });
        for other in &results[1..] {
            for (got, want) in other.iter().zip(&results[0]) {
                assert_same(got, want, &[want.len()], name);
            }
        }
    }
}

#[test]
fn a_window_of_nothing_but_padding_is_refused_and_no_other() {
    for (input, window, stride, dilation) in [(4, 3, 1, 1), (5, 2, 3, 1), (1, 2, 1, 2), (2, 3, 2, 3), (6, 1, 4, 1)] {
        for before in 0..6 {
            for after in 0..6 {
                let padding = Padding::Explicit { top: before, bottom: after, left: 0, right: 0 };
                let options = Pool2dOptions {
                    window: (window, 1),
                    stride: Some((stride, 1)),
                    padding,
                    dilation: (dilation, 1),
                    ..Default::default()
                };
                let padded = before + input + after;
                let reach = dilation * (window - 1);
                let starts = (0..padded).step_by(stride).filter(|start| start + reach < padded);
                let holds =
                    |start: usize| (0..window).any(|tap| (before..before + input).contains(&(start + tap * dilation)));
                let wants: Vec<bool> = starts.map(holds).collect();
                let label = format!("input {input}, {options:?}");
                match PoolGeometry::new([1, 1, input, 3], &options) {
                    Ok(geometry) => {
                        assert!(wants.iter().all(|holds| *holds), "{label}");
                        assert_eq!(geometry.rows().output(), wants.len(), "{label}");
                    }
                    Err(Error::WindowInPadding { index, .. }) => {
                        assert_eq!(wants.iter().position(|holds| !holds), Some(index), "{label}");
                    }
                    Err(error) => assert!(wants.is_empty(), "{label}: {error}"),
                }
            }
        }
    }
}

#[test]
fn slices_of_another_length_are_errors_that_name_them() {
    let pooling = Pooling::new([1, 2, 4, 6], &Pool2dOptions::default()).unwrap();
    let (x, y) = ([0f32; 48], [0f32; 12]);
    let positions = pooling.max_positions(&x).unwrap();
    let errors = [
        pooling.max(&x[1..], &mut { y }),
        pooling.max(&x, &mut { y }[1..]),
        pooling.max_positions(&x[1..]).map(drop),
        pooling.average(&x[1..], &mut { y }),
        pooling.average(&x, &mut { y }[1..]),
        pooling.average_gradient(&y[1..], &mut { x }),
        pooling.average_gradient(&y, &mut { x }[1..]),
        positions.gather(&x[1..], &mut { y }),
        positions.gather(&x, &mut { y }[1..]),
        positions.scatter(&y[1..], &mut { x }),
        positions.scatter(&y, &mut { x }[1..]),
        reference::pooling::max(pooling.geometry(), &x[1..], &mut { y }),
        reference::pooling::max_gradient(pooling.geometry(), &x, &y[1..], &mut { x }),
        reference::pooling::average(pooling.geometry(), &x, &mut { y }[1..]),
        reference::pooling::average_gradient(pooling.geometry(), &y, &mut { x }[1..]),
    ];
    for (index, error) in errors.into_iter().enumerate() {
        let error = error.unwrap_err();
        assert!(matches!(error, Error::WrongLength { .. }), "call {index}: {error}");
    }
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
