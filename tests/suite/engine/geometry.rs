//! Sizes and positions along one axis, against counting on one's fingers.

use corr2d_cpu::{Axis, Conv2dOptions, Error, Geometry, Padding};

/// What is asked of one axis.
#[derive(Clone, Copy, Debug)]
struct Request {
    input: usize,
    kernel: usize,
    stride: usize,
    dilation: usize,
    before: usize,
    after: usize,
}

#[test]
fn the_output_length_is_the_number_of_windows() {
    for request in requests() {
        let windows = windows(request);
        match rows_of(request) {
            Ok(rows) => assert_eq!(rows.output(), windows.len(), "rows of {request:?}"),
            Err(error) => {
                assert!(matches!(error, Error::KernelTooLarge { .. }), "{request:?}: {error}");
                assert!(windows.is_empty(), "{request:?} is refused and has windows {windows:?}");
            }
        }
    }
}

#[test]
fn columns_are_computed_as_rows_are() {
    for request in requests() {
        let rows = rows_of(request);
        let columns = columns_of(request);
        match (rows, columns) {
            (Ok(rows), Ok(columns)) => assert_eq!(rows, columns, "{request:?}"),
            (rows, columns) => assert_eq!(rows.is_err(), columns.is_err(), "{request:?}"),
        }
    }
}

#[test]
fn positions_are_those_that_a_window_covers() {
    for (request, axis) in legal_axes() {
        let windows = windows(request);
        for tap in 0..request.kernel {
            // Where the tap of each window stands, None in the padding.
            let stands: Vec<Option<usize>> = windows
                .iter()
                .map(|start| (start + tap * request.dilation).checked_sub(request.before))
                .map(|position| position.filter(|position| *position < request.input))
                .collect();
            for (output, position) in stands.iter().enumerate() {
                assert_eq!(axis.input_position(output, tap), *position, "output {output}, tap {tap} of {request:?}");
            }
            for input in 0..request.input {
                let output = stands.iter().position(|position| *position == Some(input));
                assert_eq!(axis.output_position(input, tap), output, "input {input}, tap {tap} of {request:?}");
            }
            let reading: Vec<_> = (0..windows.len()).filter(|output| stands[*output].is_some()).collect();
            assert_eq!(axis.outputs_of_tap(tap).collect::<Vec<_>>(), reading, "tap {tap} of {request:?}");
        }
    }
}

#[test]
fn the_reach_and_the_padded_length_are_what_they_say() {
    for (request, axis) in legal_axes() {
        let taps: Vec<_> = (0..request.kernel).map(|tap| tap * request.dilation).collect();
        assert_eq!(axis.dilated(), taps.last().unwrap() + 1, "{request:?}");
        assert_eq!(axis.padded(), request.before + request.input + request.after, "{request:?}");
    }
}

/// SAME_UPPER by the text of the ONNX specification:
/// `output = ⌈input / stride⌉`, `total = max((output − 1) · stride + dilated − input, 0)`, the smaller half before.
#[test]
fn same_is_the_same_upper_of_onnx() {
    for request in requests().filter(|request| request.before == 0 && request.after == 0) {
        let axis = same(request.input, request.kernel, request.stride, request.dilation);
        let output = (request.input as f64 / request.stride as f64).ceil() as i64;
        let dilated = (request.kernel as i64 - 1) * request.dilation as i64 + 1;
        let total = ((output - 1) * request.stride as i64 + dilated - request.input as i64).max(0);
        assert_eq!(axis.output() as i64, output, "{request:?}");
        assert_eq!(axis.before() as i64, total / 2, "{request:?}");
        assert_eq!(axis.after() as i64, total - total / 2, "{request:?}");
    }
}

/// Figures that TensorFlow documents or that can be counted by hand: input, kernel, stride, then before, after, output.
#[test]
fn same_pads_as_the_known_figures_say() {
    let figures = [
        // An odd kernel at stride 1 is centred.
        ((5, 3, 1), (1, 1, 5)),
        // An even one is not: the extra zero comes after.
        ((5, 2, 1), (0, 1, 5)),
        ((5, 4, 1), (1, 2, 5)),
        // The guide to 'SAME' of TensorFlow: 13 wide, kernel 6, stride 5.
        ((13, 6, 5), (1, 2, 3)),
        // At stride 2 an even input needs one zero, and an odd one needs two.
        ((6, 3, 2), (0, 1, 3)),
        ((7, 3, 2), (1, 1, 4)),
        ((224, 7, 2), (2, 3, 112)),
        // A stride beyond the kernel needs none.
        ((9, 2, 4), (0, 1, 3)),
        ((8, 2, 4), (0, 0, 2)),
    ];
    for ((input, kernel, stride), (before, after, output)) in figures {
        let axis = same(input, kernel, stride, 1);
        let found = (axis.before(), axis.after(), axis.output());
        assert_eq!(found, (before, after, output), "input {input}, kernel {kernel}, stride {stride}");
    }
}

#[test]
fn sides_and_axes_are_not_swapped() {
    let options = Conv2dOptions {
        stride: (2, 3),
        padding: Padding::Explicit { top: 1, bottom: 2, left: 3, right: 4 },
        dilation: (5, 6),
        ..Default::default()
    };
    let geometry = Geometry::new([1, 1, 20, 30], [1, 1, 2, 3], &options).unwrap();
    let figures = |axis: &Axis| {
        [axis.input(), axis.kernel(), axis.stride(), axis.dilation(), axis.before(), axis.after(), axis.output()]
    };
    assert_eq!(figures(geometry.rows()), [20, 2, 2, 5, 1, 2, 9]);
    assert_eq!(figures(geometry.columns()), [30, 3, 3, 6, 3, 4, 9]);
}

/// Every axis with an input of 1 to 12, a kernel of 1 to 5, strides, paddings and dilations of a few.
fn requests() -> impl Iterator<Item = Request> {
    let mut requests = Vec::new();
    for input in 1..=12 {
        for kernel in 1..=5 {
            for stride in 1..=4 {
                for dilation in 1..=3 {
                    for before in 0..=3 {
                        requests.extend((0..=3).map(|after| Request {
                            input,
                            kernel,
                            stride,
                            dilation,
                            before,
                            after,
                        }));
                    }
                }
            }
        }
    }
    requests.into_iter()
}

fn legal_axes() -> impl Iterator<Item = (Request, Axis)> {
    requests().filter_map(|request| Some((request, rows_of(request).ok()?)))
}

/// The starts of all windows that fit into the padded input, by trying each start.
fn windows(request: Request) -> Vec<usize> {
    let padded = request.before + request.input + request.after;
    let last_tap = (request.kernel - 1) * request.dilation;
    (0..padded).step_by(request.stride).filter(|start| start + last_tap < padded).collect()
}

fn rows_of(request: Request) -> Result<Axis, Error> {
    let options = Conv2dOptions {
        stride: (request.stride, 1),
        padding: Padding::Explicit { top: request.before, bottom: request.after, left: 0, right: 0 },
        dilation: (request.dilation, 1),
        ..Default::default()
    };
    Ok(*Geometry::new([1, 1, request.input, 7], [1, 1, request.kernel, 2], &options)?.rows())
}

fn columns_of(request: Request) -> Result<Axis, Error> {
    let options = Conv2dOptions {
        stride: (1, request.stride),
        padding: Padding::Explicit { top: 0, bottom: 0, left: request.before, right: request.after },
        dilation: (1, request.dilation),
        ..Default::default()
    };
    Ok(*Geometry::new([1, 1, 7, request.input], [1, 1, 2, request.kernel], &options)?.columns())
}

fn same(input: usize, kernel: usize, stride: usize, dilation: usize) -> Axis {
    let options =
        Conv2dOptions { stride: (stride, 1), padding: Padding::Same, dilation: (dilation, 1), ..Default::default() };
    *Geometry::new([1, 1, input, 7], [1, 1, kernel, 2], &options).unwrap().rows()
}

#[test]
fn positions_beyond_all_images_are_nowhere_and_no_overflow() {
    let padding = Padding::Explicit { top: 3, bottom: 3, left: 2, right: 2 };
    let options = Conv2dOptions { padding, dilation: (2, 3), stride: (2, 1), ..Default::default() };
    let geometry = Geometry::new([1, 1, 9, 11], [1, 1, 2, 3], &options).unwrap();
    for axis in [geometry.rows(), geometry.columns()] {
        for (position, tap) in [(usize::MAX, 0), (0, usize::MAX), (usize::MAX, usize::MAX)] {
            assert_eq!(axis.input_position(position, tap), None);
            assert_eq!(axis.output_position(position, tap), None);
        }
        assert!(axis.outputs_of_tap(usize::MAX).is_empty());
    }
}
